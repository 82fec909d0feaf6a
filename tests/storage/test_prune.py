"""Retention: what is old goes, what is cited stays, a kill costs nothing."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from config.clock import FixedClock
from config.progress import NoProgress
from storage import schema
from storage.archive import ArchiveReader, ArchiveWriter
from storage.check import check
from storage.errors import ArchiveError, StorageError
from storage.pages import archived_response
from storage.prune import KINDS, PruneOrder, PruneReport, known_kinds, prune
from storage.records import Correction, Event, Observation, PageVersion, SearchFilters, VersionText
from storage.store import Store
from storage.stores.pages import PRUNED
from storage.stores.retention import RetentionStore, article_ids
from tests.storage.makers import (
    BUILD,
    DAY,
    add_passages,
    alert,
    archive_page,
    article,
    cleaned,
    feed,
    fetched,
    group,
    hours,
    member,
    narrative,
    page,
    poll,
    spike,
    unit,
)

OLD, YOUNG = 12, 5
NOW = DAY + timedelta(days=400)
OLDER_THAN = 200


def names() -> list[str]:
    """Articles, the old ones first."""
    return [f"old-{n}" for n in range(OLD)] + [f"young-{n}" for n in range(YOUNG)]


@pytest.fixture
def folders(tmp_path: Path) -> tuple[Path, Path]:
    """Archive and reports."""
    (tmp_path / "reports").mkdir()
    return tmp_path / "archive", tmp_path / "reports"


def order(folders: tuple[Path, Path], *kinds: Any, dry_run: bool = False) -> PruneOrder:
    """An order to prune."""
    return PruneOrder(
        kinds=known_kinds(kinds or KINDS), older_than_days=OLDER_THAN, now=NOW, archive_dir=folders[0],
        report_dir=folders[1], archive_file_bytes=10**8, dry_run=dry_run,
    )  # fmt: skip


def pruned(store: Store, folders: tuple[Path, Path], *kinds: Any, dry_run: bool = False) -> PruneReport:
    """Prune."""
    return prune(store, order(folders, *kinds, dry_run=dry_run), NoProgress())


@pytest.fixture
def filled(store: Store, folders: tuple[Path, Path]) -> Store:
    """Old and young coverage; of the old, an exemplar, a corrected passage, an alert's and a report's
    evidence.
    """
    made = add_passages(store, names(), vectors=[unit(1, n) for n in range(OLD + YOUNG)])
    young = [replace(article(name), counted_at=NOW) for name in names()[OLD:]]
    store.articles.save([cleaned(one) for one in young])
    originals = [article(name) for name in names()]
    store.copies.replace(
        [group(one) for one in originals], [member(one, one.article_id) for one in originals]
    )
    store.narratives.save([narrative(1, exemplars=(made[0].passage_id,))])
    store.corrections.add(
        Correction(correction_id="c", at=DAY, kind="reject", narrative_id=1, passage_id=made[1].passage_id)
    )
    store.alerts.create(alert(evidence={"quotes": [{"passage_id": made[2].passage_id}]}), [])
    report = {"new": [{"quotes": [{"article_id": made[3].article_id}]}]}
    (folders[1] / "2026-W10.json").write_text(json.dumps(report), encoding="utf-8")
    archive(store, folders[0])
    add_numbers(store)
    return store


def archive(store: Store, folder: Path) -> None:
    """Responses of old and of young pages, in a file each."""
    for part, at in ((names()[:OLD], hours(1)), (names()[OLD:], NOW)):
        with ArchiveWriter(folder, max_bytes=10**9, name="crawl") as writer:
            pages = [page(name) for name in part]
            done = [
                fetched(one, warc=archive_page(writer, one, body=one.url.encode()), fetched_at=at)
                for one in pages
            ]
        store.pages.record_fetch(done)


def add_numbers(store: Store) -> None:
    """Polls, runs, counts, spikes and events, old and young."""
    for at in (DAY, NOW):
        store.feeds.record(feed(), poll(polled_at=at), [])
        for _ in range(2):
            run = store.runs.start("count", now=at, seed=1, versions={}, parameters={})
            store.runs.finish(run.run_id, now=at, state="done", counts={})
        seen = Observation(
            narrative_id=1, source_id="a", day=at.date(), articles=1, copy_groups=1, own_texts=1
        )
        store.counts.replace(at.date(), at.date() + timedelta(days=1), [seen], [])
        quiet = spike(f"7-{at:%Y-%m-%d}", decision="digest", day=at.date())
        store.spikes.save([spike(day=DAY.date()), quiet])
    store.events.replace(DAY, [Event(event_id=2**51, label="x", first_at=DAY, last_at=DAY, articles=1)], {})


def left(store: Store) -> set[str]:
    """Names of the articles that are there."""
    by_id = {article(name).article_id: name for name in names()}
    return {by_id[item.article_id] for item in store.articles.between(hours(-1), NOW + timedelta(days=1))}


EVIDENCE = {f"old-{n}" for n in range(4)}


def test_what_is_old_goes_and_evidence_stays(filled: Store, folders: tuple[Path, Path]) -> None:
    """Of old articles only those cited by a narrative, a correction, an alert or a report are left, whole."""
    report = pruned(filled, folders)
    assert left(filled) == EVIDENCE | set(names()[OLD:])
    assert (report.cited, report.removed["articles"], report.removed["passages"]) == (4, OLD - 4, OLD - 4)
    assert report.removed["vectors"] == OLD - 4
    rows = filled.passages.window(hours(-1), NOW + timedelta(days=1))
    assert len(rows) == len(filled.vectors.has(BUILD, [row.text_hash for row in rows])) == 4 + YOUNG
    hits = filled.search.text("mauritania", filters=SearchFilters(), limit=99)
    assert len(hits) == 4 + YOUNG
    assert {key: filled.copies.group(article(key).article_id) is None for key in ("old-0", "old-9")} == {
        "old-0": False,
        "old-9": True,
    }
    assert report.figures_before["articles"] - report.figures_after["articles"] == OLD - 4


def test_numbers_polls_and_runs(filled: Store, folders: tuple[Path, Path]) -> None:
    """Old rows go; a spike with an alert and each stage's last run stay."""
    report = pruned(filled, folders)
    names_of_rows = ("feed_polls", "runs", "observations", "spikes", "events")
    assert {name: report.removed[name] for name in names_of_rows} == {
        "feed_polls": 1, "runs": 2, "observations": 1, "spikes": 1, "events": 1,
    }  # fmt: skip
    assert [run.started_at for run in filled.runs.recent()] == [NOW, NOW]
    assert [item.spike_id for item in filled.spikes.between(DAY.date(), NOW.date() + timedelta(days=1))] == [
        "1-2026-03-02",
        f"7-{NOW:%Y-%m-%d}",
    ]


def test_a_stage_keeps_its_last_run(filled: Store, folders: tuple[Path, Path]) -> None:
    """A stage that rested for long goes on from its last run, however old."""
    run = filled.runs.start("refit", now=DAY, seed=1, versions={}, parameters={})
    filled.runs.finish(run.run_id, now=DAY, state="done", counts={})
    pruned(filled, folders, "runs")
    last = filled.runs.last("refit")
    assert last is not None
    assert last.run_id == run.run_id


def test_the_archive_keeps_what_is_cited_or_unread(filled: Store, folders: tuple[Path, Path]) -> None:
    """An old file gives way to one with the responses that stay; rows follow, nothing is left without a
    record.
    """
    with ArchiveWriter(folders[0], max_bytes=10**9, name="crawl") as writer:
        found = [page("old-9"), page("unread")]
        filled.pages.discover(found[1:])
        filled.pages.record_fetch([fetched(one, warc=archive_page(writer, one)) for one in found])
    report = pruned(filled, folders, "archive")
    assert report.removed["archive_files"] == 2
    reader = ArchiveReader(folders[0])
    assert [file.split("-")[0] for file in reader.files()] == ["crawl", "kept"]
    for name in sorted(EVIDENCE):
        assert archived_response(filled, folders[0], page(name).url).body == page(name).url.encode()
    assert [one.url for one in filled.pages.to_clean("1")] == [page("unread").url]
    with pytest.raises(ArchiveError, match="pruned"):
        archived_response(filled, folders[0], page("old-8").url)
    report_of_check = check(filled, folders[0], adopt=True, clock=FixedClock(NOW))
    assert (report_of_check.orphans, report_of_check.missing) == ((), ())
    assert pruned(filled, folders, "archive").removed == {"archive_files": 0, "archive_bytes": 0}


def test_versions_of_what_is_cited_stay(filled: Store, folders: tuple[Path, Path]) -> None:
    """Of old later versions those of cited articles and those that nobody has read keep their records, though
    no page points into their file; the others' texts go with their articles.
    """
    names_of_versions = ("old-0", "old-9", "old-8", "young-1")
    with ArchiveWriter(folders[0], max_bytes=10**9, name="later") as writer:
        versions = [
            PageVersion(
                page_id=page(name).page_id,
                fetched_at=hours(40),
                outcome="stored",
                warc=archive_page(writer, page(name), body=f"later {name}".encode()),
            )
            for name in names_of_versions
        ]
    filled.pages.add_versions(versions)
    cited, old, unread, young = versions
    filled.versions.save([version_text(one) for one in (cited, old, young)])
    pruned(filled, folders, "archive")
    reader = ArchiveReader(folders[0])
    places = {one.page_id: filled.pages.versions(one.page_id)[0].warc for one in versions}
    for one, name in ((cited, "old-0"), (unread, "old-8")):
        place = places[one.page_id]
        assert place is not None
        assert reader.read(place).body == f"later {name}".encode()
    assert (places[old.page_id], places[young.page_id]) == (None, None)
    assert filled.versions.to_clean("1") == [unread.page_id]
    report = check(filled, folders[0], adopt=True, clock=FixedClock(NOW))
    assert (report.orphans, report.is_whole) == ((), True)
    pruned(filled, folders, "articles")
    left_texts = {one.page_id for one in versions if filled.versions.texts(one.page_id)}
    assert left_texts == {cited.page_id, young.page_id}


def version_text(of: PageVersion) -> VersionText:
    """What cleaning made of a version."""
    return VersionText(
        page_id=of.page_id,
        fetched_at=of.fetched_at,
        change="edited",
        clean_outcome="article",
        clean_version="1",
        title="T",
        body="B",
        text_sha256="e" * 64,
    )


def test_what_was_pruned_is_not_cleaned_or_fetched_again(filled: Store, folders: tuple[Path, Path]) -> None:
    """Its page stays known, and no newer rules ask for it."""
    pruned(filled, folders)
    gone = filled.pages.get(page("old-9").page_id)
    assert gone is not None
    assert (gone.clean_version, gone.fetch_outcome, gone.warc) == (PRUNED, "stored", None)
    assert filled.pages.discover([page("old-9")]) == 0
    waiting = {one.url for one in filled.pages.to_clean("next rules")}
    assert page("old-9").url not in waiting
    assert page("young-0").url in waiting


def everything(store: Store) -> dict[str, int]:
    """Rows by table."""
    with store._database.read() as connection:
        return {
            table.name: connection.execute(sa.select(sa.func.count()).select_from(table)).scalar_one()
            for table in schema.metadata.sorted_tables
        }


def test_a_dry_run_says_and_does_nothing(filled: Store, folders: tuple[Path, Path]) -> None:
    """It tells the figures of the prune that follows, and leaves every row and file."""
    before, files = everything(filled), ArchiveReader(folders[0]).files()
    told = pruned(filled, folders, dry_run=True)
    assert (everything(filled), ArchiveReader(folders[0]).files()) == (before, files)
    done = pruned(filled, folders)
    assert told.removed == {name: count for name, count in done.removed.items() if name in told.removed}
    assert done.removed.keys() - told.removed.keys() == {"vectors", "events"}


def test_a_second_prune_finds_nothing(filled: Store, folders: tuple[Path, Path]) -> None:
    """What is left is young or cited."""
    pruned(filled, folders)
    before = everything(filled)
    again = pruned(filled, folders)
    assert set(again.removed.values()) == {0}
    assert everything(filled) == before


STEPS = (
    "remove_articles", "remove_events", "remove_polls", "remove_runs", "remove_numbers", "forget_places",
    "move_places",
)  # fmt: skip


class Killed(BaseException):
    """The process ends here."""


@pytest.fixture
def dying(monkeypatch: pytest.MonkeyPatch) -> Iterator[random.Random]:
    """Before each of the store's steps a prune may be killed."""
    dice = random.Random(20261128)
    for name in STEPS:
        step = getattr(RetentionStore, name)

        def mortal(*given: Any, step: Any = step, **named: Any) -> Any:
            if dice.random() < 0.3:
                raise Killed
            return step(*given, **named)

        monkeypatch.setattr(RetentionStore, name, mortal)
    yield dice


def test_a_killed_prune_goes_on(filled: Store, folders: tuple[Path, Path], dying: random.Random) -> None:
    """Killed at seeded moments, again and again, it ends where an undisturbed one ends, and never points
    nowhere.
    """
    for _ in range(40):
        with suppress(Killed):
            pruned(filled, folders)
        report = check(filled, folders[0], adopt=False, clock=FixedClock(NOW))
        assert report.missing == ()
    dying.random = lambda: 1.0  # type: ignore[method-assign]
    pruned(filled, folders)
    assert left(filled) == EVIDENCE | set(names()[OLD:])
    for name in sorted(EVIDENCE):
        assert archived_response(filled, folders[0], page(name).url).body == page(name).url.encode()
    assert set(pruned(filled, folders).removed.values()) == {0}


def test_a_file_that_a_killed_prune_left_goes(
    filled: Store, folders: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Killed when the rows are gone and the file is not, the next prune removes it; records that wait for
    adoption stay.
    """

    def killed(*_: Any, **__: Any) -> None:
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(Path, "unlink", killed)
        with suppress(Killed):
            pruned(filled, folders, "archive")
    with ArchiveWriter(folders[0], max_bytes=10**9, name="crawl") as writer:
        archive_page(writer, page("never recorded"))
    assert len(ArchiveReader(folders[0]).files()) == 4
    assert pruned(filled, folders, "archive").removed["archive_files"] == 1
    assert [file.split("-")[0] for file in ArchiveReader(folders[0]).files()] == ["crawl", "crawl", "kept"]


def test_a_file_that_a_killed_writer_left_open_is_passed_over(
    filled: Store, folders: tuple[Path, Path]
) -> None:
    """It is closed by the next crawl, and pruned after that."""
    first = folders[0] / ArchiveReader(folders[0]).files()[0]
    first.rename(first.with_name(f"{first.name}.open"))
    assert pruned(filled, folders, "archive").removed["archive_files"] == 0


def test_an_unreadable_report_stops_everything(filled: Store, folders: tuple[Path, Path]) -> None:
    """What it cites is not known."""
    (folders[1] / "2026-W11.json").write_text("{", encoding="utf-8")
    before = everything(filled)
    with pytest.raises(StorageError, match="2026-W11"):
        pruned(filled, folders)
    assert everything(filled) == before


def test_nothing_young_is_pruned(store: Store, folders: tuple[Path, Path]) -> None:
    """Every kind has its least age, and unknown kinds are named."""
    with pytest.raises(StorageError, match="at least 180 days"):
        prune(store, replace(order(folders, "articles"), older_than_days=90), NoProgress())
    with pytest.raises(StorageError, match="expected one of archive"):
        known_kinds(["bodies"])


def test_ids_are_found_wherever_they_stand() -> None:
    """Ids of articles, and of passages, in lists, values and keys; other strings are none."""
    one, two, three = "0123456789abcdef", "1123456789abcdef", "2123456789abcdef"
    plain = {"a": [{"id": f"{one}:004"}, two, 3, None], three: {"x": "0123456789abcdeg", "y": f"see {one}x"}}
    assert article_ids(plain) == {one, two, three}
