"""Who asks for the page that is being made; `access` finds it out."""

from __future__ import annotations

import hmac
from contextvars import ContextVar
from dataclasses import dataclass
from hashlib import sha256

from storage.records import Account, Role, Scope


@dataclass(frozen=True, slots=True)
class Who:
    """Who asks."""

    account: Account | None
    scope: Scope
    """What their token allows; a browser may do whatever its account may."""
    secret: str
    """Of the browser's cookie; empty for a program."""
    has_accounts: bool
    """Whether anybody has to sign in here."""

    @property
    def csrf(self) -> str:
        """What a form of our own pages carries, and no other site can know."""
        return hmac.new(self.secret.encode(), b"form", sha256).hexdigest() if self.secret else ""

    def may(self, role: Role) -> bool:
        """Whether they may do what a role may."""
        return self.account is not None and self.account.may(role)


NOBODY = Who(account=None, scope="read", secret="", has_accounts=False)
present: ContextVar[Who] = ContextVar("asking", default=NOBODY)


def asking() -> Who:
    """Who asks for the page that is being made."""
    return present.get()
