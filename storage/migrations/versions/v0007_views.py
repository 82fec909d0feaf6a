"""The list of changed passages, which sketches for search by meaning follow; what pages show, and indexes for
their lists.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

_NUMBER = sa.BigInteger().with_variant(sa.Integer, "sqlite")
_TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
_TIME = sa.DateTime().with_variant(sa.DateTime(timezone=True), "postgresql")
_DELETED = "INSERT INTO passage_changes (passage_no) VALUES (OLD.passage_no)"
_MOVED = "INSERT INTO passage_changes (passage_no) SELECT passage_no FROM passages WHERE article_id = NEW.article_id"
_TRIGGERS = {
    "sqlite": (
        f"CREATE TRIGGER passage_deleted AFTER DELETE ON passages BEGIN {_DELETED}; END",
        "CREATE TRIGGER article_moved AFTER UPDATE OF counted_at, source_id, language ON articles "
        "WHEN OLD.counted_at IS NOT NEW.counted_at OR OLD.source_id IS NOT NEW.source_id "
        f"OR OLD.language IS NOT NEW.language BEGIN {_MOVED}; END",
    ),
    "postgresql": (
        "CREATE FUNCTION passage_deleted() RETURNS trigger LANGUAGE plpgsql AS "
        f"'BEGIN {_DELETED}; RETURN NULL; END'",
        "CREATE FUNCTION article_moved() RETURNS trigger LANGUAGE plpgsql AS "
        f"'BEGIN {_MOVED}; RETURN NULL; END'",
        "CREATE TRIGGER passage_deleted AFTER DELETE ON passages FOR EACH ROW EXECUTE FUNCTION "
        "passage_deleted()",
        "CREATE TRIGGER article_moved AFTER UPDATE OF counted_at, source_id, language ON articles FOR EACH "
        "ROW "
        "WHEN (OLD.counted_at IS DISTINCT FROM NEW.counted_at OR OLD.source_id IS DISTINCT FROM "
        "NEW.source_id "
        "OR OLD.language IS DISTINCT FROM NEW.language) EXECUTE FUNCTION article_moved()",
    ),
}


def upgrade() -> None:
    """Make the list and what writes it."""
    op.create_table(
        "passage_changes",
        sa.Column("change_no", _NUMBER, primary_key=True, autoincrement=True),
        sa.Column("passage_no", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("change_no", name="pk_passage_changes"),
    )
    op.create_table(
        "views",
        sa.Column("name", _TEXT, nullable=False),
        sa.Column("as_of", _TIME, nullable=False),
        sa.Column("value", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_views"),
    )
    for column in ("last_seen_at", "merged_into", "kind"):
        op.create_index(f"ix_narratives_{column}", "narratives", [column])
    for statement in _TRIGGERS[op.get_bind().dialect.name]:
        op.execute(statement)
