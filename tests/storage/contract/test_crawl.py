"""What the crawler asks of its pages and polls beyond their first answer."""

from __future__ import annotations

from datetime import timedelta

from storage import ids
from storage.records import PageVersion, WarcPlace
from storage.store import Store
from tests.storage.makers import DAY, feed, hours, page, poll

MANY = 1_200
"""More than one statement takes."""


def test_what_a_poll_read_stays_with_it(store: Store) -> None:
    """Entries read, unreadable, followed and refused come back with the poll, large numbers too; a poll
    without a listing has
    none of them."""
    told = poll(
        entries=50_000,
        unreadable=3,
        unread_bytes=6_000_000_000,
        followed=49_000,
        refused={"off_domain": 900, "too_old": 100},
        leads_to="elsewhere.example",
    )
    failed = poll(polled_at=hours(1), outcome="http_404", status=404)
    store.feeds.record(feed(last_polled_at=DAY), told, [])
    assert store.feeds.last_polls() == [told]
    store.feeds.record(feed(last_polled_at=hours(1)), failed, [])
    assert store.feeds.last_polls() == [failed]
    assert store.feeds.polls(DAY, hours(2)) == [told, failed]
    assert store.feeds.last_polled([feed().feed_url, "https://nowhere.example/"]) == {
        feed().feed_url: hours(1)
    }


def test_pruned_polls_take_along_what_they_read(store: Store) -> None:
    """Nothing of a poll is left when it is forgotten."""
    store.feeds.record(feed(), poll(entries=2, followed=1), [])
    assert store.retention.remove_polls(hours(1), limit=10) == 1
    store.feeds.record(feed(), poll(entries=1, followed=0), [])
    assert [row.followed for row in store.feeds.polls(DAY, hours(1))] == [0]


def test_refused_pages_wait_again(store: Store) -> None:
    """Of many listed pages those that were refused become due at once; what is stored, or another address,
    stays as it is."""
    pages = [page(str(number)) for number in range(MANY)]
    store.pages.discover(pages)
    outcomes = ("stored", "duplicate", "http_404", "empty")
    store.pages.record_fetch(
        [
            page(str(number), fetch_outcome=outcomes[number % 4], fetched_at=DAY, attempts=1)
            for number in range(MANY)
        ]
    )
    refusals = ("http_404", "empty", "http_410")
    refused = store.pages.refused("alpha", refusals, DAY - timedelta(days=1))
    assert {row.fetch_outcome for row in refused} == {"http_404", "empty"}
    assert len(refused) == MANY // 2
    assert store.pages.refused("alpha", refusals, DAY + timedelta(days=1)) == []
    assert store.pages.refused("beta", refusals, DAY) == []
    assert len(store.pages.found_before([row.url for row in pages] + ["https://new.example/"])) == MANY
    store.pages.wait_again([row.page_id for row in pages], hours(1))
    assert store.pages.fetch_outcomes() == {"stored": MANY // 4, "duplicate": MANY // 4, "waiting": MANY // 2}
    assert store.pages.due("alpha", DAY, 10) == []
    assert len(store.pages.due("alpha", hours(1), MANY)) == MANY // 2


def test_a_wait_set_under_a_wrong_clock_holds_nobody(store: Store) -> None:
    """A page whose next attempt lies a month ahead, which no wait does, is due now; one that waits a week is
    not."""
    waits = {"month": timedelta(days=30), "week": timedelta(days=7)}
    store.pages.discover([page(name) for name in waits])
    store.pages.record_fetch(
        [page(name, attempts=1, next_attempt_at=DAY + wait) for name, wait in waits.items()]
    )
    assert [row.url for row in store.pages.due("alpha", DAY, 10)] == [page("month").url]


def test_versions_and_addresses(store: Store) -> None:
    """Later answers come back in order with their places; other addresses of a page are those that led to
    it."""
    store.pages.discover([page("1"), page("2"), page("3")])
    store.pages.record_fetch(
        [
            page("1", fetch_outcome="stored", fetched_at=DAY, attempts=1, final_url=page("1").url),
            page("2", fetch_outcome="duplicate", fetched_at=DAY, attempts=1, final_url=page("1").url),
            page("3", fetch_outcome="stored", fetched_at=DAY, attempts=1, final_url=page("3").url),
        ]
    )
    key = ids.page_id(page("1").url)
    gone = PageVersion(page_id=key, fetched_at=hours(9), outcome="http_410", status=410)
    edited = PageVersion(
        page_id=key,
        fetched_at=hours(3),
        outcome="stored",
        status=200,
        sha256="ab",
        fetch_run="crawl-2",
        warc=WarcPlace(file="a.warc.gz", offset=5_000_000_000, length=12),
    )
    for _ in range(2):
        store.pages.add_versions([gone, edited])
    store.pages.count_looks([key])
    assert store.pages.versions(key) == [edited, gone]
    assert store.pages.versions(ids.page_id(page("3").url)) == []
    assert store.pages.addresses(key) == [page("2").url]
    stored = store.pages.get(key)
    assert stored is not None
    assert (stored.attempts, stored.fetch_outcome) == (2, "stored")
