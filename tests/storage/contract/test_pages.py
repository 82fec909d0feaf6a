"""Sources, feeds and pages."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from storage import ids
from storage.records import WarcPlace
from storage.store import Store
from tests.storage.makers import DAY, feed, fetched, hours, page, poll, source


def test_sources_come_back_as_they_went_in(store: Store) -> None:
    """Every field of a source survives, in the order of ids."""
    full = source(
        "beta", ownership="State-controlled", ownership_list="SMM", ownership_as_of=date(2025, 9, 1),
        verified=True,
        coverage_start=date(2026, 1, 1), coverage_end=date(2026, 6, 1), first_crawled_at=hours(3),
    )  # fmt: skip
    store.sources.sync([full, source("alpha")])
    assert store.sources.all() == [source("alpha"), full]
    assert store.sources.get("beta") == full
    assert store.sources.get("gamma") is None


def test_a_source_remembers_its_first_crawl(store: Store) -> None:
    """The first crawl is set once, and neither a second crawl nor a synchronisation changes it; unnamed
    sources stay.
    """
    store.sources.sync([source("alpha"), source("beta")])
    store.sources.mark_first_crawled("alpha", hours(1))
    store.sources.mark_first_crawled("alpha", hours(2))
    store.sources.sync([source("alpha", name="New name")])
    assert store.sources.all() == [
        source("alpha", name="New name", first_crawled_at=hours(1)),
        source("beta"),
    ]


def test_what_the_directory_names_no_more_is_removed_and_stays(store: Store) -> None:
    """Told all that the directory names, the store marks the others once, with the day; named again, a source
    is back.
    """
    store.sources.sync([source("alpha"), source("beta")], today=DAY.date())
    store.sources.sync([source("alpha")], today=date(2026, 5, 1))
    store.sources.sync([source("alpha")], today=date(2026, 6, 1))
    assert [row.source_id for row in store.sources.listed()] == ["alpha"]
    assert store.sources.all() == [source("alpha"), source("beta", removed_on=date(2026, 5, 1))]
    ends = source("beta", coverage_end=date(2026, 4, 1), removed_on=date(2026, 5, 1)).watched_until
    assert ends == date(2026, 4, 1)
    store.sources.sync([source("beta")], today=date(2026, 7, 1))
    assert [row.source_id for row in store.sources.listed()] == ["beta"]


def test_a_poll_is_recorded_with_what_it_brought(store: Store) -> None:
    """State, poll and new pages are there together; known pages are not counted again."""
    assert (
        store.feeds.record(feed(etag='"x"', last_polled_at=DAY), poll(entries=2), [page("1"), page("2")]) == 2
    )
    assert store.feeds.record(feed(failures=1), poll(polled_at=hours(1)), [page("2"), page("3")]) == 1
    assert store.feeds.get(feed().feed_url) == feed(failures=1)
    assert store.feeds.all() == [feed(failures=1)]
    assert store.feeds.get("https://nowhere.example/") is None
    assert store.feeds.polls(DAY, hours(1)) == [poll(entries=2)]
    assert len(store.feeds.polls(DAY, hours(2))) == 2
    assert store.pages.fetch_outcomes() == {"waiting": 3}


def test_a_poll_written_twice_is_there_once(store: Store) -> None:
    """A killed run that records its poll again doubles nothing."""
    for _ in range(2):
        store.feeds.record(feed(), poll(), [page("1")])
    assert store.feeds.polls(DAY, hours(1)) == [poll()]


def test_pages_are_found_once(store: Store) -> None:
    """A URL is one page, whoever finds it again; the first finder stays."""
    first = page(
        "1",
        hints={"title": "Ça ira", "published": "2026-03-02T00:00:00Z"},
        discovered_from="https://alpha.example/feed",
    )
    assert store.pages.discover([first, replace(first, hints={})]) == 1
    assert store.pages.discover([page("1", source_id="beta"), page("2")]) == 1
    assert store.pages.get(first.page_id) == first
    assert store.pages.known([first.url, "https://alpha.example/unknown"]) == {first.url}
    assert store.pages.known([]) == set()


def test_very_long_addresses_are_pages_too(store: Store) -> None:
    """A URL longer than an index entry may be is found, and found again."""
    long = page("x" * 60_000)
    assert store.pages.discover([long]) == 1
    assert store.pages.known([long.url]) == {long.url}
    assert store.pages.by_url(long.url) == long


def test_due_pages_come_in_the_order_they_were_found(store: Store) -> None:
    """Waiting pages of the source, oldest first; those with a later attempt or an outcome are left out."""
    late = page("1", discovered_at=hours(2))
    early = page("2", discovered_at=hours(1))
    postponed, other, done = page("3"), page("4", source_id="beta"), page("5")
    store.pages.discover([late, early, postponed, other, done])
    retry = replace(postponed, attempts=1, next_attempt_at=hours(6), fetch_run="crawl-1")
    store.pages.record_fetch([retry, fetched(done)])
    assert store.pages.due("alpha", hours(5), 10) == [early, late]
    assert store.pages.due("alpha", hours(6), 10) == [retry, early, late]
    assert store.pages.due("alpha", hours(6), 1) == [retry]
    assert store.pages.fetch_outcomes("crawl-1") == {"stored": 1, "waiting": 1}


def test_a_fetch_comes_back_whole(store: Store) -> None:
    """Every fetch field survives; what was known at discovery stays."""
    found = page("1", hints={"title": "T"})
    store.pages.discover([found])
    done = fetched(
        found,
        final_url="https://alpha.example/moved",
        origin="backfill",
        warc=WarcPlace(file="a.warc.gz", offset=2**40, length=7),
    )
    store.pages.record_fetch([done])
    assert store.pages.get(found.page_id) == done
    assert store.pages.by_url(found.url) == done
    assert store.pages.by_url("https://alpha.example/moved") == done
    assert store.pages.by_url("https://alpha.example/nowhere") is None
    assert store.pages.by_place("a.warc.gz") == [done]
    assert store.pages.warc_files() == ["a.warc.gz"]


def test_finished_fetches_by_source_and_time(store: Store) -> None:
    """Pages whose fetch ended in the span, with their outcome; what still waits is not among them."""
    waiting = replace(fetched(page("3")), fetch_outcome=None)
    others = [
        fetched(page("1")),
        fetched(page("2"), fetched_at=hours(5), fetch_outcome="http_404", warc=None),
        waiting,
    ]
    store.pages.discover([page(name) for name in "123"])
    store.pages.record_fetch(others)
    assert store.pages.fetched(hours(0), hours(9)) == [
        ("alpha", hours(1), "stored"),
        ("alpha", hours(5), "http_404"),
    ]
    assert store.pages.fetched(hours(1), hours(5)) == [("alpha", hours(1), "stored")]


def test_its_own_address_wins_over_a_redirect(store: Store) -> None:
    """A URL that is a page and the target of another page's redirect leads to the page."""
    direct, redirected = page("1"), page("2")
    store.pages.discover([direct, redirected])
    store.pages.record_fetch([fetched(redirected, final_url=direct.url)])
    assert store.pages.by_url(direct.url) == direct


def test_pages_to_clean_come_in_pages(store: Store) -> None:
    """Archived pages unseen by these rules, by id, a bounded number after a given id."""
    pages = [page(str(number)) for number in range(5)]
    store.pages.discover(pages)
    done = sorted(
        (fetched(one, offset=place) for place, one in enumerate(pages[:4])), key=lambda one: one.page_id
    )
    store.pages.record_fetch(done)
    assert store.pages.to_clean("1") == done
    assert store.pages.to_clean("1", limit=2) == done[:2]
    assert store.pages.to_clean("1", after=done[1].page_id) == done[2:]
    assert store.pages.clean_outcomes() == {"waiting": 4}


def test_outcomes_of_a_period(store: Store) -> None:
    """What was fetched in a period is counted with what became of it, and what still waits for its fetch."""
    pages = [page(str(number)) for number in range(5)]
    store.pages.discover(pages)
    ends = fetched(pages[0]).fetched_at
    assert ends is not None
    store.pages.record_fetch([fetched(one, offset=place) for place, one in enumerate(pages[:3])])
    before, after = ends - timedelta(seconds=1), ends + timedelta(seconds=1)
    inside = store.pages.outcomes_between(before, after)
    assert inside == ({"stored": 3, "waiting": 2}, {"waiting": 3})
    assert store.pages.outcomes_between(after, after + timedelta(days=7)) == ({"waiting": 2}, {})


def test_many_pages_in_any_order(store: Store) -> None:
    """More pages than fit in one statement are found, known and counted."""
    pages = [page(str(number)) for number in range(1200)]
    assert store.pages.discover(list(reversed(pages))) == 1200
    assert store.pages.known([one.url for one in pages]) == {one.url for one in pages}


@pytest.mark.parametrize(
    "odd",
    [
        "nul \x00 here",
        "lone \ud800 surrogate",
        "tab\tnewline\n",
        "🥁 दुनिया 世界 עולם",
        "'; DROP TABLE pages; --",
    ],
)
def test_odd_text_is_kept(store: Store, odd: str) -> None:
    """What broken pages send is stored; only NUL and lone surrogates become U+FFFD, one for one."""
    expected = odd.replace("\x00", "\ufffd").replace("\ud800", "\ufffd")
    store.pages.discover([page("1", hints={"title": odd, odd: 1}, discovered_from=odd)])
    found = store.pages.get(page("1").page_id)
    assert found is not None
    assert found.discovered_from == expected
    assert found.hints in ({"title": odd, odd: 1}, {"title": expected, expected: 1})


def test_ids_of_broken_text_exist() -> None:
    """A lone surrogate has an id like any other text."""
    assert len(ids.page_id("\ud800")) == 16
    assert len(ids.text_hash("\ud800")) == 32
