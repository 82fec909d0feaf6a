"""What was told in a period and is no claim: events, subjects and forms, a line each."""

from __future__ import annotations

from collections.abc import Collection

from analysis.digest.reader import DigestReader, rounded
from analysis.digest.records import OtherLine

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
    return tuple(
        OtherLine(
            narrative_id=key,
            label=reader.narratives[key].label,
            kind=reader.judged[key].kind,
            observed=round(trends[key].observed, 4),
            ratio=rounded(trends[key].ratio),
            outlets=trends[key].outlets,
        )
        for key in order
    )
