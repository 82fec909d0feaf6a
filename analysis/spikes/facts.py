"""What the passages of one narrative say about a window: who tells it, in how many texts, and how far its dates go."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final, Protocol

from analysis.tellings import Printing, day_of, first_told
from storage.records import DateConfidence, Origin

LIFE_DAYS: Final = 21
"""Days over which it is told how long a new narrative lasts: a baseline is had after 14, and its guard band is left out.
Chosen, not measured."""
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
    told_days: int
    """Days with own texts, of the `LIFE_DAYS` up to the window's end."""
    span_days: int
    """Days from the first own text to the last."""

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
        rows: passages of one narrative; those of `COPY_REACH` before the window tell which texts are not new in it.
    """
    told = _articles(rows, last)
    new = first_told(told)
    inside = [row for row in told if day_of(row.counted_at) >= first]
    own = [row for row in inside if row.article_id in new]
    storm = _largest_group(inside)
    days = _days_told([row for row in told if row.article_id in new], last)
    return WindowFacts(
        article_ids=frozenset(row.article_id for row in inside),
        groups=len({row.group_id for row in inside}),
        outlets=len({row.source_id for row in inside}),
        own_texts=len(own),
        own_outlets=len({row.source_id for row in own}),
        countries=len({row.country for row in inside} - {""}),
        languages=len({row.language for row in inside} - {"und"}),
        largest_group=len(storm),
        largest_group_outlets=len({row.source_id for row in storm}),
        top_outlet_texts=max(Counter(row.source_id for row in own).values(), default=0),
        weak_dates=sum(row.date_confidence in WEAK for row in inside),
        backfill=sum(row.origin == "backfill" for row in inside),
        told_days=len(days),
        span_days=(days[-1] - days[0]).days if days else 0,
    )


def _articles(rows: Sequence[FactRow], last: date) -> list[FactRow]:
    """One passage of each article that counts by the end of a day, the articles in the order of time."""
    first_passage: dict[str, FactRow] = {}
    for row in rows:
        if not row.late and day_of(row.counted_at) <= last:
            first_passage.setdefault(row.article_id, row)
    return sorted(first_passage.values(), key=lambda row: (row.counted_at, row.article_id))


def _largest_group(rows: Sequence[FactRow]) -> list[FactRow]:
    """The articles of the text with most articles; of several, the first by id."""
    sizes = Counter(row.group_id for row in rows)
    largest = min(sizes, key=lambda group: (-sizes[group], group), default="")
    return [row for row in rows if row.group_id == largest]


def _days_told(own: Sequence[FactRow], last: date) -> list[date]:
    """Days with own texts, of the last three weeks."""
    days = {day_of(row.counted_at) for row in own}
    return sorted(day for day in days if day > last - timedelta(days=LIFE_DAYS))
