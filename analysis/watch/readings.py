"""A passage read sentence by sentence: which stance it takes to a statement. Judged by `stance.py`, on kept
vectors."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np

from analysis.embedding.centring import centre
from analysis.text.sentences import sentences
from analysis.watch.scores import cosine
from analysis.watch.stance import stance_of
from analysis.watch.statements import Prepared
from storage.records import MeanTable, PassageRow, Stance, Vector


def sentences_of(rows: Iterable[PassageRow]) -> list[str]:
    """All distinct sentences of passages, sorted."""
    return sorted({sentence for row in rows for sentence in sentences_in(row.text)})


def stance_in(
    row: PassageRow, statement: Prepared, raw: Mapping[str, Vector], table: MeanTable, margin: float
) -> Stance:
    """The stance of a passage to a statement; `raw` has the vectors of its sentences."""
    if not len(statement.vectors):
        # Words were asked for, nothing is claimed that could be endorsed.
        return "reports"
    parts = sentences_in(row.text)
    vectors = centre(np.stack([raw[part] for part in parts]), [row.language] * len(parts), table)
    return stance_of(
        parts,
        cosine(statement.vectors, vectors),
        cosine(statement.counters, vectors),
        language=row.language,
        margin=margin,
    )


def sentences_in(text: str) -> list[str]:
    """The sentences of a passage as strings, at least one."""
    return [text[sentence.start : sentence.end] for sentence in sentences(text)] or [text]
