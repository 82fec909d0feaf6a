"""Outlets that the source directory does not name any more."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Whatever left the files before is found missing by the next stage."""
    op.add_column("sources", sa.Column("removed_on", sa.Date))
