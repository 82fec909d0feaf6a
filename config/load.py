"""Read a workspace from its files and the environment, or say exactly what is wrong.

    drumbeat.toml   settings, section by section            (required)
    schedule.toml   which stage runs how often              (optional)
    watchlist.toml  [[statement]] ...                       (optional)
    alerts.toml     [[rule]], [[recipient]], [[edition]]    (optional)
    sources.toml, sources/*.toml   [[source]] ...           (at least one source)

Environment: `DRUMBEAT_<SECTION>__<KEY>` overrides `[section] key`; secrets are taken from the environment
only.
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar

from pydantic import ValidationError

from config.environment import overrides, refuse_secrets
from config.errors import ConfigError
from config.explain import causes, explained, shown
from config.rules import EditionConfig, RecipientConfig, RuleConfig
from config.schedule import Schedule
from config.settings import Section, Settings
from config.sources import SourceConfig
from config.watchlist import StatementConfig
from config.workspace import Workspace

SETTINGS_FILE = "drumbeat.toml"
SCHEDULE_FILE = "schedule.toml"
WATCHLIST_FILE = "watchlist.toml"
ALERTS_FILE = "alerts.toml"
SOURCES_FILE = "sources.toml"

AnySection = TypeVar("AnySection", bound=Section)


def find_workspace(given: Path | None = None, environ: Mapping[str, str] = os.environ) -> Path:
    """The workspace folder: the one named, else `DRUMBEAT_WORKSPACE`, else the current folder or the nearest
    parent that holds drumbeat.toml.

    Raises:
        ConfigError: there is none; the message says how to make one.
    """
    named = given or (Path(environ["DRUMBEAT_WORKSPACE"]) if environ.get("DRUMBEAT_WORKSPACE") else None)
    if named is not None:
        if not (named / SETTINGS_FILE).is_file():
            raise ConfigError(
                f"{named}: no {SETTINGS_FILE} here, so this is no workspace; "
                f"make one with: drumbeat init {named}"
            )
        return named.resolve()
    here = Path.cwd()
    for folder in (here, *here.parents):
        if (folder / SETTINGS_FILE).is_file():
            return folder
    raise ConfigError(
        f"{here}: no {SETTINGS_FILE} here or above; make a workspace with: drumbeat init DIR, "
        "or name one with --workspace DIR"
    )


def load_workspace(root: Path, environ: Mapping[str, str] = os.environ) -> Workspace:
    """Load and validate everything a workspace is told.

    Raises:
        ConfigError: names key, value, file and what was expected - all problems of a file at once.
    """
    settings, origins = _load_settings(root / SETTINGS_FILE, environ)
    return Workspace(
        root=root.resolve(),
        settings=settings,
        sources=load_sources(source_files(root)),
        watchlist=load_watchlist(root / WATCHLIST_FILE),
        schedule=_load_schedule(root / SCHEDULE_FILE),
        **_load_alerts(root / ALERTS_FILE),
        origins=origins,
    )


def _load_settings(path: Path, environ: Mapping[str, str]) -> tuple[Settings, dict[str, str]]:
    """The settings in force, and where each came from by its dotted key."""
    tables = _read_toml(path)
    refuse_secrets(tables, path)
    origins = dict.fromkeys(_leaves(tables), SETTINGS_FILE)
    for one in overrides(environ):
        table = tables.setdefault(one.section, {})
        if isinstance(table, dict):
            table[one.key] = one.value
        origins[f"{one.section}.{one.key}"] = f"environment {one.variable}"
    settings = _validate(Settings, tables, path, origins)
    names = [f"{section}.{key}" for section, model in settings for key in type(model).model_fields]
    return settings, {**dict.fromkeys(names, "default"), **origins}


def _load_schedule(path: Path) -> Schedule:
    return _validate(Schedule, _read_toml(path, optional=True), path, {})


def load_sources(files: Sequence[Path]) -> tuple[SourceConfig, ...]:
    """Outlets of all files, by id.

    Raises:
        ConfigError: an id or a feed address stands twice, or a row is wrong.
    """
    seen: dict[str, str] = {}
    sources: list[SourceConfig] = []
    for path in files:
        for row in _rows(path, "source"):
            source = _validate(SourceConfig, row, path, {}, where=f"source {_name_of(row)}: ")
            _note_once(source, path, seen)
            sources.append(source)
    return tuple(sorted(sources, key=lambda source: source.id))


def _name_of(row: Mapping[str, Any]) -> str:
    """An entry's id as its file has it."""
    return shown(row.get("id", "?"))


def _note_once(source: SourceConfig, path: Path, seen: dict[str, str]) -> None:
    """Remember an outlet's id and addresses, or refuse what was seen before."""
    for key in (f"id {source.id!r}", *(f"feed {feed.url}" for feed in source.feeds)):
        if key in seen:
            raise ConfigError(
                f"{path}: {key} stands twice (first in {seen[key]}); every outlet and address is listed once"
            )
        seen[key] = path.name


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
            f"{root}: no {SOURCES_FILE} and no sources/*.toml; `drumbeat init` writes one, "
            "`drumbeat sources add` adds to it"
        )
    return files


def load_watchlist(path: Path) -> tuple[StatementConfig, ...]:
    """The statements of a watchlist; none where there is no file.

    Raises:
        ConfigError: an entry is wrong, or an id stands twice.
    """
    rows = _rows(path, "statement") if path.is_file() else []
    statements = [
        _validate(StatementConfig, row, path, {}, where=f"statement {_name_of(row)}: ") for row in rows
    ]
    ids = [statement.id for statement in statements]
    for name in ids:
        if ids.count(name) > 1:
            raise ConfigError(f"{path}: statement id {name!r} stands twice; give each statement its own id")
    return tuple(statements)


def _load_alerts(path: Path) -> dict[str, Any]:
    """Rules, recipients and editions.

    Raises:
        ConfigError: one is wrong, an id stands twice, or a recipient names a rule that is none.
    """
    kinds: dict[str, type[Section]] = {
        "rule": RuleConfig,
        "recipient": RecipientConfig,
        "edition": EditionConfig,
    }
    found: dict[str, Any] = {}
    for kind, model in kinds.items():
        rows = _rows(path, kind, *kinds) if path.is_file() else []
        found[f"{kind}s"] = tuple(
            _validate(model, row, path, {}, where=f"{kind} {_name_of(row)}: ") for row in rows
        )
    known = [rule.id for rule in found["rules"]]
    for name in known:
        if known.count(name) > 1:
            raise ConfigError(f"{path}: rule id {name!r} stands twice; give each rule its own id")
    for recipient in found["recipients"]:
        for name in set(recipient.rules) - set(known):
            raise ConfigError(f"{path}: recipient {recipient.address!r}: there is no rule {name!r}")
    return found


def _rows(path: Path, name: str, *others: str) -> list[dict[str, Any]]:
    tables = _read_toml(path)
    unknown = sorted(set(tables) - {name, *others})
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
    except UnicodeDecodeError as error:
        raise ConfigError(
            f"{path}: not written in UTF-8 (byte {error.start + 1}); save it as UTF-8"
        ) from None
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(
            f"{path}: not readable as TOML: {error}; strings need quotes, tables [brackets]"
        ) from None
    except OSError as error:
        raise ConfigError(f"{path}: cannot be read: {error.strerror}") from None


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
        problems = causes(error.errors(include_url=False))
        lines = [f"{_place_of(problem, path, origins)}: {where}{_told(problem)}" for problem in problems]
        raise ConfigError("\n".join(lines)) from None


def _told(problem: Mapping[str, Any]) -> str:
    keys = (str(part) for part in problem["loc"] if not str(part).startswith("="))
    return explained(".".join(keys), problem)


def _place_of(problem: Mapping[str, Any], path: Path, origins: Mapping[str, str]) -> str:
    """The file, or the variable that stated the value."""
    origin = origins.get(".".join(map(str, problem["loc"][:2])), path.name)
    return str(path) if origin == path.name else origin
