"""Passwords, hashed by Argon2id as RFC 9106 recommends where memory is small (`argon2-cffi`'s own choice)."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING

from config.errors import ConfigError

if TYPE_CHECKING:
    from argon2 import PasswordHasher

SHORTEST = 12
"""Characters. NIST SP 800-63B asks for 8 at least and for no rules on what they are; chosen, not measured."""
LONGEST = 200
"""Characters; the work of hashing grows with them."""


def hashed(password: str) -> str:
    """The hash of a new password, with its parameters and salt.

    Raises:
        ConfigError: it is too short or too long.
    """
    if not SHORTEST <= len(password) <= LONGEST:
        raise ConfigError(
            f"a password has {SHORTEST} to {LONGEST} characters, and this one {len(password)}; "
            "a few words that nobody would guess are good"
        )
    return _hasher().hash(password)


def is_right(password_hash: str, password: str) -> bool:
    """Whether a password is the one that was hashed. An unknown account (an empty hash) takes as long to
    refuse as a wrong password.
    """
    from argon2.exceptions import InvalidHashError, VerificationError

    try:
        right = _hasher().verify(password_hash or _nobodys(), password[: LONGEST + 1])
    except (VerificationError, InvalidHashError):
        return False
    return right and bool(password_hash)


@functools.cache
def _hasher() -> PasswordHasher:
    from argon2 import PasswordHasher
    from argon2.profiles import RFC_9106_LOW_MEMORY

    return PasswordHasher.from_parameters(RFC_9106_LOW_MEMORY)


@functools.cache
def _nobodys() -> str:
    return _hasher().hash("nobody's password")
