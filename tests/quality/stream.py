"""The stream door: headlines played day by day, and what the product would have told of them.

DIR/narratives.jsonl    each narrative at the end, merged ones too
DIR/assignments.jsonl   passage -> narrative at the end
DIR/spikes.jsonl        each day's tests that stood out, with their decision and checks
DIR/alerts.jsonl        each alert on its day: narrative, label, observed, expected, passages
DIR/events.jsonl        each dated event: the alert that found it, or the gate that kept it back (gate only)
DIR/stream.json         what was set aside, the days, alerts a week, CPU-seconds
"""

from __future__ import annotations

import json
import resource
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from config.clock import midnight
from config.load import load_workspace
from storage.records import Narrative
from storage.store import Store, open_store
from tests.quality.data import Row, write_rows
from tests.quality.result import Floor, Result
from tests.quality.stream_events import WARM_UP, findings, read_events
from tests.quality.stream_misses import share_of_kinds, why_missed
from tests.quality.stream_play import SET_ASIDE, Played, play
from tests.quality.stream_rows import Stream, read_stream

FOUND_FLOOR = 0.45
"""Share of the dated events that an alert finds within three days; three quarters of them were carried by
four headlines or more in their first three days. Measured by this gate.
"""
MOST_A_WEEK = 5.0
"""Alerts a week, on average, that a desk is asked to read: what the gate asks for."""


def run(paths: Sequence[Path], out: Path, *, texts: bool = False) -> dict[str, Any]:
    """Play files as one stream and write what came of it; returns what `stream.json` holds."""
    out.mkdir(parents=True, exist_ok=True)
    before = _cpu_seconds()
    stream = read_stream(paths, texts=texts)
    played = play(stream, out)
    with open_store(played.workspace.database_url) as store:
        _write_findings(store, stream, out)
    write_rows(out / "alerts.jsonl", played.alerts)
    summary = _summary(stream, played) | {"cpu_seconds": round(_cpu_seconds() - before, 1)}
    (out / "stream.json").write_text(json.dumps(summary, indent=1) + "\n", encoding="utf-8")
    return summary


def measure(data: Path, out: Path) -> Result:
    """The first file of headlines, against the dated events of its months."""
    folder = out / "stream"
    summary = run(sorted((data / "headlines").glob("*.jsonl.gz"))[:1], folder)
    figures = event_figures(folder, summary)
    room = MOST_A_WEEK - summary["alerts_a_week"]
    floors = [
        Floor("events_found", figures["events_found"], FOUND_FLOOR),
        Floor("alerts_left_a_week", room, 0),
    ]
    return Result(summary | figures, floors)


def event_figures(folder: Path, summary: dict[str, Any]) -> dict[str, Any]:
    """Share of the dated events after the warm-up that an alert found, and which."""
    alerts = [json.loads(line) for line in (folder / "alerts.jsonl").read_text("utf-8").splitlines()]
    first = date.fromisoformat(summary["first_day"]) + WARM_UP
    found = findings(read_events(), alerts, first=first, last=date.fromisoformat(summary["last_day"]))
    missed = _add_misses(folder, found)
    write_rows(folder / "events.jsonl", found)
    by = Counter(row["detector"] for row in found if row["found"])
    return {
        "missed_by": missed,
        "events": len(found),
        "events_found": sum(by.values()) / max(len(found), 1),
        "found_by": dict(sorted(by.items())),
    }


def _add_misses(folder: Path, found: list[Row]) -> dict[str, int]:
    """Say of each missed event what kept it back; returns how many of each kind."""
    workspace = load_workspace(folder / "workspace")
    events = {event.name: event for event in read_events()}
    misses = []
    with open_store(workspace.database_url) as store:
        for row in found:
            if row["found"] is None:
                miss = why_missed(store, events[row["event"]], workspace.settings.spikes)
                row["missed_by"], row["why"] = miss.kind, miss.line
                misses.append(miss)
    return share_of_kinds(misses)


def _summary(stream: Stream, played: Played) -> dict[str, Any]:
    first, last = stream.days[0], stream.days[-1]
    tested = [row for row in played.alerts if date.fromisoformat(row["day"]) >= first + WARM_UP]
    weeks = max((last - first - WARM_UP) / timedelta(weeks=1), 1 / 7)
    return {
        "set_aside": SET_ASIDE,
        "settings": "as a new workspace has them",
        "outlets": [source.source_id for source in stream.sources],
        "headlines": len(stream.arrivals),
        "first_day": first.isoformat(),
        "last_day": last.isoformat(),
        "alerts": len(played.alerts),
        "alerts_after_warm_up": len(tested),
        "alerts_a_week": round(len(tested) / weeks, 3),
        "cpu_by_stage": {stage: round(seconds, 1) for stage, seconds in sorted(played.cpu.items())},
        "alerts_by_detector": dict(sorted(Counter(row["detector"] for row in tested).items())),
    }


def _write_findings(store: Store, stream: Stream, out: Path) -> None:
    first, end = stream.days[0] - timedelta(days=60), stream.days[-1] + timedelta(days=2)
    narratives = store.narratives.all(include_merged=True)
    write_rows(out / "narratives.jsonl", [_narrative_row(item) for item in narratives])
    given = store.narratives.assignments(start=midnight(first), end=midnight(end))
    write_rows(out / "assignments.jsonl", [asdict(item) for item in given])
    spikes = store.spikes.between(first, end)
    write_rows(out / "spikes.jsonl", [asdict(item) | {"day": item.day.isoformat()} for item in spikes])


def _narrative_row(item: Narrative) -> Row:
    return {
        "narrative": item.narrative_id,
        "label": item.label,
        "status": item.status,
        "merged_into": item.merged_into,
        "split_from": item.split_from,
        "size": item.size,
        "first_seen_at": item.first_seen_at.isoformat(),
        "last_seen_at": item.last_seen_at.isoformat(),
        "keywords": {language: list(words) for language, words in item.keywords.items()},
    }


def _cpu_seconds() -> float:
    """Of this process and of its children that have ended."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(part.ru_utime + part.ru_stime for part in used)
