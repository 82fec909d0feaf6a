"""Counting what changed is counting everything: any sequence of changes, counted as they come, gives what a
full recount gives.
"""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from analysis.counts.counting import count
from storage import ids, stale_days
from storage.records import (
    Article,
    Assignment,
    CleanResult,
    CopyGroup,
    CopyMember,
    FeedPoll,
    FeedState,
    Page,
    Passage,
)
from storage.store import Store, open_store
from tests.counting.makers import at, day, hit, narrative, put_hits, source
from tests.digest.world import run

DAYS, ARTICLES, NARRATIVES = 24, 8, 3
SPAN = (day(-5), day(DAYS + 5))


class Desk:
    """A small workspace and what can happen to it."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.today = 20
        store.sources.sync([source(key, first_crawled_at=None) for key in ("s0", "s1", "s2")])
        for key in ("s0", "s1"):
            store.sources.mark_first_crawled(key, at(2))
        store.narratives.save([narrative(key) for key in range(1, NARRATIVES + 1)])
        store.narratives.save([narrative(9, kind="watched", statement_id="concerns")])

    def publish(self, number: int, on: int, other: int) -> None:
        """Article `number` is found, or cleaned again with another day or source, and cut into two
        passages.
        """
        url = f"https://s.example/{number}"
        key, moment = ids.page_id(url), at(on, other)
        page = Page(
            page_id=key,
            url=url,
            source_id=f"s{other % 3}",
            discovered_at=moment,
            origin="live",
            fetched_at=at(on, 23),
            fetch_outcome="stored",
        )
        self.store.pages.discover([page])
        self.store.pages.record_fetch([page])
        article = Article(
            article_id=key,
            source_id=f"s{other % 3}",
            url=url,
            title="T",
            body=f"Text {on}.",
            first_seen_at=moment,
            counted_at=moment,
            late=other == 11,
            origin="live",
            language="en",
            language_confidence=0.9,
            language_source="both",
            text_sha256=key,
            clean_version="1",
        )
        self.store.articles.save(
            [CleanResult(page_id=key, outcome="article", clean_version="1", clean_run="c", article=article)]
        )
        self.store.passages.save([key], [_passage(key, ordinal) for ordinal in (0, 1)])

    def refuse(self, number: int, on: int, other: int) -> None:
        """Article `number` is none by newer rules."""
        key = _key(number)
        if self.store.pages.get(key):
            self.store.articles.save(
                [CleanResult(page_id=key, outcome="too_short", clean_version="2", clean_run="c")]
            )

    def copy(self, number: int, on: int, other: int) -> None:
        """Article `number` joins the group of another."""
        one, two = _key(number), _key(other % ARTICLES)
        if len(self.store.articles.many([one, two])) == 2:
            group = CopyGroup(
                group_id=two,
                first_article_id=two,
                first_source_id="s0",
                first_at=at(0),
                first_at_latest=at(0),
                size=2,
                outlets=1,
            )
            members = [
                CopyMember(article_id=key, group_id=two, relation="near", containment=1.0)
                for key in {one, two}
            ]
            self.store.copies.replace([group], members, dissolved=[one] if on % 3 == 0 and one != two else [])

    def assign(self, number: int, on: int, other: int) -> None:
        """A passage goes to a narrative, or moves to it."""
        key = ids.passage_id(_key(number), on % 2)
        if self.store.passages.many([key]):
            told = Assignment(
                passage_id=key,
                narrative_id=1 + other % NARRATIVES,
                similarity=0.5,
                method="nearest",
                run_id="a",
            )
            self.store.narratives.save([], [told])

    def unassign(self, number: int, on: int, other: int) -> None:
        """A passage is taken out of its narrative."""
        self.store.narratives.unassign([ids.passage_id(_key(number), on % 2)])

    def match(self, number: int, on: int, other: int) -> None:
        """A passage endorses the watched statement, or refutes it."""
        key = ids.passage_id(_key(number), on % 2)
        if self.store.passages.many([key]):
            found = replace(hit("x", "refutes" if other % 2 else "endorses"), passage_id=key)
            put_hits(self.store, "concerns", [found])

    def merge(self, number: int, on: int, other: int) -> None:
        """A narrative goes into the first, or comes out of it again."""
        key = 2 + other % (NARRATIVES - 1)
        known = self.store.narratives.get(key)
        assert known is not None
        into = None if on % 2 else 1
        self.store.narratives.save([replace(known, merged_into=into, status="merged" if into else "active")])

    def poll(self, number: int, on: int, other: int) -> None:
        """A source is polled."""
        state = FeedState(
            feed_url=f"https://s{number % 3}.example/feed", source_id=f"s{number % 3}", kind="feed"
        )
        outcome = "stored" if other % 3 else "http_5xx"
        poll = FeedPoll(
            run_id="c",
            feed_url=state.feed_url,
            source_id=state.source_id,
            polled_at=at(on, other),
            outcome=outcome,
        )
        self.store.feeds.record(state, poll, [])

    def pass_time(self, number: int, on: int, other: int) -> None:
        """Another day comes."""
        self.today = min(self.today + other % 2, DAYS)


def _key(number: int) -> str:
    return ids.page_id(f"https://s.example/{number}")


def _passage(article_id: str, ordinal: int) -> Passage:
    return Passage(
        passage_id=ids.passage_id(article_id, ordinal),
        article_id=article_id,
        ordinal=ordinal,
        start=0,
        end=1,
        text="T",
        text_hash=f"{article_id}{ordinal}",
        language="en",
    )


CHANGES: tuple[Callable[[Desk, int, int, int], None], ...] = (
    Desk.publish,
    Desk.publish,
    Desk.copy,
    Desk.copy,
    Desk.assign,
    Desk.assign,
    Desk.assign,
    Desk.match,
    Desk.unassign,
    Desk.refuse,
    Desk.merge,
    Desk.poll,
    Desk.pass_time,
)
STEP = st.tuples(
    st.sampled_from(CHANGES), st.integers(0, ARTICLES - 1), st.integers(0, DAYS - 1), st.integers(0, 11)
)


def rows(store: Store) -> tuple[object, object]:
    """All that is counted."""
    return store.counts.observations(*SPAN), store.counts.source_days(*SPAN)


def recounted(file: Path, today: int) -> tuple[object, object]:
    """What counting everything anew gives for a copy of the database."""
    copy = file.with_name("copy.db")
    with sqlite3.connect(file) as source_file, sqlite3.connect(copy) as target:
        source_file.backup(target)
        target.execute("DELETE FROM observations")
        target.execute("DELETE FROM source_days")
        target.execute("DELETE FROM stale_days")
        target.execute(stale_days.mark_all("sqlite"))
    target.close()
    source_file.close()
    with open_store(f"sqlite:///{copy}") as store:
        run(store, count, today)
        return rows(store)


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(steps=st.lists(st.lists(STEP, min_size=1, max_size=12), min_size=1, max_size=6))
def test_counting_what_changed_is_counting_everything(
    steps: list[list[tuple[Callable[[Desk, int, int, int], None], int, int, int]]], template: Path
) -> None:
    """Found, cleaned again, refused, copied, assigned, moved, matched, merged, polled: after each count all
    rows are those of a recount.
    """
    with TemporaryDirectory() as folder:
        file = Path(folder) / "drumbeat.db"
        shutil.copy(template, file)
        with open_store(f"sqlite:///{file}") as store:
            desk = Desk(store)
            for part in steps:
                for change, number, on, other in part:
                    change(desk, number, on, other)
                run(store, count, desk.today)
                assert rows(store) == recounted(file, desk.today)


def test_a_change_during_the_count_is_counted_by_the_next(template: Path, tmp_path: Path) -> None:
    """A passage that is assigned while its day is counted leaves the day stale."""
    file = tmp_path / "drumbeat.db"
    shutil.copy(template, file)
    with open_store(f"sqlite:///{file}") as store, open_store(f"sqlite:///{file}") as writer:
        desk = Desk(store)
        desk.publish(0, 10, 3)
        settle = store.counts.settle

        def late(notes: object) -> None:
            Desk.assign(_Writing(writer), 0, 0, 1)  # type: ignore[arg-type]
            settle(notes)  # type: ignore[arg-type]

        store.counts.settle = late  # type: ignore[method-assign]
        run(store, count, 20)
        store.counts.settle = settle  # type: ignore[method-assign]
        assert store.counts.observations(*SPAN) == []
        run(store, count, 20)
        assert [item.narrative_id for item in store.counts.observations(*SPAN)] == [2]


class _Writing:
    """Another process' view of the workspace."""

    def __init__(self, store: Store) -> None:
        self.store = store
