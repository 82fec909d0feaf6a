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


_TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    """Add what is known of paywalls, and index again what an older folding left apart."""
    for column in ("declared_access", "observed_access"):
        op.add_column("articles", sa.Column(column, _TEXT))
    index_again(op.get_bind())
