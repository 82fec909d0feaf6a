"""Add an outlet to a workspace's own directory file."""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from config.entries import add_entries
from config.errors import ConfigError
from config.workspace import Workspace


def add_source(
    workspace: Workspace,
    *,
    source_id: str,
    name: str,
    country: str,
    languages: Sequence[str],
    feeds: Sequence[str | dict[str, str]],
    more: dict[str, Any] | None = None,
) -> Path:
    """Append an outlet to `sources/added.toml`.

    Args:
        feeds: addresses, or tables as an entry has them.
        more: everything else that an entry can hold, by name.

    Raises:
        ConfigError: the entry is wrong, or its id or an address is known already.
    """
    if any(source.id == source_id for source in workspace.sources):
        raise ConfigError(
            f"{source_id}: an outlet with this id is there already; `drumbeat sources list` shows it"
        )
    rows = [{"url": feed} if isinstance(feed, str) else feed for feed in feeds]
    given = more or {}
    first = [*(row["url"] for row in rows), str(given.get("site", ""))][0]
    entry = {
        "id": source_id,
        "name": name,
        "domain": domain_of(source_id, first),
        "country": country,
        "languages": list(languages),
        "feeds": rows,
    }
    return add_entries(workspace, [{**entry, **given}])


def domain_of(source_id: str, address: str) -> str:
    """The host of an address without `www.`.

    Raises:
        ConfigError: it is no address.
    """
    try:
        return (urlsplit(address).hostname or "").removeprefix("www.")
    except ValueError as error:
        raise ConfigError(f"{source_id}: not added: {error}") from None


def read_settings(given: Sequence[str]) -> dict[str, Any]:
    """`key=value` as an entry's fields; values as TOML has them, or plain text.

    Raises:
        ConfigError: there is no `=`.
    """
    found: dict[str, Any] = {}
    for text in given:
        name, mark, value = text.partition("=")
        if not mark:
            raise ConfigError(f"--set {text!r}: expected KEY=VALUE, such as delay_seconds=10")
        try:
            found[name.strip()] = tomllib.loads(f"value = {value}")["value"]
        except tomllib.TOMLDecodeError:
            found[name.strip()] = value.strip()
    return found
