"""Sentences that are templates over counts: every number in one is read from the report's data, and says
where it stands there.

    template  "{label} rose: {texts} where {expected} were expected."
    parts     words as they stand, names as outlets gave them, figures with their place (RFC 6901)

A reader of the JSON can follow each figure to the digest, and from there to stored rows.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

from drumbeat.report.phrases import PHRASES, PLURALS
from drumbeat.shown import words
from drumbeat.shown.language import plural, reader, say
from drumbeat.shown.safe import one_line

_SLOT = re.compile(r"\{([a-z_]+)\}")
_DIGITS = re.compile(r"\d[\d.,]*\d|\d")


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of a sentence."""

    text: str
    kind: Literal["words", "name", "figure"] = "words"
    path: str | None = None
    """Of a figure: where the value stands in the report's data (JSON pointer)."""
    language: str = ""
    """Of a name: its language tag, empty where it is not known."""


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence, in parts."""

    parts: tuple[Part, ...]

    @property
    def text(self) -> str:
        """The sentence as it is read."""
        return "".join(part.text for part in self.parts)

    def to_dict(self) -> dict[str, Any]:
        """The sentence as plain JSON: its text, and its figures with their places."""
        figures = [{"shown": part.text, "path": part.path} for part in self.parts if part.kind == "figure"]
        return {"text": self.text, "figures": figures}


def value_at(data: Any, path: str) -> Any:
    """What stands at a place of the data.

    Raises:
        LookupError: nothing does.
    """
    for name in path.split("/")[1:]:
        data = data[int(name)] if isinstance(data, list) else data[name]
    return data


class Speaker:
    """Makes sentences in the reader's language over one report's data.

    Args:
        data: the digest, or an alert's evidence, as plain JSON.
    """

    def __init__(self, data: Mapping[str, Any]) -> None:
        self.data = data

    @property
    def language(self) -> str:
        """The reader's."""
        return reader().language

    def say(self, phrase: str, **slots: Part | Sequence[Part] | str) -> Sentence:
        """The phrase of that name, its slots filled."""
        return Sentence(tuple(_one_stop(self._filled(self._phrase(phrase), slots))))

    def word(self, phrase: str, **slots: str) -> str:
        """A phrase as text."""
        return say(PHRASES[phrase], **slots)

    def _phrase(self, phrase: str) -> str:
        return say(PHRASES[phrase])

    def _filled(self, template: str, slots: Mapping[str, Part | Sequence[Part] | str]) -> Iterable[Part]:
        end = 0
        for slot in _SLOT.finditer(template):
            if slot.start() > end:
                yield Part(template[end : slot.start()])
            yield from _parts(slots[slot[1]])
            end = slot.end()
        if end < len(template):
            yield Part(template[end:])

    def figure(self, path: str) -> Part:
        """A number as it is written."""
        return Part(self.number(value_at(self.data, path)), "figure", path)

    def number(self, value: float) -> str:
        """A number in the sentence's language."""
        return words.number(value)

    def counted(self, noun: str, path: str) -> list[Part]:
        """A number with its noun: `3 outlets`."""
        value = value_at(self.data, path)
        before, _, after = plural(*PLURALS[noun], value).partition("{n}")
        around = (Part(before), self.figure(path), Part(after))
        return [part for part in around if part.text]

    def day(self, path: str) -> Part:
        """A day, as `10 Feb`."""
        return Part(words.short_day(self._day_of(value_at(self.data, path))), "figure", path)

    def probability(self, path: str) -> Part:
        """A probability: `0.013`, `under 0.0001`."""
        return Part(words.probability(value_at(self.data, path)), "figure", path)

    def _day_of(self, value: str) -> words.Day:
        """The day, or that of the moment by the reader's clock."""
        return value if len(value) == len("2026-02-10") else words.local(value).date()

    def listed(self, parts: Sequence[Sequence[Part]], last: str = "and") -> list[Part]:
        """`a, b and c`."""
        found: list[Part] = []
        for place, item in enumerate(parts):
            if place:
                is_last = place == len(parts) - 1
                found.append(Part(f" {self.word(last)} " if is_last else ", "))
            found += item
        return found


def _one_stop(parts: Iterable[Part]) -> Iterable[Part]:
    """The parts without a full stop after an abbreviation that ends with one: `6 janv.`"""
    before = ""
    for part in parts:
        is_second = before.endswith(".") and part.kind == "words" and part.text.startswith(".")
        yield replace(part, text=part.text[1:]) if is_second else part
        before = part.text


def name(text: str, language: str = "") -> Part:
    """A name or label from outside, on one line."""
    return Part(one_line(text), "name", None, language)


def _parts(value: Part | Sequence[Part] | str) -> Iterable[Part]:
    if isinstance(value, str):
        return [Part(value)]
    return [value] if isinstance(value, Part) else value


def numbers_in(text: str) -> list[str]:
    """Numbers as they are written in a text."""
    return _DIGITS.findall(text)
