"""What an answer means, and what is inside it."""

from __future__ import annotations

import contextlib
import gzip
import time
import tracemalloc
import zlib
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.answers import RETRYABLE, Answer, TooLarge, Undecodable, decompress, page_outcome
from crawler.failures import FAILURES
from crawler.listings import ChildSitemap, Listing
from crawler.outcomes import FETCH_OUTCOMES
from crawler.results import conditional_headers, new_state, page_after, poll_outcome, state_after
from storage.records import Page

NOW = datetime(2026, 3, 2, 8, tzinfo=UTC)
TEXT = b"hello world, " * 1_000


def answer(
    status: int | None = 200, *, body: bytes = b"<html>x", content_type: str = "text/html", **changes: Any
) -> Answer:
    """An answer."""
    headers = (("Content-Type", content_type), *changes.pop("headers", ()))
    return Answer(
        url="http://o.example/1",
        final_url="http://o.example/1",
        kind="page",
        fetched_at=NOW,
        status=status,
        headers=headers,
        body=body,
        **changes,
    )


@pytest.mark.parametrize(
    ("status", "outcome", "again"),
    [
        (200, "stored", False),
        (203, "stored", False),
        (301, "redirect_loop", False),
        (304, "redirect_loop", False),
        (404, "http_404", False),
        (410, "http_410", False),
        (403, "http_4xx", False),
        (429, "http_4xx", True),
        (408, "http_4xx", True),
        (451, "http_4xx", False),
        (500, "http_5xx", True),
        (503, "http_5xx", True),
        (999, "http_4xx", False),
        (0, "connection_failed", True),
        (101, "connection_failed", True),
        (-200, "connection_failed", True),
    ],
)
def test_statuses(status: int, outcome: str, again: bool) -> None:
    """Every status has one outcome, and it is known whether its reason may pass."""
    assert (page_outcome(answer(status)), answer(status).is_retryable) == (outcome, again)


@pytest.mark.parametrize(
    ("content_type", "body", "outcome"),
    [
        ("text/html; charset=x", b"<p>", "stored"),
        ("text/html", b" \n", "empty"),
        ("APPLICATION/XHTML+XML", b"<p>", "stored"),
        ("text/html, text/html; charset=utf-8", b"<p>", "stored"),
        ("application/pdf", b"%PDF", "not_html"),
        ("text/html", b"%PDF-1.7", "not_html"),
        ("text/plain", b"<!doctype html><p>", "stored"),
        ("application/xml", b"<?xml version='1.0'?>\n<!DOCTYPE html PUBLIC 'x'><html>", "stored"),
        ("application/xml", b"<rss><description>&lt;html> <html></description></rss>", "not_html"),
        ("", b"\xef\xbb\xbf <!DOCTYPE html><p>", "stored"),
        ("", b"%PDF-1.7", "not_html"),
        ("image/png", b"<html>", "stored"),
    ],
)
def test_what_is_a_page(content_type: str, body: bytes, outcome: str) -> None:
    """The first bytes count; the declared type does where they leave it open."""
    assert page_outcome(answer(content_type=content_type, body=body)) == outcome


def test_every_outcome_is_explained() -> None:
    """Whatever may come out has its line in the outcomes."""
    assert {outcome for _, outcome in FAILURES} | RETRYABLE <= set(FETCH_OUTCOMES)


def _raw_deflate(data: bytes) -> bytes:
    packer = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
    return packer.compress(data) + packer.flush()


@pytest.mark.parametrize(
    ("body", "encoding"),
    [
        (gzip.compress(TEXT, mtime=0), "gzip"),
        (gzip.compress(TEXT, mtime=0), " X-GZIP "),
        (zlib.compress(TEXT), "deflate"),
        (_raw_deflate(TEXT), "deflate"),
        (gzip.compress(zlib.compress(TEXT), mtime=0), "deflate, gzip"),
        (TEXT, ""),
        (TEXT, "identity"),
        (gzip.compress(TEXT, mtime=0) + b"\x00" * 9, "gzip"),
        (gzip.compress(TEXT[:500], mtime=0) + gzip.compress(TEXT[500:], mtime=0), "gzip"),
    ],
)
def test_decompression(body: bytes, encoding: str) -> None:
    """gzip, also in several members and with padding, both things called deflate, and several layers."""
    assert decompress(body, encoding, len(TEXT)) == TEXT


@pytest.mark.parametrize(
    ("body", "encoding"),
    [(b"plain", "gzip"), (gzip.compress(TEXT, mtime=0)[:-20], "gzip"), (TEXT, "br"), (b"\x00", "deflate")],
)
def test_damaged_compression(body: bytes, encoding: str) -> None:
    """Damaged, cut off or unasked-for encodings are named, not guessed at."""
    with pytest.raises(Undecodable):
        decompress(body, encoding, 10**6)


def test_a_row_of_empty_members_is_given_up() -> None:
    """Four hundred thousand empty gzip streams in a row, 8 MB as sent and nothing unpacked, cost no
    minutes."""
    began = time.process_time()
    with pytest.raises(Undecodable, match="100 gzip members"):
        decompress(gzip.compress(b"") * 400_000, "gzip", 8_000_000)
    assert time.process_time() - began < 5


@given(
    st.binary(max_size=600),
    st.integers(0, 9),
    st.integers(1, 700),
    st.sampled_from(["gzip", "deflate", "deflate, gzip"]),
)
def test_whatever_was_packed_comes_out(text: bytes, level: int, limit: int, encoding: str) -> None:
    """Any bytes, packed as any encoding says, come out whole, or are too large by exactly the limit."""
    body = text
    for name in encoding.split(", "):
        body = gzip.compress(body, level) if name == "gzip" else zlib.compress(body, level)
    if len(text) > limit:
        with pytest.raises(TooLarge):
            decompress(body, encoding, limit)
    elif encoding == "deflate, gzip" and len(zlib.compress(text, level)) > limit:
        assert len(zlib.compress(text, level)) > len(text)  # the layer between is larger than what it packs
    else:
        assert decompress(body, encoding, limit) == text


@given(st.binary(max_size=300), st.sampled_from(["gzip", "deflate", "deflate, gzip"]))
def test_noise_never_hangs(noise: bytes, encoding: str) -> None:
    """Any bytes end within the limit or in one of the two named errors; appended to a whole stream they
    cannot change what it holds."""
    with contextlib.suppress(TooLarge, Undecodable):
        assert len(decompress(noise, encoding, 1_000)) <= 1_000
    if not noise.startswith(b"\x1f\x8b"):
        assert decompress(gzip.compress(TEXT) + noise, "gzip", len(TEXT)) == TEXT


def test_a_bomb_is_stopped_early() -> None:
    """A bomb of 200 MB costs about the memory of the limit."""
    bomb = gzip.compress(bytes(200_000_000), 1)
    tracemalloc.start()
    with pytest.raises(TooLarge, match="1000000 bytes"):
        decompress(bomb, "gzip", 1_000_000)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 5_000_000


PAGE = Page(page_id="p", url="http://o.example/1", source_id="o", discovered_at=NOW, origin="live")


def after(given: Answer, page: Page = PAGE) -> Page:
    """The page after an answer, two attempts allowed."""
    return page_after(page, given, run_id="r", attempts_allowed=2)


def test_a_page_gets_one_outcome() -> None:
    """A success is final at once, with what is needed to find and judge it."""
    page = after(answer(headers=(("ETag", '"e"'), ("Set-Cookie", "no"))))
    assert (page.fetch_outcome, page.fetch_run, page.attempts, page.next_attempt_at, page.status) == (
        "stored",
        "r",
        1,
        None,
        200,
    )
    assert page.headers == {"content-type": "text/html", "etag": '"e"'}
    assert page.sha256 is not None


def test_passing_failures_wait_until_attempts_are_used_up() -> None:
    """A server error waits once, with Retry-After obeyed, then is final."""
    first = after(answer(503, wait=timedelta(hours=5)))
    assert (first.fetch_outcome, first.attempts, first.next_attempt_at) == (None, 1, NOW + timedelta(hours=5))
    second = after(answer(None, failure="timeout"), first)
    assert (second.fetch_outcome, second.attempts, second.next_attempt_at, second.status) == (
        "timeout",
        2,
        None,
        None,
    )


def test_a_paused_host_costs_no_attempt() -> None:
    """A page that was not even asked for keeps its attempts and comes back when the host allows."""
    page = after(answer(None, failure="waiting", wait=timedelta(hours=1)))
    assert (page.fetch_outcome, page.attempts, page.fetch_run, page.next_attempt_at) == (
        None,
        0,
        None,
        NOW + timedelta(hours=1),
    )


def test_feed_states() -> None:
    """Success resets failures and remembers validators; an index has none; failures add up and back off; a
    pause changes nothing else."""
    fresh = new_state("http://o.example/f", "o", "feed")
    good = answer(headers=(("ETag", '"e"'), ("Last-Modified", "Mon")))
    state = state_after(fresh, good, Listing(), poll_minutes=60)
    assert (state.etag, state.last_modified, state.last_polled_at, state.last_outcome) == (
        '"e"',
        "Mon",
        NOW,
        "stored",
    )
    assert conditional_headers(state) == {"If-None-Match": '"e"', "If-Modified-Since": "Mon"}
    assert conditional_headers(state_after(state, answer(304), None, poll_minutes=60)) == conditional_headers(
        state
    )
    assert state_after(fresh, good, Listing(children=(ChildSitemap(url="x"),)), poll_minutes=60).etag is None
    failed = state_after(
        state_after(state, answer(500), None, poll_minutes=60),
        answer(None, failure="dns_failed"),
        None,
        poll_minutes=60,
    )
    assert (failed.failures, failed.last_outcome, failed.etag) == (2, "dns_failed", '"e"')
    assert failed.not_before is not None
    assert state_after(failed, good, Listing(), poll_minutes=60).failures == 0
    paused = state_after(
        state, answer(None, failure="waiting", wait=timedelta(hours=1)), None, poll_minutes=60
    )
    assert (paused.failures, paused.last_polled_at, paused.not_before) == (0, NOW, NOW + timedelta(hours=1))


def test_unreadable_documents_are_no_success() -> None:
    """A web page in place of a feed is a broken feed, whatever its status says."""
    assert poll_outcome(answer(), Listing(readable=False)) == "broken_feed"
    assert poll_outcome(answer(), Listing()) == "stored"
    assert poll_outcome(answer(404), None) == "http_404"
