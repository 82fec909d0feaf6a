"""Every statement that a run or a page sends finds its rows by an index, on both engines.

Each method of each store is either in `CALLS`, and what it sends is explained by the engine, or in `EXEMPT`,
with the reason.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any, Final

import numpy as np
import psycopg
import pytest
import sqlalchemy as sa

from storage.engine import Database
from storage.migrate import migrate
from storage.records import (
    Backfill,
    CopySketch,
    Page,
    PageLook,
    PageVersion,
    SearchFilters,
    VersionText,
    WarcPlace,
)
from storage.records.told import StaleDay
from storage.store import Store, open_store
from tests.postgresql import named
from tests.storage.contract.test_daily_groups import group as daily_group
from tests.storage.filler import FIRST_EVENT, STATEMENT, WORDING, fill, moment, name_of, passage_ids_of
from tests.storage.makers import (
    BUILD,
    DAY,
    alert,
    article,
    cleaned,
    comparison,
    delivery,
    feed,
    fetched,
    group,
    hours,
    member,
    narrative,
    page,
    passage,
    poll,
    sketch,
    spike,
    unit,
)

ARTICLES: Final = 1000
START, END = moment(500), moment(510)
ONE = article(name_of(500))
KEYS = passage_ids_of(500)
FOUND: Page = page("new")
TEXT_HASH = passage(ONE, 0, f"{ONE.article_id} 0 said.").text_hash
SKETCH = CopySketch(
    article_id=ONE.article_id, counted_at=START, runs=np.arange(9, dtype=np.uint32), is_whole=True
)

BACKFILL = Backfill(name="x", position="0", finished=False, counts={}, updated_at=DAY, run_id="r")
LOOK = PageLook(page_id=ONE.article_id, looked_at=DAY, was_there=True)
VERSION_TEXT = VersionText(
    page_id=ONE.article_id, fetched_at=DAY, change="edited", clean_outcome="article", clean_version="1"
)

CALLS: Final[dict[str, Callable[[Store], object]]] = {
    "accounts.audit_trail": lambda s: s.accounts.audit_trail(START, END),
    "counts.days_of_source": lambda s: s.counts.days_of_source("x", START.date(), END.date()),
    "counts.polls_between": lambda s: s.counts.polls_between(START, END),
    "links.of": lambda s: s.links.of(1),
    "links.to": lambda s: s.links.to(1),
    "lists.hits_and_linked": lambda s: s.lists.hits_and_linked(STATEMENT, [1], after=(END, "x"), limit=10),
    "narratives.shown_as": lambda s: s.narratives.shown_as(1),
    "places.cuts_of": lambda s: s.places.cuts_of([ONE.article_id]),
    "places.of": lambda s: s.places.of([ONE.article_id]),
    "places.save": lambda s: s.places.save([ONE.article_id], [], version="1", through=1),
    "places.told_about": lambda s: s.places.told_about(START, END),
    "places.waiting": lambda s: s.places.waiting("1", limit=10),
    "versions.by_place": lambda s: s.versions.by_place("x"),
    "versions.read": lambda s: s.versions.read([ONE.article_id]),
    "alerts.between": lambda s: s.alerts.between(START, END),
    "alerts.create": lambda s: s.alerts.create(alert("9-2026-03-02"), [delivery(alert("9-2026-03-02"))]),
    "alerts.create_all": lambda s: s.alerts.create_all([(alert("9-2026-03-02"), [])]),
    "alerts.get": lambda s: s.alerts.get("x"),
    "alerts.has_mark": lambda s: s.alerts.has_mark("x"),
    "alerts.outbox": lambda s: s.alerts.outbox(),
    "alerts.set_state": lambda s: s.alerts.set_state(
        delivery(alert("9-2026-03-02")).delivery_id, "sent", at=DAY, attempts=1
    ),
    "articles.between": lambda s: s.articles.between(START, END),
    "articles.counted": lambda s: s.articles.counted(START, END),
    "articles.get": lambda s: s.articles.get("x"),
    "articles.many": lambda s: s.articles.many([ONE.article_id]),
    "articles.save": lambda s: s.articles.save([cleaned(ONE)]),
    "articles.titles": lambda s: s.articles.titles(START, END),
    "backfills.get": lambda s: s.backfills.get("x"),
    "backfills.record": lambda s: s.backfills.record(BACKFILL, [FOUND]),
    "drift.anchors": lambda s: s.drift.anchors([3]),
    "drift.forget": lambda s: s.drift.forget([3]),
    "drift.of": lambda s: s.drift.of(3),
    "health.changes": lambda s: s.health.changes(START, END),
    "health.get": lambda s: s.health.get("x"),
    "copies.all_members": lambda s: s.copies.all_members(START, END),
    "copies.group": lambda s: s.copies.group("x"),
    "copies.groups": lambda s: s.copies.groups(START, END),
    "copies.links": lambda s: s.copies.links([ONE.article_id]),
    "copies.members": lambda s: s.copies.members([ONE.article_id]),
    "copies.of": lambda s: s.copies.of([ONE.article_id]),
    "copies.replace": lambda s: s.copies.replace(
        [group(ONE)], [member(ONE, ONE.article_id)], dissolved=["x"], sketches=[sketch(ONE)]
    ),
    "copies.sketch": lambda s: s.copies.sketch([sketch(ONE)]),
    "copies.sketched": lambda s: s.copies.sketched([ONE.article_id]),
    "copies.sketches": lambda s: s.copies.sketches(START, END),
    "copies.ungrouped": lambda s: s.copies.ungrouped(),
    "copies.unsketched": lambda s: s.copies.unsketched(START, END),
    "copies.waiting": lambda s: s.copies.waiting(),
    "counts.cells": lambda s: [
        s.counts.cells(START.date(), END.date()),
        s.counts.cells(START.date(), END.date(), narrative_ids=[3, 4]),
    ],
    "counts.fetches": lambda s: s.counts.fetches(START.date(), END.date()),
    "counts.observations": lambda s: [
        s.counts.observations(START.date(), END.date()),
        s.counts.observations(START.date(), END.date(), narrative_id=3),
    ],
    "counts.polls": lambda s: s.counts.polls(START.date(), END.date()),
    "counts.replace": lambda s: s.counts.replace(START.date(), END.date(), [], []),
    "counts.settle": lambda s: s.counts.settle([StaleDay(DAY.date(), 0, 1)]),
    "counts.source_day_rows": lambda s: s.counts.source_day_rows(START.date(), END.date()),
    "counts.source_days": lambda s: s.counts.source_days(START.date(), END.date()),
    "events.all": lambda s: s.events.all(moment(2900), moment(3000)),
    "events.get": lambda s: s.events.get(FIRST_EVENT),
    "events.members": lambda s: s.events.members(FIRST_EVENT + 1),
    "events.of": lambda s: s.events.of(KEYS),
    "events.replace": lambda s: s.events.replace(moment(2990), [], {}),
    "feeds.get": lambda s: s.feeds.get("x"),
    "feeds.last_polled": lambda s: s.feeds.last_polled(["x"]),
    "feeds.last_polls": lambda s: s.feeds.last_polls(),
    "feeds.polls": lambda s: s.feeds.polls(START, END),
    "feeds.record": lambda s: s.feeds.record(feed(), poll(polled_at=hours(-5)), [FOUND]),
    "means.get": lambda s: s.means.get(BUILD, 1),
    "means.latest": lambda s: s.means.latest(BUILD),
    "narratives.assignments": lambda s: [
        s.narratives.assignments(start=START, end=END),
        s.narratives.assignments(narrative_id=3),
    ],
    "narratives.assigned": lambda s: s.narratives.assigned(KEYS),
    "narratives.held": lambda s: s.narratives.held(START, END),
    "narratives.holders": lambda s: s.narratives.holders([TEXT_HASH], START),
    "narratives.mark": lambda s: s.narratives.mark("x"),
    "narratives.set_mark": lambda s: [s.narratives.set_mark("x", DAY), s.narratives.set_mark("x", None)],
    "narratives.get": lambda s: s.narratives.get(3),
    "narratives.lineage": lambda s: [
        s.narratives.lineage(3),
        s.narratives.lineage(kinds=("dormant", "revived")),
        s.narratives.lineage(kinds=("born", "split_from"), since=START),
    ],
    "narratives.members": lambda s: s.narratives.members(3, after=KEYS[0], limit=10),
    "narratives.next_id": lambda s: s.narratives.next_id(),
    "narratives.leading_to": lambda s: s.narratives.leading_to([3, 4]),
    "narratives.resolve": lambda s: s.narratives.resolve(3),
    "narratives.save": lambda s: s.narratives.save([narrative(3)]),
    "narratives.unassign": lambda s: s.narratives.unassign(KEYS),
    "pages.add_versions": lambda s: s.pages.add_versions(
        [PageVersion(page_id=ONE.article_id, fetched_at=DAY, outcome="stored")]
    ),
    "pages.addresses": lambda s: s.pages.addresses(ONE.article_id),
    "pages.by_place": lambda s: s.pages.by_place("another.warc.gz"),
    "pages.by_url": lambda s: s.pages.by_url("x"),
    "pages.cleaned": lambda s: s.pages.cleaned("s1", 10),
    "pages.count_looks": lambda s: s.pages.count_looks([ONE.article_id]),
    "pages.discover": lambda s: s.pages.discover([FOUND]),
    "pages.due": lambda s: s.pages.due("s1", DAY, 10),
    "pages.fetched": lambda s: s.pages.fetched(START, END),
    "pages.found_before": lambda s: s.pages.found_before([ONE.url]),
    "pages.fetched_by_source": lambda s: s.pages.fetched_by_source(moment(505)),
    "pages.get": lambda s: s.pages.get("x"),
    "pages.many": lambda s: s.pages.many([ONE.article_id]),
    "pages.known": lambda s: s.pages.known([ONE.url]),
    "pages.outcomes_between": lambda s: s.pages.outcomes_between(START, END),
    "pages.record_fetch": lambda s: s.pages.record_fetch([fetched(FOUND)]),
    "pages.refused": lambda s: s.pages.refused("s1", ["http_404", "empty"], DAY),
    "pages.versions": lambda s: s.pages.versions(ONE.article_id),
    "pages.wait_again": lambda s: s.pages.wait_again([ONE.article_id], DAY),
    "pages.standing_for": lambda s: s.pages.standing_for([FOUND.url]),
    "pages.to_clean": lambda s: [s.pages.to_clean("1"), s.pages.to_clean("2", limit=10)],
    "passages.embedded_after": lambda s: s.passages.embedded_after(BUILD, 1, limit=10),
    "passages.facts_of": lambda s: s.passages.facts_of(KEYS),
    "passages.facts_of_articles": lambda s: s.passages.facts_of_articles([ONE.article_id]),
    "passages.keep_read": lambda s: s.passages.keep_read("reader", "1", 5),
    "passages.leads": lambda s: s.passages.leads(START, END, limit=5),
    "passages.many": lambda s: s.passages.many(KEYS),
    "passages.of_article": lambda s: s.passages.of_article(ONE.article_id),
    "passages.of_articles": lambda s: s.passages.of_articles([ONE.article_id]),
    "passages.read_through": lambda s: s.passages.read_through("reader", "1"),
    "passages.save": lambda s: s.passages.save([ONE.article_id], [passage(ONE)]),
    "passages.numbered": lambda s: s.passages.numbered([1]),
    "passages.told": lambda s: s.passages.told(START, END),
    "passages.unassigned": lambda s: s.passages.unassigned(BUILD, START, END),
    "passages.uncut": lambda s: s.passages.uncut(),
    "passages.unembedded": lambda s: s.passages.unembedded(BUILD),
    "passages.window": lambda s: s.passages.window(START, END),
    "retention.articles_before": lambda s: s.retention.articles_before(
        END, after=(START, ONE.article_id), limit=5
    ),
    "retention.first_counted_day": lambda s: s.retention.first_counted_day(),
    "retention.forget_places": lambda s: s.retention.forget_places([article(name_of(902)).article_id]),
    "retention.move_places": lambda s: s.retention.move_places(
        {article(name_of(901)).article_id: WarcPlace(file="kept.warc.gz", offset=1, length=1)}
    ),
    "retention.passages_of": lambda s: s.retention.passages_of([ONE.article_id]),
    "retention.remove_articles": lambda s: s.retention.remove_articles([article(name_of(900)).article_id]),
    "retention.remove_numbers": lambda s: s.retention.remove_numbers(DAY.date(), DAY.date()),
    "retention.remove_polls": lambda s: s.retention.remove_polls(hours(-(10**6)), limit=10),
    "retention.remove_runs": lambda s: s.retention.remove_runs(["count-7"]),
    "runs.finish": lambda s: s.runs.finish("count-3", now=DAY, state="done", counts={}),
    "runs.interrupt_open": lambda s: s.runs.interrupt_open("count", DAY),
    "runs.last": lambda s: [s.runs.last("count"), s.runs.last("count", state="failed")],
    "runs.recent": lambda s: s.runs.recent(10),
    "runs.start": lambda s: s.runs.start("count", now=DAY, seed=1, versions={}, parameters={}),
    "sources.get": lambda s: s.sources.get("x"),
    "sources.named": lambda s: s.sources.named(["x"]),
    "daily_groups.between": lambda s: s.daily_groups.between(START.date(), END.date()),
    "daily_groups.bore": lambda s: s.daily_groups.bore(daily_group(), 1),
    "daily_groups.last_number": lambda s: s.daily_groups.last_number(START.date()),
    "daily_groups.replace": lambda s: s.daily_groups.replace(START.date(), [daily_group()]),
    "daily_groups.save": lambda s: s.daily_groups.save([daily_group()]),
    "spikes.between": lambda s: s.spikes.between(START.date(), END.date()),
    "spikes.get": lambda s: s.spikes.get("x"),
    "spikes.replace": lambda s: s.spikes.replace(START.date(), []),
    "spikes.save": lambda s: s.spikes.save([spike()]),
    "lists.alerts": lambda s: s.lists.alerts(after=(END, "x"), limit=5),
    "lists.assigned": lambda s: s.lists.assigned([1, 2], after=(END, "x"), limit=5),
    "lists.events": lambda s: s.lists.events(START, END, after=(END, 7), limit=5),
    "lists.hits": lambda s: s.lists.hits(STATEMENT, after=(END, "x"), limit=5),
    "lists.languages": lambda s: s.lists.languages(),
    "versions.changed_between": lambda s: s.versions.changed_between(START, END),
    "versions.histories": lambda s: s.versions.histories([ONE.article_id]),
    "versions.latest": lambda s: s.versions.latest([ONE.article_id]),
    "versions.look": lambda s: s.versions.look(LOOK),
    "versions.save": lambda s: s.versions.save([VERSION_TEXT]),
    "versions.texts": lambda s: s.versions.texts(ONE.article_id),
    "versions.to_clean": lambda s: s.versions.to_clean("1", after="x"),
    "versions.to_look_at": lambda s: s.versions.to_look_at("s1", DAY, [timedelta(days=1)], 10),
    "vectors.after": lambda s: s.vectors.after(BUILD, 2, limit=5),
    "tellings.assigned": lambda s: s.tellings.assigned([3], start=START, end=END),
    "tellings.assigned_count": lambda s: s.tellings.assigned_count(START, END),
    "tellings.between": lambda s: s.tellings.between(START, END),
    "tellings.carried_by": lambda s: s.tellings.carried_by([ONE.article_id]),
    "tellings.groups": lambda s: s.tellings.groups([ONE.article_id]),
    "tellings.hits": lambda s: s.tellings.hits(STATEMENT, start=START, end=END),
    "tellings.printed": lambda s: s.tellings.printed(START, END),
    "tellings.repeated": lambda s: s.tellings.repeated(START, END, articles=2, outlets=2),
    "vectors.any": lambda s: s.vectors.any(BUILD),
    "vectors.by_language": lambda s: s.vectors.by_language(BUILD, per_language=5),
    "vectors.changes": lambda s: s.vectors.changes(after=1),
    "vectors.embedded": lambda s: s.vectors.embedded(BUILD, [1, 2], filters=SearchFilters()),
    "vectors.forget_changes": lambda s: s.vectors.forget_changes(before=1),
    "vectors.get": lambda s: s.vectors.get(BUILD, [passage(ONE, 0, f"{ONE.article_id} 0 said.").text_hash]),
    "vectors.has": lambda s: s.vectors.has(BUILD, ["x"]),
    "vectors.known": lambda s: s.vectors.known(BUILD, ["x"]),
    "vectors.marks": lambda s: s.vectors.marks(),
    "vectors.put": lambda s: s.vectors.put(BUILD, {"x": unit(1)}),
    "vectors.told": lambda s: s.vectors.told(BUILD, START, END),
    "watch.keep_ordinary": lambda s: s.watch.keep_ordinary(BUILD, 1, []),
    "watch.ordinary": lambda s: s.watch.ordinary(BUILD, 1, ["x"]),
    "watch.compared_through": lambda s: s.watch.compared_through(STATEMENT, WORDING),
    "watch.hits": lambda s: s.watch.hits(start=START, end=END),
    "watch.put": lambda s: s.watch.put([comparison(STATEMENT, WORDING)]),
    "watch.drop": lambda s: s.watch.drop(STATEMENT, KEYS[0]),
    "watch_learned.forget_label": lambda s: s.watch_learned.forget_label(STATEMENT, KEYS[0]),
    "watch_learned.keep_sample": lambda s: s.watch_learned.keep_sample(BUILD, 1, []),
    "watch_learned.sample": lambda s: s.watch_learned.sample(BUILD, 1),
    "watch.unmatched": lambda s: s.watch.unmatched(BUILD, STATEMENT, WORDING),
}
"""What a stage, a command or a page asks, with arguments that ask for little."""

FEW = "reads a small table whole: its rows do not grow with coverage"
WHOLE = "reads all there is, and says so; asked by no stage and no page"
EXEMPT: Final[dict[str, str]] = {
    **{
        f"accounts.{name}": "accounts of a desk, their browsers and tokens: " + FEW
        for name in (
            "all",
            "forget_idle",
            "get",
            "give",
            "save",
            "sign_in",
            "sign_out",
            "signed_in",
            "take_back",
            "tell",
            "token",
            "tokens",
        )
    },
    "links.all": "narratives that are shown as a watched one: " + FEW,
    "links.replace": "narratives that are shown as a watched one: " + FEW,
    "narratives.counted_as": "every number, as `survivors`: " + WHOLE,
    "sources.listed": FEW,
    "versions.place": "writes by key what `by_place` gave",
    "versions.warc_files": "the files of the archive, by `storage check` and `prune`: " + WHOLE,
    "reports.all_edits": "what people said of reports: " + FEW,
    "alerts.deliveries": "of one alert by index; without one, " + WHOLE,
    "articles.count": WHOLE,
    "alerts.mark": "writes what a person said of an alert: " + FEW,
    "alerts.marks": "what people said of alerts: " + FEW,
    "backfills.all": FEW,
    "corrections.in_force": FEW,
    "drift.latest": "one row a narrative that is told: it does not grow with coverage",
    "drift.save": "writes by key, without reading",
    "health.all": FEW,
    "health.pause": FEW,
    "health.pauses": FEW,
    "reports.edit": "one row an edit: " + FEW,
    "reports.edits": "one row an edit: " + FEW,
    "reports.last": "one row a week and edition: " + FEW,
    "reports.publish": "one row a week and edition: " + FEW,
    "reports.revisions": "one row a week and edition: " + FEW,
    "reports.since": "one row a week and edition: " + FEW,
    "corrections.add": FEW,
    "corrections.all": FEW,
    "counts.stale_days": FEW,
    "feeds.all": FEW,
    "kinds.all": FEW,
    "kinds.forget": FEW,
    "kinds.of": FEW,
    "kinds.save": FEW,
    "lists.kinds": FEW,
    "lists.labels": FEW,
    "lists.merged_into": FEW,
    "lists.narratives": FEW,
    "lists.watched": FEW,
    "means.freeze": FEW,
    "narratives.all": FEW,
    "narratives.pending": FEW,
    "narratives.save_themes": FEW,
    "narratives.set_pending": FEW,
    "narratives.sizes": FEW,
    "narratives.survivors": FEW,
    "narratives.themes": FEW,
    "pages.clean_outcomes": "counts every page; no stage and no page of the dashboard asks for it",
    "pages.fetch_outcomes": "counts every page; no stage and no page of the dashboard asks for it",
    "pages.warc_files": "walks an index for `storage check`, which reads every record anyway",
    "retention.cited": FEW,
    "retention.figures": WHOLE,
    "retention.numbers_before": "counts what is old, once a prune",
    "retention.polls_before": "counts what is old, once a prune",
    "retention.remove_events": "looks at every old event, once a prune",
    "retention.runs_before": "reads every old run, once a prune",
    "search.ranked_at_most": "the full-text index has plans of its own",
    "search.text": "the full-text index has plans of its own",
    "sources.all": FEW,
    "sources.mark_first_crawled": FEW,
    "sources.sync": FEW,
    "vectors.count": WHOLE,
    "views.get": FEW,
    "views.put": FEW,
    "views.replace": FEW,
    "watch.add": "writes rows by their keys",
    "watch_learned.grown": FEW,
    "watch_learned.keep_grown": FEW,
    "watch_learned.ordinary_texts": "the first of each language, once for a version of the means",
    "watch_learned.keep_label": "writes one row by its key",
    "watch_learned.labels": FEW,
    "watch.supporting": "reads every hit: the watched narratives are told from all of them",
}
BIG: Final = {
    "pages", "articles", "copy_groups", "copy_members", "passages", "vectors", "assignments", "lineage",
    "watch_hits",
    "events", "event_members", "observations", "source_days", "spikes", "alerts", "deliveries", "runs",
    "feed_polls",
    "copy_sketches", "copy_links", "passage_changes", "daily_groups",
}  # fmt: skip
"""Tables that grow with coverage."""


def test_every_method_is_explained_or_exempt(sqlite_store: Store) -> None:
    """A new method of a store is added here, or exempted with its reason."""
    methods = {
        f"{noun}.{name}"
        for noun, store in vars(sqlite_store).items()
        if not noun.startswith("_")
        for name, _ in inspect.getmembers(store, inspect.ismethod)
        if not name.startswith("_")
    }
    assert methods - CALLS.keys() - EXEMPT.keys() == set()
    assert (CALLS.keys() | EXEMPT.keys()) - methods == set()
    assert CALLS.keys() & EXEMPT.keys() == set()


EARLY: Final = {
    "runs.recent": "reads the newest runs from the end of their index",
    "vectors.by_language": "the first of each language is read from the beginning of an index",
    "retention.remove_articles": "the few builds are read from the ends of their runs in the key",
    "vectors.marks": "the highest and the first numbers are read from the ends of their keys",
    "vectors.forget_changes": "the highest number is read from the end of the key",
    "retention.first_counted_day": "the first day is read from the beginning of an index",
    "passages.unembedded": "the highest number is read from the end of the key",
    "narratives.next_id": "the highest number is read from the end of the key",
    "passages.save": "the highest number is read from the end of the key",
    "lists.languages": "one step into an index for each language",
}
"""Calls that walk an index from its end, and stop after the first rows."""


Sent = list[tuple[str, Any]]


@contextmanager
def listening(engine: sa.Engine) -> Iterator[Sent]:
    """Statements, with their first parameters, that the engine sends while the block runs."""
    sent: Sent = []

    def note(_: Any, __: Any, statement: str, parameters: Any, ___: Any, many: bool) -> None:
        sent.append((statement, parameters[0] if many and parameters else parameters))

    sa.event.listen(engine, "before_cursor_execute", note)
    try:
        yield sent
    finally:
        sa.event.remove(engine, "before_cursor_execute", note)


def statements_of(store: Store, call: Callable[[Store], object]) -> Sent:
    """What a call sends, less what only begins and ends."""
    engine: sa.Engine = store._database.engine
    with listening(engine) as sent:
        call(store)
    kinds = ("SELECT", "INSERT", "UPDATE", "DELETE", "WITH")
    return [item for item in sent if item[0].lstrip().upper().startswith(kinds)]


@pytest.fixture(scope="module")
def sqlite_filled(templates: Any, tmp_path_factory: pytest.TempPathFactory) -> str:
    """A filled SQLite database."""
    path = tmp_path_factory.mktemp("plans") / "drumbeat.db"
    path.write_bytes(templates.read_bytes())
    fill(f"sqlite:///{path}", ARTICLES)
    return f"sqlite:///{path}"


def sqlite_walks(database: Database, statement: str, parameters: Any, *, early: bool) -> list[str]:
    """Lines of the plan that go through a big table, or through an index of it, from end to end."""
    with database.read() as connection:
        plan = [
            str(row[3]) for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)
        ]
    scans = [line for line in plan if line.startswith("SCAN") and line.split()[1] in BIG]
    return [line for line in scans if not (early and "USING" in line)]


@pytest.mark.parametrize("name", sorted(CALLS))
def test_sqlite_seeks(sqlite_filled: str, name: str) -> None:
    """No hot statement scans a table that grows."""
    database = Database(sqlite_filled)
    with open_store(sqlite_filled) as store:
        sent = statements_of(store, CALLS[name])
    walks = {item[0]: found for item in sent if (found := sqlite_walks(database, *item, early=name in EARLY))}
    database.close()
    assert sent
    assert walks == {}


@pytest.fixture(scope="module")
def postgresql_filled(postgresql: str) -> Iterator[str]:
    """A filled PostgreSQL database, its planner told to scan a table only where no index serves.

    At this size scanning is often cheaper, at a desk's never: what is tested is that an index can serve.
    """
    with psycopg.connect(postgresql, autocommit=True) as connection:
        connection.execute("CREATE DATABASE plans")
        connection.execute("ALTER DATABASE plans SET enable_seqscan = off")
    url = named(postgresql, "plans")
    migrate(url)
    fill(url, ARTICLES)
    yield url
    with psycopg.connect(postgresql, autocommit=True) as connection:
        connection.execute("DROP DATABASE plans WITH (FORCE)")


def nodes_of(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Every step of a plan."""
    yield plan
    for child in plan.get("Plans", ()):
        yield from nodes_of(child)


def postgresql_walks(database: Database, statement: str, parameters: Any, *, early: bool) -> list[str]:
    """Steps that go through a big table, or through an index of it, without a condition on the index."""
    with database.read() as connection:
        (row,) = connection.exec_driver_sql(f"EXPLAIN (FORMAT JSON) {statement}", parameters).all()
    found = []
    for node in nodes_of(row[0][0]["Plan"]):
        name = f"{node['Node Type']} on {node.get('Relation Name')}"
        walked = name.startswith("Seq") or ("Index" in name and "Index Cond" not in node and not early)
        if node.get("Relation Name") in BIG and walked:
            found.append(name)
    return found


@pytest.mark.parametrize("name", sorted(CALLS))
def test_postgresql_seeks(postgresql_filled: str, name: str) -> None:
    """No hot statement scans a table that grows."""
    database = Database(postgresql_filled)
    with open_store(postgresql_filled) as store:
        sent = statements_of(store, CALLS[name])
    walks = {
        item[0]: found for item in sent if (found := postgresql_walks(database, *item, early=name in EARLY))
    }
    database.close()
    assert sent
    assert walks == {}
