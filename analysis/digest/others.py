"""What was told in a period and is no claim: events, subjects and forms, a line each."""

from __future__ import annotations

from collections.abc import Collection

from analysis.digest.reader import DigestReader, rounded
from analysis.digest.records import OtherLine
from analysis.digest.trends import Trend

MOST_LINES = 40
"""Lines of a report; the dashboard lists all. Chosen, not measured."""


def other_lines(reader: DigestReader, shown: Collection[int]) -> tuple[OtherLine, ...]:
    """Narratives told in the period that are not claims, most told first.

    Args:
        shown: narratives that stand elsewhere in the digest.
    """
    told = (reader.told & reader.judged.keys()) - reader.claims - set(shown)
    trends = reader.trends.among(told)
    order = sorted(trends, key=lambda key: (-trends[key].observed, key))[:MOST_LINES]
    return tuple(_line(reader, key, trends[key]) for key in order)


def _line(reader: DigestReader, narrative_id: int, trend: Trend) -> OtherLine:
    """The line of one narrative."""
    return OtherLine(
        narrative_id=narrative_id,
        label=reader.narratives[narrative_id].label,
        kind=reader.judged[narrative_id].kind,
        observed=round(trend.observed, 4),
        ratio=rounded(trend.ratio),
        outlets=trend.outlets,
    )
