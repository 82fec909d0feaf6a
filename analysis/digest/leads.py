"""Who leads whom: is one outlet ahead of another more often than their numbers of texts explain?

For each two outlets, over the narratives that began while both were watched, that both carried with own texts
and not first on the same day:

    leads      narratives in which i came first
    expected   sum of n_i / (n_i + n_j): if the order of their texts were chance, who writes more comes first
               more often
    p          P(leads or more) of that sum of coins (Poisson binomial, exact); Benjamini-Hochberg over all
               pairs
    interval   Wilson, 95 %

Days, not hours, so that no date is trusted further than it goes. Shown only from ten narratives and q <=
0.05.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from itertools import combinations

from analysis.counts.panel import Counted
from analysis.digest.evidence import OutletRef
from analysis.digest.records import LeadLine

MIN_NARRATIVES = 10
"""Narratives that both carried before a pair is tested. Chosen, not measured."""
MAX_Q = 0.05
"""Share of false leads among those shown (Benjamini and Hochberg 1995)."""
BERRY_ESSEEN = 0.56
"""The constant for sums of unequal parts (Shevtsova 2010); of coins the third moments add up to the variance
at most.
"""


@dataclass(slots=True)
class _Carried:
    """One outlet's part in one narrative."""

    first: date
    texts: int = 0


@dataclass(slots=True)
class _Pair:
    """Two outlets over the narratives that both carried."""

    leads: int = 0
    """Narratives in which the first one led."""
    coins: list[float] = field(default_factory=list)
    """Its chance to lead, a narrative each."""

    def add(self, one: _Carried, other: _Carried) -> None:
        """A narrative that both carried, first not on the same day."""
        self.leads += one.first < other.first
        self.coins.append(one.texts / (one.texts + other.texts))

    def mirrored(self) -> _Pair:
        """The same, seen from the other one."""
        return _Pair(len(self.coins) - self.leads, [1 - coin for coin in self.coins])


Pairs = dict[tuple[str, str], _Pair]
"""(source, another) -> the two."""


def lead_lines(
    observations: Iterable[Counted], refs: Mapping[str, OutletRef], watched_since: Mapping[str, date]
) -> tuple[LeadLine, ...]:
    """The pairs that stand out, by (q, leader, follower).

    Args:
        watched_since: source -> its first live day; before that nobody knows whether it was first. Sources
        without one are left out.
    """
    tested = _both_ways(_pairs(observations, watched_since), refs)
    q_values = benjamini_hochberg([_p_value(pair) for pair in tested.values()])
    found = [
        _line(refs[leader], refs[follower], pair, q)
        for ((leader, follower), pair), q in zip(tested.items(), q_values, strict=True)
        if q <= MAX_Q
    ]
    return tuple(
        sorted(found, key=lambda line: (line.q_value, line.leader.source_id, line.follower.source_id))
    )


def _p_value(pair: _Pair) -> float:
    """P(so many leads or more); 1 where it is above `MAX_Q` for certain: that does not change which q are
    below, and spares the exact law.
    """
    return 1.0 if _is_ordinary(pair) else at_least(pair.coins, pair.leads)


def _is_ordinary(pair: _Pair) -> bool:
    """Whether p is above `MAX_Q` for certain.

    The median of a Poisson binomial lies within 1 of its mean, so that leads up to the mean have a p of one
    half at least; above, the normal law tells p to within `BERRY_ESSEEN` / sigma.
    """
    mean, variance = sum(pair.coins), sum(coin * (1 - coin) for coin in pair.coins)
    if pair.leads <= mean or variance <= 0:
        return pair.leads <= mean
    sigma = math.sqrt(variance)
    normal = 0.5 * math.erfc((pair.leads - 1 - mean) / sigma / math.sqrt(2))
    return normal - BERRY_ESSEEN / sigma > MAX_Q


def _both_ways(pairs: Pairs, refs: Mapping[str, OutletRef]) -> Pairs:
    """The pairs that can be tested, each from both sides."""
    found: Pairs = {}
    for (one, other), pair in sorted(pairs.items(), key=lambda item: item[0]):
        if len(pair.coins) >= MIN_NARRATIVES and one in refs and other in refs:
            found[one, other] = pair
            found[other, one] = pair.mirrored()
    return found


def _pairs(observations: Iterable[Counted], watched_since: Mapping[str, date]) -> Pairs:
    """Each two sources, the smaller id first, over the narratives that began while both were watched."""
    pairs: defaultdict[tuple[str, str], _Pair] = defaultdict(_Pair)
    for _, outlets in sorted(_carried(observations).items()):
        for one, other in combinations(_present(outlets, watched_since), 2):
            if outlets[one].first != outlets[other].first:
                pairs[one, other].add(outlets[one], outlets[other])
    return dict(pairs)


def _carried(observations: Iterable[Counted]) -> dict[int, dict[str, _Carried]]:
    """Narrative -> source -> the first day and the number of its own texts."""
    found: defaultdict[int, dict[str, _Carried]] = defaultdict(dict)
    for item in observations:
        if item.own_texts:
            part = found[item.narrative_id].setdefault(item.source_id, _Carried(item.day))
            part.first = min(part.first, item.day)
            part.texts += item.own_texts
    return found


def _present(outlets: Mapping[str, _Carried], watched_since: Mapping[str, date]) -> list[str]:
    """Sources that were watched when the narrative began, by id."""
    began = min(part.first for part in outlets.values())
    return sorted(source for source in outlets if source in watched_since and watched_since[source] <= began)


def _line(leader: OutletRef, follower: OutletRef, pair: _Pair, q: float) -> LeadLine:
    low, high = wilson(pair.leads, len(pair.coins))
    return LeadLine(
        leader=leader,
        follower=follower,
        narratives=len(pair.coins),
        leads=pair.leads,
        expected=round(sum(pair.coins), 2),
        share_low=round(low, 4),
        share_high=round(high, 4),
        q_value=q,
    )


def at_least(coins: list[float], heads: int) -> float:
    """P(so many heads or more) when each coin has its own chance; exact."""
    from scipy.stats import poisson_binom

    return float(poisson_binom.sf(heads - 1, coins))


def wilson(hits: int, tries: int) -> tuple[float, float]:
    """95 % Wilson interval of a share."""
    from scipy.stats import binomtest

    interval = binomtest(hits, tries).proportion_ci(confidence_level=0.95, method="wilson")
    return float(interval.low), float(interval.high)


def benjamini_hochberg(p_values: list[float]) -> list[float]:
    """q-values in the order of the p-values."""
    from scipy.stats import false_discovery_control

    return [float(q) for q in false_discovery_control(p_values, method="bh")] if p_values else []
