"""Add a statement to a workspace's watchlist."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

from config.errors import ConfigError
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
    """Append a statement to `watchlist.toml`.

    The new file is read before it takes the old one's place, so a bad entry changes nothing.

    Raises:
        ConfigError: the entry is wrong, or its id is there already.
    """
    path = workspace.root / WATCHLIST_FILE
    if any(item.id == statement_id for item in workspace.watchlist):
        raise ConfigError(f"{statement_id}: a statement with this id is in {WATCHLIST_FILE} already")
    before = path.read_text(encoding="utf-8") if path.exists() else ""
    lines = ["", "[[statement]]", f"id = {_toml(statement_id)}", f"label = {_toml(label)}"]
    for key, texts in (("statements", statements), ("counter_statements", counters), ("entities", entities)):
        if texts:
            lines.append(f"{key} = [{', '.join(map(_toml, texts))}]")
    if query is not None:
        lines.append(f"query = {_toml(query)}")
    draft = path.with_suffix(".draft")
    draft.write_text(before.rstrip("\n") + "\n" + "\n".join(lines) + "\n", encoding="utf-8")
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
