"""Which passages tell which narrative, and which of their texts are new: one answer for counting, tests,
digest and pages.

    says             whether a passage speaks for its narrative: one that refutes a watched statement does not
    tellings         the articles that count for each narrative
    passages_of      every passage of one narrative, those of narratives that were merged into it among them
    Printed          whether a text is new when it is printed ...
    first_told       ... and the articles of one narrative that told their text first
    resting_forms    narratives that claim nothing

What a merged number leads to is said by `storage.records.merges`; late articles are never counted.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import NamedTuple, Protocol

from config.clock import day_of
from storage.records import LineageEvent, LineageKind, Narrative, Stance
from storage.records.merges import follow_merges, numbers_under
from storage.records.told import NarrativeRow, ToldRow
from storage.store import Store

COPY_REACH = timedelta(days=14)
"""A text that nobody printed for so long is new when it is printed again: twice the seven days within which
copies are looked for (`copies.window_days`). Chosen, not measured.
"""
RESTS: tuple[LineageKind, ...] = ("dormant", "revived")
"""Kinds of history that `resting_forms` looks at: ask the store for no more, a history only grows."""
FORM = "form"
"""Reason in the history of a narrative that turned out to be a recurring form."""


class Telling(NamedTuple):
    """One article that counts for a narrative."""

    narrative_id: int
    counted_at: datetime
    article_id: str
    source_id: str
    group_id: str

    @property
    def day(self) -> date:
        """The UTC day it counts at."""
        return day_of(self.counted_at)


class Printing(Protocol):
    """An article, or a passage of it, as far as telling whether its text is new needs it."""

    @property
    def article_id(self) -> str: ...
    @property
    def group_id(self) -> str: ...
    @property
    def counted_at(self) -> datetime: ...
    @property
    def late(self) -> bool: ...


class Printed:
    """When each text was printed last, told in the order of time."""

    def __init__(self) -> None:
        self._last: dict[tuple[object, ...], datetime] = {}

    def is_new(self, key: tuple[object, ...], at: datetime) -> bool:
        """Whether it was not printed within `COPY_REACH` before; now it is."""
        before, self._last[key] = self._last.get(key), at
        return before is None or at - before > COPY_REACH

    def forget(self, before: datetime) -> None:
        """Drop what was printed last before a moment, where nothing later than `COPY_REACH` after it is asked
        about any more.
        """
        self._last = {key: at for key, at in self._last.items() if at >= before}


def says(stance: Stance | None) -> bool:
    """Whether a passage speaks for its narrative: a rebuttal is not one more voice for the claim. None: no
    stance was asked for.
    """
    return stance != "refutes"


def tellings(rows: Iterable[ToldRow], survivors: Mapping[int, int]) -> list[Telling]:
    """One telling per narrative and article that counts, by (narrative, counted_at, article).

    Args:
        rows: passages that narratives have; those of late articles and those that refute are passed over.
        survivors: narrative -> the number that it counts under; passages of other numbers are passed over.
    """
    told: dict[tuple[int, str], Telling] = {}
    counted = [(number, row) for row in rows if (number := survivors.get(row.narrative_id)) is not None]
    refuting = {(number, row.article_id) for number, row in counted if not says(row.stance)}
    for number, row in counted:
        # What was discovered of a watched claim has no stance: an article that refutes it does not tell it.
        speaks = says(row.stance) and (row.stance is not None or (number, row.article_id) not in refuting)
        if speaks and not row.late:
            told[number, row.article_id] = Telling(
                number, row.counted_at, row.article_id, row.source_id, row.group_id
            )
    return sorted(told.values())


def first_told(articles: Iterable[Printing]) -> set[str]:
    """Ids of the articles of one narrative that count and whose text is new within it.

    Args:
        articles: articles or passages of one narrative in any order, from `COPY_REACH` before the first
            moment that is asked about.
    """
    moments = {item.article_id: (item.counted_at, item.group_id) for item in articles if not item.late}
    ordered = sorted((at, article_id, group) for article_id, (at, group) in moments.items())
    printed = Printed()
    return {article_id for at, article_id, group in ordered if printed.is_new((group,), at)}


def passages_of(
    store: Store,
    narrative: Narrative,
    survivors: Mapping[int, int],
    *,
    start: datetime | None = None,
    end: datetime | None = None,
) -> list[NarrativeRow]:
    """Every passage of a narrative and of those merged into it, counted in [start, end), by passage id.

    Those of a watched narrative are its statement's hits, the refuting ones among them: ask `says`; and the
    passages of what was discovered of it, where it is linked.
    """
    numbers = numbers_under(survivors, narrative.narrative_id)
    assigned = store.tellings.assigned(numbers, start=start, end=end)
    if narrative.kind != "watched":
        return assigned
    hits = store.tellings.hits(str(narrative.statement_id), start=start, end=end)
    own = [row for row in hits if row.narrative_id == narrative.narrative_id]
    found = {row.passage_id: row for row in (*assigned, *own)}
    return [found[key] for key in sorted(found)]


def speaking(rows: Sequence[NarrativeRow]) -> list[NarrativeRow]:
    """Those that speak for their narrative."""
    return [row for row in rows if says(row.stance)]


def resting_forms(history: Iterable[LineageEvent]) -> set[int]:
    """Narratives that were put to rest as recurring forms, by their history in the order of time."""
    last = {item.narrative_id: item for item in history if item.kind in RESTS}
    return {number for number, item in last.items() if item.detail.get("reason") == FORM}


def survivors_of(narratives: Collection[Narrative]) -> dict[int, int]:
    """Narrative -> the number that stands for it now, of a registry that is read already (merged ones
    included).
    """
    return follow_merges({item.narrative_id: item.merged_into for item in narratives})
