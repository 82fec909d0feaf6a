"""One chart, three outputs: a Vega-Lite specification for the dashboard, SVG for reports, PNG for mail.

Rendering is done by vl-convert inside this process: no browser, no network. The bytes depend on the chart
alone: times are UTC, the font is the one that vl-convert carries, ids are ours. No text from an outlet enters
a specification; titles and descriptions are escaped when they are put into the SVG.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby
from typing import Any, Literal

from drumbeat.shown import words
from drumbeat.shown.language import say

VEGA_LITE = "5.20"
"""The version that every output is compiled with, the dashboard's bundle included."""
FONT = "Liberation Sans"
QUIET, NOW, EXPECTED, SPIKE, GAP, INK, GRID = (
    "#a9bccd",
    "#1d4f7c",
    "#b4540a",
    "#b3261e",
    "#e9e4da",
    "#4a4f57",
    "#dedad1",
)
"""Bars before the period and in it, expectation, spike marks, gaps, text, grid; style.css gives each its dark
counterpart.
"""

TITLES = {"day": "Texts a day against the expectation", "week": "Texts a week against the expectation"}
KINDS = ("own texts", "copies")
"""What the bars of a chart of carriers are made of."""

Point = Mapping[str, Any]
"""A `DayPoint` as plain JSON."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """A Vega-Lite specification with what a reader who cannot see it is told."""

    spec: dict[str, Any]
    title: str
    description: str
    """The text alternative: what the chart shows, in figures."""


def series_chart(
    points: Sequence[Point],
    *,
    start: date,
    end: date,
    spike_day: date | None = None,
    by: Literal["day", "week"] = "day",
    width: int = 520,
) -> Chart:
    """Observed texts as bars, the expectation as a line, the spike as a mark, gaps as grey ground.

    Args:
        points: one a day, oldest first.
        start, end: the period to be set off; end exclusive.
        spike_day: last day of the spike's window.
        by: bars of one day, or of seven days counted back from `end`.
    """
    rows = _weeks(points, end) if by == "week" else [_bar(point, 1) for point in points]
    for row in rows:
        row["now"] = start.isoformat() <= row["day"] < end.isoformat()
    top = _top(rows)
    marks = _spikes(_marked(rows, spike_day), top * 0.96)
    layers = filter(None, [_gaps(rows), _bars(rows), _expectation(rows), marks])
    spec = _spec(list(layers), top, _ticks(rows, end))
    return Chart(
        spec={**spec, "width": width, "height": 150},
        title=say(TITLES[by]),
        description=_described(rows, by, spike_day),
    )


def _top(rows: Sequence[dict[str, Any]]) -> float:
    """How high the chart reaches: a little over the highest value, never so low that one text fills it."""
    values = [row[name] for row in rows for name in ("observed", "expected")]
    highest: float = max([4.0, *(value for value in values if value is not None)])
    return highest * 1.15


def _marked(rows: Sequence[dict[str, Any]], spike_day: date | None) -> list[dict[str, Any]]:
    """The bar of the spike's last day."""
    if spike_day is None:
        return []
    return [row for row in rows if row["day"] <= spike_day.isoformat() < row["end"]]


def _bar(point: Point, days: int) -> dict[str, Any]:
    """The row of one bar that begins on the point's day."""
    first = words.as_day(point["day"])
    return {
        "day": first.isoformat(),
        "middle": _utc(first, days / 2),
        "from": _utc(first, 0.1 * days),
        "to": _utc(first, 0.9 * days),
        "end": (first + timedelta(days=days)).isoformat(),
        "observed": round(point["observed"], 3),
        "expected": None if point["expected"] is None else round(point["expected"], 3),
        "gap": _is_gap(point),
    }


def _is_gap(point: Point) -> bool:
    """Whether the tests took the day for a gap; alerts that were frozen before points said so have no grey
    ground.
    """
    return bool(point.get("gap", False))


def _utc(day: date, days: float) -> str:
    """A moment so many days after the day's first, as ISO 8601."""
    moment = words.as_moment(f"{day.isoformat()}T00:00:00+00:00") + timedelta(days=days)
    return moment.isoformat(timespec="seconds").replace("+00:00", "Z")


def _weeks(points: Sequence[Point], end: date) -> list[dict[str, Any]]:
    """Sums of seven days counted back from `end`; a week that lacks the expectation of some day has none."""

    def weeks_back(point: Point) -> int:
        return (end - words.as_day(point["day"]) - timedelta(days=1)).days // 7

    weeks = [(back, list(days)) for back, days in groupby(points, key=weeks_back)]
    return [_bar(_sum(days, end - timedelta(days=7 * (back + 1))), 7) for back, days in weeks]


def _sum(days: Sequence[Point], first: date) -> Point:
    """The days as one point that begins on the day `first`."""
    expected = [point["expected"] for point in days]
    return {
        "day": first,
        "observed": sum(point["observed"] for point in days),
        "expected": None if None in expected else sum(expected),
        "gap": sum(map(_is_gap, days)) > len(days) / 2,
    }


def _layer(
    rows: Sequence[Mapping[str, Any]], mark: dict[str, Any], encoding: dict[str, Any]
) -> dict[str, Any]:
    return {"data": {"values": list(rows)}, "mark": mark, "encoding": encoding} if rows else {}


def _gaps(rows: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Grey ground under the days that were hardly seen."""
    ground = [
        {"from": f"{row['day']}T00:00:00Z", "to": f"{row['end']}T00:00:00Z"} for row in rows if row["gap"]
    ]
    return _layer(ground, {"type": "rect", "color": GAP}, {"x": _time("from"), "x2": {"field": "to"}})


def _bars(rows: Sequence[dict[str, Any]]) -> dict[str, Any]:
    colour = {
        "field": "now",
        "type": "nominal",
        "scale": {"domain": [False, True], "range": [QUIET, NOW]},
        "legend": None,
    }
    place = {
        "x": _time("from"),
        "x2": {"field": "to"},
        "y": {"field": "observed", "type": "quantitative"},
        "y2": {"datum": 0},
    }
    # Rectangles, since Vega-Lite cannot tell which way a bar between two times stands.
    return _layer(rows, {"type": "rect"}, {**place, "color": colour})


def _expectation(rows: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """The line of what was expected, broken where nothing could be."""
    parts: list[dict[str, Any]] = []
    for run, (known, group) in enumerate(groupby(rows, key=lambda row: row["expected"] is not None)):
        if known:
            parts += [{"middle": row["middle"], "expected": row["expected"], "run": run} for row in group]
    encoding = {
        "x": _time("middle"),
        "y": {"field": "expected", "type": "quantitative"},
        "detail": {"field": "run", "type": "nominal"},
    }
    return _layer(
        parts, {"type": "line", "color": EXPECTED, "strokeWidth": 2, "interpolate": "monotone"}, encoding
    )


def _spikes(marks: Sequence[dict[str, Any]], top: float) -> dict[str, Any]:
    """A triangle at the top of the chart, above the bar of the spike."""
    mark = {
        "type": "point",
        "shape": "triangle-down",
        "filled": True,
        "size": 90,
        "color": SPIKE,
        "opacity": 1,
    }
    return _layer(
        [{"middle": row["middle"], "top": top} for row in marks],
        mark,
        {"x": _time("middle"), "y": {"field": "top", "type": "quantitative"}},
    )


def _time(field: str) -> dict[str, Any]:
    return {"field": field, "type": "temporal", "scale": {"type": "utc", "nice": False}}


def _ticks(rows: Sequence[dict[str, Any]], end: date) -> list[int]:
    """Every second week counted back from `end`, as milliseconds of Unix time (what a time axis takes)."""
    first = words.as_day(rows[0]["day"]) if rows else end
    days = [end - timedelta(days=back) for back in range(7, (end - first).days + 1, 14)]
    return [int(words.as_moment(_utc(day, 0)).timestamp() * 1000) for day in reversed(days)]


def _spec(layers: list[dict[str, Any]], top: float, ticks: list[int]) -> dict[str, Any]:
    """A whole specification: the layers on common scales, with our looks."""
    for layer in layers:
        layer["encoding"]["x"]["axis"] = {"format": "%-d %b", "values": ticks, "title": None, "grid": False}
        if "y" in layer["encoding"]:
            layer["encoding"]["y"] |= {
                "scale": {"domain": [0, top], "nice": False},
                "axis": {"title": None, "tickCount": 4, "tickMinStep": 1},
            }
    return {**_looks(), "layer": layers}


def _looks() -> dict[str, Any]:
    """What every specification begins with."""
    return {
        "$schema": f"https://vega.github.io/schema/vega-lite/v{VEGA_LITE}.json",
        "config": _config(),
        "padding": 4,
    }


def _config() -> dict[str, Any]:
    """Type, colours, no frame; ARIA marks off, since the SVG is one image with a description."""
    axis = {
        "labelColor": INK,
        "labelFontSize": 12,
        "gridColor": GRID,
        "domainColor": GRID,
        "tickColor": GRID,
        "labelPadding": 6,
    }
    return {"font": FONT, "aria": False, "background": None, "view": {"stroke": None}, "axis": axis}


def _described(rows: Sequence[dict[str, Any]], by: str, spike_day: date | None) -> str:
    """The text alternative of a series."""
    if not rows:
        return say("No days to show.")
    parts = [_extent(rows, by), *_period(rows)]
    if spike_day is not None:
        parts.append(say("Spike marked on {day}.", day=words.day(spike_day)))
    gaps = sum(row["gap"] for row in rows)
    if gaps:
        parts.append(say("{days} hardly seen, drawn on grey.", days=words.count(gaps, by)))
    return " ".join(parts)


def _extent(rows: Sequence[dict[str, Any]], by: str) -> str:
    """From when the bars are, and the highest of them."""
    high = max(rows, key=lambda row: (row["observed"], row["day"]))
    return say(
        "{days} from {first}; at most {n}, on {day}.",
        days=words.count(len(rows), by),
        first=words.day(rows[0]["day"]),
        n=words.number(high["observed"]),
        day=words.day(high["day"]),
    )


def _period(rows: Sequence[dict[str, Any]]) -> Iterator[str]:
    """The period in one sentence; nothing where no bar lies in it."""
    now = [row for row in rows if row["now"]]
    if not now:
        return
    texts = words.count(sum(row["observed"] for row in now), "text")
    expected = [row["expected"] for row in now]
    if None in expected:
        yield say("In the period: {texts}; no expectation for all of it.", texts=texts)
    else:
        n = words.number(sum(expected))
        yield say("In the period: {texts} against {n} expected.", texts=texts, n=n)


def carriers_chart(shares: Sequence[tuple[str, int, int]], *, title: str, width: int = 320) -> Chart:
    """Bars of texts by country, language or ownership class.

    Args:
        shares: (name, own texts, copies), in the order in which they are to be shown; names are our own
        words, not an outlet's.
    """
    rows = [
        {"name": name, "kind": say(kind), "texts": value}
        for name, *values in shares
        for kind, value in zip(KINDS, values, strict=True)
    ]
    body = {
        "data": {"values": rows},
        "mark": {"type": "bar", "height": {"band": 0.7}},
        "encoding": _carriers_encoding(),
        "width": width,
        "height": {"step": 22},
    }
    listed = "; ".join(
        f"{name}{say(': ')}{words.count(own, 'own text')}, {words.count(copies, 'copy', 'copies')}"
        for name, own, copies in shares
    )
    return Chart(spec=_looks() | body, title=title, description=listed or say("Nothing to show."))


def _carriers_encoding() -> dict[str, Any]:
    """A bar for each name, its own texts before its copies."""
    return {
        "y": {
            "field": "name",
            "type": "nominal",
            "sort": None,
            "axis": {"title": None, "grid": False, "labelLimit": 220},
        },
        "x": {
            "field": "texts",
            "type": "quantitative",
            "axis": {"title": None, "tickMinStep": 1, "tickCount": 4},
        },
        "color": {
            "field": "kind",
            "type": "nominal",
            "scale": {"domain": list(map(say, KINDS)), "range": [NOW, QUIET]},
            "legend": {"title": None, "orient": "bottom"},
        },
        "order": {"field": "kind", "sort": "descending"},
    }
