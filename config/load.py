"""Read a workspace from its files and the environment, or say exactly what is wrong.

    drumbeat.toml   settings, section by section            (required)
    schedule.toml   which stage runs how often              (optional)
    watchlist.toml  [[statement]] ...                       (optional)
    sources.toml, sources/*.toml   [[source]] ...           (at least one source)

Environment: `DRUMBEAT_<SECTION>__<KEY>` overrides `[section] key`; secrets are taken from the environment only.
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import UnionType
from typing import Any, TypeVar, Union, get_args, get_origin

from pydantic import BaseModel, SecretStr, ValidationError

from config.errors import ConfigError
from config.schedule import Schedule
from config.settings import Section, Settings
from config.sources import SourceConfig
from config.watchlist import StatementConfig
from config.workspace import Workspace

SETTINGS_FILE = "drumbeat.toml"
SCHEDULE_FILE = "schedule.toml"
WATCHLIST_FILE = "watchlist.toml"
SOURCES_FILE = "sources.toml"
PREFIX = "DRUMBEAT_"
_LONGEST_VALUE = 200
"""Characters of a wrong value that a message repeats."""

AnySection = TypeVar("AnySection", bound=Section)


def find_workspace(given: Path | None = None, environ: Mapping[str, str] = os.environ) -> Path:
    """The workspace folder: the one named, else `DRUMBEAT_WORKSPACE`, else the current folder or the nearest parent that holds drumbeat.toml.

    Raises:
        ConfigError: there is none; the message says how to make one.
    """
    named = given or (Path(environ["DRUMBEAT_WORKSPACE"]) if environ.get("DRUMBEAT_WORKSPACE") else None)
    if named is not None:
        if not (named / SETTINGS_FILE).is_file():
            raise ConfigError(
                f"{named}: no {SETTINGS_FILE} here, so this is no workspace; make one with: drumbeat init {named}"
            )
        return named.resolve()
    here = Path.cwd()
    for folder in (here, *here.parents):
        if (folder / SETTINGS_FILE).is_file():
            return folder
    raise ConfigError(
        f"{here}: no {SETTINGS_FILE} here or above; make a workspace with: drumbeat init DIR, or name one with --workspace DIR"
    )


def load_workspace(root: Path, environ: Mapping[str, str] = os.environ) -> Workspace:
    """Load and validate everything a workspace is told.

    Raises:
        ConfigError: names key, value, file and what was expected - all problems of a file at once.
    """
    tables = _read_toml(root / SETTINGS_FILE)
    _refuse_secrets(tables, root / SETTINGS_FILE)
    origins = dict.fromkeys(_leaves(tables), SETTINGS_FILE)
    overrides = _from_environment(environ)
    for key, (value, name) in overrides.items():
        section, _, field = key.partition(".")
        table = tables.setdefault(section, {})
        if isinstance(table, dict):
            table[field] = value
        origins[key] = f"environment {name}"
    settings = _validate(Settings, tables, root / SETTINGS_FILE, origins)
    for section, model in settings:
        for field in type(model).model_fields:
            origins.setdefault(f"{section}.{field}", "default")
    return Workspace(
        root=root.resolve(),
        settings=settings,
        sources=load_sources(source_files(root)),
        watchlist=_load_watchlist(root / WATCHLIST_FILE),
        schedule=_validate(
            Schedule, _read_toml(root / SCHEDULE_FILE, optional=True), root / SCHEDULE_FILE, {}
        ),
        origins=origins,
    )


def load_sources(files: Sequence[Path]) -> tuple[SourceConfig, ...]:
    """Outlets of all files, by id.

    Raises:
        ConfigError: an id or a feed address stands twice, or a row is wrong.
    """
    seen: dict[str, str] = {}
    sources: list[SourceConfig] = []
    for path in files:
        for row in _rows(path, "source"):
            source = _validate(SourceConfig, row, path, {}, where=f"source {row.get('id', '?')!r}: ")
            for key in (f"id {source.id!r}", *(f"feed {feed.url}" for feed in source.feeds)):
                if key in seen:
                    raise ConfigError(
                        f"{path}: {key} stands twice (first in {seen[key]}); every outlet and address is listed once"
                    )
                seen[key] = path.name
            sources.append(source)
    return tuple(sorted(sources, key=lambda source: source.id))


def source_files(root: Path) -> list[Path]:
    """The files of a workspace that list outlets, in the order in which they are read.

    Raises:
        ConfigError: there are none.
    """
    files = [path for path in [root / SOURCES_FILE] if path.is_file()] + sorted(
        (root / "sources").glob("*.toml")
    )
    if not files:
        raise ConfigError(
            f"{root}: no {SOURCES_FILE} and no sources/*.toml; `drumbeat init` writes one, `drumbeat sources add` adds to it"
        )
    return files


def _load_watchlist(path: Path) -> tuple[StatementConfig, ...]:
    rows = _rows(path, "statement") if path.is_file() else []
    statements = [
        _validate(StatementConfig, row, path, {}, where=f"statement {row.get('id', '?')!r}: ") for row in rows
    ]
    ids = [statement.id for statement in statements]
    for name in ids:
        if ids.count(name) > 1:
            raise ConfigError(f"{path}: statement id {name!r} stands twice; give each statement its own id")
    return tuple(statements)


def _rows(path: Path, name: str) -> list[dict[str, Any]]:
    tables = _read_toml(path)
    unknown = sorted(set(tables) - {name})
    if unknown:
        raise ConfigError(f"{path}: unknown table {unknown[0]!r}; expected [[{name}]] entries only")
    rows = tables.get(name, [])
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise ConfigError(
            f"{path}: {name} is written as a single table; write [[{name}]] with two brackets, once per entry"
        )
    return rows


def _read_toml(path: Path, *, optional: bool = False) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except FileNotFoundError:
        if optional:
            return {}
        raise ConfigError(f"{path}: the file is missing; `drumbeat init` writes a commented one") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(
            f"{path}: not readable as TOML: {error}; strings need quotes, tables [brackets]"
        ) from None
    except OSError as error:
        raise ConfigError(f"{path}: cannot be read: {error.strerror}") from None


def _refuse_secrets(tables: Mapping[str, Any], path: Path) -> None:
    for section, table in tables.items():
        model = Settings.model_fields[section].annotation if section in Settings.model_fields else None
        if not isinstance(table, dict) or not (isinstance(model, type) and issubclass(model, BaseModel)):
            continue
        for key in table:
            field = model.model_fields.get(key)
            if field is not None and SecretStr in _parts(field.annotation):
                name = f"{PREFIX}{section.upper()}__{key.upper()}"
                raise ConfigError(
                    f"{path}: {section}.{key} is a secret and must not stand in a file; set the environment variable {name} instead"
                )


def _parts(annotation: Any) -> set[Any]:
    found = {annotation}
    for part in get_args(annotation):
        found |= _parts(part)
    return found


def _from_environment(environ: Mapping[str, str]) -> dict[str, tuple[Any, str]]:
    """Dotted key -> (value, variable) of every `DRUMBEAT_SECTION__KEY`."""
    found: dict[str, tuple[Any, str]] = {}
    for name in sorted(environ):
        if not name.startswith(PREFIX):
            continue
        if "__" not in name:
            _refuse_single_underscore(name)
            continue
        section, _, key = name[len(PREFIX) :].lower().partition("__")
        model = Settings.model_fields[section].annotation if section in Settings.model_fields else None
        field = (
            model.model_fields.get(key) if isinstance(model, type) and issubclass(model, BaseModel) else None
        )
        if field is None:
            raise ConfigError(
                f"environment {name}: no setting {section}.{key}; see `drumbeat config show` for the names"
            )
        origin = get_origin(field.annotation)
        several = origin is tuple or (
            origin in (Union, UnionType)
            and any(get_origin(part) is tuple for part in get_args(field.annotation))
        )
        value: Any = (
            [part.strip() for part in environ[name].split(",") if part.strip()] if several else environ[name]
        )
        found[f"{section}.{key}"] = (value, name)
    return found


def _refuse_single_underscore(name: str) -> None:
    """`DRUMBEAT_CRAWL_ATTEMPTS` looks like a setting and would be none."""
    for section, model in Settings():
        key = name[len(PREFIX) :].lower().removeprefix(f"{section}_")
        if key in type(model).model_fields and name == f"{PREFIX}{section}_{key}".upper():
            raise ConfigError(
                f"environment {name}: write {PREFIX}{section.upper()}__{key.upper()}, with two underscores after the section"
            )


def _leaves(tables: Mapping[str, Any]) -> list[str]:
    return [
        f"{section}.{key}" for section, table in tables.items() if isinstance(table, dict) for key in table
    ]


def _validate(
    model: type[AnySection],
    data: Mapping[str, Any],
    path: Path,
    origins: Mapping[str, str],
    *,
    where: str = "",
) -> AnySection:
    try:
        return model.model_validate(data)
    except ValidationError as error:
        lines = []
        for problem in _causes(error.errors(include_url=False)):
            key = ".".join(str(part) for part in problem["loc"])
            origin = origins.get(".".join(str(part) for part in problem["loc"][:2]), path.name)
            place = str(path) if origin == path.name else origin
            lines.append(f"{place}: {where}{_explain(key, problem)}")
        raise ConfigError("\n".join(lines)) from None


def _causes(problems: Sequence[Any]) -> list[Any]:
    """Problems without those that only follow from a deeper one: a list whose one entry is wrong is not also too short."""
    places = [problem["loc"] for problem in problems]
    return [
        one
        for one in problems
        if not any(
            len(place) > len(one["loc"]) and place[: len(one["loc"])] == one["loc"] for place in places
        )
    ]


def _explain(key: str, problem: Mapping[str, Any]) -> str:
    if problem["type"] == "extra_forbidden":
        return f"unknown key {key!r} (value {problem['input']!r}); see `drumbeat config show` for the names"
    if problem["type"] == "missing":
        return f"{key} is missing and has no default"
    message = str(problem["msg"]).removeprefix("Value error, ")
    said = message if message[:2].isupper() else message[:1].lower() + message[1:]
    if not key:
        return said
    value = repr(problem["input"])
    return f"{key} = {value if len(value) <= _LONGEST_VALUE else value[:_LONGEST_VALUE] + '...'}: {said}"
