"""The mean vector of each language, which is subtracted so that languages meet.

A workspace begins empty, and small languages never have much, so a table of priors is shipped: the mean of
the same 99 sentences (SIB-200) in 199 languages. A prior is shifted to the workspace's domain and gives way
to the workspace's own mean as that grows:

    shift   = N / (N + 20) * mean over own passages of (vector - prior of its language)
    mu_l    = n_l / (n_l + 20) * own_l + 20 / (n_l + 20) * (prior_l + shift)

Measured on Wikipedia's news items in 45 languages (ITN, 667 texts, average link at cosine distance 0.70;
BCubed F1 / cross-language pair F1): 0.894 / 0.872 with all own texts; 0.86 / 0.84 with 100 of them, 0.80 /
0.74 with 10, 0.69 / 0.56 with one; no own text at all 0.68 / 0.49; own means without priors 0.86 / 0.84. The
shift compares like with like, language by language, and is itself shrunk; shifting by the plain difference of
overall means gives 0.892 / 0.872, but 0.80, 0.57 and 0.03 from 100, 10 and one texts: with few passages it
moves the cloud to wherever they happen to lie.

A language without a prior uses its family's, then the overall one. Tables are frozen and numbered: whoever
compares vectors says with which.
"""

from __future__ import annotations

import functools
from collections import defaultdict
from collections.abc import Mapping
from datetime import datetime
from importlib import resources

import numpy as np

from analysis.arrays import Vectors
from analysis.embedding.languages import family_of, language_key
from config.undetermined import UNDETERMINED
from storage.records import MeanTable, Vector
from storage.store import Store

OVERALL = "*"
"""Key of the overall mean in a table; `@family` are the keys of language families."""
PRIOR_MODEL = "multilingual-e5-small"
"""The priors hold for every build of this model: rounding moves a vector by 0.08, the mean of many far less.
"""

SHRINKAGE = 20
SAMPLE = 1000
"""Own passages a language at most; 200 are as good as all. Chosen, not measured finer."""
ENOUGH = 10
"""Own passages from which on a language without a prior has a mean of its own. Chosen, not measured."""
DRIFT = 0.05
"""Means that moved farther than this are worth a new table. Means of two languages lie 0.1 to 0.4 apart; that
of 50 news passages lies 0.09 from that of 350, of 100 0.07: one small language alone must not cause a new
table, so movements are weighed by passages.
"""


@functools.cache
def prior_means() -> dict[str, Vector]:
    """Language -> mean of the parallel sentences, shape (384,), sorted; made by `python -m
    analysis.embedding.make_prior_means`.
    """
    with (
        resources.files("analysis").joinpath("data/prior_means.npz").open("rb") as file,
        np.load(file) as table,
    ):
        return dict(zip(table["tags"].tolist(), table["means"].astype(np.float32), strict=True))


def has_priors(build: str) -> bool:
    """Whether the shipped priors fit vectors of this build."""
    return PRIOR_MODEL in build.split("/")


def make_table(own: Mapping[str, Vectors], *, build: str, version: int, made_at: datetime) -> MeanTable:
    """Means from the raw vectors of own passages, by language as the articles name it, and the priors where
    they fit the build.

    Without priors every language is shrunk to the overall mean of the workspace.

    Raises:
        ValueError: no own passages and no priors, so that nothing is known.
    """
    priors = _Priors(prior_means() if has_priors(build) else {})
    groups = _by_key(own)
    if not groups and not priors.means:
        raise ValueError(f"means: build {build} has no prior means and no passage yet")
    means = _means(groups, priors)
    counts = {language: len(vectors) for language, vectors in groups.items()}
    return MeanTable(version=version, build=build, made_at=made_at, means=means, counts=counts)


def _means(groups: Mapping[str, Vectors], priors: _Priors) -> dict[str, Vector]:
    """Means by language, sorted: priors moved to the workspace's own news, own passages drawn to them."""
    shift = _shift(groups, priors)
    means = {language: mean + shift for language, mean in priors.keyed().items()}
    for language, vectors in groups.items():
        if language != UNDETERMINED and (language in means or len(vectors) >= ENOUGH):
            means[language] = _shrunk(vectors, priors.of(language) + shift)
    everything = np.concatenate(list(groups.values())) if groups else np.zeros((0, len(shift)), np.float32)
    means[OVERALL] = _shrunk(everything, priors.overall + shift)
    return {language: np.asarray(means[language], np.float32) for language in sorted(means)}


def drift(old: MeanTable, new: MeanTable) -> float:
    """How far the means of languages with own passages have moved, averaged over those passages."""
    moved = {
        key: np.linalg.norm(new.means[key] - old.means.get(key, old.means[OVERALL]))
        for key in new.counts
        if key in new.means
    }
    weights = [new.counts[key] for key in moved]
    return float(np.average(list(moved.values()), weights=weights)) if moved else 0.0


def is_due(old: MeanTable, new: MeanTable) -> bool:
    """Whether `new` should replace `old`: a mean drifted, or twice as many own passages are known."""
    return drift(old, new) > DRIFT or sum(new.counts.values()) >= 2 * max(1, sum(old.counts.values()))


def ensure_means(store: Store, build: str, now: datetime) -> MeanTable:
    """The table in force; frozen now if there is none yet and passages exist. Before the first passage:
    priors only, not kept.

    Raises:
        ValueError: no passage is embedded and the build has no priors.
    """
    table = store.means.latest(build)
    if table is not None:
        return table
    own = store.vectors.by_language(build, per_language=SAMPLE)
    if not own:
        return make_table({}, build=build, version=0, made_at=now)
    first = make_table(own, build=build, version=1, made_at=now)
    store.means.freeze(first)
    return first


def refreeze_means(store: Store, build: str, now: datetime) -> MeanTable:
    """The table in force after a refit: a new version if one is due, else the old one. To be called before
    clustering.
    """
    old = ensure_means(store, build, now)
    own = store.vectors.by_language(build, per_language=SAMPLE)
    new = make_table(own, build=build, version=old.version + 1, made_at=now)
    if not own or not is_due(old, new):
        return old
    store.means.freeze(new)
    return new


class _Priors:
    """Prior means with their families; an empty table answers zero."""

    def __init__(self, means: Mapping[str, Vector]) -> None:
        self.means = means
        self.overall: Vector = np.mean(list(means.values()), axis=0) if means else np.zeros(1, np.float32)
        families: defaultdict[str, list[Vector]] = defaultdict(list)
        for language, mean in means.items():
            families[family_of(language) or language].append(mean)
        self._families: dict[str, Vector] = {
            family: np.mean(members, axis=0) for family, members in families.items()
        }

    def of(self, language: str) -> Vector:
        """The prior of a language: its own, its family's or the overall one."""
        if language in self.means:
            return self.means[language]
        return self._families.get(family_of(language) or "", self.overall)

    def keyed(self) -> dict[str, Vector]:
        """Language -> prior and `@family` -> prior."""
        return {**self.means, **{f"@{family}": mean for family, mean in self._families.items()}}


def _by_key(own: Mapping[str, Vectors]) -> dict[str, Vectors]:
    """Vectors by the key of their language, keys sorted; `pt` and `pt-BR` become one."""
    groups: defaultdict[str, list[Vectors]] = defaultdict(list)
    for language in sorted(own):
        if len(own[language]):
            groups[language_key(language)].append(np.asarray(own[language], np.float32))
    return {key: np.concatenate(groups[key]) for key in sorted(groups)}


def _shift(groups: Mapping[str, Vectors], priors: _Priors) -> Vector:
    """How far own passages lie from the priors of their languages on average, shrunk to nothing where there
    are few.

    Without priors it is the workspace's own mean, unshrunk: there is nothing else to start from.
    """
    if not groups:
        return np.zeros_like(priors.overall)
    away = np.concatenate([vectors - priors.of(language) for language, vectors in groups.items()])
    weight = len(away) / (len(away) + SHRINKAGE) if priors.means else 1.0
    return np.asarray(weight * away.mean(axis=0), np.float32)


def _shrunk(vectors: Vectors, prior: Vector) -> Vector:
    """The mean of `vectors`, drawn to `prior` as by 20 passages that lie there."""
    return np.asarray((vectors.sum(axis=0) + SHRINKAGE * prior) / (len(vectors) + SHRINKAGE), np.float32)
