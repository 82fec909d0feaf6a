"""How passages word a watched statement, by week, outlet class and language."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from analysis.digest.wording import WEEKS, WORDINGS, wording_of
from storage.records import Stance
from storage.records.told import NarrativeRow

END = date(2026, 3, 16)


def row(
    day: date, stance: Stance | None, *, language: str = "en", owner: str = "x", late: bool = False
) -> NarrativeRow:
    """A hit of a day."""
    at = datetime(day.year, day.month, day.day, tzinfo=UTC)
    return NarrativeRow(
        narrative_id=1, passage_id="p", similarity=0.5, stance=stance, article_id="a", source_id="s",
        country="XA", ownership=owner, language=language, title="", url="", group_id="a",
        relation="original", published_at=at, date_confidence="A", date_source="", first_seen_at=at,
        counted_at=at, late=late, origin="live",
    )  # fmt: skip


def test_passages_are_counted_by_wording_in_every_group() -> None:
    """Totals, weeks with none among them, sides and languages add up; what was discovered alone, late or long
    ago is passed over.
    """
    newest, before = END - timedelta(days=1), END - timedelta(days=8)
    rows = [
        row(newest, "endorses", owner="State Controlled Media (SC)"),
        row(newest, "refutes", language="fr"),
        row(before, "endorses", language="fr"),
        row(before, "unclear"),
        row(before, None),
        row(newest, "reports", late=True),
        row(END - timedelta(weeks=WEEKS + 1), "reports"),
        row(END, "reports"),
    ]
    found = wording_of(rows, end=END)
    counts = dict(zip(WORDINGS, found.total.counts, strict=True))
    assert counts == {"endorses": 2, "refutes": 1, "reports": 0, "unclear": 1}
    assert len(found.weeks) == WEEKS
    assert [week.passages for week in found.weeks[-2:]] == [2, 2]
    assert {side.name: side.passages for side in found.sides} == {"state": 1, "independent": 0, "unlisted": 3}
    assert [(language.name, language.passages) for language in found.languages] == [("en", 2), ("fr", 2)]


def test_nothing_is_no_problem() -> None:
    """A statement that nobody tells has weeks of nothing."""
    found = wording_of([], end=END)
    assert (found.total.passages, len(found.weeks), found.languages) == (0, WEEKS, ())
