"""What articles name."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple


@dataclass(frozen=True, slots=True, kw_only=True)
class ArticleName:
    """A name that an article has, or a country that it is about by its head of state alone."""

    article_id: str
    name: str
    """An id, as `country:MR` or `organisation:nato`."""
    mentions: int
    share: float
    """Of a country: its share of the weight of all countries in the article; else 0."""
    about: bool
    """Whether the article is about the country."""
    passages: tuple[int, ...]
    """Ordinals of the passages that name it; -1 is the title."""


class CutPassage(NamedTuple):
    """Where a passage lies in its article."""

    passage_no: int
    article_id: str
    ordinal: int
    start: int
    end: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceCount:
    """How much was told about a country in a period."""

    name: str
    articles: int
    outlets: int
    outlet_countries: int
    first_at: datetime
