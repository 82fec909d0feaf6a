"""Tables of coverage as it comes in: sources, feeds, polls, pages. Part of `storage.schema`."""

from __future__ import annotations

import sqlalchemy as sa

from storage.columns import child as _child
from storage.columns import day as _day
from storage.columns import json_text as _json
from storage.columns import key as _key
from storage.columns import metadata as metadata
from storage.columns import moment as _time
from storage.columns import number as _number
from storage.columns import text as _text
from storage.columns import yes as _yes
from storage.types import JsonTuple, UtcDateTime

# No foreign key leads to `sources`: the directory is the user's, and what was collected outlives a row of it.
sources = sa.Table(
    "sources", metadata, _key("source_id"), _text("name"), _text("domain"), _text("country"), _text("region"),
    _json("languages", JsonTuple), _text("ownership"), _text("ownership_list", null=True),
    _day("ownership_as_of", null=True),
    _yes("verified"), _day("coverage_start", null=True), _day("coverage_end", null=True),
    _time("first_crawled_at", null=True), _day("removed_on", null=True),
)  # fmt: skip

feeds = sa.Table(
    "feeds", metadata, _key("feed_url"), _text("source_id"), _text("kind"), _text("etag", null=True),
    _text("last_modified", null=True),
    _time("last_polled_at", null=True), _time("last_new_at", null=True), _number("failures"),
    _time("not_before", null=True),
    _text("last_outcome", null=True), _time("due_at", null=True), _number("hint_minutes", null=True),
    sa.Column("rhythm", JsonTuple),
)  # fmt: skip

# What the last poll of a feed says of it, and each change of that: found by no query over all polls.
feed_health = sa.Table(
    "feed_health", metadata, _key("feed_url"), _text("source_id"), _text("condition"), _time("since"),
    _time("checked_at"), _text("detail"),
)  # fmt: skip

health_changes = sa.Table(
    "health_changes", metadata, sa.Column("changed_at", UtcDateTime, primary_key=True), _key("feed_url"),
    _text("source_id"), _text("before", null=True), _text("after"), _text("detail"),
)  # fmt: skip

host_pauses = sa.Table(
    "host_pauses", metadata, _key("host"), _time("until"), _text("reason"),
)  # fmt: skip

feed_polls = sa.Table(
    "feed_polls", metadata, sa.Column("polled_at", UtcDateTime, primary_key=True), _key("feed_url"),
    _key("run_id"), _text("source_id"),
    _text("outcome"), _number("status", null=True), _number("entries"), _number("new_links"),
)  # fmt: skip

# What a poll read of its listing; apart, because polls that brought none have no such row.
poll_readings = sa.Table(
    "poll_readings", metadata, sa.Column("polled_at", UtcDateTime, primary_key=True), _key("feed_url"),
    _key("run_id"),
    _number("unreadable"), _number("unread_bytes"), _number("followed"), _json("refused"),
    _text("leads_to", null=True),
)  # fmt: skip

# URLs are looked up by `url_key`, a short digest: PostgreSQL cannot index texts as long as URLs may be.
pages = sa.Table(
    "pages", metadata, _key("page_id"), _text("url"), _text("url_key"), _text("source_id"),
    _time("discovered_at"), _text("origin"),
    _text("discovered_from", null=True), _json("hints"), _text("final_url", null=True),
    _text("final_url_key", null=True),
    _time("fetched_at", null=True), _number("status", null=True), _json("headers"),
    _text("sha256", null=True),
    _text("warc_file", null=True), sa.Column("warc_offset", sa.BigInteger),
    sa.Column("warc_length", sa.BigInteger),
    _text("fetch_outcome", null=True), _text("fetch_run", null=True), _number("attempts"),
    _time("next_attempt_at", null=True),
    _text("clean_outcome", null=True), _text("clean_version", null=True), _text("clean_run", null=True),
    sa.UniqueConstraint("url_key"), sa.Index(None, "final_url_key"), sa.Index(None, "warc_file"),
    sa.Index(None, "fetch_run"),
    sa.Index(None, "source_id", "fetch_outcome", "discovered_at"),
    sa.Index(None, "fetch_outcome", "clean_version", "page_id"),
    sa.Index(None, "fetched_at", "source_id", "fetch_outcome"),
)  # fmt: skip

# Answers of a page after the one that its article was made of: what was changed, or taken away.
page_versions = sa.Table(
    "page_versions", metadata, _child("page_id", "pages.page_id", primary=True),
    sa.Column("fetched_at", UtcDateTime, primary_key=True), _text("outcome"), _number("status", null=True),
    _text("sha256", null=True), _text("fetch_run", null=True), _text("warc_file", null=True),
    sa.Column("warc_offset", sa.BigInteger), sa.Column("warc_length", sa.BigInteger),
)  # fmt: skip

# Stored pages that were asked for again: how often, when last, and when they were last there.
page_looks = sa.Table(
    "page_looks", metadata, _child("page_id", "pages.page_id", primary=True), _number("looks"),
    _time("looked_at"), _time("seen_at", null=True), sa.Index(None, "looked_at"),
)  # fmt: skip

# What cleaning made of a version, and how it differs from the text before it.
version_texts = sa.Table(
    "version_texts", metadata, _child("page_id", "pages.page_id", primary=True),
    sa.Column("fetched_at", UtcDateTime, primary_key=True), _text("change"), _text("clean_outcome"),
    _text("clean_version"), _text("title", null=True), _text("body", null=True),
    _text("text_sha256", null=True), _number("added", null=True), _number("removed", null=True),
    sa.Index(None, "fetched_at"),
)  # fmt: skip

# How far histories from archives are filled in, by file or by outlet and period.
backfills = sa.Table(
    "backfills", metadata, _key("name"), _text("position"), _yes("finished"), _json("counts"),
    _time("updated_at"), _text("run_id"),
)  # fmt: skip
