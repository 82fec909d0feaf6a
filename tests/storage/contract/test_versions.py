"""Versions of pages, looks, and back-fills."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from storage.records import Backfill, Page, PageLook, PageVersion, VersionText, WarcPlace
from storage.store import Store
from tests.storage.makers import DAY, fetched, hours, page

STEPS = (timedelta(days=1), timedelta(days=3))


def stored(store: Store, *names: str) -> list[Page]:
    """Pages that were fetched."""
    found = [fetched(page(name), offset=1000 * place) for place, name in enumerate(names)]
    store.pages.discover(found)
    store.pages.record_fetch(found)
    return found


def version(of: Page, hour: float, outcome: str = "stored") -> PageVersion:
    """A later answer."""
    place = WarcPlace(file="crawl-00002.warc.gz", offset=int(hour * 1_000), length=9_000)
    return PageVersion(
        page_id=of.page_id,
        fetched_at=hours(hour),
        outcome=outcome,
        status=200,
        sha256="f" * 64,
        warc=place if outcome == "stored" else None,
    )


def text(of: Page, hour: float, change: str, **values: object) -> VersionText:
    """A cleaned one."""
    given = {"title": "T", "body": "B", "text_sha256": "e" * 64, "added": 40_000, "removed": 0}
    return VersionText(
        page_id=of.page_id, fetched_at=hours(hour), change=change, clean_outcome="article", clean_version="7",
        **{**given, **values},
    )  # fmt: skip


def test_versions_are_cleaned_once_by_the_same_rules(store: Store) -> None:
    """A page waits while one of its versions was not seen by the rules; texts come back as they went in."""
    one, two = stored(store, "1", "2")
    store.pages.add_versions([version(one, 30), version(one, 60), version(two, 30, "http_404")])
    ids = sorted([one.page_id, two.page_id])
    assert store.versions.to_clean("7") == ids
    assert store.versions.to_clean("7", after=ids[0]) == ids[1:]
    assert store.versions.to_clean("7", limit=1) == ids[:1]
    whole = [
        text(one, 30, "edited"),
        text(one, 60, "same_text"),
        text(two, 30, "withdrawn", body=None, added=None),
    ]
    store.versions.save(whole)
    store.versions.save(whole)
    assert store.versions.to_clean("7") == []
    assert store.versions.to_clean("8") == ids
    assert store.versions.texts(one.page_id) == whole[:2]
    assert store.versions.changed_between(hours(31), hours(61)) == [one.page_id]
    assert store.versions.latest(ids) == {
        one.page_id: version(one, 60),
        two.page_id: version(two, 30, "http_404"),
    }


@pytest.mark.parametrize(
    ("changes", "seen", "facts"),
    [
        ([], None, (None, 0, None, 0)),
        ([(30, "edited"), (60, "edited")], None, (30, 2, None, 60)),
        ([(30, "withdrawn")], 20, (None, 0, 30, 20)),
        ([(30, "withdrawn"), (60, "returned")], None, (None, 0, None, 60)),
        ([(30, "withdrawn"), (60, "unclear")], None, (None, 0, 30, 0)),
        ([(30, "edited"), (60, "withdrawn"), (90, "withdrawn")], None, (30, 1, 60, 30)),
    ],
)
def test_facts_of_a_history(
    store: Store, changes: list[tuple[int, str]], seen: int | None, facts: tuple[object, ...]
) -> None:
    """First edit, number of edits, first absence that lasts, and when it was there last."""
    [one] = stored(store, "1")
    assert one.fetched_at is not None
    store.versions.save([text(one, hour, change) for hour, change in changes])
    if seen:
        store.versions.look(PageLook(page_id=one.page_id, looked_at=hours(seen), was_there=True))
    found = store.versions.histories([one.page_id, "unknown"])
    assert list(found) == [one.page_id]
    one_history, (edited, edits, gone, last) = found[one.page_id], facts
    assert one_history.edited_at == (hours(edited) if edited else None)  # type: ignore[arg-type]
    assert one_history.edits == edits
    assert one_history.withdrawn_at == (hours(gone) if gone else None)  # type: ignore[arg-type]
    assert one_history.last_seen_at == (hours(last) if last else one.fetched_at)  # type: ignore[arg-type]


def test_looks_are_due_step_by_step(store: Store) -> None:
    """A page is due a day after its fetch, then after three, then no more; absences count as looks, and keep
    the day on which it was there."""
    [one] = stored(store, "1")
    start = one.fetched_at
    assert start is not None

    def due(days: float) -> bool:
        return bool(store.versions.to_look_at(one.source_id, start + timedelta(days=days), STEPS, 5))

    assert [due(0.9), due(1.1)] == [False, True]
    store.versions.look(PageLook(page_id=one.page_id, looked_at=start + timedelta(days=1), was_there=True))
    assert [due(1.1), due(3.1)] == [False, True]
    store.versions.look(PageLook(page_id=one.page_id, looked_at=start + timedelta(days=3), was_there=False))
    assert due(5) is False
    assert store.versions.histories([one.page_id])[one.page_id].last_seen_at == start + timedelta(days=1)


def test_a_back_fill_is_recorded_with_its_pages(store: Store) -> None:
    """New pages are inserted, known ones get their fetch, and the place is kept with them."""
    store.pages.discover([page("1")])
    progress = Backfill(
        name="https://archive.test/x.warc.gz", position=str(2**40), finished=False,
        counts={"stored": 2}, updated_at=DAY, run_id="backfill-1",
    )  # fmt: skip
    assert store.backfills.get(progress.name) is None
    store.backfills.record(progress, [fetched(page("1")), fetched(page("2"), offset=9)])
    store.backfills.record(progress, [])
    assert (store.backfills.get(progress.name), store.backfills.all()) == (progress, [progress])
    assert store.pages.fetch_outcomes() == {"stored": 2}


def test_pages_that_stand_for_addresses(store: Store) -> None:
    """By the address that they were found under, or else the first that was led to it."""
    led = [fetched(page(name), offset=place, final_url=page("2").url) for place, name in enumerate("31")]
    store.pages.discover(led)
    store.pages.record_fetch(led)
    found = store.pages.standing_for([page("2").url, page("3").url, page("9").url])
    assert {url: row.url for url, row in found.items()} == {
        page("2").url: min(led, key=lambda row: (row.discovered_at, row.page_id)).url,
        page("3").url: page("3").url,
    }
    store.pages.discover([page("2")])
    assert store.pages.standing_for([page("2").url])[page("2").url].url == page("2").url


def test_versions_by_their_records(store: Store) -> None:
    """Versions are found by the file that holds them; one without its record is not cleaned again."""
    (one,) = stored(store, "1")
    first, second = version(one, 30), version(one, 60)
    store.pages.add_versions([second, first, version(one, 90, "http_404")])
    assert store.versions.warc_files() == ["crawl-00002.warc.gz"]
    assert store.versions.by_place("crawl-00002.warc.gz") == [first, second]
    store.versions.save([text(one, 30, "edited"), text(one, 60, "same_text"), text(one, 90, "withdrawn")])
    assert store.versions.read([one.page_id]) == {(one.page_id, hours(hour)) for hour in (30, 60, 90)}
    moved = replace(first, warc=WarcPlace(file="kept-00001.warc.gz", offset=7, length=8))
    store.versions.place([moved, replace(second, warc=None)])
    assert store.pages.versions(one.page_id)[:2] == [moved, replace(second, warc=None)]
    assert store.versions.to_clean("8") == [one.page_id]
    store.versions.place([replace(first, warc=None)])
    store.versions.save([replace(text(one, 90, "withdrawn"), clean_version="8")])
    assert store.versions.to_clean("8") == []
