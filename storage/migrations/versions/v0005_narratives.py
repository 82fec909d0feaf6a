"""What daily discovery keeps: the radius of each narrative, and until when everything was looked at."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from storage.types import Real, SafeText, UtcDateTime

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """A column and a table; the next refit fills them."""
    op.add_column("narratives", sa.Column("radius", Real))
    op.create_table(
        "narrative_marks",
        sa.Column("name", SafeText, nullable=False),
        sa.Column("at", UtcDateTime, nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_narrative_marks"),
    )
