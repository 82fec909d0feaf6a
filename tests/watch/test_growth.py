"""Statements that grow by what they find."""

from __future__ import annotations

import numpy as np

from analysis.arrays import Vectors, unit_rows
from analysis.watch.growth import LEAST_SEEDS, NONE, Collection, Flags, estimated_recall, grow, link_of
from analysis.watch.scores import Floats, background, cosine

DIMENSIONS = 200
LANGUAGES = ("en", "fr", "ru")


def scattered(count: int, seed: int) -> Vectors:
    """Unit vectors anywhere."""
    return unit_rows(np.random.default_rng(seed).normal(size=(count, DIMENSIONS)).astype(np.float32))


CLAIM = scattered(1, 1)[0]
STATEMENT = unit_rows((CLAIM + 1.2 * scattered(1, 2)[0])[None])[0]
"""It says the claim in its own way."""


def collection(
    told: int = 40, others: int = 600, *, narratives: bool = True, unrelated: int = 0
) -> Collection:
    """Tellings of the claim in three languages first, then other news, a fifth of it in narratives."""
    count = others + unrelated
    vectors = np.concatenate([unit_rows(CLAIM + 0.9 * scattered(told, 3)), scattered(count, 4)])
    numbers = np.full(told + count, NONE)
    if narratives:
        numbers[:told] = 7
        numbers[told : told + others // 5] = 100 + np.arange(others // 5) // 12
    return Collection(
        vectors=vectors,
        languages=np.array([LANGUAGES[place % 3] for place in range(told + count)]),
        articles=np.arange(told + count),
        narratives=numbers,
    )


def z_of(given: Collection) -> Floats:
    """How far each passage stands out for the statement."""
    by_language = {key: given.vectors[given.languages == key] for key in LANGUAGES}
    scale = background(STATEMENT[None], by_language)
    return scale.z(cosine(STATEMENT[None], given.vectors), given.languages.tolist())[0]


def no_hits(given: Collection) -> Flags:
    """Nothing was found by the statement itself."""
    return np.zeros(len(given.articles), bool)


def test_the_narrative_that_tells_the_same_is_linked() -> None:
    """And none where nobody tells the claim or no narrative holds it; unrelated news changes nothing."""
    for unrelated in (0, 600, 3000):
        given = collection(unrelated=unrelated)
        assert link_of(z_of(given), given) == 7
    for absent in (collection(told=0), collection(narratives=False)):
        assert link_of(z_of(absent), absent) == NONE


def test_growth_finds_tellings_in_every_language() -> None:
    """Most tellings are found, among them those that no refit knew; hardly anything else."""
    given = collection(told=60)
    given.narratives[30:60] = NONE
    growth = grow(STATEMENT, z_of(given), no_hits(given), given, false_rate=1e-4)
    assert growth is not None
    assert growth.linked == 7
    assert growth.found[:60].mean() > 0.9
    assert {
        language: growth.found[:60][given.languages[:60] == language].mean() > 0.8 for language in LANGUAGES
    } == (dict.fromkeys(LANGUAGES, True))
    assert growth.found[60:].sum() <= 1


def test_a_statement_grows_by_its_own_hits_where_no_narrative_tells_the_same() -> None:
    """Hits in one language find tellings in the others; too few of them do nothing."""
    given = collection(narratives=False)
    hits = no_hits(given)
    hits[[0, 3]] = True
    assert grow(STATEMENT, z_of(given), hits, given, false_rate=1e-4) is None
    hits[[6, 9, 12, 15]] = True
    assert hits.sum() >= LEAST_SEEDS
    growth = grow(STATEMENT, z_of(given), hits, given, false_rate=1e-4)
    assert growth is not None
    assert growth.found[:40].mean() > 0.6
    assert growth.found[40:].sum() <= 1


def test_it_does_not_drift() -> None:
    """Hits that have nothing to do with each other find no more than themselves."""
    given = collection(told=0)
    hits = no_hits(given)
    hits[:6] = True
    growth = grow(STATEMENT, z_of(given), hits, given, false_rate=1e-4)
    assert growth is not None
    assert growth.found.sum() <= hits.sum() + 2
    assert growth.stopped in ("nothing new", "what came had little to do with the statement")


def test_the_estimate_of_recall_counts_what_stands_out_beyond_the_ordinary() -> None:
    """All found is 1; as many missed as found is a half; nothing found is 0."""
    z = np.concatenate([np.full(50, 6.0), np.full(50, 4.0), np.random.default_rng(1).normal(size=900)])
    found = z >= 5
    assert 0.5 <= estimated_recall(z, found) < 0.6
    assert estimated_recall(z, z >= 3.5) > 0.9
    assert estimated_recall(z, np.zeros(1000, bool)) == 0
