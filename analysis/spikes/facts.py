"""What the passages of one narrative say about a window: who tells it, in how many texts, and how far its
dates go.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final, Protocol

from analysis.tellings import Printing, first_told
from config.clock import day_of
from config.undetermined import UNDETERMINED
from storage.records import DateConfidence, Origin

FACT_DAYS: Final = 21
"""Days before a tested one whose passages are read: the quiet days and the longest window before them, with
room for settings. Chosen, not measured.
"""
WEAK: Final[frozenset[DateConfidence]] = frozenset({"C", "D"})
"""Confidences of dates that are not relied on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WindowFacts:
    """One narrative over a window of days; late articles are left out."""

    article_ids: frozenset[str]
    groups: int
    outlets: int
    own_texts: int
    own_outlets: int
    """Outlets that tell it in a text of their own."""
    countries: int
    languages: int
    largest_group: int
    """Articles of the text with most articles ..."""
    largest_group_outlets: int
    """... and its outlets."""
    top_outlet_texts: int
    """Own texts of the outlet with most of them."""
    weak_dates: int
    """Articles with a date of confidence C or D."""
    backfill: int

    @property
    def articles(self) -> int:
        """Articles, reprints included."""
        return len(self.article_ids)

    @property
    def reprint_share(self) -> float:
        """Share of the articles that repeat a text told before."""
        return 1 - self.own_texts / self.articles if self.articles else 0.0

    @property
    def largest_group_share(self) -> float:
        """Share of the articles that is one text."""
        return self.largest_group / self.articles if self.articles else 0.0


class FactRow(Printing, Protocol):
    """A passage of a narrative, as far as the facts of a window need it."""

    @property
    def source_id(self) -> str: ...
    @property
    def country(self) -> str: ...
    @property
    def language(self) -> str: ...
    @property
    def date_confidence(self) -> DateConfidence: ...
    @property
    def origin(self) -> Origin: ...


def facts_of(rows: Sequence[FactRow], first: date, last: date) -> WindowFacts:
    """Facts of the days [first, last].

    Args:
        rows: passages of one narrative; those of `COPY_REACH` before the window tell which texts are not new
            in it.
    """
    told = _articles(rows, last)
    new = first_told(told)
    own = [row for row in told if row.article_id in new]
    inside = _since(told, first)
    return WindowFacts(**_printed(inside), **_own(_since(own, first)), **_storm(inside))


def _since(rows: Sequence[FactRow], first: date) -> list[FactRow]:
    return [row for row in rows if day_of(row.counted_at) >= first]


def _printed(rows: Sequence[FactRow]) -> dict[str, Any]:
    """What all articles of the window say."""
    return {
        "article_ids": frozenset(row.article_id for row in rows),
        "groups": len({row.group_id for row in rows}),
        "outlets": len({row.source_id for row in rows}),
        "countries": len({row.country for row in rows} - {""}),
        "languages": len({row.language for row in rows} - {UNDETERMINED}),
        "weak_dates": sum(row.date_confidence in WEAK for row in rows),
        "backfill": sum(row.origin == "backfill" for row in rows),
    }


def _own(rows: Sequence[FactRow]) -> dict[str, Any]:
    """What the own texts of the window say."""
    texts = Counter(row.source_id for row in rows)
    return {
        "own_texts": len(rows),
        "own_outlets": len(texts),
        "top_outlet_texts": max(texts.values(), default=0),
    }


def _storm(rows: Sequence[FactRow]) -> dict[str, Any]:
    """The text of the window with most articles; of several, the first by id."""
    sizes = Counter(row.group_id for row in rows)
    largest = min(sizes, key=lambda group: (-sizes[group], group), default="")
    printed = [row for row in rows if row.group_id == largest]
    return {
        "largest_group": len(printed),
        "largest_group_outlets": len({row.source_id for row in printed}),
    }


def _articles(rows: Sequence[FactRow], last: date) -> list[FactRow]:
    """One passage of each article that counts by the end of a day, the articles in the order of time."""
    first_passage: dict[str, FactRow] = {}
    for row in rows:
        if not row.late and day_of(row.counted_at) <= last:
            first_passage.setdefault(row.article_id, row)
    return sorted(first_passage.values(), key=lambda row: (row.counted_at, row.article_id))
