"""What articles name, and which countries they are about."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from storage.types import Real, SafeText, Whole

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """One table, empty: the stage `places` fills it."""
    op.create_table(
        "article_names",
        sa.Column(
            "article_id", SafeText, sa.ForeignKey("articles.article_id", ondelete="CASCADE"), nullable=False
        ),
        sa.Column("name", SafeText, nullable=False),
        sa.Column("mentions", Whole, nullable=False),
        sa.Column("share", Real, nullable=False),
        sa.Column("about", sa.Boolean, nullable=False),
        sa.Column("passages", SafeText, nullable=False),
        sa.PrimaryKeyConstraint("article_id", "name", name="pk_article_names"),
    )
    op.create_index("ix_article_names_name_about", "article_names", ["name", "about"])
