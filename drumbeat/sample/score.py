"""Compares what was found in the sample world with its truth table. Pure: `findings.py` reads the store, this
judges.

BCubed: every article that was seen is judged by the narrative of most of its passages; an article without one
stands alone. Twice: over the planted articles, and over all, where ordinary news is true to itself and its
copies alone, so that junk in a narrative is charged.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, TypeVar

from drumbeat.sample.truth import TrueArticle, TrueSpike, Truth

Item = TypeVar("Item", bound=Hashable)
Place = tuple[str, str]
"""Outlet and path: the name of an article in the truth table."""
ALERT_DAYS = 1
"""An alert is in time until so many days after the spike's first day."""
AFTERMATH_DAYS = 7
"""Alerts so long after an outage, or after a new outlet was added, would be laid to it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundAlert:
    """An alert as it was made."""

    narrative: int
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Findings:
    """What a finished workspace says about the world."""

    articles: Mapping[Place, int | None]
    """Every article seen -> the narrative of most of its passages."""
    members: Mapping[int, Collection[Place]]
    """Narrative, watched ones too -> every article that carries it."""
    first_movers: Mapping[int, str]
    """Narrative -> the outlet that the product names as the likeliest first."""
    alerts: Sequence[FoundAlert]
    storms: Sequence[Place]
    """First articles of the copy groups that were named reprint storms."""
    claims: Collection[int]
    """Discovered narratives that are shown as claims."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NarrativeScore:
    """How one planted narrative was found."""

    narrative: str
    label: str
    found_as: int | None
    """The narrative that holds most of its articles."""
    articles: int
    recall: float
    """Share of its seen articles in that narrative."""
    purity: float
    """Share of that narrative's planted articles that are its own."""
    languages: int
    languages_found: int
    first_mover: str
    first_mover_named: str | None

    @property
    def first_mover_right(self) -> bool:
        """Whether the product names the planted first mover."""
        return self.first_mover == self.first_mover_named


@dataclass(frozen=True, slots=True, kw_only=True)
class SpikeScore:
    """Whether a planted spike was alerted."""

    narrative: str
    first_day: date
    alerted: datetime | None

    @property
    def in_time(self) -> bool:
        """Alerted no later than `ALERT_DAYS` after its first day."""
        return self.alerted is not None and self.alerted.date() <= self.first_day + timedelta(days=ALERT_DAYS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """Everything that is judged."""

    seen: int
    listed: int
    precision: float
    recall: float
    whole_precision: float
    """Over all articles seen, ordinary news too: what a narrative takes in beside its claim counts against
    it.
    """
    whole_recall: float
    shown_precision: float
    """Over planted articles and all that are shown in claims: what stands in no claim stands alone."""
    shown_recall: float
    claims_kept: int
    """Planted narratives that are shown as claims."""
    others_shown: int
    """Other narratives that are shown as claims."""
    narratives: tuple[NarrativeScore, ...]
    spikes: tuple[SpikeScore, ...]
    other_alerts: tuple[FoundAlert, ...]
    outage_alerts: int
    newcomer_alerts: int
    storm_named: bool
    other_storms: int

    @property
    def f1(self) -> float:
        """BCubed F1 on planted articles: it charges nothing for ordinary news that is
        shown as a narrative.
        """
        return f1_of(self.precision, self.recall)

    @property
    def whole_f1(self) -> float:
        """BCubed F1 on all articles seen."""
        return f1_of(self.whole_precision, self.whole_recall)

    @property
    def shown_f1(self) -> float:
        """BCubed F1 on what is shown as claims."""
        return f1_of(self.shown_precision, self.shown_recall)

    @property
    def first_movers_right(self) -> int:
        """Planted narratives whose first mover was named rightly."""
        return sum(row.first_mover_right for row in self.narratives)


def score(truth: Truth, found: Findings) -> Score:
    """Judge `found` against `truth`."""
    seen = {place: row for place, row in _by_place(truth).items() if place in found.articles}
    planted = _planted(seen)
    return Score(
        seen=len(seen),
        listed=sum(row.listed for row in truth.articles),
        narratives=tuple(_narrative(truth, found, name, planted) for name in truth.first_movers),
        **_group_score(found, seen, planted),
        **_claim_score(truth, found, planted),
        **_alert_score(truth, found),
        **_storm_score(truth, found),
    )


def _group_score(
    found: Findings, seen: Mapping[Place, TrueArticle], planted: Mapping[Place, TrueArticle]
) -> dict[str, Any]:
    """How well planted articles, and all, are grouped."""
    clusters = {place: _cluster(place, found) for place in seen}
    gold = {place: _true_cluster(place, row) for place, row in seen.items()}
    precision, recall = bcubed({place: clusters[place] for place in planted}, gold)
    whole_precision, whole_recall = bcubed(clusters, gold)
    return {
        "precision": precision,
        "recall": recall,
        "whole_precision": whole_precision,
        "whole_recall": whole_recall,
    }


def _by_place(truth: Truth) -> dict[Place, TrueArticle]:
    return {(row.outlet, row.path): row for row in truth.articles}


def _planted(articles: Mapping[Place, TrueArticle]) -> dict[Place, TrueArticle]:
    return {place: row for place, row in articles.items() if row.narrative}


def _claim_score(truth: Truth, found: Findings, planted: Mapping[Place, TrueArticle]) -> dict[str, Any]:
    """What is shown as claims: planted narratives, others, and how well the articles in them are grouped."""
    shown = {place: key for place, key in found.articles.items() if key in found.claims}
    gold = {place: _true_cluster(place, row) for place, row in _by_place(truth).items()}
    clusters = {place: shown.get(place, place) for place in {*shown, *planted} if place in gold}
    precision, recall = bcubed(clusters, gold)
    names = _names(truth, found)
    return {
        "shown_precision": precision,
        "shown_recall": recall,
        "claims_kept": len({names[key] for key in found.claims if key in names}),
        "others_shown": len([key for key in found.claims if key not in names]),
    }


def _alert_score(truth: Truth, found: Findings) -> dict[str, Any]:
    """The planted spikes, and the alerts that belong to none of them."""
    names = _names(truth, found)
    others = [alert for alert in found.alerts if not _is_planted(alert, truth, names)]
    return {
        "spikes": tuple(_spike(spike, found.alerts, names) for spike in truth.spikes),
        "other_alerts": tuple(others),
        "outage_alerts": _within(others, truth.outage[1], truth.outage[2]),
        "newcomer_alerts": _within(others, truth.newcomer[1], truth.newcomer[1]),
    }


def _storm_score(truth: Truth, found: Findings) -> dict[str, Any]:
    """Whether the planted reprint storm was named, and how many others."""
    rightly = [place in truth.storm for place in found.storms]
    return {"storm_named": any(rightly), "other_storms": rightly.count(False)}


def _names(truth: Truth, found: Findings) -> dict[int, str]:
    """Narrative -> the planted one that most of its articles tell; others are left out."""
    planted = _planted(_by_place(truth))
    named = {key: _named(found.members[key], planted) for key in sorted(found.members)}
    return {key: name for key, name in named.items() if name}


def _is_planted(alert: FoundAlert, truth: Truth, names: Mapping[int, str]) -> bool:
    return any(_belongs(alert, spike, names) for spike in truth.spikes)


def f1_of(precision: float, recall: float) -> float:
    """The harmonic mean, 0 where both are."""
    total = precision + recall
    return 2 * precision * recall / total if total else 0.0


def bcubed(clusters: Mapping[Item, Hashable], gold: Mapping[Item, Hashable]) -> tuple[float, float]:
    """BCubed precision and recall over the items of `clusters`, each item weighing the same (Bagga and
    Baldwin 1998).

    Its own item counts among those of a cluster; none at all gives 0 and 0.
    """
    if not clusters:
        return 0.0, 0.0
    pairs = [(cluster, gold[item]) for item, cluster in clusters.items()]
    both = Counter(pairs)
    by_cluster, by_gold = (Counter(column) for column in zip(*pairs, strict=True))
    precision = sum(both[pair] / by_cluster[pair[0]] for pair in pairs)
    recall = sum(both[pair] / by_gold[pair[1]] for pair in pairs)
    return precision / len(pairs), recall / len(pairs)


def _true_cluster(place: Place, row: TrueArticle) -> Hashable:
    """Its narrative; of ordinary news the first of its copies, or itself."""
    return row.narrative or row.of or place


def _cluster(place: Place, found: Findings) -> Hashable:
    narrative = found.articles[place]
    return place if narrative is None else narrative


def _narrative(
    truth: Truth, found: Findings, narrative: str, seen: Mapping[Place, TrueArticle]
) -> NarrativeScore:
    true = {place: row for place, row in seen.items() if row.narrative == narrative}
    found_as = _most_common(found.articles[place] for place in true)
    inside = _inside(seen, found, found_as)
    own = [row for row in inside if row.narrative == narrative]
    return NarrativeScore(
        narrative=narrative,
        label=truth.labels[narrative],
        found_as=found_as,
        articles=len(true),
        recall=_share(len(own), len(true)),
        purity=_share(len(own), len(inside)),
        languages=len({row.language for row in true.values()}),
        languages_found=len({row.language for row in own}),
        first_mover=truth.first_movers[narrative],
        first_mover_named=None if found_as is None else found.first_movers.get(found_as),
    )


def _most_common(found: Iterable[int | None]) -> int | None:
    """The narrative that comes most often, of equals the older one; None where there is none."""
    counts = Counter(key for key in found if key is not None)
    return min(counts, key=lambda key: (-counts[key], key), default=None)


def _inside(seen: Mapping[Place, TrueArticle], found: Findings, narrative: int | None) -> list[TrueArticle]:
    """The articles that were put into a narrative."""
    if narrative is None:
        return []
    return [row for place, row in seen.items() if found.articles[place] == narrative]


def _share(part: int, whole: int) -> float:
    return part / whole if whole else 0.0


def _named(places: Collection[Place], planted: Mapping[Place, TrueArticle]) -> str | None:
    """The planted narrative that most of these articles tell."""
    counts = Counter(planted[place].narrative for place in places if place in planted)
    name = min(counts, key=lambda key: (-counts[key], key or "")) if counts else None
    return name if name and counts[name] * 2 > len(places) else None


def _belongs(alert: FoundAlert, spike: TrueSpike, names: Mapping[int, str]) -> bool:
    """Whether the alert tells of the planted spike: its narrative, from its first day to a week after its
    last.
    """
    days = (spike.first_day, spike.last_day + timedelta(days=AFTERMATH_DAYS))
    return names.get(alert.narrative) == spike.narrative and days[0] <= alert.at.date() <= days[1]


def _spike(spike: TrueSpike, alerts: Sequence[FoundAlert], names: Mapping[int, str]) -> SpikeScore:
    hits = sorted(alert.at for alert in alerts if _belongs(alert, spike, names))
    return SpikeScore(narrative=spike.narrative, first_day=spike.first_day, alerted=hits[0] if hits else None)


def _within(alerts: Sequence[FoundAlert], first: date, last: date) -> int:
    return sum(first <= alert.at.date() <= last + timedelta(days=AFTERMATH_DAYS) for alert in alerts)
