"""What is ordinary for the statements of a workspace: sampled once, then frozen with the means.

Ordinary is relative: how near a statement lies to what this workspace reads. A reference that is the same
everywhere was tried (14 languages of news, African news and web pages, 3,000 to 7,000 passages) and given up:
texts of one kind are alike. Items of Wikipedia's news (ITN) would let in 1.4 to 4.6 % of other subjects at z
4.8, by their own sample 0.08 %.

But what was found may not move whenever something else is read. 100 claims of NTREX, 406 passages, then 11.5
times as much of African news and web pages: sampled again, 52 of 490 hits at z 4.8 went and 47 came. So place
and spread are taken when a text is first compared, and stand until the means get a new version, when all is
compared again. Adding any amount of other coverage changes no hit meanwhile (0 of 490; of the added passages
0.03 % are hits). A language that came later has the values of all languages together until then.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from analysis.arrays import Vectors
from analysis.embedding.centring import centre
from analysis.watch.scores import Background, background
from analysis.watch.statements import Prepared
from storage.ids import text_hash
from storage.records import MeanTable, Ordinary
from storage.store import Store

POOLED = "*"
"""The language that stands for all together."""


def ordinary_for(
    store: Store, table: MeanTable, statements: Sequence[Prepared], *, per_language: int
) -> Background:
    """Place and spread for every text of `statements`, in their order.

    Args:
        per_language: passages that are sampled of a language at most, where a text has no values yet.
    """
    vectors = {
        text_hash(text): vector
        for item in statements
        for text, vector in zip(item.config.statements, item.vectors, strict=True)
    }
    kept = store.watch.ordinary(table.build, table.version, vectors)
    missing = sorted(vectors.keys() - {item.text_hash for item in kept})
    if missing:
        sampled = background(np.stack([vectors[key] for key in missing]), _sample(store, table, per_language))
        found = _rows(missing, sampled)
        store.watch.keep_ordinary(table.build, table.version, found)
        kept = [*kept, *found]
    return _background(
        [text_hash(text) for item in statements for text in item.config.statements],
        {(item.text_hash, item.language): (item.place, item.spread) for item in kept},
    )


def _sample(store: Store, table: MeanTable, per_language: int) -> dict[str, Vectors]:
    """Centred vectors by language, the first passages by text hash: no matter in which order they came."""
    raw = store.vectors.by_language(table.build, per_language=per_language)
    return {language: centre(vectors, [language] * len(vectors), table) for language, vectors in raw.items()}


def _rows(text_hashes: Sequence[str], sampled: Background) -> list[Ordinary]:
    """A background as it is kept."""
    scales = {POOLED: sampled.pooled, **sampled.by_language}
    return [
        Ordinary(key, language, *scale[place].tolist())
        for language, scale in scales.items()
        for place, key in enumerate(text_hashes)
    ]


def _background(
    text_hashes: Sequence[str], kept: Mapping[tuple[str, str], tuple[float, float]]
) -> Background:
    """The background of texts, row i for `text_hashes[i]`."""
    pooled = np.array([kept[key, POOLED] for key in text_hashes]).reshape(-1, 2)
    languages = sorted({language for _, language in kept} - {POOLED})
    return Background(
        {
            language: np.array([kept.get((key, language), kept[key, POOLED]) for key in text_hashes])
            for language in languages
        },
        pooled,
    )
