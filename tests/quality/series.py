"""Unusual moments, changes of regime, and days of news in public series."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path

from tests.quality.data import Row, read_rows, write_rows
from tests.quality.metrics import from_counts, mean
from tests.quality.result import Floor, Result
from tests.quality.streams import change_points, detect_series

PROBATION = 0.15
"""Share of a series in which nothing is counted (NAB)."""
ONE_ALARM = 0.01
"""False alarms nearer than this share of the series are one."""
MARGIN = 5
"""Points by which a change may be missed (Van den Burg & Williams 2020)."""
DAYS_NEAR = 1


def measure_anomalies(data: Path, out: Path) -> Result:
    """Numenta Anomaly Benchmark, real series."""
    rows = list(read_rows(data / "series/nab.jsonl.gz"))
    found = {row["id"]: detect_series(row["values"], row["timestamps"]) for row in rows}
    write_rows(out / "spikes-nab.jsonl", [{"id": name, "spikes": spikes} for name, spikes in found.items()])
    counts = [window_counts(row, found[row["id"]]) for row in rows]
    hits, windows, alarms = (sum(part[place] for part in counts) for place in range(3))
    scores = from_counts(hits, alarms, windows - hits)
    figures = {
        "series": len(rows),
        "windows": windows,
        "precision": scores.precision,
        "recall": scores.recall,
        "f1": scores.f1,
    }
    return Result(figures, [Floor("f1", scores.f1, 0.45)])


def window_counts(row: Row, spikes: Sequence[int]) -> tuple[int, int, int]:
    """(labelled windows hit, labelled windows, false alarms) of one series."""
    moments = row["timestamps"]
    start = int(len(moments) * PROBATION)
    spikes = sorted({spike for spike in spikes if spike >= start})
    inside = [
        [place for place, moment in enumerate(moments) if first <= moment <= last]
        for first, last in row["anomaly_windows"]
    ]
    windows = [(places[0], places[-1]) for places in inside if places and places[-1] >= start]
    outside = [spike for spike in spikes if not any(first <= spike <= last for first, last in windows)]
    alarms = sum(
        1
        for place, spike in enumerate(outside)
        if place == 0 or spike - outside[place - 1] > len(moments) * ONE_ALARM
    )
    return (
        sum(any(first <= spike <= last for spike in spikes) for first, last in windows),
        len(windows),
        alarms,
    )


def measure_changes(data: Path, out: Path) -> Result:
    """Turing Change Point Dataset: F1 and covering against five annotators."""
    rows = list(read_rows(data / "series/tcpd.jsonl.gz"))
    found = {row["id"]: change_points(row["values"]) for row in rows}
    write_rows(
        out / "spikes-tcpd.jsonl", [{"id": name, "changepoints": places} for name, places in found.items()]
    )
    annotations = {
        row["id"]: [sorted({0, *places}) for places in row["annotations"].values()] for row in rows
    }
    f1 = mean(change_f1(annotations[name], places) for name, places in found.items())
    cover = mean(
        mean(covering(own, found[row["id"]], len(row["values"])) for own in annotations[row["id"]])
        for row in rows
    )
    return Result(
        {"series": len(rows), "f1": f1, "covering": cover},
        [Floor("f1", f1, 0.75), Floor("covering", cover, 0.72)],
    )


def change_f1(annotators: Sequence[Sequence[int]], found: Sequence[int]) -> float:
    """Precision against the union of the annotators, recall as their mean; index 0 is given to everybody."""
    places = sorted({0, *found})
    union = sorted({place for own in annotators for place in own})
    precision = _matched(union, places) / len(places)
    recall = mean(_matched(own, places) / len(own) for own in annotators)
    return 2 * precision * recall / (precision + recall) if precision + recall else 0.0


def covering(true: Sequence[int], found: Sequence[int], length: int) -> float:
    """Mean overlap (Jaccard) of each true segment with its best found one, weighed by length."""
    own, theirs = _segments(true, length), _segments(found, length)
    return (
        sum((end - start) * max(_jaccard(start, end, other) for other in theirs) for start, end in own)
        / length
    )


def measure_timelines(data: Path, out: Path) -> Result:
    """Days told as unusual in the volume of coverage against timelines that people wrote; weak evidence, no floor."""
    articles = _days_by_narrative(read_rows(data / "narratives/cltls.jsonl.gz"))
    timelines = {
        name: set(days)
        for name, days in _days_by_narrative(read_rows(data / "narratives/cltls_timelines.jsonl.gz")).items()
    }
    found = {name: _unusual_days(days) for name, days in sorted(articles.items())}
    write_rows(
        out / "spikes-timelines.jsonl",
        [{"narrative": name, "dates": [day.isoformat() for day in days]} for name, days in found.items()],
    )
    figures = {}
    for name in sorted(timelines):
        reachable = [day for day in timelines[name] if _near(day, articles.get(name, ()))]
        flagged = found.get(name, [])
        right = sum(_near(day, timelines[name]) for day in flagged)
        figures[name] = {
            "flagged": len(flagged),
            "recall": sum(_near(day, flagged) for day in reachable) / max(1, len(reachable)),
            "precision": right / max(1, len(flagged)),
            "precision_of_any_article_day": mean(
                float(_near(day, timelines[name])) for day in set(articles.get(name, ()))
            ),
        }
    return Result(figures)


def _days_by_narrative(rows: Iterable[Row]) -> dict[str, list[date]]:
    found: defaultdict[str, list[date]] = defaultdict(list)
    for row in rows:
        found[row["narrative"]].append(date.fromisoformat(row["date"]))
    return found


def _unusual_days(days: Sequence[date]) -> list[date]:
    counts, first = Counter(days), min(days)
    length = (max(days) - first).days + 1
    return [
        first + timedelta(days=place)
        for place in detect_series([counts[first + timedelta(days=place)] for place in range(length)])
    ]


def _near(day: date, others: Iterable[date]) -> bool:
    return any(abs((day - other).days) <= DAYS_NEAR for other in others)


def _matched(true: Sequence[int], found: Iterable[int]) -> int:
    """True places with a found one within the margin; each found one serves once."""
    left, matched = set(found), 0
    for place in sorted(true):
        near = [other for other in left if abs(place - other) <= MARGIN]
        if near:
            matched += 1
            left.discard(min(near, key=lambda other: (abs(place - other), other)))
    return matched


def _segments(changes: Sequence[int], length: int) -> list[tuple[int, int]]:
    borders = [0, *sorted({place for place in changes if 0 < place < length}), length]
    return list(pairwise(borders))


def _jaccard(start: int, end: int, other: tuple[int, int]) -> float:
    shared = max(0, min(end, other[1]) - max(start, other[0]))
    return shared / (max(end, other[1]) - min(start, other[0]))
