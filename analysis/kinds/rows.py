"""The training rows that this project wrote itself: `rows/*.toml`, one file a genre, with their rubric in
`rows/README.md`.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from importlib import resources
from typing import Any, NamedTuple

CLAIM, NEWS = "claim", "news"
_WHOSE = ("genre", "state")


class Row(NamedTuple):
    """A sentence with what it is."""

    text: str
    language: str
    genre: str
    """Name of its file: whose manner it is in."""
    is_claim: bool


def own_rows() -> list[Row]:
    """Every row, by genre, language and place."""
    folder = resources.files("analysis.kinds").joinpath("rows")
    files = sorted((item for item in folder.iterdir() if item.name.endswith(".toml")), key=lambda f: f.name)
    return [
        row
        for file in files
        for row in _rows_of(file.name.removesuffix(".toml"), tomllib.loads(file.read_text(encoding="utf-8")))
    ]


def _rows_of(genre: str, given: Mapping[str, Any]) -> Iterator[Row]:
    for language, lists in given.items():
        if language not in _WHOSE:
            for word in (CLAIM, NEWS):
                yield from (Row(text, language, genre, word == CLAIM) for text in lists[word])
