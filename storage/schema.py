"""The tables. One schema for both engines; `migrations/` must produce the same database,
and a test says so.
"""

from __future__ import annotations

from typing import Final

import sqlalchemy as sa

from storage.account_tables import accounts as accounts
from storage.account_tables import api_tokens as api_tokens
from storage.account_tables import audit_trail as audit_trail
from storage.account_tables import sign_ins as sign_ins
from storage.alert_tables import alert_marks as alert_marks
from storage.alert_tables import alerts as alerts
from storage.alert_tables import deliveries as deliveries
from storage.alert_tables import published_reports as published_reports
from storage.alert_tables import report_edits as report_edits
from storage.columns import child as _child
from storage.columns import day as _day
from storage.columns import given_id as _id
from storage.columns import json_text as _json
from storage.columns import key as _key
from storage.columns import metadata as metadata
from storage.columns import moment as _time
from storage.columns import number as _number
from storage.columns import own_number as _number_of
from storage.columns import real as _real
from storage.columns import text as _text
from storage.columns import yes as _yes
from storage.crawl_tables import backfills as backfills
from storage.crawl_tables import feed_health as feed_health
from storage.crawl_tables import feed_polls as feed_polls
from storage.crawl_tables import feeds as feeds
from storage.crawl_tables import health_changes as health_changes
from storage.crawl_tables import host_pauses as host_pauses
from storage.crawl_tables import page_looks as page_looks
from storage.crawl_tables import page_versions as page_versions
from storage.crawl_tables import pages as pages
from storage.crawl_tables import poll_readings as poll_readings
from storage.crawl_tables import sources as sources
from storage.crawl_tables import version_texts as version_texts
from storage.decision_tables import narrative_anchors as narrative_anchors
from storage.decision_tables import narrative_drift as narrative_drift
from storage.decision_tables import narrative_links as narrative_links
from storage.place_tables import article_names as article_names
from storage.stale_days import statements as stale_day_triggers
from storage.triggers import CREATE as TRIGGERS
from storage.types import (
    FloatVector,
    JsonTuple,
    JsonTuples,
    Real,
    Whole,
    WholeNumbers,
    half_vector,
)

REVISION: Final = "0021"
"""The revision in `migrations/` that this schema is; revisions count up."""
VERSION_TABLE: Final = "drumbeat_version"
"""Holds the database's revision, and by its name tells that the database is ours."""

for _engine, _statements in TRIGGERS.items():
    for _statement in _statements:
        sa.event.listen(metadata, "after_create", sa.DDL(_statement).execute_if(dialect=_engine))  # type: ignore[no-untyped-call]  # no types


# --- what was said --------------------------------------------------------------------------------
# `article_no` joins the full-text index, which wants whole numbers; it never leaves the room.
articles = sa.Table(
    "articles", metadata, _number_of("article_no"),
    _child("article_id", "pages.page_id"), _text("source_id"), _text("url"), _text("title"), _text("body"),
    _json("authors", JsonTuple),
    _time("published_at", null=True), _text("date_source"), _text("date_confidence"), _json("date_claims"),
    _time("first_seen_at"),
    _time("counted_at"), _yes("late"), _text("origin"), _text("language"), _real("language_confidence"),
    _text("language_source"),
    _text("text_sha256"), _text("clean_version"), _yes("is_cut"),
    _text("declared_access", null=True), _text("observed_access", null=True),
    sa.UniqueConstraint("article_id"), sa.Index(None, "counted_at"),
    sa.Index(None, "source_id", "counted_at"),
    sa.Index(None, "is_cut", "article_id"),
)  # fmt: skip

copy_groups = sa.Table(
    "copy_groups", metadata, _key("group_id"), _text("first_article_id"), _text("first_source_id"),
    _time("first_at"),
    _time("first_at_latest"), _text("wire", null=True), _number("size"), _number("outlets"),
    sa.Index(None, "first_at"),
)  # fmt: skip

copy_members = sa.Table(
    "copy_members", metadata, _child("article_id", "articles.article_id", primary=True),
    _child("group_id", "copy_groups.group_id"),
    _text("relation"), _real("containment"), sa.Index(None, "group_id"),
)  # fmt: skip

# What an article's text is found by when copies are looked for (see `CopySketch`), so that it is read once in
# its life.
copy_sketches = sa.Table(
    "copy_sketches", metadata, _child("article_id", "articles.article_id", primary=True), _time("counted_at"),
    _yes("is_whole"),
    sa.Column("runs", WholeNumbers, nullable=False), sa.Index(None, "counted_at"),
)  # fmt: skip

copy_links = sa.Table(
    "copy_links", metadata, _child("left_id", "articles.article_id", primary=True),
    _child("right_id", "articles.article_id", primary=True),
    _text("kind"), _real("containment"), sa.Index(None, "right_id"),
)  # fmt: skip

# Articles that no copy group holds: found here, not by looking for articles without a member row
# (`copy_queue.py`).
copy_queue = sa.Table(
    "copy_queue", metadata, _child("article_id", "articles.article_id", primary=True),
)  # fmt: skip

passages = sa.Table(
    "passages", metadata, _number_of("passage_no"), _text("passage_id"),
    _child("article_id", "articles.article_id"), _number("ordinal"), _number("start"),
    _number("end"), _text("text"), _text("text_hash"), _text("language"), sa.UniqueConstraint("passage_id"),
    sa.Index(None, "article_id"), sa.Index(None, "text_hash"),
    sa.Index(None, "language", "text_hash"),
)  # fmt: skip

vectors = sa.Table(
    "vectors", metadata, _key("build"), _key("text_hash"), sa.Column("vector", half_vector(), nullable=False),
)  # fmt: skip

# Triggers (`passage_changes.py`) write it, whoever deletes; sketches of passages follow it.
passage_changes = sa.Table(
    "passage_changes", metadata, _number_of("change_no"),
    sa.Column("passage_no", sa.BigInteger, nullable=False),
)  # fmt: skip

mean_tables = sa.Table(
    "mean_tables", metadata, _key("build"), _id("version"), _time("made_at"),
    _json("counts"),
)  # fmt: skip

mean_vectors = sa.Table(
    "mean_vectors", metadata, _key("build"), _id("version"), _key("language"),
    sa.Column("vector", FloatVector, nullable=False),
    sa.ForeignKeyConstraint(
        ["build", "version"], ["mean_tables.build", "mean_tables.version"], ondelete="CASCADE"
    ),
)  # fmt: skip

# --- what it means --------------------------------------------------------------------------------
themes = sa.Table(
    "themes", metadata, _id("theme_id"), _text("label"),
)  # fmt: skip

narratives = sa.Table(
    "narratives", metadata, _id("narrative_id"), _text("label"),
    _text("label_by"), _text("kind"), _text("status"), _json("keywords", JsonTuples),
    _json("exemplars", JsonTuple),
    sa.Column("centroid", FloatVector), _number("size"), _time("first_seen_at"), _time("last_seen_at"),
    _number("merged_into", null=True),
    _number("split_from", null=True), _number("theme_id", null=True), _text("statement_id", null=True),
    _text("build"),
    _number("mean_version"), _text("born_run"), sa.Column("radius", Real), _text("label_language", null=True),
    _text("label_passage", null=True), sa.Index(None, "last_seen_at"),
    sa.Index(None, "merged_into"), sa.Index(None, "kind"),
)  # fmt: skip

# Until when daily discovery has looked at everything; no row means that it has to look at the whole window.
narrative_marks = sa.Table(
    "narrative_marks", metadata, _key("name"), _time("at"),
)  # fmt: skip

narrative_pending = sa.Table(
    "narrative_pending", metadata, _id("position"), _json("entry"),
)  # fmt: skip

assignments = sa.Table(
    "assignments", metadata, _child("passage_id", "passages.passage_id", primary=True),
    sa.Column("narrative_id", Whole, sa.ForeignKey("narratives.narrative_id"), nullable=False),
    _real("similarity"),
    _text("method"), _text("run_id"), sa.Index(None, "narrative_id", "passage_id"),
)  # fmt: skip

# How many assignments each narrative has, kept by triggers (`triggers.py`).
narrative_sizes = sa.Table(
    "narrative_sizes", metadata, _id("narrative_id"), _number("passages"),
)  # fmt: skip

lineage = sa.Table(
    "lineage", metadata, _key("lineage_id"), _time("at"), _text("kind"), _number("narrative_id"),
    _number("other_id", null=True),
    _text("run_id"), _json("detail"), sa.Index(None, "narrative_id"), sa.Index(None, "other_id"),
    sa.Index(None, "kind", "at"),
)  # fmt: skip

corrections = sa.Table(
    "corrections", metadata, _key("correction_id"), _time("at"), _text("kind"), _number("narrative_id"),
    _text("passage_id", null=True), _text("value", null=True), _text("actor", null=True),
    _number("other_id", null=True), _text("other_passage", null=True), _text("part_of", null=True),
)  # fmt: skip

# What each narrative is, as the last run that looked judged it; no row: nobody looked yet.
narrative_kinds = sa.Table(
    "narrative_kinds", metadata, _id("narrative_id"), _text("kind"), _real("grade"), _json("reasons"),
    _text("version"), _time("at"), _text("run_id"), sa.Index(None, "kind"),
)  # fmt: skip

watch_statements = sa.Table(
    "watch_statements", metadata, _number_of("statement_no"), _text("statement_id"), _text("statement_hash"),
    sa.UniqueConstraint("statement_id"),
)  # fmt: skip

# Up to which passage a reader has seen everything (`marks.py`).
marks = sa.Table(
    "marks", metadata, _key("reader"), _text("version"),
    sa.Column("passage_no", sa.BigInteger, nullable=False),
)  # fmt: skip

# What is ordinary for a text of a statement, frozen with the means: `*` as the language stands for all
# together.
watch_ordinary = sa.Table(
    "watch_ordinary", metadata, _key("build"), _id("mean_version"), _key("text_hash"), _key("language"),
    _real("place"), _real("spread"),
)  # fmt: skip

# Sentences that stand for what is ordinary, frozen with the means.
watch_sample = sa.Table(
    "watch_sample", metadata, _key("build"), _id("mean_version"), _key("text_hash"), _key("language"),
    _number("passage"),
)  # fmt: skip

# What statements have grown to by what they found.
watch_growth = sa.Table(
    "watch_growth", metadata, _child("statement_id", "watch_statements.statement_id", primary=True),
    _text("statement_hash"), _time("at"), sa.Column("direction", FloatVector, nullable=False),
    _number("linked", null=True), _number("seeds"), _json("scales"), _real("least_z"), _text("stopped"),
    _real("recall"),
)  # fmt: skip


# What analysts said of passages: that they say what a statement says, or that they do not.
watch_labels = sa.Table(
    "watch_labels", metadata, _key("statement_id"),
    _child("passage_id", "passages.passage_id", primary=True), _text("verdict"), _time("at"), _text("actor"),
)  # fmt: skip

watch_hits = sa.Table(
    "watch_hits", metadata, _child("statement_id", "watch_statements.statement_id", primary=True),
    _child("passage_id", "passages.passage_id", primary=True), _number("narrative_id"), _real("cosine"),
    _real("z"), _text("stance"),
    _text("run_id"), sa.Index(None, "passage_id"),
)  # fmt: skip

events = sa.Table(
    "events", metadata, _id("event_id"), _text("label"), _time("first_at"),
    _time("last_at"), _number("articles"), sa.Index(None, "last_at"),
)  # fmt: skip

event_members = sa.Table(
    "event_members", metadata, _child("passage_id", "passages.passage_id", primary=True),
    sa.Column("event_id", Whole, sa.ForeignKey("events.event_id", ondelete="CASCADE"), nullable=False),
    sa.Index(None, "event_id"),
)  # fmt: skip

# --- what is counted, found and told --------------------------------------------------------------
observations = sa.Table(
    "observations", metadata, _id("narrative_id"), _key("source_id"),
    sa.Column("day", sa.Date, primary_key=True), _number("articles"), _number("copy_groups"),
    _number("own_texts"), sa.Index(None, "day"),
)  # fmt: skip

source_days = sa.Table(
    "source_days", metadata, sa.Column("day", sa.Date, primary_key=True), _key("source_id"),
    _number("articles"), _number("copy_groups"),
    _number("fetched"), _number("failed"), _number("polls"), _number("polls_failed"), _text("health"),
)  # fmt: skip

# Written by triggers (`stale_days.py`): the days that have to be counted again.
stale_days = sa.Table(
    "stale_days", metadata, sa.Column("day", sa.Date, primary_key=True),
    sa.Column("writer", sa.BigInteger, primary_key=True, autoincrement=False), _number("changes"),
)  # fmt: skip

spikes = sa.Table(
    "spikes", metadata, _key("spike_id"), _number("narrative_id"), _day("day"), _number("window_days"),
    _real("observed"),
    _real("expected"), _real("p_value"), _real("q_value"), _real("cusum"), _text("detector"),
    _number("outlets"), _number("countries"),
    _number("languages"), _number("articles"), _real("reprint_share"), _text("decision"), _json("checks"),
    _text("run_id"),
    sa.Index(None, "day"), sa.Index(None, "narrative_id", "day"),
)  # fmt: skip

# What the last days say, each day as it was tested: for detection, and for asking later what would have rung.
daily_groups = sa.Table(
    "daily_groups", metadata, sa.Column("day", sa.Date, primary_key=True),
    sa.Column("number", Whole, primary_key=True, autoincrement=False), _text("label"),
    sa.Column("centroid", FloatVector, nullable=False), _real("radius"), _text("build"),
    _number("mean_version"), _json("passages", JsonTuple), _json("cells"), _number("narrative_id", null=True),
    _json("spike"), _text("run_id"), sa.Index(None, "narrative_id"),
)  # fmt: skip

# What pages show and a stage has written.
views = sa.Table(
    "views", metadata, _key("name"), _time("as_of"), _json("value"),
)  # fmt: skip

runs = sa.Table(
    "runs", metadata, _key("run_id"), _text("stage"), _number("number"), _time("started_at"), _time("as_of"),
    _time("finished_at", null=True), _text("state"), sa.Column("seed", sa.BigInteger, nullable=False),
    _json("versions"), _json("parameters"), _json("counts"), _text("error", null=True),
    sa.Index(None, "stage", "started_at"), sa.Index(None, "started_at"),
    sa.Index(None, "stage", "state", "started_at", "number"),
)  # fmt: skip

for _engine in ("sqlite", "postgresql"):
    for _statement in stale_day_triggers(_engine):
        sa.event.listen(metadata, "after_create", sa.DDL(_statement).execute_if(dialect=_engine))  # type: ignore[no-untyped-call]  # no types
