"""An index for the sample of every language (the means, what is ordinary for a watched statement): 0.3
instead of 7.5 CPU-seconds at 800,000 passages.
"""

from __future__ import annotations

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make it."""
    op.create_index("ix_passages_language_text_hash", "passages", ["language", "text_hash"])
