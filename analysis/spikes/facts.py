"""What the passages of one narrative say about a window: who tells it, in how many texts, and how far its dates go."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date

from storage.records import PassageRow


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
    """Days with own texts, up to the window's end."""
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


def day_of(row: PassageRow) -> date:
    """The UTC day that a passage counts at."""
    return row.counted_at.astimezone(UTC).date()


def facts_of(rows: Sequence[PassageRow], first: date, last: date) -> WindowFacts:
    """Facts of the days [first, last].

    Args:
        rows: passages of one narrative; earlier ones tell which texts are not new in the window.
    """
    articles = {
        row.article_id: row
        for row in sorted(rows, key=lambda item: item.passage_id, reverse=True)
        if not row.late and day_of(row) <= last
    }
    ordered = sorted(articles.values(), key=lambda item: (item.counted_at, item.article_id))
    firsts = {row.group_id: row for row in reversed(ordered)}
    inside = [row for row in ordered if day_of(row) >= first]
    own = [row for row in inside if firsts[row.group_id] is row]
    largest, size = max(
        sorted(Counter(row.group_id for row in inside).items()), key=lambda item: item[1], default=("", 0)
    )
    told = sorted({day_of(row) for row in firsts.values()})
    return WindowFacts(
        article_ids=frozenset(row.article_id for row in inside),
        groups=len({row.group_id for row in inside}),
        outlets=len({row.source_id for row in inside}),
        own_texts=len(own),
        own_outlets=len({row.source_id for row in own}),
        countries=len({row.country for row in inside if row.country}),
        languages=len({row.language for row in inside if row.language != "und"}),
        largest_group=size,
        largest_group_outlets=len({row.source_id for row in inside if row.group_id == largest}),
        top_outlet_texts=max(Counter(row.source_id for row in own).values(), default=0),
        weak_dates=sum(row.date_confidence in ("C", "D") for row in inside),
        backfill=sum(row.origin == "backfill" for row in inside),
        told_days=len(told),
        span_days=(told[-1] - told[0]).days if told else 0,
    )
