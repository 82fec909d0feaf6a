"""Numbers of any size on PostgreSQL, marks in place of a row per comparison, and the indexes that hot statements ask for."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    """Bring both engines along."""
    _marks()


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
                SELECT 1 FROM watch_compared c WHERE c.statement_no = s.statement_no AND c.passage_no = p.passage_no)
             ORDER BY p.passage_no LIMIT 1),
            (SELECT max(passage_no) FROM passages), 0)
        FROM watch_statements s
        """
    )
    op.drop_table("watch_compared")
