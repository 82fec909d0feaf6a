"""The shipped library of names, used by id: `country:MR`, `office:president-RU`, `group:wagner`,
`organisation:nato`.

Countries have their names in `LANGUAGES` from CLDR (Babel), and capitals, adjectives and inhabitants from
`data/names.toml`; the other kinds come from there alone.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Final

LANGUAGES: Final = (
    "en", "fr", "ar", "ru", "uk", "es", "pt", "de", "zh", "zh_Hant", "fa", "tr", "ha", "sw", "hi", "it",
    "pl", "cs", "be", "sr", "hr", "bg", "ro", "he", "el", "hy", "ka", "id", "am", "so", "yo", "ja", "ko",
    "ur", "bn", "th", "vi",
)  # fmt: skip
DECLINED: Final = frozenset({"pl", "cs", "hr"})
"""Slavic languages in Latin script: their names have cases at the end. Cyrillic names are declined where they
are looked for."""
FILE: Final = Path(__file__).parent / "data" / "names.toml"

_ASIDE = re.compile(r"\s*[(（](.*?)[)）]")
_AFTER_VOWEL = ("y", "i", "ie", "e", "ě", "u", "ou", "o", "om", "em")
_AFTER_CONSONANT = ("a", "u", "i", "ie", "e", "owi", "ovi", "em", "om", "y")


def names_of(name_id: str) -> tuple[str, ...]:
    """Every spelling of a name.

    Raises:
        ValueError: there is no such id; the message names what there is.
    """
    kind, _, key = name_id.partition(":")
    own = _library().get(kind, {})
    cldr = _country_names(key) if kind == "country" else ()
    if not cldr and key not in own:
        kinds = ", ".join(f"{known}:..." for known in sorted(_library()))
        listed = ", ".join(sorted(own)[:60])
        raise ValueError(
            f"there is no name {name_id!r}; ids are {kinds}" + (f"; of this kind {listed}" if own else "")
        )
    return tuple(dict.fromkeys((*cldr, *own.get(key, ()))))


def name_ids() -> list[str]:
    """Every id of the library, sorted; countries that only CLDR names are left out."""
    return sorted(f"{kind}:{key}" for kind, names in _library().items() for key in names)


@cache
def _library() -> dict[str, dict[str, list[str]]]:
    """Kind -> key -> spellings."""
    content = tomllib.loads(FILE.read_text(encoding="utf-8"))
    return {kind: names for kind, names in content.items() if isinstance(names, dict)}


@cache
def _country_names(code: str) -> tuple[str, ...]:
    """A country's names in CLDR; none for what is no country."""
    from babel import Locale

    found: list[str] = []
    for language in LANGUAGES:
        name = Locale.parse(language).territories.get(code)
        if name and len(code) == 2 and code.isalpha():
            found += _spellings(name, language)
    return tuple(dict.fromkeys(found))


def _spellings(name: str, language: str) -> Iterable[str]:
    """A name of CLDR as texts write it, in the cases of its language."""
    for spelling in territory_spellings(name):
        yield spelling
        if language in DECLINED and " " not in spelling:
            yield from latin_cases(spelling)


def territory_spellings(name: str) -> Iterable[str]:
    """A territory's name of CLDR without what stands in brackets, which is another name."""
    aside = _ASIDE.search(name)
    names = [_ASIDE.sub("", name), *([aside[1]] if aside else [])]
    for spelling in names:
        # "Congo - Kinshasa" tells two states apart in lists; no text writes it.
        if " - " in spelling or not re.search(r"\w", spelling):
            continue
        yield spelling


def latin_cases(name: str) -> list[str]:
    """The cases of a Slavic name in Latin script; accents count for nothing where names are looked for."""
    if name[-1] in "aeoyi":
        return [name[:-1] + ending for ending in _AFTER_VOWEL]
    return [name + ending for ending in _AFTER_CONSONANT] if name[-1].isalpha() else []
