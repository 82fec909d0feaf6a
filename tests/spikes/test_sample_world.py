"""Counting and detection on the sample world with the narratives that its truth table states: what clustering
cannot spoil must be right.

Background is assigned to small narratives by chance; shared stories and forms are narratives of their own.
Each day is tested as the product does, on what could be seen by then.
"""

from __future__ import annotations

import random
from datetime import UTC, date, datetime, time, timedelta

import pytest

from analysis.counts.observe import observe
from analysis.counts.panel import panel_of
from analysis.counts.reach import look_back
from analysis.counts.source_health import SourceHistory, source_days, tallied
from analysis.spikes.day import examine_day
from analysis.spikes.day_evidence import DayEvidence, rows_in
from analysis.tellings import tellings
from config.settings import SpikeSettings
from drumbeat.sample.generate import load_world
from drumbeat.sample.pieces import Piece, World
from storage.records import Assignment, Source, Spike
from storage.records.told import AttemptCount, NarrativeRow
from tests.counting.makers import narrative, source, told_rows

RULES = SpikeSettings()
PLANTED = {f"n{number}": number for number in range(1, 9)}
LATE = timedelta(hours=72)


class Played:
    """The world as it had become visible by the evening of a day."""

    def __init__(self, world: World, seed: int, *, translations: bool) -> None:
        self.plan = world.plan
        dice = random.Random(seed)
        added = self._midnight(self.plan.newcomer.added_day)
        self.rows: list[NarrativeRow] = []
        self.assignments: list[Assignment] = []
        for number, piece in enumerate(item for item in world.pieces if item.listed):
            seen = max(piece.visible, added if piece.outlet == self.plan.newcomer.outlet else piece.visible)
            self.rows.append(self._row(number, piece, seen, translations=translations))
            told = self._narrative(piece, dice)
            if told:
                passage = self.rows[-1].passage_id
                self.assignments.append(
                    Assignment(
                        passage_id=passage, narrative_id=told, similarity=0.8, method="nearest", run_id="a"
                    )
                )

    def _midnight(self, number: int) -> datetime:
        return datetime.combine(self.plan.first_day, time(), UTC) + timedelta(days=number - 1)

    def _row(self, number: int, piece: Piece, seen: datetime, *, translations: bool) -> NarrativeRow:
        outlet = self.plan.outlet_of(piece.outlet)
        group = (
            f"{number}"
            if piece.kind == "recurring"
            else piece.key.split("/")[1]
            if translations and "/s" in piece.key
            else piece.key
        )
        first_day = piece.outlet == self.plan.newcomer.outlet and seen == self._midnight(
            self.plan.newcomer.added_day
        )
        return NarrativeRow(
            narrative_id=0,
            passage_id=f"{number:04d}:000",
            similarity=0.8,
            stance=None,
            article_id=f"{number:04d}",
            source_id=piece.outlet,
            country=outlet.country,
            ownership=outlet.ownership or "not listed",
            language=piece.language,
            title=piece.title,
            url="",
            group_id=group,
            relation="original",
            published_at=piece.published,
            date_confidence="A",
            date_source="jsonld",
            first_seen_at=seen,
            counted_at=piece.published,
            late=seen - piece.published > LATE and not first_day,
            origin="backfill" if first_day else "live",
        )

    def _narrative(self, piece: Piece, dice: random.Random) -> int | None:
        if piece.narrative:
            return PLANTED[piece.narrative]
        name = piece.key.split("/")[1]
        if name[0] in "sr":
            return 100 + 10 * (name[0] == "r") + int(name[1])
        return 200 + dice.randrange(40) if dice.random() < 0.5 else None

    def sources(self) -> list[Source]:
        """The outlets with the day of their first crawl."""
        added = {self.plan.newcomer.outlet: self.plan.newcomer.added_day}
        return [
            source(item.id, country=item.country, first_crawled_at=self._midnight(added.get(item.id, 1)))
            for item in self.plan.outlet
        ]

    def polls(self) -> list[AttemptCount]:
        """One poll a day and outlet; those of the outage fail."""
        outage, newcomer = self.plan.outage, self.plan.newcomer
        found = []
        for number in range(1, self.plan.days + 1):
            day = self._midnight(number).date()
            for item in self.plan.outlet:
                broken = item.id == outage.outlet and outage.first_day <= number <= outage.last_day
                if item.id != newcomer.outlet or number >= newcomer.added_day:
                    found.append(AttemptCount(item.id, day, "http_5xx" if broken else "stored", 1))
        return found

    def evidence(self, today: date) -> DayEvidence:
        """What detection looks at on the evening of a day."""
        rows = [row for row in self.rows if row.first_seen_at.date() <= today]
        first = today - timedelta(days=look_back(RULES))
        known = {item.passage_id for item in rows}
        assignments = [item for item in self.assignments if item.passage_id in known]
        narratives = [narrative(key) for key in sorted({item.narrative_id for item in assignments})]
        survivors = {item.narrative_id: item.narrative_id for item in narratives}
        told = tellings(told_rows(rows, assignments), survivors)
        outputs: dict[tuple[str, date], tuple[int, int]] = {}
        seen: set[str] = set()
        for row in sorted(
            (row for row in rows if not row.late), key=lambda row: (row.counted_at, row.article_id)
        ):
            before = outputs.get((row.source_id, row.counted_at.date()), (0, 0))
            outputs[row.source_id, row.counted_at.date()] = (
                before[0] + 1,
                before[1] + (row.group_id not in seen),
            )
            seen.add(row.group_id)
        tallies = tallied(outputs, [poll for poll in self.polls() if poll.day <= today], [])
        last = today + timedelta(days=1)
        health = source_days(
            tallies, self.sources(), first=first, last=last, today=today, history=SourceHistory()
        )
        days = [first + timedelta(days=n) for n in range((today - first).days + 1)]
        panel = panel_of(
            observe(told), health, narratives=[item.narrative_id for item in narratives], days=days
        )
        by_narrative: dict[int, list[NarrativeRow]] = {}
        by_article = {row.article_id: row for row in rows}
        for item in told:
            by_narrative.setdefault(item.narrative_id, []).append(by_article[item.article_id])
        return DayEvidence(panel, narratives, rows_in(by_narrative), RULES)


@pytest.mark.slow
@pytest.mark.parametrize(("seed", "translations"), [(1, True), (2, False)])
def test_both_spikes_and_nothing_else(seed: int, translations: bool) -> None:
    """Both planted spikes are alerted on their first day; outage, new outlet, storm and shared stories raise
    no alert in ten weeks.
    """
    played = Played(load_world(), seed, translations=translations)
    found: list[Spike] = []
    for number in range(14, played.plan.days + 1):
        today = played.plan.first_day + timedelta(days=number - 1)
        earlier = [item for item in found if item.day > today - timedelta(days=7)]
        found += examine_day(played.evidence(today), today, earlier, running=True, run_id="d").spikes
    first_days = {
        PLANTED[item.id]: played.plan.first_day + timedelta(days=item.spike.first_day - 1)
        for item in played.plan.narrative
        if item.spike
    }
    assert {item.narrative_id: item.day for item in found if item.decision == "alert"} == first_days
    assert sum(item.decision == "alert" for item in found) == len(first_days)
    storms = [item for item in found if item.decision == "suppressed"]
    assert [item.narrative_id for item in storms] == ([101] if translations else [])
