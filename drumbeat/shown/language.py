"""In which language, and by whose clock, readers are told things: the one place where that is decided.

    with speaking("fr", "Africa/Bamako"): ...     whatever is said inside is said in French
    say("Told also as {others}", others="7")      our sentence in the reader's language, its slots filled
    plural("{n} text", "{n} texts", 3)            the form for a number
    retold("ruled out: no carrier came back")     a sentence that was stored in English

English is the language of the sources: a message is its own name. The others are gettext catalogues,
`drumbeat/locale/*.po`; `tests/report/test_catalogues.py` holds that nothing is missing in them.
Pages of the dashboard speak English until they are asked in another language: `speaking` is all it takes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from functools import lru_cache
from gettext import GNUTranslations
from importlib.resources import files
from io import BytesIO
from typing import Any, Final, Literal
from zoneinfo import ZoneInfo

Language = Literal["en", "fr"]
LANGUAGES: Final[tuple[Language, ...]] = ("en", "fr")
_SLOT: Final = re.compile(r"\{([a-z_]+)\}")
STORED: Final = "stored"
"""Comment of messages that are stored in English with their slots filled."""


@dataclass(frozen=True, slots=True)
class Reader:
    """Who is spoken to."""

    language: Language = "en"
    zone: str = "UTC"
    """By whose clock moments are told, by the name of the IANA list."""

    @property
    def zone_info(self) -> ZoneInfo:
        """The zone by whose clock moments are told."""
        return ZoneInfo(self.zone)


_READER: ContextVar[Reader] = ContextVar("reader", default=Reader())  # noqa: B039 - it is frozen


@contextmanager
def speaking(language: Language = "en", zone: str = "UTC") -> Iterator[Reader]:
    """Whatever is said inside is said in this language and by this clock."""
    token = _READER.set(Reader(language, zone))
    try:
        yield _READER.get()
    finally:
        _READER.reset(token)


def reader() -> Reader:
    """Who is spoken to now."""
    return _READER.get()


def say(message: str, **slots: Any) -> str:
    """Our own sentence in the reader's language, its slots filled."""
    language = reader().language
    found = message if language == "en" else _translated(message, language)
    return _SLOT.sub(lambda slot: str(slots.get(slot[1], slot[0])), found)


def _translated(message: str, language: Language) -> str:
    """The message in a language; a noun that is counted elsewhere has one entry for both."""
    found = catalogue(language)
    alone = found.gettext(message)
    return alone if alone != message else found.ngettext(message, message, 1)


def plural(one: str, many: str, number: float) -> str:
    """The form of a noun for a number, its slots not filled."""
    language = reader().language
    if language == "en":
        return one if number == 1 else many
    # Unicode CLDR: what has fewer than two whole ones is singular in French, whatever its decimals are.
    return catalogue(language).ngettext(one, many, int(abs(number)))


def quoted(text: str) -> str:
    """The text between the reader's quotation marks."""
    return say("“{text}”", text=text)


def retold(text: str) -> str:
    """A sentence that was stored in English, in the reader's language; one that no catalogue knows stays as
    it is.
    """
    language = reader().language
    if language == "en" or not text:
        return text
    whole = _retold(text, language)
    return whole if whole != text else "; ".join(_retold(part, language) for part in text.split("; "))


def _retold(text: str, language: Language) -> str:
    exact = _translated(text, language)
    if exact != text:
        return exact
    for pattern, message in _stored(language):
        if found := pattern.fullmatch(text):
            return say(message, **{name: _figure(value) for name, value in found.groupdict().items()})
    return text


def _figure(value: str) -> str:
    """A number as the reader's language writes it; other text as it is."""
    return value.replace(".", ",") if re.fullmatch(r"-?\d+\.\d+", value) else value


@lru_cache(maxsize=len(LANGUAGES))
def catalogue(language: Language) -> GNUTranslations:
    """A language's messages."""
    from babel.messages.mofile import write_mo

    compiled = BytesIO()
    write_mo(compiled, messages_of(language))
    compiled.seek(0)
    return GNUTranslations(compiled)


def messages_of(language: Language) -> Any:
    """A language's catalogue as it lies in its file (`babel.messages.Catalog`)."""
    from babel.messages.pofile import read_po

    source = files("drumbeat") / "locale" / f"{language}.po"
    return read_po(BytesIO(source.read_bytes()), locale=language)


@lru_cache(maxsize=len(LANGUAGES))
def _stored(language: Language) -> tuple[tuple[re.Pattern[str], str], ...]:
    """What sentences with slots look like when they are filled, those with more words of their own first."""
    found = [str(item.id) for item in messages_of(language) if STORED in item.auto_comments]
    order = sorted(found, key=lambda message: (-len(_SLOT.sub("", message)), message))
    return tuple((_pattern(message), message) for message in order)


def _pattern(message: str) -> re.Pattern[str]:
    pieces = _SLOT.split(message)
    around = (f"(?P<{piece}>[^;]+?)" if place % 2 else re.escape(piece) for place, piece in enumerate(pieces))
    return re.compile("".join(around))
