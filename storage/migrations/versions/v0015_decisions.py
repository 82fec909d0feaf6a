"""What an analyst decided of narratives, where their labels are quoted from, and how far they have moved.

A workspace that is migrated has no anchors: its next refit sets them.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

_TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
_TIME = sa.DateTime().with_variant(sa.DateTime(timezone=True), "postgresql")
_LONG = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    """Two tables and five columns; decisions made so far keep their meaning."""
    op.add_column("narratives", sa.Column("label_language", _TEXT))
    op.add_column("narratives", sa.Column("label_passage", _TEXT))
    op.add_column("corrections", sa.Column("other_id", _LONG))
    op.add_column("corrections", sa.Column("other_passage", _TEXT))
    op.add_column("corrections", sa.Column("part_of", _TEXT))
    op.create_table(
        "narrative_anchors",
        sa.Column("narrative_id", _LONG, autoincrement=False, nullable=False),
        sa.Column("at", _TIME, nullable=False),
        sa.Column("centroid", sa.LargeBinary, nullable=False),
        sa.Column("cohesion", sa.Double, nullable=False),
        sa.Column("texts", _LONG, nullable=False),
        sa.Column("build", _TEXT, nullable=False),
        sa.Column("mean_version", _LONG, nullable=False),
        sa.PrimaryKeyConstraint("narrative_id", name="pk_narrative_anchors"),
    )
    op.create_table(
        "narrative_drift",
        sa.Column("narrative_id", _LONG, autoincrement=False, nullable=False),
        sa.Column("at", _TIME, nullable=False),
        sa.Column("nearer_old", sa.Double, nullable=False),
        sa.Column("likeness", sa.Double, nullable=False),
        sa.Column("borne_out", sa.Double),
        sa.Column("texts", _LONG, nullable=False),
        sa.Column("run_id", _TEXT, nullable=False),
        sa.PrimaryKeyConstraint("narrative_id", "at", name="pk_narrative_drift"),
    )
