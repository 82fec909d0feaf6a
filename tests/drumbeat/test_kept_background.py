"""What pages of narratives are measured against, as the stage `overview` leaves it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import numpy as np

from analysis.counts.panel import WEIGHTS, panel_of, panel_over
from analysis.counts.source_tables import SourceTables, source_tables
from analysis.digest.background import Background
from analysis.spikes.habits import Habits
from drumbeat.shown.kept_background import VIEW, KeptBackground
from storage.records import SourceDay
from storage.store import Store
from tests.storage import makers

FIRST = makers.DAY.date()
END = FIRST + timedelta(days=2)
DAYS = [FIRST, FIRST + timedelta(days=1)]
SEEN = SourceDay(
    source_id="wire",
    day=FIRST,
    articles=9,
    copy_groups=7,
    fetched=9,
    failed=1,
    polls=24,
    polls_failed=2,
    health="degraded",
)
ROWS = [SEEN, replace(SEEN, source_id="gazette", health="backfill"), replace(SEEN, day=DAYS[1])]
MADE_BY = {"counted": "run-1", "format": 1}


def written(store: Store) -> Background:
    """A background, and its view."""
    background = Background(source_tables(ROWS, DAYS), Habits(alpha=0.7, serial=(0.2, 0.1)))
    store.views.replace({VIEW: {**MADE_BY, **background.to_plain()}}, as_of=makers.DAY)
    return background


def test_the_view_gives_what_was_written(store: Store) -> None:
    """Tables and habits come back as they were, and nothing after another counting run or for another
    period.
    """
    made, kept = written(store), KeptBackground()
    found = kept.of(store, MADE_BY, END)
    assert found is not None
    assert (found.habits, found.tables.sources, found.tables.days) == (
        made.habits,
        ("gazette", "wire"),
        (*DAYS,),
    )
    for name in ("articles", "texts", "health"):
        assert np.array_equal(getattr(found.tables, name), getattr(made.tables, name))
    assert kept.of(store, {**MADE_BY, "counted": "run-2"}, END) is None
    assert kept.of(store, MADE_BY, END - timedelta(days=1)) is None


def test_a_process_reads_the_background_once_a_counting_run(store: Store) -> None:
    """Until the next counting run it is the one that was read before."""
    written(store)
    kept = KeptBackground()
    first = kept.of(store, MADE_BY, END)
    store.views.replace({}, as_of=makers.DAY)
    assert kept.of(store, MADE_BY, END) is first
    assert kept.of(store, {**MADE_BY, "counted": "run-2"}, END) is None


def test_tables_give_the_panel_of_the_rows() -> None:
    """A panel over tables that were read back has the arrays of one over the rows: a day without a row is not
    known, a degraded one weighs half.
    """
    tables = SourceTables.from_plain(source_tables(ROWS, DAYS).to_plain())
    over, of = (
        panel_over([], tables, narratives=[1]),
        panel_of([], ROWS, narratives=[1], days=DAYS),
    )
    for name in ("output", "weight", "known", "live"):
        assert np.array_equal(getattr(over, name), getattr(of, name))
    assert over.known.tolist() == [[True, False], [True, True]]
    assert over.weight[1].tolist() == [WEIGHTS["degraded"], WEIGHTS["degraded"]]
