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
from dataclasses import dataclass

Keywords = dict[str, tuple[str, ...]]
"""Language -> words, the most telling first; languages sorted."""

WORDS = 8
FEWEST_USES = 2
"""Texts of a narrative in which a keyword stands at least: what one author chose does not tell what all
say. Chosen, not measured."""
FEWEST_TEXTS = 3
"""A language with fewer texts in a narrative gets no keywords there. Chosen, not measured."""


@dataclass(frozen=True, slots=True)
class Background:
    """What the words of one narrative are compared with: those of all, language by language."""

    totals: Mapping[str, Mapping[str, float]]
    """Language -> word -> how often it stands in all texts; estimated where only some were read."""
    averages: Mapping[str, float]
    """Language -> mean number of words of a narrative."""

    @staticmethod
    def of(
        tokens: Iterable[Sequence[str]],
        languages: Iterable[str],
        groups: Mapping[str, int],
        *,
        share: float = 1.0,
    ) -> Background:
        """Of some texts.

        Args:
            tokens: words of each text.
            groups: language -> how many narratives have texts in it; what belongs to none counts as one.
            share: the share of all texts that these are.
        """
        counts: defaultdict[str, Counter[str]] = defaultdict(Counter)
        for words, language in zip(tokens, languages, strict=True):
            counts[language].update(words)
        return Background(
            {language: {word: n / share for word, n in found.items()} for language, found in counts.items()},
            {language: found.total() / share / groups[language] for language, found in counts.items()},
        )


def keywords_of(
    tokens: Sequence[Sequence[str]], languages: Sequence[str], labels: Iterable[int]
) -> dict[int, Keywords]:
    """Keywords of every label but -1.

    Args:
        tokens: words of each text.
        labels: what each text belongs to; texts of -1 belong to nothing but count as background.
    """
    by_label: defaultdict[int, list[int]] = defaultdict(list)
    for place, label in enumerate(labels):
        by_label[int(label)].append(place)
    told = {
        label: ([tokens[place] for place in places], [languages[place] for place in places])
        for label, places in sorted(by_label.items())
    }
    groups = Counter(itertools.chain(*(set(mine) for _, mine in told.values())))
    background = Background.of(tokens, languages, groups)
    found = {label: keywords_among(background, *mine) for label, mine in told.items() if label >= 0}
    return {label: keywords for label, keywords in found.items() if keywords}


def keywords_among(
    background: Background, tokens: Iterable[Sequence[str]], languages: Iterable[str]
) -> Keywords:
    """Keywords of one narrative, from the words and languages of its texts."""
    texts: defaultdict[str, list[Sequence[str]]] = defaultdict(list)
    for words, language in zip(tokens, languages, strict=True):
        texts[language].append(words)
    found = {
        language: _top(_shared(texts[language]), background, language)
        for language in sorted(texts)
        if len(texts[language]) >= FEWEST_TEXTS
    }
    return {language: words for language, words in found.items() if words}


def _shared(texts: Sequence[Sequence[str]]) -> dict[str, int]:
    """Counts of the words that several texts use."""
    counts = Counter(itertools.chain(*texts))
    uses = Counter(itertools.chain(*map(set, texts)))
    return {word: count for word, count in counts.items() if uses[word] >= FEWEST_USES}


def _top(counts: Mapping[str, int], background: Background, language: str) -> tuple[str, ...]:
    total, average = background.totals.get(language, {}), background.averages.get(language, 0.0)
    weights = {
        word: count * math.log1p(average / max(count, total.get(word, 0.0))) for word, count in counts.items()
    }
    return tuple(sorted(weights, key=lambda word: (-weights[word], word))[:WORDS])
