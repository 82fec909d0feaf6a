"""Numbers of 8 bytes on PostgreSQL, marks and a queue in place of searching for what is new, and indexes for
hot statements.

Bounded by what is stored: on PostgreSQL the tables of numbers are written anew, one after the other; on
SQLite no table with texts is.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
_LONG = sa.BigInteger().with_variant(sa.Integer, "sqlite")

_NUMBERS = {
    "feeds": "failures",
    "feed_polls": "status entries new_links",
    "pages": "status attempts",
    "copy_groups": "size outlets",
    "passages": "ordinal start end",
    "mean_tables": "version",
    "mean_vectors": "version",
    "themes": "theme_id",
    "narratives": "narrative_id size merged_into split_from theme_id mean_version",
    "narrative_pending": "position",
    "assignments": "narrative_id",
    "lineage": "narrative_id other_id",
    "corrections": "narrative_id",
    "watch_hits": "narrative_id",
    "events": "event_id articles",
    "event_members": "event_id",
    "observations": "narrative_id articles copy_groups own_texts",
    "source_days": "articles copy_groups fetched failed polls polls_failed",
    "spikes": "narrative_id window_days outlets countries languages articles",
    "alerts": "narrative_id",
    "deliveries": "attempts",
    "runs": "number",
}
"""Columns that PostgreSQL held in 4 bytes, by table."""

_INDEXES = (
    ("pages", ("source_id", "fetch_outcome"), ("source_id", "fetch_outcome", "discovered_at")),
    ("pages", ("fetch_outcome", "clean_version"), ("fetch_outcome", "clean_version", "page_id")),
    ("pages", (), ("fetched_at", "source_id", "fetch_outcome")),
    ("assignments", ("narrative_id",), ("narrative_id", "passage_id")),
    ("lineage", (), ("other_id",)),
    ("lineage", (), ("kind", "at")),
    ("alerts", (), ("spike_id",)),
    ("runs", (), ("stage", "state", "started_at", "number")),
)
"""Table, columns of the index that goes (none: nothing goes), columns of the one that comes."""

_ADD = (
    "INSERT INTO narrative_sizes (narrative_id, passages) VALUES (NEW.narrative_id, 1) "
    "ON CONFLICT (narrative_id) DO UPDATE SET passages = narrative_sizes.passages + 1;"
)
_TAKE = (
    "UPDATE narrative_sizes SET passages = passages - 1 WHERE narrative_id = OLD.narrative_id; "
    "DELETE FROM narrative_sizes WHERE narrative_id = OLD.narrative_id AND passages <= 0;"
)
_TRIGGERS = (
    ("assignments_added", "AFTER INSERT ON assignments", "", _ADD),
    ("assignments_taken", "AFTER DELETE ON assignments", "", _TAKE),
    (
        "assignments_moved",
        "AFTER UPDATE OF narrative_id ON assignments",
        "OLD.narrative_id <> NEW.narrative_id",
        f"{_TAKE} {_ADD}",
    ),
)
"""Name, moment, condition, what is done."""


def upgrade() -> None:
    """Bring both engines along."""
    is_postgresql = op.get_bind().dialect.name == "postgresql"
    if is_postgresql:
        _lengthen_numbers()
    _replace_indexes()
    _marks()
    _copy_queue()
    _sizes()
    (_postgresql_triggers if is_postgresql else _sqlite_triggers)()


def _lengthen_numbers() -> None:
    for table, columns in _NUMBERS.items():
        longer = ", ".join(f'ALTER COLUMN "{name}" TYPE BIGINT' for name in columns.split())
        op.execute(f"ALTER TABLE {table} {longer}")


def _replace_indexes() -> None:
    for table, former, columns in _INDEXES:
        if former:
            op.drop_index(f"ix_{table}_{'_'.join(former)}", table)
        op.create_index(f"ix_{table}_{'_'.join(columns)}", table, list(columns))


def _marks() -> None:
    """A statement was compared with everything below the first passage that has no row beside it."""
    op.create_table(
        "marks",
        sa.Column("reader", _TEXT, primary_key=True),
        sa.Column("version", _TEXT, nullable=False),
        sa.Column("passage_no", sa.BigInteger, nullable=False),
    )
    op.execute(
        """
        INSERT INTO marks (reader, version, passage_no)
        SELECT 'watch:' || s.statement_id, s.statement_hash, coalesce(
            (SELECT p.passage_no - 1 FROM passages p WHERE NOT EXISTS (
                SELECT 1 FROM watch_compared c
                WHERE c.statement_no = s.statement_no AND c.passage_no = p.passage_no)
             ORDER BY p.passage_no LIMIT 1),
            (SELECT max(passage_no) FROM passages), 0)
        FROM watch_statements s
        """
    )
    op.drop_table("watch_compared")


def _copy_queue() -> None:
    op.create_table(
        "copy_queue",
        sa.Column(
            "article_id",
            _TEXT,
            sa.ForeignKey("articles.article_id", ondelete="CASCADE"),
            primary_key=True,
            nullable=False,
        ),
    )
    op.execute(
        """
        INSERT INTO copy_queue (article_id)
        SELECT a.article_id FROM articles a
        WHERE NOT EXISTS (SELECT 1 FROM copy_members m WHERE m.article_id = a.article_id)
        """
    )


def _sizes() -> None:
    op.create_table(
        "narrative_sizes",
        sa.Column("narrative_id", _LONG, primary_key=True, autoincrement=False),
        sa.Column("passages", _LONG, nullable=False),
    )
    op.execute(
        "INSERT INTO narrative_sizes (narrative_id, passages) "
        "SELECT narrative_id, count(*) FROM assignments GROUP BY narrative_id"
    )


def _sqlite_triggers() -> None:
    for name, moment, condition, done in _TRIGGERS:
        when = f"WHEN {condition} " if condition else ""
        op.execute(f"CREATE TRIGGER {name} {moment} {when}BEGIN {done} END")


def _postgresql_triggers() -> None:
    for name, moment, condition, done in _TRIGGERS:
        when = f"WHEN ({condition}) " if condition else ""
        op.execute(
            f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN {done} RETURN NULL; END'"
        )
        op.execute(f"CREATE TRIGGER {name} {moment} FOR EACH ROW {when}EXECUTE FUNCTION {name}()")
