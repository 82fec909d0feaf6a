"""The words that tell a narrative from the others, language by language (class-based TF-IDF per language).

    weight(word, narrative) = tf(word, narrative) * log(1 + A / tf(word)),   all counts within one language,
                              A = mean number of words of a narrative in that language

In one vocabulary for all languages the largest wins and translations of one word stand side by side, hence
one count per language.
"""

from __future__ import annotations

import itertools
import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence

Keywords = dict[str, tuple[str, ...]]
"""Language -> words, the most telling first; languages sorted."""

WORDS = 8
FEWEST_USES = 2
"""Texts of a narrative in which a keyword stands at least: what one author chose does not
tell what all say.
"""
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
    texts: defaultdict[str, list[tuple[int, Sequence[str]]]] = defaultdict(list)
    for words, language, label in zip(tokens, languages, labels, strict=True):
        texts[language].append((int(label), words))
    return _by_label({language: _in_one_language(texts[language]) for language in sorted(texts)})


def _by_label(keywords: Mapping[str, Mapping[int, tuple[str, ...]]]) -> dict[int, Keywords]:
    """Keywords by label, then language; given by language, then label."""
    found: defaultdict[int, Keywords] = defaultdict(dict)
    for language, in_language in keywords.items():
        for label, chosen in in_language.items():
            found[label][language] = chosen
    return {label: found[label] for label in sorted(found)}


def _in_one_language(texts: Iterable[tuple[int, Sequence[str]]]) -> dict[int, tuple[str, ...]]:
    """Keywords of each label but -1: from the labels and words of all texts of a language."""
    by_label: defaultdict[int, list[Sequence[str]]] = defaultdict(list)
    for label, words in texts:
        by_label[label].append(words)
    counts = {label: Counter(itertools.chain(*texts)) for label, texts in by_label.items()}
    total = Counter[str]()
    for words_of_label in counts.values():
        total.update(words_of_label)
    average = total.total() / len(counts)
    enough = [label for label in by_label if label >= 0 and len(by_label[label]) >= FEWEST_TEXTS]
    shared = {label: _shared(counts[label], by_label[label]) for label in enough}
    return {label: _top(words, total, average) for label, words in shared.items() if words}


def _shared(counts: Mapping[str, int], texts: Iterable[Sequence[str]]) -> dict[str, int]:
    """Counts of the words that several texts use."""
    uses = Counter(itertools.chain(*map(set, texts)))
    return {word: count for word, count in counts.items() if uses[word] >= FEWEST_USES}


def _top(counts: Mapping[str, int], total: Mapping[str, int], average: float) -> tuple[str, ...]:
    weights = {word: count * math.log1p(average / total[word]) for word, count in counts.items()}
    return tuple(sorted(weights, key=lambda word: (-weights[word], word))[:WORDS])
