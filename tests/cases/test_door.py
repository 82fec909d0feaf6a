"""The door of cases: what a row says is played through the product, and judged by what it says is right."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.cases.judge import ok
from tests.cases.main import play, run

FEED = (
    '<?xml version="1.0"?><rss version="2.0"><channel><title>Quay</title><item><title>Quay opens</title>'
    "<link>https://quay.example/n/12-quay</link></item></channel></rss>"
)
LISTING = {
    "id": "plain",
    "door": "listing",
    "file": "plain.xml",
    "feed_kind": "feed",
    "url": "https://quay.example/rss",
    "domain": "quay.example",
    "clock": "2026-03-02T08:00:00Z",
    "headers": {},
    "right": "one page",
}


def folder_of(path: Path, *rows: dict[str, Any]) -> Path:
    """A folder of cases with these rows and one feed."""
    (path / "cases.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    (path / "plain.xml").write_text(FEED, encoding="utf-8")
    return path


def test_a_line_a_case(tmp_path: Path) -> None:
    """Every case gives one line with what came out; a wrong one makes the exit code 1."""
    folder = folder_of(tmp_path, LISTING, LISTING | {"id": "other", "right": "2 pages"})
    assert run(folder, tmp_path / "out.jsonl", frozenset()) == 1
    lines = [json.loads(line) for line in (tmp_path / "out.jsonl").read_text(encoding="utf-8").splitlines()]
    assert [(line["id"], line["ok"]) for line in lines] == [("plain", True), ("other", False)]
    assert lines[0]["got"]["first"] == {"url": "https://quay.example/n/12-quay", "title": "Quay opens"}


def test_fields_decide_before_prose(tmp_path: Path) -> None:
    """What a case expects in fields is compared in part, whatever its prose says."""
    folder = folder_of(
        tmp_path, LISTING | {"expect": {"pages": 1, "entries": 2}}, LISTING | {"expect": {"pages": 1}}
    )
    assert [line["ok"] for line in play(folder)] == [False, True]


def test_an_error_is_no_answer(tmp_path: Path) -> None:
    """A case whose input is missing, or whose door is not known, does not stop the others."""
    folder = folder_of(tmp_path, LISTING | {"file": "gone.xml"}, LISTING | {"door": "none"}, LISTING)
    assert [line["ok"] for line in play(folder)] == [False, None, True]


@pytest.mark.parametrize(
    ("row", "got", "seen", "expected"),
    [
        ({"door": "listing", "right": "no way to tell"}, {"pages": 3}, [], None),
        ({"door": "listing", "right": "all 40 entries found"}, {"pages": 40}, [], True),
        ({"door": "listing", "right": "one page without a date"}, {"pages": 1,
         "first": {"published": "2026"}}, [], False),
        ({"door": "listing", "right": "some child is polled"}, {"children_polled": []}, [], False),
        ({"door": "page", "right": "refused", "must_not": ["x"]}, {"refused": "no_text"}, "", True),
        ({"door": "page", "right": "", "must": ["a"], "must_not": ["b"]}, {}, "a b", False),
        ({"door": "page", "right": "2026-03-02T07:00Z"}, {"published_at": "2026-03-02 07:00:00+00:00"}, "",
         True),
        ({"door": "watch", "right": "found in each"}, [True, False], None, False),
        ({"door": "copies", "right": "one group"}, {"groups": 1, "links": []}, None, True),
        ({"door": "language", "right": "sr (ekavian)"}, "sr 0.8", None, True),
        ({"door": "http", "right": "stored"}, {"articles": []}, None, False),
    ],
)  # fmt: skip
def test_prose_is_read_as_far_as_it_can_be(
    row: dict[str, Any], got: Any, seen: Any, expected: bool | None
) -> None:
    """The usual turns of `right` are checked; what says nothing that can be checked is undecided."""
    assert ok(row, got, seen) is expected
