"""What is counted of a run of days: narratives by source and day, and each source's own output. Pure.

Both are told chunk by chunk in the order of time: what a day counts depends on the `COPY_REACH` before it,
which is told first and kept.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, tzinfo

from analysis.tellings import Printed, Telling
from config.clock import day_of
from storage.records import Observation
from storage.records.told import PrintedRow

Output = dict[tuple[str, date], tuple[int, int]]
"""(source, day) -> articles, texts that the source told first in the corpus."""


@dataclass(slots=True)
class _Tally:
    articles: int = 0
    copy_groups: int = 0
    own_texts: int = 0


def observe(told: Iterable[Telling], printed: Printed | None = None, zone: tzinfo = UTC) -> list[Observation]:
    """Tellings as observations, by (narrative, day, source).

    Args:
        told: in the order of `tellings`.
        printed: what was printed before them; they are added to it.
        zone: whose days they count at.
    """
    before = Printed() if printed is None else printed
    tallies: defaultdict[tuple[int, date, str], _Tally] = defaultdict(_Tally)
    for item in told:
        text = (item.narrative_id, item.group_id)
        tally = tallies[item.narrative_id, day_of(item.counted_at, zone), item.source_id]
        tally.articles += 1
        tally.copy_groups += before.is_new((*text, item.source_id), item.counted_at)
        tally.own_texts += before.is_new(text, item.counted_at)
    return [_observation(key, tally) for key, tally in sorted(tallies.items())]


def _observation(key: tuple[int, date, str], tally: _Tally) -> Observation:
    narrative_id, day, source_id = key
    return Observation(
        narrative_id=narrative_id,
        source_id=source_id,
        day=day,
        articles=tally.articles,
        copy_groups=tally.copy_groups,
        own_texts=tally.own_texts,
    )


def outputs(articles: Iterable[PrintedRow], printed: Printed | None = None, zone: tzinfo = UTC) -> Output:
    """What each source published; late articles are passed over.

    Args:
        articles: by (counted_at, article_id).
        printed: what was printed before them; they are added to it.
        zone: whose days they count at.
    """
    before = Printed() if printed is None else printed
    found: Output = {}
    for item in articles:
        if not item.late:
            place = item.source_id, day_of(item.counted_at, zone)
            count, texts = found.get(place, (0, 0))
            found[place] = count + 1, texts + before.is_new((item.group_id,), item.counted_at)
    return found
