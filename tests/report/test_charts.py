"""Charts: the same bytes everywhere, readable by those who cannot see them, and honest about gaps."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from lxml import etree

from drumbeat.shown import charts, drawing
from tests.report.sample import END, START, series

ROOT = Path(__file__).parents[2]
PRINT = """
from hashlib import sha256
from tests.report.test_charts import sample_chart, carriers
from drumbeat.shown.drawing import to_png, to_svg
for chart in (sample_chart(), sample_chart(by="week"), carriers()):
    print(sha256(to_svg(chart, element_id="c1").encode()).hexdigest(), sha256(to_png(chart)).hexdigest())
"""


def points(**given: Any) -> list[dict[str, Any]]:
    """The sample's days as plain JSON."""
    return [point.to_dict() for point in series(**given)]


def sample_chart(**given: Any) -> charts.Chart:
    """The sample's series."""
    return charts.series_chart(points(gap=True), start=START, end=END, spike_day=date(2026, 11, 19), **given)


def carriers() -> charts.Chart:
    """Three countries."""
    return charts.carriers_chart(
        [("Russia", 12, 3), ("Mauritania", 4, 9), ("Mali", 2, 0)], title="By country"
    )


@pytest.mark.slow
def test_bytes_are_the_same_in_every_process() -> None:
    """Two processes with other hash seeds, time zones and locales draw the same bytes."""
    found = []
    for seed, zone, locale in (("1", "Asia/Tokyo", "C"), ("2", "America/Lima", "C.UTF-8")):
        environment = os.environ | {"PYTHONHASHSEED": seed, "TZ": zone, "LC_ALL": locale}
        done = subprocess.run(
            [sys.executable, "-c", PRINT],
            cwd=ROOT,
            env=environment,
            capture_output=True,
            text=True,
            check=True,
        )
        found.append(done.stdout)
    assert found[0] == found[1]
    assert len(set(found[0].split())) == 6


def test_svg_is_one_described_image() -> None:
    """The SVG is well-formed, names itself and its description, and holds no style, script or outside
    reference.
    """
    svg = drawing.to_svg(sample_chart(), element_id="c12")
    root = etree.fromstring(svg)
    assert root.get("role") == "img"
    assert root.get("aria-labelledby") == "c12-t c12-d"
    assert root.findtext("desc") == sample_chart().description
    ids = [element.get("id") for element in root.iter() if element.get("id")]
    assert ids == ["c12-t", "c12-d"]
    for forbidden in ("style=", "<script", "href", "url(", "<image", "onload"):
        assert forbidden not in svg


def test_description_tells_the_figures() -> None:
    """Days, the highest day, the period against the expectation, the spike and the gap are in the text
    alternative.
    """
    told = sample_chart().description
    for words in (
        "70 days from 14 September 2026",
        "Spike marked on 19 November 2026",
        "In the period:",
        "expected",
        "3 days hardly seen",
    ):
        assert words in told


def test_titles_are_escaped() -> None:
    """A title is text, whatever it holds."""
    chart = charts.Chart(spec=carriers().spec, title="</title><script>", description='"<b>')
    root = etree.fromstring(drawing.to_svg(chart, element_id="c1"))
    assert root.findtext("title") == "</title><script>"
    assert root.findtext("desc") == '"<b>'


def layer(chart: charts.Chart, kind: str, colour: str | None = None) -> list[dict[str, Any]]:
    """The values of the layer with this mark."""
    for found in chart.spec["layer"]:
        if found["mark"]["type"] == kind and (colour is None or found["mark"].get("color") == colour):
            values: list[dict[str, Any]] = found["data"]["values"]
            return values
    return []


def test_gaps_break_the_expectation() -> None:
    """No line is drawn across days that were hardly seen; they get a ground of their own."""
    line = layer(sample_chart(), "line")
    assert len({row["run"] for row in line}) == 2
    assert len(line) == 70 - 14 - 3
    assert len(layer(sample_chart(), "rect", charts.GAP)) == 3


def test_spike_is_marked_once() -> None:
    """One triangle, above the spike's last day; none without a spike."""
    assert [row["middle"] for row in layer(sample_chart(), "point")] == ["2026-11-19T12:00:00Z"]
    assert [row["middle"] for row in layer(sample_chart(by="week"), "point")] == ["2026-11-19T12:00:00Z"]
    assert layer(charts.series_chart(points(), start=START, end=END), "point") == []


def test_weeks_are_sums_counted_back_from_the_end() -> None:
    """Ten weeks, each the sum of its seven days, the last one the period."""
    days = [row for row in layer_values(sample_chart()) if "observed" in row]
    weeks = [row for row in layer_values(sample_chart(by="week")) if "observed" in row]
    assert len(weeks) == 10
    assert weeks[-1]["day"] == START.isoformat() and weeks[-1]["now"]
    assert sum(row["observed"] for row in weeks) == pytest.approx(sum(row["observed"] for row in days))


def layer_values(chart: charts.Chart) -> list[dict[str, Any]]:
    """All values of all layers."""
    return [row for found in chart.spec["layer"] for row in found["data"]["values"]]


@pytest.mark.parametrize("count", [0, 1, 8])
def test_short_series(count: int) -> None:
    """No day, one day, a week and a day: all can be drawn."""
    chart = charts.series_chart(points()[70 - count :], start=START, end=END, spike_day=END)
    assert drawing.to_svg(chart, element_id="c1").startswith("<svg")
    assert chart.description


def test_png_is_a_picture() -> None:
    """PNG bytes, larger at a larger scale."""
    small, large = drawing.to_png(carriers(), scale=1), drawing.to_png(carriers(), scale=2)
    assert small.startswith(b"\x89PNG")
    assert len(large) > len(small)
    assert charts.carriers_chart([], title="x").description == "Nothing to show."
