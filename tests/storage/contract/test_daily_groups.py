"""Daily groups on both engines."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np

from storage.records import DailyGroup, GroupCell
from storage.store import Store
from tests.storage.makers import spike

TODAY = date(2026, 3, 2)


def group(number: int = 1, *, day: date = TODAY, cells: int = 3) -> DailyGroup:
    """A group with some weeks of cells."""
    return DailyGroup(
        day=day,
        number=number,
        label="Ein Titel, «quoted»",
        centroid=np.linspace(-1, 1, 384).astype(np.float32),
        radius=0.51,
        build="e5",
        mean_version=3,
        passages=tuple(f"a{number}:{n:03d}" for n in range(40)),
        cells=tuple(
            GroupCell(f"outlet-{n % 7}", day - timedelta(days=n), n % 3, n % 3 + 1) for n in range(cells)
        ),
        run_id="assign-1",
    )


def same(one: DailyGroup, other: DailyGroup) -> bool:
    """Equal in every field."""
    names = [name for name in DailyGroup.__dataclass_fields__ if name != "centroid"]
    alike = all(getattr(one, name) == getattr(other, name) for name in names)
    return alike and bool((one.centroid == other.centroid).all())


def test_groups_come_back_whole(store: Store) -> None:
    """Every field survives, eight weeks of cells among them; a period ends before its last day."""
    given = [group(1, cells=56 * 7), group(2), group(1, day=TODAY + timedelta(days=1))]
    store.daily_groups.save(given)
    found = store.daily_groups.between(TODAY, TODAY + timedelta(days=1))
    assert len(found) == 2
    assert all(same(one, other) for one, other in zip(given, found, strict=False))


def test_a_day_drawn_again_replaces_its_groups(store: Store) -> None:
    """Those that bore a narrative stay, and so do other days."""
    store.daily_groups.save([group(1), group(2), group(1, day=TODAY - timedelta(days=1))])
    store.daily_groups.bore(group(2), 17)
    assert store.daily_groups.last_number(TODAY) == 2
    store.daily_groups.replace(TODAY, [group(3)])
    found = store.daily_groups.between(TODAY - timedelta(days=1), TODAY + timedelta(days=1))
    assert [(item.day, item.number, item.narrative_id) for item in found] == [
        (TODAY - timedelta(days=1), 1, None),
        (TODAY, 2, 17),
        (TODAY, 3, None),
    ]
    assert store.daily_groups.last_number(TODAY - timedelta(days=1)) == 0


def test_what_a_test_found_is_told_of_the_narrative(store: Store) -> None:
    """The figures survive, and become a spike of the number that was born."""
    found = spike("7-2026-03-02", narrative_id=7)
    store.daily_groups.save([group().tested(found)])
    (back,) = store.daily_groups.between(TODAY, TODAY + timedelta(days=1))
    assert back.told_of(7) == found
