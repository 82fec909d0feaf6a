"""Why a delivery was made and when it is due, what people said of alerts, published reports, their edits."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

_TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
_TIME = sa.DateTime().with_variant(sa.DateTime(timezone=True), "postgresql")
_NUMBER = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    """Columns that are null for what was made before, and three tables."""
    op.add_column("alerts", sa.Column("kind", _TEXT))
    op.add_column("deliveries", sa.Column("reason", _TEXT))
    op.add_column("deliveries", sa.Column("due_at", _TIME))
    _marks()
    _reports()


def _marks() -> None:
    op.create_table(
        "alert_marks",
        sa.Column("mark_id", _TEXT, nullable=False),
        sa.Column("kind", _TEXT, nullable=False),
        sa.Column("alert_id", _TEXT, nullable=False),
        sa.Column("narrative_id", _NUMBER, nullable=False),
        sa.Column("at", _TIME, nullable=False),
        sa.Column("actor", _TEXT, nullable=False),
        sa.Column("recipient", _TEXT),
        sa.Column("until", _TIME),
        sa.Column("note", _TEXT),
        sa.PrimaryKeyConstraint("mark_id", name="pk_alert_marks"),
    )
    op.create_index("ix_alert_marks_alert_id", "alert_marks", ["alert_id"])
    op.create_index("ix_alert_marks_narrative_id", "alert_marks", ["narrative_id"])


def _reports() -> None:
    op.create_table(
        "published_reports",
        sa.Column("edition", _TEXT, nullable=False),
        sa.Column("start", sa.Date, nullable=False),
        sa.Column("end", sa.Date, nullable=False),
        sa.Column("revision", sa.BigInteger, autoincrement=False, nullable=False),
        sa.Column("as_of", _TIME, nullable=False),
        sa.Column("digest", _TEXT, nullable=False),
        sa.Column("content", sa.Text, nullable=False),
        sa.Column("changes", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("edition", "start", "end", "revision", name="pk_published_reports"),
    )
    op.create_table(
        "report_edits",
        sa.Column("edit_id", _TEXT, nullable=False),
        sa.Column("edition", _TEXT, nullable=False),
        sa.Column("start", sa.Date, nullable=False),
        sa.Column("end", sa.Date, nullable=False),
        sa.Column("kind", _TEXT, nullable=False),
        sa.Column("narrative_id", _NUMBER),
        sa.Column("text", _TEXT),
        sa.Column("actor", _TEXT, nullable=False),
        sa.Column("at", _TIME, nullable=False),
        sa.PrimaryKeyConstraint("edit_id", name="pk_report_edits"),
    )
    op.create_index("ix_report_edits_edition_start_end", "report_edits", ["edition", "start", "end"])
