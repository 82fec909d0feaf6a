"""Accounts of the dashboard, their browsers and tokens, and the trail of what was changed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa

from storage import schema
from storage.engine import Database
from storage.records import Account, ApiToken, AuditEntry, SignIn
from storage.rows import record_of, row_of, upsert


class AccountStore:
    """Nothing that would let its reader sign in is kept: passwords are hashed, tokens are fingerprints."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def save(self, account: Account, told: Sequence[AuditEntry]) -> None:
        """Write an account with what is told of it. One that is disabled, or whose password is another, is
        signed out everywhere.
        """
        with self._database.write() as connection:
            before = connection.execute(
                sa.select(schema.accounts).where(schema.accounts.c.name == account.name)
            ).one_or_none()
            upsert(connection, schema.accounts, [row_of(account)])
            if account.disabled or (before and before.password_hash != account.password_hash):
                connection.execute(sa.delete(schema.sign_ins).where(schema.sign_ins.c.name == account.name))
            upsert(connection, schema.audit_trail, [row_of(entry) for entry in told])

    def get(self, name: str) -> Account | None:
        """An account by its name."""
        statement = sa.select(schema.accounts).where(schema.accounts.c.name == name)
        with self._database.read() as connection:
            row = connection.execute(statement).one_or_none()
        return None if row is None else record_of(Account, row)

    def all(self) -> list[Account]:
        """All accounts, by name."""
        with self._database.read() as connection:
            rows = connection.execute(sa.select(schema.accounts).order_by(schema.accounts.c.name))
            return [record_of(Account, row) for row in rows]

    def sign_in(self, sign_in: SignIn) -> None:
        """Write that a browser is signed in, or was seen again."""
        with self._database.write() as connection:
            upsert(connection, schema.sign_ins, [row_of(sign_in)])

    def signed_in(self, sign_in_id: str) -> SignIn | None:
        """A browser by the fingerprint of its cookie."""
        statement = sa.select(schema.sign_ins).where(schema.sign_ins.c.sign_in_id == sign_in_id)
        with self._database.read() as connection:
            row = connection.execute(statement).one_or_none()
        return None if row is None else record_of(SignIn, row)

    def sign_out(self, sign_in_id: str) -> None:
        """Forget a browser."""
        with self._database.write() as connection:
            connection.execute(sa.delete(schema.sign_ins).where(schema.sign_ins.c.sign_in_id == sign_in_id))

    def forget_idle(self, before: datetime) -> None:
        """Forget browsers that were not seen since a moment."""
        with self._database.write() as connection:
            connection.execute(sa.delete(schema.sign_ins).where(schema.sign_ins.c.seen_at < before))

    def give(self, token: ApiToken, entry: AuditEntry) -> None:
        """Write a token, with what is told of it."""
        with self._database.write() as connection:
            upsert(connection, schema.api_tokens, [row_of(token)])
            upsert(connection, schema.audit_trail, [row_of(entry)])

    def token(self, token_id: str) -> ApiToken | None:
        """A token by its fingerprint."""
        statement = sa.select(schema.api_tokens).where(schema.api_tokens.c.token_id == token_id)
        with self._database.read() as connection:
            row = connection.execute(statement).one_or_none()
        return None if row is None else record_of(ApiToken, row)

    def tokens(self, name: str) -> list[ApiToken]:
        """The tokens of an account, the oldest first."""
        table = schema.api_tokens
        statement = (
            sa.select(table).where(table.c.name == name).order_by(table.c.created_at, table.c.token_id)
        )
        with self._database.read() as connection:
            return [record_of(ApiToken, row) for row in connection.execute(statement)]

    def take_back(self, token_id: str, entry: AuditEntry) -> None:
        """Remove a token, with what is told of it."""
        with self._database.write() as connection:
            connection.execute(sa.delete(schema.api_tokens).where(schema.api_tokens.c.token_id == token_id))
            upsert(connection, schema.audit_trail, [row_of(entry)])

    def tell(self, told: Sequence[AuditEntry]) -> None:
        """Add to the trail."""
        with self._database.write() as connection:
            upsert(connection, schema.audit_trail, [row_of(entry) for entry in told])

    def audit_trail(self, since: datetime, until: datetime) -> list[AuditEntry]:
        """The trail from a moment on and before another, by (at, entry_id)."""
        table = schema.audit_trail
        statement = sa.select(table).where(table.c.at >= since, table.c.at < until)
        with self._database.read() as connection:
            rows = connection.execute(statement.order_by(table.c.at, table.c.entry_id))
            return [record_of(AuditEntry, row) for row in rows]
