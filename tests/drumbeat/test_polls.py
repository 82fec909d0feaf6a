"""What was left of a listing, in words."""

from __future__ import annotations

from typing import Any

import pytest

from drumbeat.shown.polls import is_notable, remark

WELL = {"entries": 12, "followed": 12, "unreadable": 0, "unread_bytes": 0, "refused": {}, "leads_to": None}


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({}, ""),
        ({"unreadable": 2, "unread_bytes": 1_300}, "2 of 14 entries cannot be read (1,300 bytes)"),
        (
            {"unreadable": 1, "unread_bytes": 1, "entries": 0, "followed": 0},
            "1 of 1 entry cannot be read (1 byte)",
        ),
        (
            {"followed": 0, "refused": {"off_domain": 12}, "leads_to": "new.example"},
            "every entry leads to new.example: moved?",
        ),
        (
            {"followed": 2, "refused": {"too_old": 9, "no_link": 1}},
            "left aside: 1 without a page, 9 too old",
        ),
        ({"followed": 0, "refused": {"too_old": 12}}, "no entry is followed; left aside: 12 too old"),
    ],
)
def test_remark(changes: dict[str, Any], words: str) -> None:
    """Lost entries, another domain and what is left aside are said with figures; a listing that is well says
    nothing."""
    assert remark(**(WELL | changes)) == words


@pytest.mark.parametrize(
    ("outcome", "entries", "followed", "unreadable", "expected"),
    [
        ("stored", 12, 12, 0, False),
        ("unchanged", 0, 0, 0, False),
        ("stored", 0, 0, 0, False),
        ("stored", 12, 12, 1, True),
        ("stored", 12, 0, 0, True),
        ("http_404", 0, 0, 0, True),
    ],
)
def test_notable(outcome: str, entries: int, followed: int, unreadable: int, expected: bool) -> None:
    """A failed poll, lost entries, and a listing of which nothing is followed want a look."""
    found = is_notable(outcome=outcome, entries=entries, followed=followed, unreadable=unreadable)
    assert found is expected
