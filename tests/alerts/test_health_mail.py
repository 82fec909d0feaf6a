"""The mail about the health of sources: what changed in a day, what it means, what to do; nothing
otherwise.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from config.workspace import Workspace
from drumbeat.alerts.health_mail import queue_health
from storage.records import FeedHealth, FeedPoll, FeedState
from tests.alerts.mailroom import NOW, Room, Server, serving, workspace
from tests.alerts.test_published import deliver_with

DAY = NOW.replace(hour=0) - timedelta(days=1)


def polled(room: Room, feed: str, condition: str, at: datetime, detail: str = "") -> None:
    """A poll that found a feed so."""
    url = f"https://{feed}.example/feed"
    state = FeedState(feed_url=url, source_id=feed, kind="feed")
    poll = FeedPoll(run_id=f"crawl-{at:%H%M}", feed_url=url, source_id=feed, polled_at=at, outcome="stored")
    health = FeedHealth(
        feed_url=url, source_id=feed, condition=condition, since=at, checked_at=at, detail=detail
    )
    room.store.feeds.record(state, poll, [], health)


def desk(room: Room) -> Workspace:
    """A workspace whose source-keeper gets the mail."""
    made = workspace(room.root, recipients=(), health_recipients=("keeper@example.org",))
    return replace(made)


@pytest.fixture
def quiet(room: Room) -> Room:
    """The room with its alert sent and nothing else to do."""
    room.store.alerts.set_state(room.one().delivery_id, "sent", at=NOW, attempts=1)
    return room


def test_what_changed_is_told_once(quiet: Room, server: Server) -> None:
    """A feed that broke with its remedy, one that got well, not one that broke and was mended the same
    day.
    """
    for feed, first, last in (("alpha", "well", "gone"), ("beta", "dns", "well"), ("gamma", "tls", "tls")):
        polled(quiet, feed, first, DAY - timedelta(days=1))
        polled(quiet, feed, last, DAY + timedelta(hours=9), "HTTP 404\r\nBcc: all@example.org")
    polled(quiet, "delta", "well", DAY - timedelta(days=1))
    polled(quiet, "delta", "server_error", DAY + timedelta(hours=3))
    polled(quiet, "delta", "well", DAY + timedelta(hours=5))
    with serving(server) as port:
        assert deliver_with(quiet, desk(quiet), port) == {"sent": 1}
        assert deliver_with(quiet, desk(quiet), port) == {}
    (mail,) = server.mails
    assert mail["Subject"] == "[Drumbeat] sources: 1 feed in trouble, 1 feed well again"
    assert mail["To"] == "keeper@example.org"
    text = mail.get_content()
    for words in ("alpha: gone (before: well)", "Find the outlet's new feed", "beta: well (before: dns)"):
        assert words in text, words
    for feed in ("gamma", "delta"):
        assert feed not in text
    assert "Bcc" not in mail


def test_nothing_changed_nothing_sent(quiet: Room) -> None:
    """No change, or nobody to tell: no message."""
    assert queue_health(quiet.store, desk(quiet), NOW) == 0
    polled(quiet, "alpha", "gone", DAY + timedelta(hours=9))
    assert queue_health(quiet.store, workspace(quiet.root), NOW) == 0
    assert queue_health(quiet.store, desk(quiet), NOW) == 1
    assert queue_health(quiet.store, desk(quiet), NOW) == 0
