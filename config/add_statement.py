"""Add a statement to a workspace's watchlist."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

from config.errors import ConfigError
from config.init import SHIPPED_WATCHLIST
from config.load import WATCHLIST_FILE, load_watchlist
from config.workspace import Workspace


def add_statement(
    workspace: Workspace,
    *,
    statement_id: str,
    label: str,
    statements: Sequence[str],
    counters: Sequence[str] = (),
    entities: Sequence[str] = (),
    query: str | None = None,
) -> Path:
    """Append a statement to `watchlist.toml`: the given one, or, with neither sentences nor a query, that of
    the shipped list with this id.

    The new file is read before it takes the old one's place, so a bad entry changes nothing.

    Raises:
        ConfigError: the entry is wrong, or its id is there already.
    """
    path = workspace.root / WATCHLIST_FILE
    if any(item.id == statement_id for item in workspace.watchlist):
        raise ConfigError(f"{statement_id}: a statement with this id is in {WATCHLIST_FILE} already")
    if not statements and query is None:
        return _append(path, _shipped(statement_id))
    lines = ["[[statement]]", f"id = {_toml(statement_id)}", f"label = {_toml(label)}"]
    for key, texts in (("statements", statements), ("counter_statements", counters), ("entities", entities)):
        if texts:
            lines.append(f"{key} = [{', '.join(map(_toml, texts))}]")
    if query is not None:
        lines.append(f"query = {_toml(query)}")
    return _append(path, "\n".join(lines))


def shipped_ids() -> list[str]:
    """The statements that can be added by their id alone, in the order of the shipped list."""
    return [item.id for item in load_watchlist(SHIPPED_WATCHLIST)]


def _shipped(statement_id: str) -> str:
    """A statement's entry in the shipped list."""
    entries = SHIPPED_WATCHLIST.read_text(encoding="utf-8").split("[[statement]]")[1:]
    for entry in entries:
        if f"\nid = {_toml(statement_id)}\n" in entry:
            lines = (line for line in entry.splitlines() if not line.startswith("#"))
            return "[[statement]]" + "\n".join(lines).rstrip()
    raise ConfigError(
        f"{statement_id}: give a sentence or --query; without them the id must be one of the shipped list: "
        f"{', '.join(shipped_ids())}"
    )


def _append(path: Path, entry: str) -> Path:
    """Put an entry at the end of a watchlist, if the whole can be read then."""
    before = path.read_text(encoding="utf-8") if path.exists() else ""
    draft = path.with_suffix(".draft")
    draft.write_text(f"{before.rstrip()}\n\n{entry}\n".lstrip(), encoding="utf-8")
    try:
        load_watchlist(draft)
    except ConfigError as error:
        raise ConfigError(str(error).replace(draft.name, path.name)) from error
    finally:
        text = draft.read_text(encoding="utf-8")
        draft.unlink()
    path.write_text(text, encoding="utf-8")
    return path


def _toml(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)
