"""How a narrative is shown: its exemplars, and the headline that names it. Nothing is written by a model.

members -> most central passages, spread over languages and outlets -> exemplars
        -> headline of the most central article: reader's language, else English, else the narrative's largest -> label
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import numpy as np

from analysis.narratives.linking import Matrix
from storage.records import PassageRow

EXEMPLARS = 6
ENGLISH = "en"
UNTITLED = 80
"""Characters of the text that stand for a missing title."""


def ranked(vectors: Matrix, rows: Sequence[PassageRow]) -> list[int]:
    """Places of `rows` by their mean cosine to all of them, the most central first; of equals the smaller passage id."""
    closeness = np.round(vectors @ vectors.sum(axis=0), 6)
    return sorted(range(len(rows)), key=lambda place: (-closeness[place], rows[place].passage_id))


def exemplars(rows: Sequence[PassageRow], order: Sequence[int]) -> tuple[str, ...]:
    """Passage ids that show the narrative: the most central, one per copy group, new languages and outlets before more of the same."""
    chosen: list[int] = []
    for fresh in (_other_language_and_outlet, _other_outlet, _other_group):
        for place in order:
            taken = [rows[other] for other in chosen]
            if len(chosen) < EXEMPLARS and place not in chosen and fresh(rows[place], taken):
                chosen.append(place)
    return tuple(rows[place].passage_id for place in chosen)


def label(rows: Sequence[PassageRow], order: Sequence[int], *, readers: Sequence[str], present: str = "") -> str:
    """The headline of the most central passage in the language that suits the reader best.

    The present label stays while it is still the headline of a member in that language: names that change every week help nobody.
    """
    languages = _by_preference(rows, readers)
    best = next(language for language in languages if any(row.language == language for row in rows))
    titles = [_headline(rows[place]) for place in order if rows[place].language == best]
    return present if present in titles else titles[0]


def _headline(row: PassageRow) -> str:
    """The title, or the beginning of the text where an article has none."""
    return row.title.strip() or row.text[:UNTITLED]


def _by_preference(rows: Sequence[PassageRow], readers: Sequence[str]) -> list[str]:
    """Languages in the order in which a label is looked for."""
    counts = Counter(row.language for row in rows if row.title.strip()) or Counter(row.language for row in rows)
    largest = sorted(counts, key=lambda language: (-counts[language], language))
    wanted = [language for language in (*readers, ENGLISH) if language in counts]
    return wanted + largest


def _other_language_and_outlet(row: PassageRow, taken: Sequence[PassageRow]) -> bool:
    return _other_outlet(row, taken) and row.language not in {other.language for other in taken}


def _other_outlet(row: PassageRow, taken: Sequence[PassageRow]) -> bool:
    return _other_group(row, taken) and row.source_id not in {other.source_id for other in taken}


def _other_group(row: PassageRow, taken: Sequence[PassageRow]) -> bool:
    return row.group_id not in {other.group_id for other in taken}
