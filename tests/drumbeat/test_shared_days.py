"""Source days that pages of narratives share, as the stage `overview` keeps them."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from drumbeat.shown.shared_days import VIEW, KeptDays, packed_days, shared_days
from storage.records import SourceDay
from storage.store import Store
from tests.storage import makers

FIRST = makers.DAY.date()
END = FIRST + timedelta(days=2)
SEEN = SourceDay(
    source_id="wire",
    day=FIRST,
    articles=9,
    copy_groups=7,
    fetched=9,
    failed=1,
    polls=24,
    polls_failed=2,
    health="ok",
)


def test_the_view_gives_what_the_table_gives(store: Store) -> None:
    """Row by row the same, and from the table again after another counting run or for other days."""
    rows = [SEEN, replace(SEEN, source_id="gazette"), replace(SEEN, day=END - timedelta(days=1))]
    store.counts.replace(FIRST, END, source_days=rows)
    read = store.counts.source_day_rows(FIRST, END)
    assert len(read) == 3
    store.views.put(VIEW, {"counted": "run-1", **packed_days(read, FIRST, END)}, as_of=makers.DAY)
    store.counts.replace(FIRST, END, source_days=[SEEN])
    assert shared_days(store, "run-1", FIRST, END) == read
    assert len(shared_days(store, "run-2", FIRST, END)) == 1
    assert len(shared_days(store, "run-1", FIRST, END - timedelta(days=1))) == 1


def test_a_process_unpacks_the_days_once_a_counting_run(store: Store) -> None:
    """Until the next counting run, and for the same days, the rows are those that were unpacked before."""
    kept = KeptDays()
    first = kept.of(store, "run-1", FIRST, END)
    assert kept.of(store, "run-1", FIRST, END) is first
    assert kept.of(store, "run-2", FIRST, END) is not first
    assert kept.of(store, None, FIRST, END) is not kept.of(store, None, FIRST, END)
