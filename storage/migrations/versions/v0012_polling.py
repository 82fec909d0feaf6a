"""How feeds are polled and what is wrong with them, and the hosts that are left alone."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

_NUMBER = sa.BigInteger().with_variant(sa.Integer, "sqlite")
_TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
_TIME = sa.DateTime().with_variant(sa.DateTime(timezone=True), "postgresql")


def upgrade() -> None:
    """Feeds of before go on at the interval of their source until their next poll."""
    for name, kind in (("due_at", _TIME), ("hint_minutes", _NUMBER), ("rhythm", sa.Text)):
        op.add_column("feeds", sa.Column(name, kind))
    _health()
    op.create_table(
        "host_pauses",
        sa.Column("host", _TEXT, nullable=False),
        sa.Column("until", _TIME, nullable=False),
        sa.Column("reason", _TEXT, nullable=False),
        sa.PrimaryKeyConstraint("host", name="pk_host_pauses"),
    )


def _health() -> None:
    """What the last poll of a feed says of it, and each change of that."""
    op.create_table(
        "feed_health",
        sa.Column("feed_url", _TEXT, nullable=False),
        sa.Column("source_id", _TEXT, nullable=False),
        sa.Column("condition", _TEXT, nullable=False),
        sa.Column("since", _TIME, nullable=False),
        sa.Column("checked_at", _TIME, nullable=False),
        sa.Column("detail", _TEXT, nullable=False),
        sa.PrimaryKeyConstraint("feed_url", name="pk_feed_health"),
    )
    op.create_table(
        "health_changes",
        sa.Column("changed_at", _TIME, nullable=False),
        sa.Column("feed_url", _TEXT, nullable=False),
        sa.Column("source_id", _TEXT, nullable=False),
        sa.Column("before", _TEXT),
        sa.Column("after", _TEXT, nullable=False),
        sa.Column("detail", _TEXT, nullable=False),
        sa.PrimaryKeyConstraint("changed_at", "feed_url", name="pk_health_changes"),
    )
