"""Days that have to be counted again: whatever is counted of a day notes it, on both engines."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from datetime import date, timedelta

from storage.records import Assignment, CopyGroup, CopyMember, FeedPoll, FeedState, Observation
from storage.store import Store
from tests.storage.makers import (
    DAY,
    add_articles,
    add_passages,
    article,
    cleaned,
    hours,
    narrative,
    page,
    refused,
)

FIRST = DAY.date()


def noted(store: Store) -> list[int]:
    """The stale days, by their distance from the first."""
    return sorted({(note.day - FIRST).days for note in store.counts.stale_days()})


def settle(store: Store) -> None:
    """Nothing is stale any more."""
    store.counts.settle(store.counts.stale_days())
    assert noted(store) == []


def told(passages: Collection[str], number: int = 1) -> list[Assignment]:
    """Passages given to a narrative."""
    return [
        Assignment(passage_id=key, narrative_id=number, similarity=0.5, method="nearest", run_id="r")
        for key in passages
    ]


def test_articles_make_their_days_stale(store: Store) -> None:
    """A new article, one that moves to another day, and one that is refused now; cleaned again as it was it
    changes nothing.
    """
    add_articles(store, [article("1"), article("2", counted_at=hours(30))])
    assert noted(store) == [0, 1]
    settle(store)
    store.articles.save([cleaned(article("1", title="Another"))])
    assert noted(store) == []
    store.articles.save([cleaned(article("1", counted_at=hours(50)))])
    assert noted(store) == [0, 2]
    settle(store)
    store.articles.save([refused("1")])
    assert noted(store) == [2]


def test_copies_make_the_days_of_their_members_stale(store: Store) -> None:
    """Joining and leaving a group does; standing for oneself does not."""
    add_articles(store, [article("1"), article("2", counted_at=hours(30))])
    settle(store)
    one, two = page("1").page_id, page("2").page_id
    group = CopyGroup(
        group_id=one,
        first_article_id=one,
        first_source_id="alpha",
        first_at=DAY,
        first_at_latest=DAY,
        size=2,
        outlets=1,
    )
    members = [
        CopyMember(article_id=key, group_id=one, relation="near", containment=1.0) for key in (one, two)
    ]
    store.copies.replace([group], members)
    assert noted(store) == [1]
    settle(store)
    store.copies.replace([group], members)
    assert noted(store) == []
    store.copies.replace([], [], dissolved=[one])
    assert noted(store) == [1]


def test_what_is_told_makes_its_days_stale(store: Store) -> None:
    """Passages that are given, moved and taken away, and passages that are no more; the same again does
    not.
    """
    made = add_passages(store, ["1", "2"])
    ids = [item.passage_id for item in made]
    store.narratives.save([narrative(1), narrative(2)])
    settle(store)
    store.narratives.save([], told(ids[:1]))
    assert noted(store) == [0]
    settle(store)
    store.narratives.save([], told(ids[:1]))
    assert noted(store) == []
    store.narratives.save([], told(ids[:1], 2))
    assert noted(store) == [0]
    settle(store)
    store.narratives.unassign(ids[:1])
    assert noted(store) == [0]
    settle(store)
    store.passages.save([made[0].article_id], [])
    assert noted(store) == [0]


def test_a_merge_makes_all_observed_days_stale(store: Store) -> None:
    """Days on which the merged narrative was observed, wherever its articles are now; not those of others."""
    store.narratives.save([narrative(1), narrative(2)])
    seen = [
        Observation(
            narrative_id=number,
            source_id="alpha",
            day=FIRST + timedelta(days=number - 1),
            articles=1,
            copy_groups=1,
            own_texts=1,
        )
        for number in (1, 2)
    ]
    store.counts.replace(FIRST, FIRST + timedelta(days=2), seen, [])
    settle(store)
    store.narratives.save([narrative(2, merged_into=1)])
    assert noted(store) == [1]
    settle(store)
    store.narratives.save([narrative(2)])
    assert noted(store) == [0, 1]


def test_polls_and_fetches_make_their_days_stale(store: Store) -> None:
    """What health is judged by is counted anew."""
    add_articles(store, [article("1")])
    settle(store)
    state = FeedState(feed_url="https://alpha.example/feed", source_id="alpha", kind="feed")
    poll = FeedPoll(
        run_id="c", feed_url=state.feed_url, source_id="alpha", polled_at=hours(75), outcome="stored"
    )
    store.feeds.record(state, poll, [])
    assert noted(store) == [3]
    settle(store)
    found = store.pages.get(page("1").page_id)
    assert found is not None
    store.pages.record_fetch([found])
    assert noted(store) == []
    store.pages.record_fetch([replace(found, fetched_at=hours(30), fetch_outcome="timeout")])
    assert noted(store) == [0, 1]


def test_a_change_while_a_day_is_counted_leaves_it_stale(store: Store) -> None:
    """Notes are taken back as they were read, and no others."""
    add_articles(store, [article("1")])
    read = store.counts.stale_days()
    add_articles(store, [article("2")])
    store.counts.settle(read)
    assert noted(store) == [0]
    settle(store)


def test_attempts_are_counted_by_day(store: Store) -> None:
    """Polls and fetches by source, UTC day and outcome, as the days lie on both engines."""
    add_articles(store, [article("1"), article("2"), article("3")])
    state = FeedState(feed_url="https://alpha.example/feed", source_id="alpha", kind="feed")
    for hour, outcome in ((0, "stored"), (23.99, "stored"), (24, "timeout")):
        poll = FeedPoll(
            run_id="c", feed_url=state.feed_url, source_id="alpha", polled_at=hours(hour), outcome=outcome
        )
        store.feeds.record(state, poll, [])
    end = FIRST + timedelta(days=2)
    assert sorted(store.counts.polls(FIRST, end)) == [
        ("alpha", FIRST, "stored", 2),
        ("alpha", date(2026, 3, 3), "timeout", 1),
    ]
    assert store.counts.fetches(FIRST, end) == [("alpha", FIRST, "stored", 3)]
    assert store.counts.fetches(end, end) == []
