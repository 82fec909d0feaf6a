"""The digest: what it shows, that it resolves, and that nothing but the rows shows in it."""

from __future__ import annotations

import json
import random
from collections.abc import Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from analysis.counts.panel import Panel, panel_of
from analysis.digest.build import alert_evidence, build_digest, narrative_detail
from analysis.digest.evidence import NarrativeDigest
from analysis.digest.records import Digest
from analysis.digest.trends import Trend, Trends
from analysis.plain import direction_of, to_plain
from config.clock import FixedClock
from config.settings import SpikeSettings
from storage.records import LineageEvent
from storage.store import Store
from tests.counting.makers import at, day, observation
from tests.digest.world import LABEL, OUTLETS, built, draft, workspace


@pytest.fixture(scope="module")
def digest(store: Store) -> Digest:
    """The last seven days, written on the morning after."""
    return week(store)


def week(store: Store, hour: float = 6.5) -> Digest:
    """The days 63 to 69."""
    return build_digest(
        store=store, workspace=workspace(Path()), start=day(63), end=day(70), clock=FixedClock(at(70, hour))
    )


@pytest.fixture(scope="module")
def burst(store: Store) -> NarrativeDigest:
    """The discovered narrative of the burst over the last seven days."""
    found = narrative_detail(
        store=store, workspace=workspace(Path()), narrative_id=1, start=day(63), end=day(70)
    )
    assert found is not None
    return found


def test_the_burst_is_one_item_under_its_watched_name(digest: Digest) -> None:
    """What is watched and what was discovered of it share their texts: one item, one alert."""
    assert [(item.narrative_id, item.folded) for item in digest.rising] == [(9, (1,))]
    assert 1 not in {item.narrative_id for item in digest.others}
    assert [(item.narrative_id, item.deliveries) for item in digest.alerts] == [(9, {"sent": 1})]
    assert {item.narrative_id: item.decision for item in digest.spikes if item.day == day(66)} == {
        1: "digest",
        9: "alert",
    }


def test_the_figures_of_a_narrative(burst: NarrativeDigest) -> None:
    """Observed, expected, texts and carriers agree with what was planted."""
    found = burst
    assert (found.observed, found.articles, found.copy_groups, found.outlets, found.own_text_outlets) == (
        9.0,
        9,
        9,
        8,
        8,
    )
    assert found.expected is not None and found.ratio is not None
    assert 1.5 < found.expected < 3.5
    assert found.ratio == pytest.approx(found.observed / found.expected, abs=0.01)
    assert found.previous == 2.0
    assert found.spike is not None and found.spike.day == day(66)
    assert list(found.keywords) == ["en", "fr"]
    assert found.direction == direction_of(found.language)


def test_the_series_is_ten_weeks(burst: NarrativeDigest) -> None:
    """One point a day, oldest first, with the planted day on top and an expectation once there is a
    history.
    """
    points = burst.series
    assert [item.day for item in points] == [day(n) for n in range(70)]
    assert max(points, key=lambda item: item.observed).day == day(66)
    assert points[5].expected is None
    assert points[60].expected == pytest.approx(1 / 3, abs=0.15)
    assert points[50].seen == pytest.approx(1.0, abs=0.1)


def test_the_first_mover_is_named_with_its_doubts(burst: NarrativeDigest) -> None:
    """The first text was told on the day that the corpus begins, and the digest says so."""
    first = burst.first_mover
    assert first is not None
    assert [item.source_id for item in first.outlets] == ["outlet-00"]
    assert (first.certain, first.note) == (False, "the corpus begins on that day")


def test_quotes_are_spread_and_resolve(burst: NarrativeDigest, store: Store) -> None:
    """Four quotes of different outlets and languages, the first mover's among them, each with its place in
    the archive.
    """
    quotes = burst.quotes
    assert (
        len(quotes)
        == len({item.outlet.source_id for item in quotes})
        == len({item.language for item in quotes})
        == 4
    )
    assert [item.role for item in quotes] == ["first", "central", "central", "central"]
    assert {item.direction for item in quotes if item.language == "ar"} == {"rtl"}
    for item in quotes:
        article = store.articles.get(item.article_id)
        assert article is not None and article.body == item.text
        assert item.archive is not None and item.archive.file == "a-00001.warc.gz"


def test_carriers_and_their_shares(burst: NarrativeDigest) -> None:
    """Carriers in the order in which they came, ownership with the list that states it, attention by
    country.
    """
    found = burst
    assert [item.outlet.source_id for item in found.carriers][1:] == [
        item for item in OUTLETS[:8] if item != found.carriers[0].outlet.source_id
    ]
    assert found.carriers[0].lag_hours == 0.0
    assert {(item.key, item.listed_in) for item in found.by_ownership} == {
        (LABEL, "A list of 2025"),
        ("not listed", None),
    }
    assert (
        sum(item.articles for item in found.by_country)
        == sum(item.articles for item in found.by_language)
        == found.articles
    )
    assert all(item.attention is not None and 0 < item.attention < 1 for item in found.by_country)
    assert found.lag_hours_median is not None and found.lag_hours_quartiles is not None


def test_what_is_told_no_more_falls(digest: Digest) -> None:
    """A narrative of a text a day that fell silent is falling; one whose outlet was down is not."""
    assert [item.narrative_id for item in digest.falling] == [2]
    assert digest.falling[0].articles == 0
    assert digest.falling[0].first_mover is not None


def test_what_was_found_this_week_is_new(digest: Digest, store: Store) -> None:
    """A narrative of the refit on the morning after belongs to the week; a day earlier it is not known."""
    assert [item.narrative_id for item in digest.new] == [3]
    assert [item.narrative_id for item in week(store, hour=5.0).new] == []


def test_the_storm_is_named(digest: Digest) -> None:
    """Ten articles of one text, nine of them elsewhere, are named as such."""
    assert [
        (item.articles, item.outlets, item.day, item.first_outlet.source_id) for item in digest.reprint_storms
    ] == [(10, 10, day(67), "outlet-00")]
    assert digest.reprint_storms[0].note.startswith("10 articles of 10 outlets are one text")


def test_a_removed_outlet_leaves_the_list_after_its_last_week(store: Store) -> None:
    """An outlet that the directory names no more stands in the report of a week in which it was watched, and
    in none after it.
    """
    every = store.sources.all()
    known = [row for row in every if row.source_id != "outlet-00"]
    names = {row.source_id for row in every}
    try:
        for last, shown in ((day(66), names), (day(30), names - {"outlet-00"})):
            store.sources.sync(every)
            store.sources.sync(known, today=last)
            assert {line.outlet.source_id for line in week(store).sources} == shown
    finally:
        store.sources.sync(every)


def test_the_health_of_sources(digest: Digest) -> None:
    """The outage and the new outlet stand first, with the days that they are about."""
    assert [(item.outlet.source_id, item.status) for item in digest.sources[:2]] == [
        ("outlet-03", "outage"),
        ("outlet-11", "new"),
    ]
    assert digest.sources[0].note.startswith(f"no feed could be read on 2 of 7 days ({day(64)}, {day(65)})")
    assert digest.sources[0].daily[:4] == ("ok", "down", "down", "ok")
    assert {item.status for item in digest.sources[2:]} == {"ok"}
    assert len(digest.sources) == len(OUTLETS)


def test_a_pause_of_ones_own_is_not_laid_to_the_outlets(tmp_path: Path) -> None:
    """Days on which no feed was asked are told as such, not as days on which an outlet published nothing."""
    with built(tmp_path) as paused:
        days = paused.counts.source_days(day(63), day(70))
        gone = [
            replace(item, health="down", articles=0, polls=0) if item.day < day(66) else item for item in days
        ]
        paused.counts.replace(day(63), day(70), paused.counts.observations(day(63), day(70)), gone)
        line = next(item for item in week(paused).sources if item.outlet.source_id == "outlet-00")
    assert (line.status, line.note) == (
        "outage",
        f"not asked on 3 of 7 days ({day(63)}, {day(64)}, {day(65)}): a gap, not a fall",
    )


def test_totals_and_what_was_not_seen(digest: Digest) -> None:
    """Articles are those counted; late ones and those without a language are named."""
    made = [item for item in draft().articles if day(63) <= item.counted_at.date() < day(70)]
    assert digest.totals.articles == len(made) - 1
    assert digest.totals.copy_groups == len(made) - 1 - 9
    assert digest.totals.reprints == 9
    assert digest.totals.outlets == 12
    assert (
        digest.not_seen.late_articles,
        digest.not_seen.undetermined_language,
        digest.not_seen.weak_dates,
    ) == (1, 1, 1)
    assert digest.not_seen.sources_down == ("outlet-03",)
    assert digest.not_seen.poll_outcomes == {"http_5xx": 2, "stored": 82}


def test_it_is_plain_json_without_runs(digest: Digest) -> None:
    """The digest survives JSON, and no run id or wall time is in it."""
    text = json.dumps(digest.to_dict(), ensure_ascii=False)
    assert json.loads(text) == digest.to_dict()
    for run in ("detect-", "count-2026", "crawl-1", "assign-1", "refit-"):
        assert run not in text


def test_the_same_rows_give_the_same_bytes(digest: Digest, tmp_path: Path) -> None:
    """Stored in another order and written at another hour, the digest is the same."""
    made, dice = draft(), random.Random(3)
    for part in (made.articles, made.passages, made.assignments, made.hits, made.members):
        dice.shuffle(part)  # type: ignore[arg-type]
    with built(tmp_path, made) as other:
        assert week(other, hour=7.5).to_dict() == digest.to_dict()


def test_a_merged_narrative_rises_under_its_survivor(tmp_path: Path) -> None:
    """What was alerted and then merged stands in the week's rising under the number that it went into, its
    spike beside it.
    """
    with built(tmp_path) as merged:
        known = {item.narrative_id: item for item in merged.narratives.all()}
        merged.narratives.save([replace(known[1], status="merged", merged_into=3)])
        found = week(merged)
        detail = narrative_detail(
            store=merged, workspace=workspace(Path()), narrative_id=3, start=day(63), end=day(70)
        )
    assert [(item.narrative_id, item.folded) for item in found.rising] == [(9, (3,))]
    assert detail is not None and detail.spike is not None
    assert (detail.spike.narrative_id, detail.spike.day) == (1, day(66))


def test_a_period_is_no_history_of_its_own(store: Store) -> None:
    """A narrative told once long ago and on three days of the week has no baseline that the week could
    exceed.
    """
    early = [observation(20, "outlet-00", narrative_id=3)]
    late = [observation(n, f"outlet-{n % 12:02d}", narrative_id=3, texts=2) for n in (63, 64, 65, 66, 67)]
    days = [day(n) for n in range(70)]
    panel = panel_of(early + late, store.counts.source_days(days[0], day(70)), narratives=[3], days=days)
    found = Trends(panel, np.zeros(1, dtype=np.bool_), 63, 69, SpikeSettings()).of(3)
    assert found.expected is None
    assert not found.rises(SpikeSettings(), 1)


def trend(**values: Any) -> Trend:
    """Twelve texts where four are expected, of many outlets, clearly more; `values` say otherwise."""
    given = {
        "observed": 12.0,
        "expected": 4.0,
        "previous": 4.0,
        "outlets": 9,
        "p_up": 0.001,
        "p_down": 1.0,
        "q_up": 1.0,
        "q_down": 1.0,
        "seen": True,
    }
    return Trend(**{**given, **values})


def test_what_a_rise_and_a_fall_must_reach() -> None:
    """Both are held to the false-discovery rate of the alerts; a fall besides to a period that was seen."""
    rules = SpikeSettings()
    assert trend(q_up=0.05).rises(rules, 2)
    assert not trend(q_up=0.051).rises(rules, 2)
    down = {"observed": 1.0, "p_up": 1.0}
    assert trend(**down, q_down=0.05).falls(rules)
    assert not trend(**down, q_down=0.051).falls(rules)
    assert not trend(**down, q_down=0.01, seen=False).falls(rules)


def test_a_narrative_alone(store: Store) -> None:
    """The detail of one narrative is what the digest shows of it; an unknown number gives none."""
    given: dict[str, Any] = {"store": store, "workspace": workspace(Path()), "start": day(63), "end": day(70)}
    (shown,) = week(store).rising
    assert narrative_detail(narrative_id=9, **given) == replace(shown, folded=())
    assert narrative_detail(narrative_id=77, **given) is None


def test_the_evidence_of_an_alert(store: Store) -> None:
    """The alert's figures are those that were tested, its window is the spike's."""
    spike = next(item for item in store.spikes.between(day(66), day(67)) if item.decision == "alert")
    found = alert_evidence(store=store, workspace=workspace(Path()), spike=spike)
    assert (found["start"], found["end"]) == (day(66).isoformat(), day(67).isoformat())
    assert found["narrative"]["expected"] == found["spike"]["expected"]
    assert found["narrative"]["articles"] == 8
    assert found["spike"]["checks"] == dict(sorted(spike.checks.items()))
    assert json.loads(json.dumps(found)) == found


def test_an_empty_period_is_refused(store: Store) -> None:
    """A period without a day is an error that says so."""
    with pytest.raises(ValueError, match="has no day"):
        build_digest(
            store=store, workspace=workspace(Path()), start=day(5), end=day(5), clock=FixedClock(at(70))
        )


def test_a_spike_of_nothing_is_refused(store: Store) -> None:
    """Evidence of a narrative that is not there is an error that names it."""
    spike = next(iter(store.spikes.between(day(66), day(67))))
    with pytest.raises(LookupError, match="no narrative 77"):
        alert_evidence(
            store=store,
            workspace=workspace(Path()),
            spike=type(spike)(**{**_fields(spike), "narrative_id": 77}),
        )


def _fields(record: Any) -> dict[str, Any]:
    return {name: getattr(record, name) for name in record.__dataclass_fields__}


def test_plain_forms() -> None:
    """Times end in Z, tuples become lists, right-to-left languages are known with their subtags."""
    assert to_plain((at(0), day(0), {1: (2,)})) == ["2026-01-05T12:00:00Z", "2026-01-05", {"1": [2]}]
    assert [direction_of(language) for language in ("ar", "fa-IR", "en", "und")] == [
        "rtl",
        "rtl",
        "ltr",
        "ltr",
    ]


def test_recurring_forms_are_listed_nowhere(digest: Digest, tmp_path: Path) -> None:
    """What was put to rest as a form takes no texts any more: that is no fall; its own page is still there,
    and it may come back.
    """
    number = 1
    rested = LineageEvent(
        at=at(69), kind="dormant", narrative_id=number, other_id=None, run_id="r", detail={"reason": "form"}
    )
    with built(tmp_path) as other:
        other.narratives.save([], events=[rested])
        found = week(other)
        assert [(item.narrative_id, item.folded) for item in found.rising] == [(9, ())]
        detail = narrative_detail(
            store=other, workspace=workspace(Path()), narrative_id=number, start=day(63), end=day(70)
        )
        assert detail is not None and detail.articles == 9
        other.narratives.save([], events=[replace(rested, at=at(69, 20), kind="revived", detail={})])
        assert [item.folded for item in week(other).rising] == [item.folded for item in digest.rising]


def test_narrow_source_days_say_the_same(store: Store) -> None:
    """A digest reads source days as narrow rows: the same values in the same order as the records."""
    records = store.counts.source_days(day(0), day(70))
    rows = store.counts.source_day_rows(day(0), day(70))
    assert records
    assert [row._asdict() for row in rows] == [asdict(record) for record in records]


def _panel_of_days(store: Store, told: Sequence[int], texts: int = 2) -> Panel:
    """Narrative 3 told on these days, by several outlets."""
    cells = [observation(n, f"outlet-{n % 12:02d}", narrative_id=3, texts=texts) for n in told]
    days = [day(n) for n in range(70)]
    return panel_of(cells, store.counts.source_days(days[0], day(70)), narratives=[3], days=days)


RETURNED = (63, 64, 65, 66, 67)


@pytest.mark.parametrize(
    ("before", "is_known", "returns"), [(20, True, True), (20, False, False), (50, True, False)]
)
def test_what_is_told_again_after_silence_returns(
    store: Store, before: int, is_known: bool, returns: bool
) -> None:
    """Silent for four seen weeks and known before: it returns. What nobody knew, or was told a fortnight ago,
    does not.
    """
    panel = _panel_of_days(store, (before, *RETURNED))
    nobody, known = np.zeros(1, dtype=np.bool_), np.array([is_known])
    found = Trends(panel, nobody, 63, 69, SpikeSettings(), known=known).of(3)
    assert found.returns(SpikeSettings(), 1) is returns


def test_outlets_that_write_less_make_no_fall() -> None:
    """A third of what is expected is a fall, unless its outlets wrote half of the usual."""
    rules, down = SpikeSettings(), {"observed": 3.0, "expected": 9.0, "p_up": 1.0, "q_down": 0.01}
    assert trend(**down).falls(rules)
    assert not trend(**down, carriers_wrote=0.5).falls(rules)
