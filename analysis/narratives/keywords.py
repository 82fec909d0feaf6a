"""The words that tell a narrative from the others, language by language (class-based TF-IDF per language).

    weight(word, narrative) = tf(word, narrative) * log(1 + A / tf(word)),   all counts within one language,
                              A = mean number of words of a narrative in that language

In one vocabulary for all languages the largest wins and translations of one word stand side by side, hence one count per language.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence

Keywords = dict[str, tuple[str, ...]]
"""Language -> words, the most telling first; languages sorted."""

WORDS = 8
FEWEST_USES = 2
"""Texts of a narrative in which a keyword stands at least: what one author chose does not tell what all say."""
FEWEST_TEXTS = 3
"""A language with fewer texts in a narrative gets no keywords there."""


def keywords_of(
    tokens: Sequence[Sequence[str]], languages: Sequence[str], labels: Iterable[int]
) -> dict[int, Keywords]:
    """Keywords of every label but -1.

    Args:
        tokens: words of each text.
        labels: what each text belongs to; texts of -1 belong to nothing but count as background.
    """
    counts: defaultdict[str, defaultdict[int, Counter[str]]] = defaultdict(lambda: defaultdict(Counter))
    uses: defaultdict[tuple[str, int], Counter[str]] = defaultdict(Counter)
    texts: Counter[tuple[str, int]] = Counter()
    for words, language, label in zip(tokens, languages, labels, strict=True):
        counts[language][int(label)].update(words)
        uses[language, int(label)].update(set(words))
        texts[language, int(label)] += 1
    found: defaultdict[int, Keywords] = defaultdict(dict)
    for language in sorted(counts):
        by_label = counts[language]
        total = Counter[str]()
        for words_of_label in by_label.values():
            total.update(words_of_label)
        average = total.total() / len(by_label)
        for label, words_of_label in sorted(by_label.items()):
            shared = {
                word: count
                for word, count in words_of_label.items()
                if uses[language, label][word] >= FEWEST_USES
            }
            if label >= 0 and texts[language, label] >= FEWEST_TEXTS and shared:
                found[label][language] = _top(shared, total, average)
    return {label: found[label] for label in sorted(found)}


def _top(counts: Mapping[str, int], total: Mapping[str, int], average: float) -> tuple[str, ...]:
    weights = {word: count * math.log1p(average / total[word]) for word, count in counts.items()}
    return tuple(sorted(weights, key=lambda word: (-weights[word], word))[:WORDS])
