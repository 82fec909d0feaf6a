"""Identities over a stream: claims that come and go keep one number each."""

from __future__ import annotations

from collections import Counter, defaultdict

import numpy as np

from analysis.arrays import Matrix, likeness_of
from analysis.narratives.lineage import Cluster, Rules, TextUnit, Waiting, Window, decide
from analysis.narratives.linking import grouped
from analysis.narratives.nearest import centroid_of, place
from config.settings import NarrativeSettings
from tests.narratives.conftest import moment, vector_of

CLAIMS, TEXTS, DAYS, WINDOW = 14, 16, 84, 28


def stream() -> tuple[list[str], list[float], Matrix]:
    """Claims that begin at any time and are told for weeks: claim, day and vector of each text, by day."""
    dice = np.random.default_rng(7)
    told = []
    for claim in range(CLAIMS):
        begins = dice.uniform(0, DAYS - 7)
        told += [
            (begins + dice.exponential(12), f"claim-{claim}", f"Text {step} of claim-{claim}")
            for step in range(TEXTS)
        ]
    told += [(dice.uniform(0, DAYS), "", f"Single text {step}") for step in range(60)]
    told.sort()
    return (
        [claim for _, claim, _ in told],
        [day for day, _, _ in told],
        np.stack([vector_of(text) for *_, text in told]).astype(np.float64),
    )


def played(days: list[float], vectors: Matrix) -> list[dict[int, int]]:
    """Match -> narrative as it stood after each weekly refit, texts of the window only."""
    held: dict[int, int] = {}
    waiting: tuple[Waiting, ...] = ()
    next_id = 1
    stood = []
    for now in range(WINDOW, DAYS + 1, 7):
        window = [text for text, day in enumerate(days) if now - WINDOW <= day < now]
        numbers = sorted(set(held.values()))
        centroids = [
            centroid_of(
                number, vectors[[text for text in held if held[text] == number]], floor=0.25, share=0.15
            )
            for number in numbers
        ]
        new = [text for text in window if text not in held]
        held |= {
            text: found.narrative_id
            for text, found in zip(new, place(vectors[new], centroids, margin=0.03), strict=True)
            if found
        }
        labels = grouped(vectors[window], NarrativeSettings().cluster_likeness)
        clusters = [
            Cluster(tuple(np.flatnonzero(labels == group).tolist())) for group in range(int(labels.max()) + 1)
        ]
        units = [
            TextUnit(moment(days[text]), f"{text:04}", 1, frozenset({f"o{text % 9}"}), held.get(text), True)
            for text in window
        ]
        rules = Rules(min_passages=4, min_outlets=2, next_id=next_id, at=moment(now).isoformat())
        parts = [vectors[[window[unit] for unit in item.units]] for item in clusters]
        seen = Window(
            units,
            clusters,
            numbers,
            waiting=waiting,
            likeness=lambda one, other, parts=parts: likeness_of(parts[one], parts[other]),
        )
        found = decide(seen, rules)
        held = {text: found.merges.get(number, number) for text, number in held.items()}
        held |= {window[unit]: number for unit, number in found.joins.items()}
        held |= {window[unit]: birth.narrative_id for birth in found.births for unit in birth.units}
        next_id += len(found.births)
        waiting = found.waiting
        stood.append({text: held[text] for text in window if text in held})
    return stood


def test_claims_keep_their_numbers() -> None:
    """At most one in fifty claims changes its number at a refit, and BCubed F1 of the final numbers is at
    least 0.75.
    """
    claims, days, vectors = stream()
    stood = played(days, vectors)
    last: dict[str, int] = {}
    switches = seen = 0
    for numbers in stood:
        votes: defaultdict[str, Counter[int]] = defaultdict(Counter)
        for text, number in numbers.items():
            votes[claims[text]][number] += 1
        for claim in sorted(set(votes) - {""}):
            if votes[claim].total() >= 3:
                number = min(votes[claim], key=lambda key: (-votes[claim][key], key))
                seen += 1
                switches += last.get(claim, number) != number
                last[claim] = number
    assert switches / seen <= 0.02
    final = {text: number for numbers in stood for text, number in numbers.items() if claims[text]}
    both = Counter((claims[text], number) for text, number in final.items())
    by_claim, by_number = Counter(claims[text] for text in final), Counter(final.values())
    precision = sum(both[claims[text], number] / by_number[number] for text, number in final.items()) / len(
        final
    )
    recall = sum(both[claims[text], number] / by_claim[claims[text]] for text, number in final.items()) / len(
        final
    )
    assert 2 * precision * recall / (precision + recall) >= 0.75
