"""Add an outlet to a workspace's own directory file."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import urlsplit

from config.errors import ConfigError
from config.load import load_sources, source_files
from config.workspace import Workspace


def add_source(
    workspace: Workspace,
    *,
    source_id: str,
    name: str,
    country: str,
    languages: Sequence[str],
    feeds: Sequence[str],
) -> Path:
    """Append an outlet to `sources/added.toml`.

    The new file is validated beside the old ones before it takes the old one's place, so a bad entry changes
    nothing.

    Raises:
        ConfigError: the entry is wrong, or its id or an address is known already.
    """
    path = workspace.root / "sources" / "added.toml"
    if any(source.id == source_id for source in workspace.sources):
        raise ConfigError(
            f"{source_id}: an outlet with this id is there already; `drumbeat sources list` shows it"
        )
    before = (
        path.read_text(encoding="utf-8") if path.exists() else "# Outlets added by `drumbeat sources add`.\n"
    )
    path.parent.mkdir(exist_ok=True)
    draft = path.with_suffix(".draft")
    try:
        draft.write_text(
            before + _entry(source_id, name, country, languages, feeds, _domain(feeds)), encoding="utf-8"
        )
        load_sources([*(file for file in source_files(workspace.root) if file != path), draft])
        draft.replace(path)
    except (ConfigError, ValueError) as error:
        # ValueError: an address that is none, or characters that no file can hold.
        raise ConfigError(f"{source_id}: not added: {error}") from None
    finally:
        draft.unlink(missing_ok=True)
    return path


def _domain(feeds: Sequence[str]) -> str:
    return (urlsplit(feeds[0]).hostname or "").removeprefix("www.") if feeds else ""


def _entry(*fields: object) -> str:
    source_id, name, country, languages, feeds, domain = (
        json.dumps(value, ensure_ascii=False) for value in fields
    )
    lines = [
        "",
        "[[source]]",
        f"id = {source_id}",
        f"name = {name}",
        f"domain = {domain}",
        f"country = {country}",
        f"languages = {languages}",
    ]
    lines.append(
        "feeds = [" + ", ".join(f"{{ url = {json.dumps(feed)} }}" for feed in json.loads(feeds)) + "]"
    )
    return "\n".join(lines) + "\n"
