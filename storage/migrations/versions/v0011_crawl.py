"""What the crawler remembers of listings, versions of an article and its other addresses; and the index of
words by one form of each letter (`storage.text.for_searching`).
"""

from __future__ import annotations

from alembic import op

from storage.search_index import index_again

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Index again what an older folding left apart."""
    index_again(op.get_bind())
