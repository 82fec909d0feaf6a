"""The first schema.

Types are written out here as they were, not taken from `storage.types`: what a revision makes must not change
when the program does.
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.types import UserDefinedType

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


class _HalfVector(UserDefinedType[Any]):
    """pgvector's type."""

    cache_ok = True

    def get_col_spec(self, **_: Any) -> str:
        return "HALFVEC"


_TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
_TIME = sa.DateTime().with_variant(sa.DateTime(timezone=True), "postgresql")
_VECTOR = sa.LargeBinary().with_variant(_HalfVector(), "postgresql")

_WORDS = {
    "sqlite": (
        "CREATE VIRTUAL TABLE article_words USING fts5(title, body, tokenize = 'unicode61 "
        "remove_diacritics 2')",
    ),
    "postgresql": (
        "CREATE TABLE article_words (article_no BIGINT NOT NULL CONSTRAINT pk_article_words PRIMARY KEY "
        "CONSTRAINT fk_article_words_article_no REFERENCES articles (article_no) ON DELETE CASCADE, words "
        "TSVECTOR NOT NULL)",
        "CREATE INDEX ix_article_words_words ON article_words USING gin (words)",
    ),
}


def upgrade() -> None:
    """Make every table."""
    engine = op.get_bind().dialect.name
    if engine == "postgresql":
        op.execute("CREATE EXTENSION IF NOT EXISTS vector")
    _coverage()
    _texts()
    _vectors()
    _narratives()
    _watch_and_events()
    _numbers()
    _outbox_and_runs()
    for statement in _WORDS[engine]:
        op.execute(statement)


def _key(name: str) -> sa.Column[str]:
    return sa.Column(name, _TEXT, primary_key=True)


def _id(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.Integer, primary_key=True, autoincrement=False)


def _number_of(name: str) -> sa.Column[int]:
    kind = sa.BigInteger().with_variant(sa.Integer, "sqlite")
    return sa.Column(name, kind, primary_key=True, autoincrement=True)


def _text(name: str, *, null: bool = False) -> sa.Column[str]:
    return sa.Column(name, _TEXT, nullable=null)


def _time(name: str, *, null: bool = False) -> sa.Column[object]:
    return sa.Column(name, _TIME, nullable=null)


def _number(name: str, *, null: bool = False) -> sa.Column[int]:
    return sa.Column(name, sa.Integer, nullable=null)


def _real(name: str) -> sa.Column[float]:
    return sa.Column(name, sa.Double, nullable=False)


def _yes(name: str) -> sa.Column[bool]:
    return sa.Column(name, sa.Boolean, nullable=False)


def _json(name: str) -> sa.Column[object]:
    return sa.Column(name, sa.Text, nullable=False)


def _day(name: str, *, null: bool = False) -> sa.Column[object]:
    return sa.Column(name, sa.Date, nullable=null)


def _child(name: str, parent: str, *, primary: bool = False) -> sa.Column[str]:
    """A row that goes when its parent goes."""
    return sa.Column(
        name, _TEXT, sa.ForeignKey(parent, ondelete="CASCADE"), primary_key=primary, nullable=False
    )


def _child_number(name: str, parent: str) -> sa.Column[int]:
    return sa.Column(
        name, sa.BigInteger, sa.ForeignKey(parent, ondelete="CASCADE"), primary_key=True, autoincrement=False
    )


def _coverage() -> None:
    """What is collected."""
    op.create_table(
        "sources", _key("source_id"), _text("name"), _text("domain"), _text("country"), _text("region"),
        _json("languages"), _text("ownership"), _text("ownership_list", null=True),
        _day("ownership_as_of", null=True),
        _yes("verified"), _day("coverage_start", null=True), _day("coverage_end", null=True),
        _time("first_crawled_at", null=True),
    )  # fmt: skip
    op.create_table(
        "feeds", _key("feed_url"), _text("source_id"), _text("kind"), _text("etag", null=True),
        _text("last_modified", null=True),
        _time("last_polled_at", null=True), _time("last_new_at", null=True), _number("failures"),
        _time("not_before", null=True),
        _text("last_outcome", null=True),
    )  # fmt: skip
    op.create_table(
        "feed_polls", sa.Column("polled_at", _TIME, primary_key=True), _key("feed_url"), _key("run_id"),
        _text("source_id"),
        _text("outcome"), _number("status", null=True), _number("entries"), _number("new_links"),
    )  # fmt: skip
    op.create_table(
        "pages", _key("page_id"), _text("url"), _text("url_key"), _text("source_id"), _time("discovered_at"),
        _text("origin"),
        _text("discovered_from", null=True), _json("hints"), _text("final_url", null=True),
        _text("final_url_key", null=True),
        _time("fetched_at", null=True), _number("status", null=True), _json("headers"),
        _text("sha256", null=True),
        _text("warc_file", null=True), sa.Column("warc_offset", sa.BigInteger),
        sa.Column("warc_length", sa.BigInteger),
        _text("fetch_outcome", null=True), _text("fetch_run", null=True), _number("attempts"),
        _time("next_attempt_at", null=True),
        _text("clean_outcome", null=True), _text("clean_version", null=True), _text("clean_run", null=True),
        sa.UniqueConstraint("url_key"), sa.Index(None, "final_url_key"),
        sa.Index(None, "source_id", "fetch_outcome"),
        sa.Index(None, "warc_file"), sa.Index(None, "fetch_outcome", "clean_version"),
        sa.Index(None, "fetch_run"),
    )  # fmt: skip


def _texts() -> None:
    """What was said."""
    op.create_table(
        "articles", _number_of("article_no"),
        _child("article_id", "pages.page_id"), _text("source_id"), _text("url"), _text("title"),
        _text("body"), _json("authors"),
        _time("published_at", null=True), _text("date_source"), _text("date_confidence"),
        _json("date_claims"), _time("first_seen_at"),
        _time("counted_at"), _yes("late"), _text("origin"), _text("language"), _real("language_confidence"),
        _text("language_source"),
        _text("text_sha256"), _text("clean_version"), _yes("is_cut"),
        sa.UniqueConstraint("article_id"), sa.Index(None, "counted_at"),
        sa.Index(None, "source_id", "counted_at"),
        sa.Index(None, "is_cut", "article_id"),
    )  # fmt: skip
    op.create_table(
        "copy_groups", _key("group_id"), _text("first_article_id"), _text("first_source_id"),
        _time("first_at"),
        _time("first_at_latest"), _text("wire", null=True), _number("size"), _number("outlets"),
        sa.Index(None, "first_at"),
    )  # fmt: skip
    op.create_table(
        "copy_members", _child("article_id", "articles.article_id", primary=True),
        _child("group_id", "copy_groups.group_id"),
        _text("relation"), _real("containment"), sa.Index(None, "group_id"),
    )  # fmt: skip
    op.create_table(
        "passages", _number_of("passage_no"), _text("passage_id"),
        _child("article_id", "articles.article_id"), _number("ordinal"), _number("start"),
        _number("end"), _text("text"), _text("text_hash"), _text("language"),
        sa.UniqueConstraint("passage_id"), sa.Index(None, "article_id"), sa.Index(None, "text_hash"),
    )  # fmt: skip


def _vectors() -> None:
    """Vectors and means."""
    op.create_table(
        "vectors", _key("build"), _key("text_hash"), sa.Column("vector", _VECTOR, nullable=False),
    )  # fmt: skip
    op.create_table(
        "mean_tables", _key("build"), _id("version"), _time("made_at"),
        _json("counts"),
    )  # fmt: skip
    op.create_table(
        "mean_vectors", _key("build"), _id("version"), _key("language"),
        sa.Column("vector", sa.LargeBinary, nullable=False),
        sa.ForeignKeyConstraint(
        ["build", "version"], ["mean_tables.build", "mean_tables.version"], ondelete="CASCADE"
    ),
    )  # fmt: skip


def _narratives() -> None:
    """Narratives."""
    op.create_table(
        "themes", _id("theme_id"), _text("label"),
    )  # fmt: skip
    op.create_table(
        "narratives", _id("narrative_id"), _text("label"),
        _text("label_by"), _text("kind"), _text("status"), _json("keywords"), _json("exemplars"),
        sa.Column("centroid", sa.LargeBinary), _number("size"), _time("first_seen_at"), _time("last_seen_at"),
        _number("merged_into", null=True),
        _number("split_from", null=True), _number("theme_id", null=True), _text("statement_id", null=True),
        _text("build"),
        _number("mean_version"), _text("born_run"),
    )  # fmt: skip
    op.create_table(
        "narrative_pending", _id("position"), _json("entry"),
    )  # fmt: skip
    op.create_table(
        "assignments", _child("passage_id", "passages.passage_id", primary=True),
        sa.Column("narrative_id", sa.Integer, sa.ForeignKey("narratives.narrative_id"), nullable=False),
        _real("similarity"),
        _text("method"), _text("run_id"), sa.Index(None, "narrative_id"),
    )  # fmt: skip
    op.create_table(
        "lineage", _key("lineage_id"), _time("at"), _text("kind"), _number("narrative_id"),
        _number("other_id", null=True),
        _text("run_id"), _json("detail"), sa.Index(None, "narrative_id"),
    )  # fmt: skip
    op.create_table(
        "corrections", _key("correction_id"), _time("at"), _text("kind"), _number("narrative_id"),
        _text("passage_id", null=True),
        _text("value", null=True),
    )  # fmt: skip


def _watch_and_events() -> None:
    """Statements and events."""
    op.create_table(
        "watch_statements", _number_of("statement_no"), _text("statement_id"), _text("statement_hash"),
        sa.UniqueConstraint("statement_id"),
    )  # fmt: skip
    op.create_table(
        "watch_compared", _child_number("statement_no", "watch_statements.statement_no"),
        _child_number("passage_no", "passages.passage_no"), sa.Index(None, "passage_no"),
        sqlite_with_rowid=False,
    )  # fmt: skip
    op.create_table(
        "watch_hits", _child("statement_id", "watch_statements.statement_id", primary=True),
        _child("passage_id", "passages.passage_id", primary=True), _number("narrative_id"), _real("cosine"),
        _real("z"), _text("stance"),
        _text("run_id"), sa.Index(None, "passage_id"),
    )  # fmt: skip
    op.create_table(
        "events", _id("event_id"), _text("label"), _time("first_at"),
        _time("last_at"), _number("articles"), sa.Index(None, "last_at"),
    )  # fmt: skip
    op.create_table(
        "event_members", _child("passage_id", "passages.passage_id", primary=True),
        sa.Column("event_id", sa.Integer, sa.ForeignKey("events.event_id", ondelete="CASCADE"), nullable=False),
        sa.Index(None, "event_id"),
    )  # fmt: skip


def _numbers() -> None:
    """Counts and spikes."""
    op.create_table(
        "observations", _id("narrative_id"), _key("source_id"),
        sa.Column("day", sa.Date, primary_key=True), _number("articles"), _number("copy_groups"),
        _number("own_texts"), sa.Index(None, "day"),
    )  # fmt: skip
    op.create_table(
        "source_days", sa.Column("day", sa.Date, primary_key=True), _key("source_id"), _number("articles"),
        _number("copy_groups"),
        _number("fetched"), _number("failed"), _number("polls"), _number("polls_failed"), _text("health"),
    )  # fmt: skip
    op.create_table(
        "spikes", _key("spike_id"), _number("narrative_id"), _day("day"), _number("window_days"),
        _real("observed"),
        _real("expected"), _real("p_value"), _real("q_value"), _real("cusum"), _text("detector"),
        _number("outlets"), _number("countries"),
        _number("languages"), _number("articles"), _real("reprint_share"), _text("decision"), _json("checks"),
        _text("run_id"),
        sa.Index(None, "day"), sa.Index(None, "narrative_id", "day"),
    )  # fmt: skip


def _outbox_and_runs() -> None:
    """Alerts and runs."""
    op.create_table(
        "alerts", _key("alert_id"), _text("spike_id"), _number("narrative_id"), _time("created_at"),
        _text("subject"),
        _json("evidence"), sa.Index(None, "created_at"),
    )  # fmt: skip
    op.create_table(
        "deliveries", _key("delivery_id"), _child("alert_id", "alerts.alert_id"), _text("channel"),
        _text("recipient"),
        _text("message_id"), _text("state"), _number("attempts"), _text("last_error", null=True),
        _time("updated_at"),
        sa.Index(None, "alert_id"), sa.Index(None, "state"),
    )  # fmt: skip
    op.create_table(
        "runs", _key("run_id"), _text("stage"), _number("number"), _time("started_at"), _time("as_of"),
        _time("finished_at", null=True), _text("state"), sa.Column("seed", sa.BigInteger, nullable=False),
        _json("versions"),
        _json("parameters"), _json("counts"), _text("error", null=True),
        sa.Index(None, "stage", "started_at"), sa.Index(None, "started_at"),
    )  # fmt: skip
