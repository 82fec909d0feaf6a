"""Discovered narratives that are counted and shown as a watched one."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

_TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
_TIME = sa.DateTime().with_variant(sa.DateTime(timezone=True), "postgresql")
_NUMBER = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    """A table without rows: the next `watch` finds the links."""
    op.create_table(
        "narrative_links",
        sa.Column("narrative_id", _NUMBER, nullable=False, autoincrement=False),
        sa.Column("watched_id", _NUMBER, nullable=False),
        sa.Column("shared", sa.Double(), nullable=False),
        sa.Column("nearer", sa.Double(), nullable=False),
        sa.Column("at", _TIME, nullable=False),
        sa.Column("run_id", _TEXT, nullable=False),
        sa.PrimaryKeyConstraint("narrative_id", name="pk_narrative_links"),
    )
    op.create_index("ix_narrative_links_watched_id", "narrative_links", ["watched_id"])
