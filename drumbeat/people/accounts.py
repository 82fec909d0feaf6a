"""Accounts: made and changed by an admin or on the command line, each change with its line in the trail.

sign in   name and password -> a secret for the browser's cookie; its fingerprint is kept
program   a token, shown once when it is made; its fingerprint is kept
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from hashlib import sha256
from typing import Any, Final

from config.clock import Clock
from drumbeat.people.passwords import hashed, is_right
from storage.errors import StorageError
from storage.records import Account, ApiToken, AuditEntry, Role, Scope, SignIn
from storage.store import Store

NAME: Final = re.compile(r"[a-z0-9][a-z0-9._@+-]{0,63}")
"""What an account may be called: as the local parts of addresses, and addresses."""
IDLE: Final = timedelta(hours=12)
"""A browser that was not seen for so long is signed out. Chosen, not measured: a working day."""
LONGEST_SIGN_IN: Final = timedelta(days=14)
"""However often it is seen, a browser signs in again after so long. Chosen, not measured."""
SEEN_EVERY: Final = timedelta(minutes=5)
"""How exactly it is kept when a browser was last seen: no page writes more often."""
TOKEN_PREFIX: Final = "drumbeat_"  # noqa: S105 - by which scanners of secrets know one
SECRET_BYTES: Final = 32
LONGEST_SECRET: Final = 200
"""Characters of a cookie or token that are looked at; ours have fewer than 60."""


class Accounts:
    """The accounts of one workspace.

    Args:
        by: who changes something; the trail says so.
    """

    def __init__(self, store: Store, clock: Clock, *, by: str) -> None:
        self._store = store
        self._clock = clock
        self._by = by

    def add(self, name: str, role: Role, password: str) -> Account:
        """Make an account.

        Raises:
            StorageError: there is one of this name, or the name cannot be one.
            ConfigError: the password is too short.
        """
        if not NAME.fullmatch(name):
            raise StorageError(
                f"account {name!r}: a name has small letters, digits and . _ @ + -, at most 64 of them"
            )
        if self._store.accounts.get(name):
            raise StorageError(
                f"account {name}: there is one; `drumbeat accounts role` changes what it may do"
            )
        made = Account(name=name, role=role, password_hash=hashed(password), created_at=self._clock.now())
        self._save(made, "account made", {}, {"role": role})
        return made

    def set_role(self, name: str, role: Role) -> None:
        """Let an account do more, or less.

        Raises:
            StorageError: there is none, or nobody would be left who may change accounts.
        """
        old = self.known(name)
        self._keep_an_admin(old, replace(old, role=role))
        self._save(replace(old, role=role), "account role", {"role": old.role}, {"role": role})

    def set_password(self, name: str, password: str) -> None:
        """Give an account another password; it is signed out everywhere.

        Raises:
            StorageError: there is none.
            ConfigError: the password is too short.
        """
        old = self.known(name)
        self._save(replace(old, password_hash=hashed(password)), "account password", {}, {})

    def set_disabled(self, name: str, *, disabled: bool) -> None:
        """Let an account do nothing, or let it in again. What it decided stays.

        Raises:
            StorageError: there is none, or nobody would be left who may change accounts.
        """
        old = self.known(name)
        self._keep_an_admin(old, replace(old, disabled=disabled))
        what = "account disabled" if disabled else "account enabled"
        self._save(replace(old, disabled=disabled), what, {"disabled": old.disabled}, {"disabled": disabled})

    def known(self, name: str) -> Account:
        """The account of a name.

        Raises:
            StorageError: there is none.
        """
        found = self._store.accounts.get(name)
        if found is None:
            raise StorageError(f"account {name}: there is none; `drumbeat accounts list` shows them")
        return found

    def sign_in(self, name: str, password: str) -> str | None:
        """The secret of a browser that gave a right password; None for a wrong one. Both are in the trail."""
        account = self._store.accounts.get(name) if NAME.fullmatch(name) else None
        open_to = account if account and not account.disabled else None
        if not is_right(open_to.password_hash if open_to else "", password):
            self.tell("sign-in refused", account.name if account else "unknown account")
            return None
        assert open_to is not None
        secret, now = secrets.token_urlsafe(SECRET_BYTES), self._clock.now()
        self._store.accounts.forget_idle(now - IDLE)
        self._store.accounts.sign_in(
            SignIn(sign_in_id=fingerprint(secret), name=open_to.name, created_at=now, seen_at=now)
        )
        self.tell("signed in", open_to.name)
        return secret

    def signed_in(self, secret: str) -> Account | None:
        """Whose browser holds a secret; None where it is nobody's, or not any more."""
        found = self._store.accounts.signed_in(fingerprint(secret))
        now = self._clock.now()
        if found is None or now - found.seen_at >= IDLE or now - found.created_at >= LONGEST_SIGN_IN:
            return None
        account = self._store.accounts.get(found.name)
        if account is None or account.disabled:
            return None
        if now - found.seen_at >= SEEN_EVERY:
            self._store.accounts.sign_in(replace(found, seen_at=now))
        return account

    def sign_out(self, secret: str) -> None:
        """Forget a browser."""
        self._store.accounts.sign_out(fingerprint(secret))

    def give_token(self, name: str, title: str, scope: Scope, days: int) -> str:
        """A token for a program, which is shown now and never again.

        Raises:
            StorageError: there is no such account.
        """
        account, now = self.known(name), self._clock.now()
        secret = TOKEN_PREFIX + secrets.token_urlsafe(SECRET_BYTES)
        token = ApiToken(
            token_id=fingerprint(secret),
            name=account.name,
            title=" ".join(title.split())[:64],
            scope=scope,
            created_at=now,
            ends_at=now + timedelta(days=days),
        )
        entry = self._entry("token made", account.name, {}, {"title": token.title, "scope": scope})
        self._store.accounts.give(token, entry)
        return secret

    def take_token_back(self, name: str, beginning: str) -> ApiToken:
        """Remove a token of an account, named by the beginning of its id.

        Raises:
            StorageError: there is none, or there are several.
        """
        found = [row for row in self._store.accounts.tokens(name) if row.token_id.startswith(beginning)]
        if len(found) != 1:
            raise StorageError(
                f"account {name}: {len(found)} tokens begin with {beginning!r}; "
                f"`drumbeat accounts tokens {name}` shows them"
            )
        entry = self._entry("token taken back", name, {"title": found[0].title}, {})
        self._store.accounts.take_back(found[0].token_id, entry)
        return found[0]

    def by_token(self, secret: str) -> tuple[Account, Scope] | None:
        """Whose token it is and what it allows; None where it is nobody's, or has ended."""
        token = self._store.accounts.token(fingerprint(secret))
        if token is None or self._clock.now() >= token.ends_at:
            return None
        account = self._store.accounts.get(token.name)
        return None if account is None or account.disabled else (account, token.scope)

    def tell(self, what: str, subject: str) -> None:
        """A line of the trail where nothing was changed."""
        self._store.accounts.tell([self._entry(what, subject, {}, {})])

    def _save(self, account: Account, what: str, before: Mapping[str, Any], after: Mapping[str, Any]) -> None:
        self._store.accounts.save(account, [self._entry(what, account.name, before, after)])

    def _entry(
        self, what: str, subject: str, before: Mapping[str, Any], after: Mapping[str, Any]
    ) -> AuditEntry:
        now = self._clock.now()
        return AuditEntry(
            entry_id=f"{now:%Y%m%dT%H%M%S%fZ}-{secrets.token_hex(4)}",
            at=now,
            actor=self._by,
            what=what,
            subject=subject,
            before=before,
            after=after,
        )

    def _keep_an_admin(self, old: Account, new: Account) -> None:
        if not old.may("admin") or new.may("admin"):
            return
        if not any(row.may("admin") for row in self._store.accounts.all() if row.name != old.name):
            raise StorageError(f"account {old.name} is the last that may change accounts; make another first")


def fingerprint(secret: str) -> str:
    """What is kept of a secret: from it nobody can get the secret, which is as random as it is long."""
    return sha256(secret[:LONGEST_SECRET].encode()).hexdigest()
