"""Entries of the source directory as TOML, and their way into a workspace's own file."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any, Final

from config.errors import ConfigError
from config.load import load_sources, source_files
from config.sources import SourceConfig
from config.workspace import Workspace

Entry = Mapping[str, Any]
"""What an entry states, by the names of `SourceConfig`; what is None or empty is left out."""

ADDED: Final = Path("sources") / "added.toml"
_HEAD: Final = "# Outlets added by `drumbeat sources add` and `drumbeat sources import`.\n"


def stated(source: SourceConfig) -> Entry:
    """What an entry states, without what is its default."""
    return source.model_dump(mode="json", exclude_defaults=True)


def entry_toml(entry: Entry) -> str:
    """An entry as it stands in a file."""
    lines = [f"{name} = {_value(value)}" for name, value in entry.items() if value not in (None, "", [], ())]
    return "\n".join(["", "[[source]]", *lines]) + "\n"


def _value(value: Any) -> str:
    if isinstance(value, Mapping):
        held = [f"{name} = {_value(part)}" for name, part in value.items() if part not in (None, "")]
        return "{ " + ", ".join(held) + " }"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(_value, value)) + "]"
    return value.isoformat() if isinstance(value, date) else json.dumps(value, ensure_ascii=False)


def add_entries(workspace: Workspace, entries: Sequence[Entry]) -> Path:
    """Append entries to `sources/added.toml`, all or none.

    The new file is validated beside the old ones before it takes the old one's place, so a bad entry changes
    nothing.

    Raises:
        ConfigError: an entry is wrong, or its id or an address is known already.
    """
    path = workspace.root / ADDED
    before = path.read_text(encoding="utf-8") if path.exists() else _HEAD
    path.parent.mkdir(exist_ok=True)
    draft = path.with_suffix(".draft")
    try:
        draft.write_text(before + "".join(map(entry_toml, entries)), encoding="utf-8")
        load_sources([*(file for file in source_files(workspace.root) if file != path), draft])
        draft.replace(path)
    except (ConfigError, ValueError) as error:
        # ValueError: characters that no file can hold.
        raise ConfigError(f"{_names(entries)}: not added: {error}") from None
    finally:
        draft.unlink(missing_ok=True)
    return path


def _names(entries: Sequence[Entry]) -> str:
    return ", ".join(str(entry.get("id", "?")) for entry in entries[:3]) + (
        ", ..." if len(entries) > 3 else ""
    )
