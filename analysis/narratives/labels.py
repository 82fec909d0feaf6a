"""How a narrative is shown: its exemplars, and the headline that names it. Nothing is written by a model.

members -> most central passages, spread over languages and outlets -> exemplars
        -> headline of the most central article -> label

The label is in the reader's language, else in English or French, else in the narrative's largest.

A stray does not name a narrative for being the only one in the reader's language, nor does a title that an
outlet sets over everything.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence

import numpy as np

from analysis.arrays import Matrix
from analysis.narratives.claim_sentence import in_line, languages_in_order, rubric_of
from storage.records import PassageRow

EXEMPLARS = 6  # chosen, not measured: as many as stand on a page side by side
NEAR = 0.75
"""Only headlines of this share of the passages, the most central, are labels: chosen, not measured, ..."""
FEWEST_NEAR = 6
"""... but of so many in any case: chosen, not measured."""
STANDING = 3
"""A title that an outlet set over so many different articles ("News", the outlet's name) says nothing about
one. Chosen, not measured.
"""
UNTITLED = 80
"""Characters of the text that stand for a missing title. Chosen, not measured."""


def ranked(vectors: Matrix, rows: Sequence[PassageRow]) -> list[int]:
    """Places of `rows` by their mean cosine to all of them, the most central first; of equals the smaller
    passage id.
    """
    closeness = np.round(vectors @ vectors.sum(axis=0), 6)
    return sorted(range(len(rows)), key=lambda place: (-closeness[place], rows[place].passage_id))


def exemplars(rows: Sequence[PassageRow], order: Sequence[int]) -> tuple[str, ...]:
    """Passage ids that show the narrative: the most central, one per copy group, new languages and outlets
    before more of the same.
    """
    chosen: list[int] = []
    for fresh in (_other_language_and_outlet, _other_outlet, _other_group):
        for place in order:
            taken = [rows[other] for other in chosen]
            if len(chosen) < EXEMPLARS and place not in chosen and fresh(rows[place], taken):
                chosen.append(place)
    return tuple(rows[place].passage_id for place in chosen)


def standing_titles(titles: Iterable[tuple[str, str, str]]) -> set[tuple[str, str]]:
    """(Outlet, title) of titles that name no single article, and (outlet, rubric) of what an outlet sets
    before the titles of several (`Commentary: ...`).

    Args:
        titles: outlet, title and copy group of each article.
    """
    groups: defaultdict[tuple[str, str], set[str]] = defaultdict(set)
    for outlet, title, group in titles:
        line = in_line(title)
        for what in filter(None, (line, rubric_of(line))):
            groups[outlet, what].add(group)
    return {key for key in groups if len(groups[key]) >= STANDING}


def label(
    rows: Sequence[PassageRow],
    order: Sequence[int],
    *,
    readers: Sequence[str],
    present: str = "",
    standing: Collection[tuple[str, str]] = frozenset(),
) -> str:
    """The headline of the most central passage in the language that suits the reader best; never empty.

    The present label stays while it is still the headline of a near member in that language: names that
    change every week help nobody.

    Args:
        order: places of `rows`, the most central first (`ranked`).
        standing: titles that name no article (`standing_titles`).
    """
    nearest = order[: max(FEWEST_NEAR, math.ceil(NEAR * len(order)))]
    titled = _titles([rows[place] for place in nearest], standing)
    best = languages_in_order([row.language for row, _ in titled], readers)[0]
    found = [title for row, title in titled if row.language == best]
    return present if present in found else found[0]


def _titles(
    rows: Sequence[PassageRow], standing: Collection[tuple[str, str]]
) -> list[tuple[PassageRow, str]]:
    """Rows with what may name them: headlines, or where no row has one the beginnings of the texts."""
    titled = [(row, _title(row)) for row in rows if _names_one(row, standing)]
    if titled:
        return titled
    beginnings = [(row, _beginning(row.text)) for row in rows]
    return [(row, beginning) for row, beginning in beginnings if beginning]


def _names_one(row: PassageRow, standing: Collection[tuple[str, str]]) -> bool:
    """Whether a row has a title, and one that names no other article."""
    title = _title(row)
    return bool(title) and (row.source_id, title) not in standing


def _title(row: PassageRow) -> str:
    return in_line(row.title)


def _beginning(text: str) -> str:
    """What stands for a missing title: whole words, where the script has them."""
    plain = " ".join(text.split())
    if len(plain) <= UNTITLED:
        return plain
    whole, _, _ = plain[:UNTITLED].rpartition(" ")
    return (whole if len(whole) > UNTITLED // 2 else plain[:UNTITLED]) + "…"


def _other_language_and_outlet(row: PassageRow, taken: Sequence[PassageRow]) -> bool:
    return _other_outlet(row, taken) and row.language not in {other.language for other in taken}


def _other_outlet(row: PassageRow, taken: Sequence[PassageRow]) -> bool:
    return _other_group(row, taken) and row.source_id not in {other.source_id for other in taken}


def _other_group(row: PassageRow, taken: Sequence[PassageRow]) -> bool:
    return row.group_id not in {other.group_id for other in taken}
