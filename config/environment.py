"""Settings from the environment: `DRUMBEAT_<SECTION>__<KEY>` overrides `[section] key`, and secrets come from
here only."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import UnionType
from typing import Any, Union, get_args, get_origin

from pydantic import BaseModel, SecretStr
from pydantic.fields import FieldInfo

from config.errors import ConfigError
from config.settings import Settings

PREFIX = "DRUMBEAT_"


@dataclass(frozen=True, slots=True)
class Override:
    """One variable."""

    section: str
    key: str
    value: Any
    """Text, or a list of texts where the setting takes several."""
    variable: str


def overrides(environ: Mapping[str, str]) -> list[Override]:
    """Every setting that the environment states, by the variable's name.

    Raises:
        ConfigError: a variable of ours names no setting.
    """
    names = sorted(name for name in environ if name.startswith(PREFIX))
    for name in names:
        if "__" not in name:
            _refuse_single_underscore(name)
    return [_override(name, environ[name]) for name in names if "__" in name]


def _override(name: str, text: str) -> Override:
    section, _, key = name.removeprefix(PREFIX).lower().partition("__")
    field = field_of(section, key)
    if field is None:
        raise ConfigError(
            f"environment {name}: no setting {section}.{key}; see `drumbeat config show` for the names"
        )
    return Override(section, key, _split(text) if takes_several(field.annotation) else text, name)


def field_of(section: str, key: str) -> FieldInfo | None:
    """The setting of a name, or None."""
    model = section_model(section)
    return model.model_fields.get(key) if model else None


def section_model(section: str) -> type[BaseModel] | None:
    """The model of a section, or None."""
    field = Settings.model_fields.get(section)
    model = field.annotation if field else None
    return model if isinstance(model, type) and issubclass(model, BaseModel) else None


def takes_several(annotation: Any) -> bool:
    """Whether a setting is a list, or a list or nothing."""
    origin = get_origin(annotation)
    if origin in (Union, UnionType):
        return any(get_origin(part) is tuple for part in get_args(annotation))
    return origin is tuple


def _split(text: str) -> list[str]:
    parts = (part.strip() for part in text.split(","))
    return [part for part in parts if part]


def _refuse_single_underscore(name: str) -> None:
    """`DRUMBEAT_CRAWL_ATTEMPTS` looks like a setting and would be none."""
    for section in Settings.model_fields:
        key = name.removeprefix(PREFIX).lower().removeprefix(f"{section}_")
        if name == f"{PREFIX}{section}_{key}".upper() and field_of(section, key):
            meant = variable_of(section, key)
            raise ConfigError(f"environment {name}: write {meant}, with two underscores after the section")


def variable_of(section: str, key: str) -> str:
    """The variable that overrides a setting."""
    return f"{PREFIX}{section.upper()}__{key.upper()}"


def refuse_secrets(tables: Mapping[str, Any], path: Path) -> None:
    """Secrets do not stand in files.

    Raises:
        ConfigError: one does; the message names the variable for it.
    """
    for section, table in tables.items():
        for key in table if isinstance(table, dict) else ():
            field = field_of(section, key)
            if field is not None and SecretStr in parts_of(field.annotation):
                raise ConfigError(
                    f"{path}: {section}.{key} is a secret and must not stand in a file; "
                    f"set the environment variable {variable_of(section, key)} instead"
                )


def parts_of(annotation: Any) -> set[Any]:
    """A type and all that it is made of."""
    found = {annotation}
    for part in get_args(annotation):
        found |= parts_of(part)
    return found
