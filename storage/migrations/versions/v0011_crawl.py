"""What the crawler remembers of listings, versions of an article and its other addresses; what is known of
paywalls; and the index of words by one form of each letter (`storage.text.for_searching`).
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from storage.search_index import index_again

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

_NUMBER = sa.BigInteger().with_variant(sa.Integer, "sqlite")
_TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
_TIME = sa.DateTime().with_variant(sa.DateTime(timezone=True), "postgresql")


def upgrade() -> None:
    """Make the tables of the crawler, add what is known of paywalls, and index again what an older folding
    left apart.
    """
    _poll_readings()
    _page_versions()
    for column in ("declared_access", "observed_access"):
        op.add_column("articles", sa.Column(column, _TEXT))
    index_again(op.get_bind())


def _poll_readings() -> None:
    """What a poll read of its listing; polls of before have none."""
    op.create_table(
        "poll_readings",
        sa.Column("polled_at", _TIME, nullable=False),
        sa.Column("feed_url", _TEXT, nullable=False),
        sa.Column("run_id", _TEXT, nullable=False),
        sa.Column("unreadable", _NUMBER, nullable=False),
        sa.Column("unread_bytes", _NUMBER, nullable=False),
        sa.Column("followed", _NUMBER, nullable=False),
        sa.Column("refused", sa.Text, nullable=False),
        sa.Column("leads_to", _TEXT),
        sa.PrimaryKeyConstraint("polled_at", "feed_url", "run_id", name="pk_poll_readings"),
    )


def _page_versions() -> None:
    """Answers of a page after the one that its article was made of."""
    op.create_table(
        "page_versions",
        sa.Column(
            "page_id",
            _TEXT,
            sa.ForeignKey("pages.page_id", ondelete="CASCADE", name="fk_page_versions_page_id"),
            nullable=False,
        ),
        sa.Column("fetched_at", _TIME, nullable=False),
        sa.Column("outcome", _TEXT, nullable=False),
        sa.Column("status", _NUMBER),
        sa.Column("sha256", _TEXT),
        sa.Column("fetch_run", _TEXT),
        sa.Column("warc_file", _TEXT),
        sa.Column("warc_offset", sa.BigInteger),
        sa.Column("warc_length", sa.BigInteger),
        sa.PrimaryKeyConstraint("page_id", "fetched_at", name="pk_page_versions"),
    )
