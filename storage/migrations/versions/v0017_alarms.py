"""In which language a delivery is written."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

_TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    """What mails need."""
    _mails()


def _mails() -> None:
    """A column that is null for what was made before."""
    op.add_column("deliveries", sa.Column("language", _TEXT))
