"""The page of one source."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
from starlette.testclient import TestClient

from config.clock import FixedClock
from config.sources import SourceConfig
from config.workspace import Workspace
from drumbeat.web.app import make_app
from storage.records import FeedHealth, FeedPoll, FeedState, SourceDay
from storage.store import Store
from tests.storage import makers

FEED = "https://wire.example/feed.xml"
ROW = SourceConfig.model_validate(
    {
        "id": "wire",
        "name": "Wire",
        "domain": "wire.example",
        "country": "XB",
        "languages": ["en"],
        "ownership": {"label": "State-controlled <b>", "listed_in": "A list", "as_of": "2025-09-01"},
        "also_labelled": [{"label": "state-run", "listed_in": "Another list"}],
        "not_listed_in": ["A third list"],
        "feeds": [{"url": FEED, "listed_in": "where it stands"}, {"url": "spider:wire"}],
    }
)


@pytest.fixture
def client(store: Store, workspace: Workspace) -> Iterator[TestClient]:
    """The dashboard of a workspace with an outlet that has a history."""
    state = FeedState(feed_url=FEED, source_id="wire", kind="feed", last_polled_at=makers.hours(40))
    poll = FeedPoll(
        run_id="r",
        feed_url=FEED,
        source_id="wire",
        polled_at=makers.hours(40),
        outcome="stored",
        status=200,
        entries=1_234,
        followed=987,
    )
    health = FeedHealth(
        feed_url=FEED,
        source_id="wire",
        condition="moved",
        since=makers.hours(40),
        checked_at=makers.hours(40),
        detail="every entry leads to <script>",
    )
    store.feeds.record(state, poll, [], health)
    start = makers.hours(0).date()
    days = [
        SourceDay(
            source_id=source_id,
            day=start + timedelta(days=number),
            articles=articles,
            copy_groups=articles,
            fetched=articles,
            failed=2,
            polls=24,
            polls_failed=0,
            health="ok",
        )
        for source_id, articles in (("wire", 41_000), ("gazette", 5))
        for number in (0, 1)
    ]
    store.counts.replace(start, start + timedelta(days=2), [], days)
    app = make_app(
        store=store, workspace=replace(workspace, sources=(ROW,)), clock=FixedClock(makers.hours(48))
    )
    with TestClient(app, base_url="http://127.0.0.1") as opened:
        yield opened


def test_it_shows_listings_output_and_owners(client: TestClient) -> None:
    """Each listing with condition and remedy, the output of each day, every label with its list and day; what
    outlets send stays text.
    """
    text = client.get("/sources/wire").text
    for shown in (
        "It leads to another domain.",
        "change <code>domain</code>",
        "spider:wire",
        "82,000 articles",
    ):
        assert shown in text or shown.replace("<code>", "`").replace("</code>", "`") in text, shown
    assert text.count("<rect") == 2
    assert "never tried" in text or "Nobody has tried this address yet." in text
    for label in ("State-controlled &lt;b&gt;", "A list", "2025-09-01", "state-run", "Another list"):
        assert label in text
    assert "A third list" in text
    assert "leads to &lt;script&gt;" in text
    assert "<script" not in text
    assert 'href="/sources/wire"' in client.get("/sources").text


def test_an_outlet_that_left_the_directory_has_its_page_and_is_in_no_list(
    client: TestClient, store: Store
) -> None:
    """Its coverage stays to be looked at; health, polls and choices do not name it."""
    rest = [row for row in store.sources.all() if row.source_id != "wire"]
    store.sources.sync(rest, today=makers.hours(48).date())
    assert "Taken out of the source directory" in client.get("/sources/wire").text
    assert FEED not in client.get("/sources").text
    assert 'value="wire"' not in client.get("/search").text
    assert [row["source_id"] for row in client.get("/api/sources").json()] == ["gazette"]
    assert client.get("/sources/nobody").status_code == 404
