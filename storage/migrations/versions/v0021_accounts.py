"""Accounts of the dashboard, their browsers and tokens, and the trail of changes."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

_TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
_TIME = sa.DateTime().with_variant(sa.DateTime(timezone=True), "postgresql")


def upgrade() -> None:
    """Four tables."""
    op.create_table(
        "accounts",
        sa.Column("name", _TEXT, nullable=False),
        sa.Column("role", _TEXT, nullable=False),
        sa.Column("password_hash", _TEXT, nullable=False),
        sa.Column("created_at", _TIME, nullable=False),
        sa.Column("disabled", sa.Boolean, nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_accounts"),
    )
    _of_accounts()
    op.create_table(
        "audit_trail",
        sa.Column("entry_id", _TEXT, nullable=False),
        sa.Column("at", _TIME, nullable=False),
        sa.Column("actor", _TEXT, nullable=False),
        sa.Column("what", _TEXT, nullable=False),
        sa.Column("subject", _TEXT, nullable=False),
        sa.Column("before", sa.Text, nullable=False),
        sa.Column("after", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("entry_id", name="pk_audit_trail"),
    )
    op.create_index("ix_audit_trail_at_entry_id", "audit_trail", ["at", "entry_id"])


def _of_accounts() -> None:
    op.create_table(
        "sign_ins",
        sa.Column("sign_in_id", _TEXT, nullable=False),
        sa.Column("name", _TEXT, nullable=False),
        sa.Column("created_at", _TIME, nullable=False),
        sa.Column("seen_at", _TIME, nullable=False),
        sa.ForeignKeyConstraint(["name"], ["accounts.name"], name="fk_sign_ins_name", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("sign_in_id", name="pk_sign_ins"),
    )
    op.create_index("ix_sign_ins_name", "sign_ins", ["name"])
    op.create_table(
        "api_tokens",
        sa.Column("token_id", _TEXT, nullable=False),
        sa.Column("name", _TEXT, nullable=False),
        sa.Column("title", _TEXT, nullable=False),
        sa.Column("scope", _TEXT, nullable=False),
        sa.Column("created_at", _TIME, nullable=False),
        sa.Column("ends_at", _TIME, nullable=False),
        sa.ForeignKeyConstraint(["name"], ["accounts.name"], name="fk_api_tokens_name", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("token_id", name="pk_api_tokens"),
    )
    op.create_index("ix_api_tokens_name", "api_tokens", ["name"])
