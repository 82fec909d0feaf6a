"""The page on which a statement is tried: what it would find among the newest passages, what it nearly finds,
and why. It changes nothing; what decides is shown as a command.

A statement has to be embedded, and this process loads no model: the command `drumbeat watch try` is run for
it, one at a time and within a limit.
"""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from collections.abc import Sequence
from shlex import quote
from typing import Annotated, Any, Final

from fastapi import APIRouter, HTTPException, Query, Request
from fastapi.responses import HTMLResponse

from config.clock import midnight
from drumbeat.shown.names import notice
from drumbeat.web.reader import Reader, reader_of
from drumbeat.web.view import page

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)

LONGEST: Final = 500
"""Characters of a sentence that is tried: a sentence has fewer. Chosen, not measured."""
SECONDS: Final = 120
"""After which a try is given up; it takes four CPU-seconds on ten weeks of the sample world, most of them to
load the model. Chosen, not measured."""
MOST: Final = 40
"""Passages that are shown. Chosen, not measured."""
_BUSY = threading.Lock()

Sentence = Annotated[str, Query(max_length=LONGEST)]
Days = Annotated[int, Query(ge=1, le=365)]


@router.get("/watch")
def watch(
    request: Request, statement: Sentence = "", counter: Sentence = "", watched: str = "", days: Days = 28
) -> HTMLResponse:
    """Hits and near-misses of a typed statement, or of one of the watchlist, ranked, each with why."""
    reader = reader_of(request)
    known = {item.id: item.label for item in reader.workspace.watchlist}
    if watched and watched not in known:
        raise HTTPException(404, f"there is no statement {watched} in watchlist.toml")
    asked = _asked(statement.strip(), counter.strip(), watched)
    rows = _tried(reader, asked, days) if asked else None
    given = {"statement": statement, "counter": counter, "watched": watched, "days": days, "known": known}
    values = {
        "rows": rows,
        "hits": sum(row["verdict"] == "hit" for row in rows or ()),
        "sources": {row.source_id: row for row in reader.store.sources.all()},
        "add": _add_command(statement.strip(), counter.strip()) if statement.strip() else "",
    }
    return page("watch.html", {**given, **values, "notice": notice(), "here": "watch"})


def _asked(statement: str, counter: str, watched: str) -> list[str]:
    """The command's verb and what it is asked about; nothing where nothing was typed."""
    if watched:
        return ["test", "--", watched]
    # What is typed must never be read as an option.
    opposite = [f"--counter={counter}"] if counter else []
    return ["try", *opposite, "--", statement] if statement else []


def _add_command(statement: str, counter: str) -> str:
    """The command that watches a statement from now on, to be copied."""
    opposite = f" --counter {quote(counter)}" if counter else ""
    return f"drumbeat watch add NAME {quote(statement)}{opposite}"


def _tried(reader: Reader, asked: Sequence[str], days: int) -> list[dict[str, Any]]:
    """The rows that the command gives.

    Raises:
        HTTPException: another statement is being tried, or the command failed or took too long.
    """
    if not _BUSY.acquire(blocking=False):
        raise HTTPException(429, "another statement is being tried; ask again in a minute")
    try:
        found: list[dict[str, Any]] = json.loads(_run(reader, asked, days))
        return found
    finally:
        _BUSY.release()


def _run(reader: Reader, asked: Sequence[str], days: int) -> str:
    verb, *rest = asked
    # As the overview: the last days that were seen, however long ago.
    end = midnight(reader.period()[1])
    where = ["--workspace", str(reader.workspace.root), "--as-of", end.isoformat()]
    how = ["--json", f"--days={days}", f"--most={MOST}"]
    command = [sys.executable, "-m", "drumbeat", "watch", verb, *where, *how, *rest]
    try:
        done = subprocess.run(  # noqa: S603  a list of words, no shell
            command, capture_output=True, text=True, timeout=SECONDS, check=False
        )
    except subprocess.TimeoutExpired as error:
        raise HTTPException(503, f"the statement was not tried within {SECONDS} seconds") from error
    if done.returncode:
        raise HTTPException(503, done.stderr.strip().splitlines()[-1] if done.stderr.strip() else "it failed")
    return done.stdout
