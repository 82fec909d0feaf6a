"""Versions of pages cleaned and compared, pages looked at again, and histories filled in from archives."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

_NUMBER = sa.BigInteger().with_variant(sa.Integer, "sqlite")
_TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
_TIME = sa.DateTime().with_variant(sa.DateTime(timezone=True), "postgresql")


def upgrade() -> None:
    """Make the three tables; what is known of versions is cleaned by the next `clean`."""
    _page_looks()
    _version_texts()
    op.create_table(
        "backfills",
        sa.Column("name", _TEXT, nullable=False),
        sa.Column("position", _TEXT, nullable=False),
        sa.Column("finished", sa.Boolean, nullable=False),
        sa.Column("counts", sa.Text, nullable=False),
        sa.Column("updated_at", _TIME, nullable=False),
        sa.Column("run_id", _TEXT, nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_backfills"),
    )


def _page_id(table: str) -> sa.Column[str]:
    key = sa.ForeignKey("pages.page_id", ondelete="CASCADE", name=f"fk_{table}_page_id")
    return sa.Column("page_id", _TEXT, key, nullable=False)


def _page_looks() -> None:
    op.create_table(
        "page_looks",
        _page_id("page_looks"),
        sa.Column("looks", _NUMBER, nullable=False),
        sa.Column("looked_at", _TIME, nullable=False),
        sa.Column("seen_at", _TIME),
        sa.PrimaryKeyConstraint("page_id", name="pk_page_looks"),
    )
    op.create_index("ix_page_looks_looked_at", "page_looks", ["looked_at"])


def _version_texts() -> None:
    op.create_table(
        "version_texts",
        _page_id("version_texts"),
        sa.Column("fetched_at", _TIME, nullable=False),
        sa.Column("change", _TEXT, nullable=False),
        sa.Column("clean_outcome", _TEXT, nullable=False),
        sa.Column("clean_version", _TEXT, nullable=False),
        sa.Column("title", _TEXT),
        sa.Column("body", _TEXT),
        sa.Column("text_sha256", _TEXT),
        sa.Column("added", _NUMBER),
        sa.Column("removed", _NUMBER),
        sa.PrimaryKeyConstraint("page_id", "fetched_at", name="pk_version_texts"),
    )
    op.create_index("ix_version_texts_fetched_at", "version_texts", ["fetched_at"])
