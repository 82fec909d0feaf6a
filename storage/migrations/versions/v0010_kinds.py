"""What a narrative is: claim, event, subject or form; and who made a correction.

A workspace that is migrated has no kinds: its next refit judges every narrative that is told.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

_TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
_TIME = sa.DateTime().with_variant(sa.DateTime(timezone=True), "postgresql")
_LONG = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    """A table and a column; the next refit fills them."""
    op.create_table(
        "narrative_kinds",
        sa.Column("narrative_id", _LONG, autoincrement=False, nullable=False),
        sa.Column("kind", _TEXT, nullable=False),
        sa.Column("grade", sa.Double, nullable=False),
        sa.Column("reasons", sa.Text, nullable=False),
        sa.Column("version", _TEXT, nullable=False),
        sa.Column("at", _TIME, nullable=False),
        sa.Column("run_id", _TEXT, nullable=False),
        sa.PrimaryKeyConstraint("narrative_id", name="pk_narrative_kinds"),
    )
    op.create_index("ix_narrative_kinds_kind", "narrative_kinds", ["kind"])
    op.add_column("corrections", sa.Column("actor", _TEXT))
