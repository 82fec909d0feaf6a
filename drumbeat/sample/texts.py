"""The texts of the sample world, by language. All of them are invented; so is what they report."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from typing import Any

from drumbeat.sample.plan import FOLDER

LANGUAGES = ("en", "fr", "ar", "ru", "es", "pt", "ha")


@dataclass(frozen=True, slots=True)
class Text:
    """A news text as it was written: published once as an own text, perhaps reprinted by others."""

    text_id: str
    language: str
    narrative: str | None
    country: str | None
    title: str
    paragraphs: tuple[str, ...]

    @property
    def key(self) -> str:
        """Language and id: unique in the world."""
        return f"{self.language}/{self.text_id}"


@dataclass(frozen=True, slots=True)
class Form:
    """A recurring item with slots: market prices, weather, football."""

    form_id: str
    title: str
    body: str
    places: tuple[str, ...]
    teams: tuple[str, ...]
    numbers: dict[str, tuple[int, int]]


@dataclass(frozen=True, slots=True)
class Phrases:
    """Words that pages use around their texts."""

    menu: tuple[str, ...]
    source: str
    updated: str
    dateline: str
    authors: tuple[str, ...]
    capitals: dict[str, str]


@dataclass(frozen=True, slots=True)
class Book:
    """Everything written in one language."""

    language: str
    texts: dict[str, Text]
    forms: dict[str, Form]
    comments: tuple[str, ...]
    ui: dict[str, str]
    phrases: Phrases

    def of_narrative(self, narrative: str) -> list[Text]:
        """The texts of a planted narrative, in the order written."""
        return [text for text in self.texts.values() if text.narrative == narrative]

    def local(self) -> list[Text]:
        """Ordinary news, in the order written."""
        return [text for text in self.texts.values() if text.text_id.startswith("l")]


@cache
def load_books() -> dict[str, Book]:
    """The shipped texts of all languages."""
    phrases = tomllib.loads((FOLDER / "phrases.toml").read_text(encoding="utf-8"))
    return {language: _book(language, phrases) for language in LANGUAGES}


def _book(language: str, phrases: dict[str, Any]) -> Book:
    tables = tomllib.loads((FOLDER / "texts" / f"{language}.toml").read_text(encoding="utf-8"))
    return Book(
        language=language,
        texts={row["id"]: _text(language, row) for row in tables["article"]},
        forms={
            row["id"]: _form(row, phrases["numbers"].get(row["id"], {}).get(language, {}))
            for row in tables["recurring"]
        },
        comments=tuple(row["text"] for row in tables["comments"]),
        ui=tables["ui"],
        phrases=_phrases(phrases[language]),
    )


def _phrases(words: dict[str, Any]) -> Phrases:
    return Phrases(
        menu=tuple(words["menu"]),
        source=words["source"],
        updated=words["updated"],
        dateline=words["dateline"],
        authors=tuple(words["authors"]),
        capitals=words["capitals"],
    )


def _text(language: str, row: dict[str, Any]) -> Text:
    return Text(
        row["id"],
        language,
        row.get("narrative"),
        row.get("country"),
        row["title"].strip(),
        paragraphs_of(row["body"]),
    )


def _form(row: dict[str, Any], numbers: dict[str, list[int]]) -> Form:
    ranges = {slot: (low, high) for slot, (low, high) in numbers.items()}
    return Form(
        row["id"],
        row["title"],
        row["body"],
        tuple(row.get("places", ())),
        tuple(row.get("teams", ())),
        ranges,
    )


def paragraphs_of(body: str) -> tuple[str, ...]:
    """Paragraphs are separated by an empty line; a line break inside one is a space."""
    return tuple(" ".join(part.split()) for part in body.strip().split("\n\n") if part.strip())
