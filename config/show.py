"""Effective settings and where each came from."""

from __future__ import annotations

import re
from dataclasses import dataclass

from pydantic import SecretStr

from config.workspace import Workspace


@dataclass(frozen=True, slots=True)
class EffectiveValue:
    """One setting as it is in force."""

    key: str
    value: object
    origin: str


def effective_values(workspace: Workspace) -> list[EffectiveValue]:
    """Every setting in the order of the models; secrets are shown as set or empty, never in clear, nor is a
    database's password."""
    rows = []
    for section, model in workspace.settings:
        for name in type(model).model_fields:
            key = f"{section}.{name}"
            rows.append(
                EffectiveValue(key, _shown(getattr(model, name)), workspace.origins.get(key, "default"))
            )
    return rows


def _shown(value: object) -> object:
    if isinstance(value, SecretStr):
        return "(set)" if value.get_secret_value() else ""
    if isinstance(value, tuple):
        return [_shown(part) for part in value]
    return value if isinstance(value, bool | int | float | type(None)) else without_password(str(value))


def without_password(address: str) -> str:
    """An address as it may be shown: `scheme://user:***@host`."""
    return re.sub(r"(://[^:/?#\s]*):[^\s]*@", r"\1:***@", address)
