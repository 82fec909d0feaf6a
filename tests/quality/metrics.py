"""The figures of the quality door, by their published definitions, so that anyone can check them."""

from __future__ import annotations

import math
import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import numpy.typing as npt

from drumbeat.sample import score

Label = Hashable


@dataclass(frozen=True, slots=True)
class Scores:
    """Precision, recall and their harmonic mean."""

    precision: float
    recall: float

    @property
    def f1(self) -> float:
        """Harmonic mean; 0 where both are 0."""
        total = self.precision + self.recall
        return 2 * self.precision * self.recall / total if total else 0.0


def from_counts(true_positive: float, false_positive: float, false_negative: float) -> Scores:
    """Precision and recall of counts; a measure without a case is perfect where nothing was missed."""
    precision = (
        true_positive / (true_positive + false_positive)
        if true_positive + false_positive
        else float(false_negative == 0)
    )
    recall = (
        true_positive / (true_positive + false_negative)
        if true_positive + false_negative
        else float(false_positive == 0)
    )
    return Scores(precision, recall)


def pairs(count: int) -> int:
    """How many pairs `count` things make."""
    return count * (count - 1) // 2


def bcubed(gold: Sequence[Label], predicted: Sequence[Label]) -> Scores:
    """BCubed (Bagga & Baldwin 1998) over items, as the demo is scored."""
    items = range(len(gold))
    return Scores(
        *score.bcubed(dict(zip(items, predicted, strict=True)), dict(zip(items, gold, strict=True)))
    )


def v_measure(gold: Sequence[Label], predicted: Sequence[Label]) -> float:
    """V-measure (Rosenberg & Hirschberg 2007), beta 1."""
    golds, clusters, both = Counter(gold), Counter(predicted), Counter(zip(gold, predicted, strict=True))
    items = len(gold)

    def entropy(counts: Counter[Label]) -> float:
        return -sum(count / items * math.log(count / items) for count in counts.values())

    given_cluster = -sum(
        count / items * math.log(count / clusters[cluster]) for (_, cluster), count in both.items()
    )
    given_gold = -sum(count / items * math.log(count / golds[label]) for (label, _), count in both.items())
    homogeneity = 1 - given_cluster / entropy(golds) if entropy(golds) else 1.0
    completeness = 1 - given_gold / entropy(clusters) if entropy(clusters) else 1.0
    return (
        2 * homogeneity * completeness / (homogeneity + completeness) if homogeneity + completeness else 0.0
    )


def pair_counts(gold: Sequence[Label], predicted: Sequence[Label]) -> tuple[int, int, int]:
    """Pairs together in both, in gold, in predicted."""
    both = Counter(zip(gold, predicted, strict=True))
    return (
        sum(map(pairs, both.values())),
        sum(map(pairs, Counter(gold).values())),
        sum(map(pairs, Counter(predicted).values())),
    )


def cross_language_pairs(
    gold: Sequence[Label], predicted: Sequence[Label], languages: Sequence[str]
) -> Scores:
    """Pair scores over pairs in two different languages: all pairs less those within a language."""
    together, in_gold, in_predicted = pair_counts(gold, predicted)
    by_language: defaultdict[str, list[int]] = defaultdict(list)
    for index, language in enumerate(languages):
        by_language[language].append(index)
    for indices in by_language.values():
        inner = pair_counts([gold[i] for i in indices], [predicted[i] for i in indices])
        together, in_gold, in_predicted = together - inner[0], in_gold - inner[1], in_predicted - inner[2]
    return from_counts(together, in_predicted - together, in_gold - together)


_NO_SPACES = re.compile(r"[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]")


def words(text: str) -> list[str]:
    """Lower-case words; single characters in scripts that are written without spaces."""
    spaced = _NO_SPACES.sub(lambda match: f" {match.group(0)} ", unicodedata.normalize("NFKC", text))
    return re.findall(r"[^\W_]+(?:['\u2019][^\W_]+)*", spaced.lower())


def text_overlap(true: str, found: str) -> Scores:
    """Overlap of word 4-grams as multisets; single words where either text has fewer than four."""
    left, right = words(true), words(found)
    size = 1 if 0 < len(left) < 4 or 0 < len(right) < 4 else 4

    def grams(tokens: list[str]) -> Counter[tuple[str, ...]]:
        width = size if len(tokens) >= size else 1
        return Counter(tuple(tokens[start : start + width]) for start in range(len(tokens) - width + 1))

    a, b = grams(left), grams(right)
    shared = sum((a & b).values())
    return from_counts(shared, sum(b.values()) - shared, sum(a.values()) - shared)


def folded(text: str | None, *, case: bool = False) -> str:
    """For comparing titles: NFKC, one space, no case unless asked for."""
    plain = " ".join(unicodedata.normalize("NFKC", text or "").split())
    return plain if case else plain.casefold()


def same_day(true: object, found: object) -> bool:
    """Whether two ISO dates name one day; whatever is no date is an absent one, and two
    absent dates agree.
    """

    def day(text: object) -> date | None:
        try:
            return date.fromisoformat(str(text)[:10])
        except ValueError:
            return None

    return day(true) == day(found)


def reciprocal_ranks(best: Mapping[str, Sequence[str]], gold: Mapping[str, str]) -> tuple[float, float]:
    """(accuracy at 1, mean reciprocal rank) of ranked answers; a query without an answer counts 0."""
    ranks = [
        1 / (best[query].index(right) + 1) if right in best.get(query, ()) else 0.0
        for query, right in gold.items()
    ]
    return mean(float(rank == 1) for rank in ranks), mean(ranks)


def mean(values: Iterable[float]) -> float:
    """Arithmetic mean; not a number for nothing."""
    found = list(values)
    return sum(found) / len(found) if found else math.nan


def auc(
    above: Sequence[float] | npt.NDArray[np.float64], below: Sequence[float] | npt.NDArray[np.float64]
) -> float:
    """Share of pairs in which the first is the higher; ties count half."""
    left, right = np.asarray(above)[:, None], np.asarray(below)[None]
    return float((left > right).mean() + 0.5 * (left == right).mean())
