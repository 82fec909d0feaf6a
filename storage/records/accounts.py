"""Who may do what on the dashboard, and what was changed there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Literal, get_args

Role = Literal["reader", "analyst", "editor", "admin"]
ROLES: Final[tuple[Role, ...]] = get_args(Role)
"""Each may do what those before it may: read; decide on narratives and alerts; change what is watched, read
from and reported; keep accounts.
"""
Scope = Literal["read", "decide"]
"""What a token of a program allows, within what its account's role does."""
SCOPES: Final[tuple[Scope, ...]] = get_args(Scope)


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """A person of the desk, or a program that has a name of its own."""

    name: str
    role: Role
    password_hash: str
    """Argon2id, with its parameters and salt; empty where nobody can sign in by a password."""
    created_at: datetime
    disabled: bool = False

    def may(self, role: Role) -> bool:
        """Whether it may do what `role` may."""
        return not self.disabled and ROLES.index(self.role) >= ROLES.index(role)


@dataclass(frozen=True, slots=True, kw_only=True)
class SignIn:
    """A browser that an account signed in with."""

    sign_in_id: str
    """Fingerprint of what its cookie holds."""
    name: str
    created_at: datetime
    seen_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiToken:
    """What a program shows instead of a password."""

    token_id: str
    """Fingerprint of the token."""
    name: str
    """The account's."""
    title: str
    """What it is for, in its owner's words."""
    scope: Scope
    created_at: datetime
    ends_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditEntry:
    """One line of the audit trail."""

    entry_id: str
    at: datetime
    actor: str
    what: str
    """As `account role`, `sign-in refused`."""
    subject: str
    """What was changed, by its name or number."""
    before: Mapping[str, Any]
    after: Mapping[str, Any]
