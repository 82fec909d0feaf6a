"""Play a folder of cases: a row of `cases.jsonl` in, a line `{"id", "ok", "got"}` out.

door                what is opened
listing             a feed or sitemap is read and its pages are chosen        listing.py
page                a page becomes an article, or a named refusal             page.py
http                a local server is crawled, its pages are cleaned          http.py
language, words, watch, copies, mail                                          texts.py
"""

from __future__ import annotations

import json
import logging
import traceback
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import structlog

from tests.cases import http, listing, page, scheduling, texts
from tests.cases.judge import ok

Row = dict[str, Any]
Door = Callable[[Row, Path], tuple[Any, Any]]
"""A case and its folder in; what came out, and what the judge may look at beyond it."""

DOORS: dict[str, Door] = {
    "listing": listing.play,
    "page": page.play,
    "http": http.play,
    "language": texts.language,
    "words": texts.folded_words,
    "watch": texts.watched,
    "copies": texts.copies,
    "mail": texts.mail,
    "scheduler": scheduling.play,
}


def rows_of(folder: Path) -> list[Row]:
    """The cases of a folder, in their order."""
    lines = (folder / "cases.jsonl").read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines if line.strip()]


def played(row: Row, folder: Path) -> Row:
    """One case through its door; a door that raises has got `{"error": ...}`, which is never right."""
    door = DOORS.get(row["door"])
    if door is None:
        return {"id": row["id"], "ok": None, "got": {"error": f"no such door: {row['door']}"}}
    try:
        got, seen = door(row, folder)
    except Exception as error:  # noqa: BLE001 - border: one case must not stop the others
        traceback.print_exc()
        return {"id": row["id"], "ok": False, "got": {"error": f"{type(error).__name__}: {error}"}}
    return {"id": row["id"], "ok": ok(row, got, seen), "got": got}


def play(folder: Path, doors: frozenset[str] = frozenset()) -> Iterator[Row]:
    """Every case of a folder, or those of some doors."""
    return (played(row, folder) for row in rows_of(folder) if not doors or row["door"] in doors)


def run(folder: Path, out: Path, doors: frozenset[str]) -> int:
    """Write a line a case; exit code 1 where one is not right."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    results = []
    with out.open("w", encoding="utf-8") as file:
        for result in play(folder, doors):
            results.append(result)
            file.write(json.dumps(result, ensure_ascii=False, default=str) + "\n")
            print({True: "right", False: "WRONG", None: "?    "}[result["ok"]], result["id"])
    right, wrong = (sum(result["ok"] is verdict for result in results) for verdict in (True, False))
    print(f"{right} right, {wrong} wrong, {len(results) - right - wrong} undecided of {len(results)}: {out}")
    return 1 if wrong else 0
