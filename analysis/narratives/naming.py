"""Labels: what names each narrative, and when a name that was given gives way to another.

    label still borne out, in the reader's language   -> stays
    else the sentence that states the claim           -> label, with its language and passage
    none that is borne out                            -> the headline of the most central article

A name that people gave stays whatever is found.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

import numpy as np

from analysis.arrays import Floats, Matrix
from analysis.embedding.centring import centre
from analysis.embedding.kept import kept_vectors, passing_vectors
from analysis.kinds.head import head_for, words_of
from analysis.narratives.claim_sentence import HELD, Said, languages_in_order, share_of, stated
from analysis.narratives.labels import label
from analysis.narratives.run_view import RunView
from storage.records import Narrative, PassageRow


@dataclass(frozen=True, slots=True)
class Shown:
    """Distinct texts of a narrative, from which it is named."""

    rows: Sequence[PassageRow]
    vectors: Matrix
    """Row i for `rows[i]`."""
    order: Sequence[int]
    """Places of `rows`, the most central first."""


def named(
    view: RunView, old: Narrative, shown: Shown, standing: Collection[tuple[str, str]]
) -> tuple[Narrative, float | None]:
    """The narrative with the label that its texts bear out, and the share of them that bear the label out
    which it came with; None where it came with none that was quoted.

    Args:
        standing: titles that name no article (`labels.standing_titles`).
    """
    share = _borne_out(view, old, shown)
    if old.label_by != "medoid" or (share is not None and share >= HELD and _reads_well(view, old, shown)):
        return old, share
    found = stated(
        shown.rows,
        shown.order,
        shown.vectors,
        readers=view.readers,
        standing=standing,
        read=lambda said: _read(view, said),
    )
    if found is None:
        return (_headlined(view, old, shown, standing), share) if share is None else (old, share)
    kept_vectors(view.store, view.embed, [found.said.text])
    return _with(old, found.said), share


def _borne_out(view: RunView, old: Narrative, shown: Shown) -> float | None:
    """Share of the texts that bear the present label out; None of one that is not quoted."""
    if old.label_passage is None or old.label_language is None:
        return None
    sentences, _ = _read(view, [Said(old.label, old.label_language, old.label_passage)])
    return share_of(shown.vectors, sentences[0])


def _reads_well(view: RunView, old: Narrative, shown: Shown) -> bool:
    """Whether no text is in a language that the reader reads better than the label's."""
    languages = [*(row.language for row in shown.rows), old.label_language or ""]
    wanted = {*view.readers}
    best = languages_in_order(languages, view.readers)[0]
    return old.label_language == best or best not in wanted


def _headlined(
    view: RunView, old: Narrative, shown: Shown, standing: Collection[tuple[str, str]]
) -> Narrative:
    """The narrative with the headline of its most central article; it is no quotation that is looked after."""
    text = label(shown.rows, shown.order, readers=view.readers, present=old.label, standing=standing)
    return replace(old, label=text, label_language=None, label_passage=None)


def _with(old: Narrative, said: Said) -> Narrative:
    return replace(old, label=said.text, label_language=said.language, label_passage=said.passage_id)


def _read(view: RunView, said: Sequence[Said]) -> tuple[Matrix, Floats]:
    """Centred unit vectors of sentences, and how much each reads like a claim: 0 where no head is known."""
    texts, languages = [item.text for item in said], [item.language for item in said]
    raw = passing_vectors(view.store, view.embed, texts)
    vectors = centre(raw, languages, view.table).astype(np.float64)
    head = head_for(view.table.build)
    if head is None:
        return vectors, np.zeros(len(said))
    return vectors, head.score(head.centred(raw, languages), words_of(texts))
