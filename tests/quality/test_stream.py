"""The stream door: what rows become, what playing leaves, when an event counts as found."""

from __future__ import annotations

import gzip
import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from tests.__main__ import main
from tests.quality.stream_events import DatedEvent, findings, read_events
from tests.quality.stream_rows import read_stream


def _write(path: Path, rows: list[dict[str, Any]]) -> Path:
    with gzip.open(path, "wt", encoding="utf-8") as file:
        file.writelines(json.dumps(row) + "\n" for row in rows)
    return path


def _row(number: int, seen: str, **values: Any) -> dict[str, Any]:
    return {
        "id": f"r{number}",
        "outlet": "The Paper",
        "headline": f"Text {number}",
        "first_seen": seen,
    } | values


def test_a_row_becomes_an_article(tmp_path: Path) -> None:
    """The headline is title and body, times are UTC, what was published three days before is late."""
    rows = [
        _row(1, "2022-03-01T01:00"),
        _row(2, "2022-03-09T01:00", published="2022-03-08T20:00", lang="en"),
        _row(3, "2022-03-09T02:00", published="2022-03-05T20:00", text="A longer text."),
    ]
    stream = read_stream([_write(tmp_path / "rows.jsonl.gz", rows)], texts=False)
    first, second, third = [item.article for item in stream.arrivals]
    assert (first.source_id, first.origin, first.date_confidence) == ("the-paper", "backfill", "D")
    assert (second.body, second.late, second.counted_at.isoformat()) == (
        "Text 2",
        False,
        "2022-03-08T20:00:00+00:00",
    )
    assert (third.late, third.body) == (True, "Text 3")
    assert stream.looked_at["the-paper"] == {date(2022, 3, 1), date(2022, 3, 9)}


def test_texts_are_played_where_they_are_asked_for(tmp_path: Path) -> None:
    """With --texts a row's text is the body; a row without one keeps its headline."""
    rows = [_row(1, "2022-03-01T01:00", text="A longer text."), _row(2, "2022-03-01T02:00")]
    stream = read_stream([_write(tmp_path / "rows.jsonl.gz", rows)], texts=True)
    assert [item.article.body for item in stream.arrivals] == ["A longer text.", "Text 2"]


def test_the_door_leaves_its_files(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Two outlets over a week: every file is there, and the summary says what was set aside."""
    rows = [
        _row(10 * day + n, f"2022-03-0{day}T0{n}:00", outlet=f"Outlet {n % 2}", lang="en")
        for day in range(1, 8)
        for n in range(4)
    ]
    path, out = _write(tmp_path / "rows.jsonl.gz", rows), tmp_path / "out"
    assert main(["stream", "--headlines", str(path), "--out", str(out)]) == 0
    summary = json.loads((out / "stream.json").read_text("utf-8"))
    assert (summary["headlines"], summary["outlets"]) == (28, ["outlet-0", "outlet-1"])
    assert "clean" in summary["set_aside"]
    assert json.loads(capsys.readouterr().out) == summary
    for name in ("narratives", "assignments", "spikes", "alerts"):
        assert (out / f"{name}.jsonl").is_file()


def test_a_missing_file_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The exit code is 2 and the file is named."""
    absent = tmp_path / "none.jsonl.gz"
    assert main(["stream", "--headlines", str(absent), "--out", str(tmp_path)]) == 2
    assert str(absent) in capsys.readouterr().err


def _alert(day: str, *texts: str) -> dict[str, Any]:
    passages = [{"group": f"g{n}", "text": text} for n, text in enumerate(texts)]
    return {"day": day, "label": "?", "detector": "fast", "passages": passages}


@pytest.mark.parametrize(
    ("day", "texts", "found"),
    [
        ("2022-07-08", ("Abe shot", "Abe dies"), True),
        ("2022-07-11", ("Abe shot", "Abe dies", "rain", "rain", "rain", "wind"), True),
        ("2022-07-11", ("Abe shot", "Abe dies", "rain", "rain", "rain", "wind", "wind"), False),
        ("2022-07-09", ("Abe shot", "rain"), False),
        ("2022-07-12", ("Abe shot", "Abe dies"), False),
        ("2022-07-07", ("Abe shot", "Abe dies"), False),
    ],
)
def test_an_event_is_found_in_time_and_by_its_words(day: str, texts: tuple[str, ...], found: bool) -> None:
    """From its day to three days after, with a third of the own texts and no fewer than two."""
    (abe,) = [event for event in read_events() if "Abe" in event.name]
    (row,) = findings([abe], [_alert(day, *texts)], first=date(2022, 7, 1), last=date(2022, 8, 1))
    assert (row["found"] is not None) is found


def test_events_were_dated_beforehand() -> None:
    """At least 25 events lie after the warm-up of the headlines of 2022."""
    events: list[DatedEvent] = read_events()
    assert sum(event.day >= date(2022, 4, 16) for event in events) >= 25
