"""The daily groups of discovery, kept for detection and for the replay of alarms."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

_TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
_LONG = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    """Make the table; groups of past days are not made up for."""
    op.create_table(
        "daily_groups",
        sa.Column("day", sa.Date, nullable=False),
        sa.Column("number", _LONG, nullable=False, autoincrement=False),
        sa.Column("label", _TEXT, nullable=False),
        sa.Column("centroid", sa.LargeBinary, nullable=False),
        sa.Column("radius", sa.Double(), nullable=False),
        sa.Column("build", _TEXT, nullable=False),
        sa.Column("mean_version", _LONG, nullable=False),
        sa.Column("passages", sa.Text, nullable=False),
        sa.Column("cells", sa.Text, nullable=False),
        sa.Column("narrative_id", _LONG, nullable=True),
        sa.Column("spike", sa.Text, nullable=False),
        sa.Column("run_id", _TEXT, nullable=False),
        sa.PrimaryKeyConstraint("day", "number", name="pk_daily_groups"),
    )
    op.create_index("ix_daily_groups_narrative_id", "daily_groups", ["narrative_id"])
