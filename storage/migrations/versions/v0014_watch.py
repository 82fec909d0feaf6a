"""What the watchlist learnt, and what an analyst said of its hits."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from storage.types import FloatVector

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

_NUMBER = sa.BigInteger().with_variant(sa.Integer, "sqlite")
_LONG = sa.BigInteger().with_variant(sa.Integer, "sqlite")
_TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
_TIME = sa.DateTime().with_variant(sa.DateTime(timezone=True), "postgresql")


def upgrade() -> None:
    """Make three tables; the next comparison fills them."""
    op.create_table(
        "watch_sample",
        sa.Column("build", _TEXT, nullable=False),
        sa.Column("mean_version", _LONG, nullable=False, autoincrement=False),
        sa.Column("text_hash", _TEXT, nullable=False),
        sa.Column("language", _TEXT, nullable=False),
        sa.Column("passage", _NUMBER, nullable=False),
        sa.PrimaryKeyConstraint("build", "mean_version", "text_hash", "language", name="pk_watch_sample"),
    )
    _watch_growth()
    op.create_table(
        "watch_labels",
        sa.Column("statement_id", _TEXT, nullable=False),
        sa.Column("passage_id", _TEXT, nullable=False),
        sa.Column("verdict", _TEXT, nullable=False),
        sa.Column("at", _TIME, nullable=False),
        sa.Column("actor", _TEXT, nullable=False),
        sa.ForeignKeyConstraint(
            ["passage_id"],
            ["passages.passage_id"],
            name="fk_watch_labels_passage_id",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("statement_id", "passage_id", name="pk_watch_labels"),
    )


def _watch_growth() -> None:
    """A row goes when its statement goes or gets another wording."""
    op.create_table(
        "watch_growth",
        sa.Column("statement_id", _TEXT, nullable=False),
        sa.Column("statement_hash", _TEXT, nullable=False),
        sa.Column("at", _TIME, nullable=False),
        sa.Column("direction", FloatVector(), nullable=False),
        sa.Column("linked", _NUMBER),
        sa.Column("seeds", _NUMBER, nullable=False),
        sa.Column("scales", sa.Text(), nullable=False),
        sa.Column("least_z", sa.Double(), nullable=False),
        sa.Column("stopped", _TEXT, nullable=False),
        sa.Column("recall", sa.Double(), nullable=False),
        sa.ForeignKeyConstraint(
            ["statement_id"],
            ["watch_statements.statement_id"],
            name="fk_watch_growth_statement_id",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("statement_id", name="pk_watch_growth"),
    )
