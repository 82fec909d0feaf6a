"""Sketches of texts and links between them, so that copies are found by what is new.

Groups that exist are kept: each member is linked to its original as it was found. Sketches are made by the
stage, for the days around new articles.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
_TIME = sa.DateTime().with_variant(sa.DateTime(timezone=True), "postgresql")
_LINKS_OF_GROUPS = """
INSERT INTO copy_links (left_id, right_id, kind, containment)
SELECT CASE WHEN article_id < group_id THEN article_id ELSE group_id END,
       CASE WHEN article_id < group_id THEN group_id ELSE article_id END,
       CASE WHEN relation = 'excerpt' THEN 'excerpt' ELSE 'whole' END, containment
FROM copy_members WHERE relation IN ('exact', 'near', 'excerpt') AND article_id <> group_id
"""


def _article(name: str) -> sa.Column[str]:
    return sa.Column(
        name,
        _TEXT,
        sa.ForeignKey("articles.article_id", ondelete="CASCADE"),
        primary_key=True,
        nullable=False,
    )


def upgrade() -> None:
    """Make the tables, and links from the groups."""
    op.create_table(
        "copy_sketches", _article("article_id"), sa.Column("counted_at", _TIME, nullable=False),
        sa.Column("is_whole", sa.Boolean, nullable=False), sa.Column("runs", sa.LargeBinary, nullable=False),
    )  # fmt: skip
    op.create_index("ix_copy_sketches_counted_at", "copy_sketches", ["counted_at"])
    op.create_table(
        "copy_links", _article("left_id"), _article("right_id"), sa.Column("kind", _TEXT, nullable=False),
        sa.Column("containment", sa.Double, nullable=False),
    )  # fmt: skip
    op.create_index("ix_copy_links_right_id", "copy_links", ["right_id"])
    op.execute(_LINKS_OF_GROUPS)
