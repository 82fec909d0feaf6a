"""What counting keeps: the days that have to be counted again, noted by triggers; what is ordinary for
watched statements.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from storage import stale_days

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

_TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
_LONG = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    """Make the table and the triggers; every day there is counts as stale, and the next count reads its
    window once.
    """
    engine = op.get_bind().dialect.name
    op.create_table(
        "stale_days",
        sa.Column("day", sa.Date, nullable=False),
        sa.Column("writer", sa.BigInteger, nullable=False),
        sa.Column("changes", sa.BigInteger().with_variant(sa.Integer, "sqlite"), nullable=False),
        sa.PrimaryKeyConstraint("day", "writer", name="pk_stale_days"),
    )
    for statement in [*stale_days.statements(engine), stale_days.mark_all(engine)]:
        op.execute(statement)
    _watch_ordinary()


def _watch_ordinary() -> None:
    """Every statement gets its rows with the next comparison."""
    op.create_table(
        "watch_ordinary",
        sa.Column("build", _TEXT, nullable=False),
        sa.Column("mean_version", _LONG, nullable=False, autoincrement=False),
        sa.Column("text_hash", _TEXT, nullable=False),
        sa.Column("language", _TEXT, nullable=False),
        sa.Column("place", sa.Double(), nullable=False),
        sa.Column("spread", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("build", "mean_version", "text_hash", "language", name="pk_watch_ordinary"),
    )
