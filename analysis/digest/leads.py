"""Who leads whom: is one outlet ahead of another more often than their numbers of texts explain?

For each two outlets, over the narratives that began while both were watched, that both carried with own texts and not first on the same day:

    leads      narratives in which i came first
    expected   sum of n_i / (n_i + n_j): if the order of their texts were chance, who writes more comes first more often
    p          P(leads or more) of that sum of coins (Poisson binomial, exact); Benjamini-Hochberg over all pairs
    interval   Wilson, 95 %

Days, not hours, so that no date is trusted further than it goes. Shown only from ten narratives and q <= 0.05.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date
from itertools import combinations

import numpy as np

from analysis.digest.evidence import OutletRef
from analysis.digest.records import LeadLine
from storage.records import Observation

MIN_NARRATIVES = 10
MAX_Q = 0.05
Z = 1.959964


def lead_lines(
    observations: Sequence[Observation], refs: Mapping[str, OutletRef], watched_since: Mapping[str, date]
) -> tuple[LeadLine, ...]:
    """The pairs that stand out, by (q, leader, follower).

    Args:
        watched_since: source -> its first live day; before that nobody knows whether it was first. Sources without one are left out.
    """
    pairs = _pairs(observations, watched_since)
    tests: list[tuple[float, str, str, int, list[float]]] = []
    for (one, other), chances in sorted(pairs.items()):
        if len(chances) >= MIN_NARRATIVES and one in refs and other in refs:
            coins = [chance for _, chance in chances]
            leads = sum(first for first, _ in chances)
            tests.append((at_least(coins, leads), one, other, leads, coins))
            mirrored = [1 - chance for chance in coins]
            tests.append((at_least(mirrored, len(coins) - leads), other, one, len(coins) - leads, mirrored))
    q_values = benjamini_hochberg([test[0] for test in tests])
    found = [_line(refs, test, q) for test, q in zip(tests, q_values, strict=True) if q <= MAX_Q]
    return tuple(
        sorted(found, key=lambda line: (line.q_value, line.leader.source_id, line.follower.source_id))
    )


def _pairs(
    observations: Sequence[Observation], watched_since: Mapping[str, date]
) -> dict[tuple[str, str], list[tuple[bool, float]]]:
    """(source, later source by id) -> per narrative: the first one led, and its chance to."""
    first: defaultdict[int, dict[str, date]] = defaultdict(dict)
    texts: defaultdict[tuple[int, str], int] = defaultdict(int)
    for item in sorted(observations, key=lambda each: (each.narrative_id, each.day, each.source_id)):
        if item.own_texts:
            first[item.narrative_id].setdefault(item.source_id, item.day)
            texts[item.narrative_id, item.source_id] += item.own_texts
    pairs: defaultdict[tuple[str, str], list[tuple[bool, float]]] = defaultdict(list)
    for narrative_id, days in sorted(first.items()):
        began = min(days.values())
        present = sorted(
            source for source in days if source in watched_since and watched_since[source] <= began
        )
        for one, other in combinations(present, 2):
            if days[one] != days[other]:
                mine, theirs = texts[narrative_id, one], texts[narrative_id, other]
                pairs[one, other].append((days[one] < days[other], mine / (mine + theirs)))
    return dict(pairs)


def _line(
    refs: Mapping[str, OutletRef], test: tuple[float, str, str, int, list[float]], q: float
) -> LeadLine:
    _, leader, follower, leads, coins = test
    low, high = wilson(leads, len(coins))
    return LeadLine(
        leader=refs[leader], follower=refs[follower], narratives=len(coins), leads=leads, expected=round(sum(coins), 2),
        share_low=round(low, 4), share_high=round(high, 4), q_value=q,
    )  # fmt: skip


def at_least(coins: Sequence[float], heads: int) -> float:
    """P(so many heads or more) when each coin has its own chance; exact, by convolution."""
    law = np.ones(1)
    for chance in coins:
        law = np.convolve(law, (1 - chance, chance))
    return float(min(1.0, law[heads:].sum()))


def wilson(hits: int, tries: int) -> tuple[float, float]:
    """95 % Wilson interval of a share."""
    share, spread = hits / tries, Z * Z / tries
    middle = (share + spread / 2) / (1 + spread)
    half = Z * math.sqrt(share * (1 - share) / tries + spread / (4 * tries)) / (1 + spread)
    return middle - half, middle + half


def benjamini_hochberg(p_values: Sequence[float]) -> list[float]:
    """q-values in the order of the p-values."""
    found = [1.0] * len(p_values)
    lowest = 1.0
    order = sorted(range(len(p_values)), key=lambda n: (-p_values[n], n))
    for rank, n in zip(range(len(order), 0, -1), order, strict=True):
        lowest = found[n] = min(lowest, p_values[n] * len(order) / rank)
    return found
