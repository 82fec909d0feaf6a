"""What is shown as a claim: unrelated pages, of which nothing should be, and claims against news of the same
manner and subjects.

Thresholds were set on one half of the publishers of the shared pages (`analysis.kinds.train.is_ordinary`) and
on the sample world; the other half, and any other folder, is only reported.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from sklearn.metrics import roc_auc_score

from analysis.arrays import Floats, Matrix
from analysis.kinds.head import shipped, text_scores, words_of
from analysis.kinds.judge import Facts, judge
from analysis.kinds.train import (
    DRAWN,
    Embedded,
    Examples,
    Text,
    centred,
    claims_of,
    examples_of,
    fit,
    headlines_of,
    is_ordinary,
    news_of,
    reference_means,
)
from analysis.narratives.context import in_context
from analysis.narratives.topics import OUTLIER, cluster
from analysis.narratives.units import TextUnits, texts_of, units_of
from config.settings import NarrativeSettings
from storage.records import MeanTable, PassageRow
from tests.quality.data import Row, html_sets, read_rows, stable_sample
from tests.quality.meaning import passage_rows
from tests.quality.result import Floor, Result
from tests.quality.space import Space

SIZES = (100, 250, 500)
"""Pages of a collection; and all there are."""
PAGE_PASSAGES = 6
FEWEST_CHARACTERS = 300
HEADLINES = 3000
LEFT_ALONE = 0.90
"""Share of the passages of unrelated pages that must not be shown as claims."""
FEWEST_OF_A_THEME = 250
"""Claims that a theme must have to be left out of training: each is a fit of its own."""
FLOORS = {"claims_auc": 0.95, "theme_median": 0.95, "theme_worst": 0.90, "language_worst": 0.85}
Flags = npt.NDArray[np.bool_]


def measure_pages(data: Path, out: Path, *, most: int | None = None) -> Result:
    """Unrelated pages at four sizes: share of passages in narratives, and in those shown as claims.

    Args:
        most: read only so many pages.
    """
    rows = stable_sample(_pages(data), lambda row: row["id"], most or 10**9)
    unseen = [row for row in rows if not is_ordinary(Text("", "", _publisher(row)))]
    figures: dict[str, Any] = {}
    with Space(out) as space:
        for name, given in (("unseen publishers", unseen), ("all publishers", rows)):
            figures |= {f"{name}, {len(part)} pages": _shares(part, space) for part in _parts(given)}
    floors = [
        Floor(f"{name}: left alone", 1 - found["in_claims"], LEFT_ALONE) for name, found in figures.items()
    ]
    return Result(figures, floors)


def _parts(rows: Sequence[Row]) -> list[list[Row]]:
    """Collections of each size, and all there is."""
    sizes = [*(size for size in SIZES if size < len(rows)), len(rows)]
    return [stable_sample(rows, lambda row: row["id"], size) for size in sizes]


def _pages(data: Path) -> list[Row]:
    """Pages with a reference text, under ids that no two sets share."""
    found = []
    for name in html_sets(data):
        for row in read_rows(data / "html" / name / "truth.jsonl.gz"):
            if len(row.get("text") or "") >= FEWEST_CHARACTERS:
                language = (row.get("lang") or row.get("lang_auto") or "en")[:2]
                found.append({**row, "id": f"{name}:{row['id']}", "lang": language, "title": ""})
    return found


def _publisher(row: Row) -> str:
    return str(row.get("publisher") or row.get("domain") or row["id"])


def _shares(rows: Sequence[Row], space: Space) -> dict[str, float]:
    """Grouped as a refit does, judged as one does."""
    publishers = {row["id"]: _publisher(row) for row in rows}
    passages = [
        replace(passage, source_id=publishers[passage.article_id])
        for passage in passage_rows(rows)
        if passage.ordinal < PAGE_PASSAGES
    ]
    groups = _groups(passages, space)
    texts, languages = [row.text for row in passages], [row.language for row in passages]
    scores = shipped().score(shipped().centred(space.raw(texts), languages), words_of(texts))
    claims = [places for places in groups if _is_claim(passages, scores, places)]
    return {
        "passages": len(passages),
        "narratives": len(groups),
        "claims": len(claims),
        "in_narratives": sum(map(len, groups)) / len(passages),
        "in_claims": sum(map(len, claims)) / len(passages),
    }


def _groups(passages: Sequence[PassageRow], space: Space) -> list[list[int]]:
    """Places of the passages of each group that is large enough and in enough outlets for a narrative."""
    rules = NarrativeSettings()
    units = _units(passages, space)
    texts, languages = texts_of(units, passages)
    labels = cluster(
        texts,
        units.vectors,
        languages,
        likeness=rules.cluster_likeness,
        min_size=rules.min_passages,
        sizes=units.sizes,
    ).labels
    found: defaultdict[int, list[int]] = defaultdict(list)
    for label, places in zip(labels.tolist(), units.members, strict=True):
        found[label] += places
    groups = [places for label, places in sorted(found.items()) if label != OUTLIER]
    return [places for places in groups if _outlets(passages, places) >= rules.min_outlets]


def _units(passages: Sequence[PassageRow], space: Space) -> TextUnits:
    plain = space.centred([row.text for row in passages], [row.language for row in passages])
    return units_of(passages, in_context(plain.astype(np.float64), [row.article_id for row in passages]))


def _outlets(passages: Sequence[PassageRow], places: Sequence[int]) -> int:
    return len({passages[place].source_id for place in places})


def _is_claim(passages: Sequence[PassageRow], scores: Floats, places: Sequence[int]) -> bool:
    texts = [passages[place].group_id for place in places]
    found = text_scores(scores[list(places)], texts)
    return judge(_undated(found, outlets=_outlets(passages, places))).kind == "claim"


def measure_headlines(data: Path, out: Path) -> Result:
    """Headlines of state media that nobody trained on, grouped as a refit does: share in what is shown as
    claims. Reported without a floor: some of them are claims, and nobody labelled which.
    """
    rows = headlines_of(data)[2 * DRAWN : 2 * DRAWN + HEADLINES]
    texts, languages = [row.text for row in rows], [row.language for row in rows]
    with Space(out) as space:
        groups = _grouped(texts, languages, space.centred(texts, languages).astype(np.float64))
        vectors = shipped().centred(space.raw(texts), languages)
    scores = shipped().score(vectors, words_of(texts))
    claims = [found for found in groups if judge(_undated(scores[found], outlets=2)).kind == "claim"]
    figures = {
        "headlines": len(texts),
        "narratives": len(groups),
        "claims": len(claims),
        "in_narratives": sum(map(len, groups)) / len(texts),
        "in_claims": sum(map(len, claims)) / len(texts),
    }
    return Result(figures)


def _grouped(texts: Sequence[str], languages: Sequence[str], vectors: Matrix) -> list[list[int]]:
    """Places of the texts of each group that is large enough for a narrative."""
    rules = NarrativeSettings()
    labels = cluster(
        texts,
        vectors,
        languages,
        likeness=rules.cluster_likeness,
        min_size=rules.min_passages,
        sizes=[1] * len(texts),
    ).labels
    return [np.flatnonzero(labels == label).tolist() for label in range(int(labels.max()) + 1)]


def _undated(scores: Floats, *, outlets: int) -> Facts:
    """Facts of texts without days: how much speaks for a claim does not depend on them."""
    return Facts(scores, [0] * len(scores), outlets, one_event=0.0, is_form=False)


def measure_claims(data: Path, out: Path) -> Result:
    """The head that ships on claims and headlines it was not trained on; then heads trained without a theme,
    a genre or a language, on what they did not see.
    """
    raw = Embedded(out)
    claims, headlines = claims_of(data)[DRAWN:], headlines_of(data)[DRAWN:]
    figures: dict[str, Any] = {
        "claims": len(claims),
        "headlines": len(headlines),
        "claims_auc": _shipped_auc(claims, headlines, raw),
    }
    if (data / "topics").is_dir():
        figures |= _left_out(data, raw, headlines)
    raw.close()
    floors = [Floor(name, figures[name], least) for name, least in FLOORS.items() if name in figures]
    return Result(figures, floors)


def _shipped_auc(claims: Sequence[Text], headlines: Sequence[Text], raw: Embedded) -> float:
    head, texts = shipped(), [*claims, *headlines]
    vectors = head.centred(raw.of([item.text for item in texts]), [item.language for item in texts])
    scores = head.score(vectors, words_of([item.text for item in texts]))
    return _auc(scores, np.arange(len(texts)) < len(claims))


def _left_out(data: Path, raw: Embedded, headlines: Sequence[Text]) -> dict[str, Any]:
    """AUC of heads that did not see a theme, a genre or a language."""
    examples = examples_of(data)
    out = _LeaveOut(examples, raw, reference_means(news_of(data), raw))
    claims = claims_of(data)
    themes = {
        theme: out.against([item for item in claims if _has(item, theme)], headlines, theme)
        for theme in _themes(claims)
    }
    genres = out.by([item.group for item in examples.texts])
    languages = out.by([item.language for item in examples.texts])
    return {
        "themes": themes,
        "genres": genres,
        "languages": languages,
        "theme_median": float(np.median(list(themes.values()))),
        "theme_worst": min(themes.values()),
        "genre_worst": min(genres.values()),
        "language_worst": min(languages.values()),
    }


class _LeaveOut:
    """Trains on what is not held back."""

    def __init__(self, examples: Examples, raw: Embedded, means: MeanTable) -> None:
        self._examples, self._raw, self._means = examples, raw, means
        self._vectors = centred(examples.texts, raw, means)

    def by(self, keys: Sequence[str]) -> dict[str, float]:
        """AUC of each key of this project's own rows, by heads that did not see these rows."""
        own = np.array(self._examples.weights) != 1.0
        sets = [set(key.split("|")) for key in keys]
        named = sorted(set().union(*(found for found, is_own in zip(sets, own, strict=True) if is_own)))
        return {key: self.auc(own & np.array([key in found for found in sets])) for key in named}

    def auc(self, held: Flags) -> float:
        """Of the examples held back, by a head trained on the others."""
        weights = self._fit(~held)
        return _auc(self._vectors[held] @ weights, np.array(self._examples.is_claim)[held])

    def against(self, claims: Sequence[Text], headlines: Sequence[Text], theme: str) -> float:
        """Of a theme's claims against headlines that nobody trained on."""
        held = np.array([_has(item, theme) for item in self._examples.texts])
        weights = self._fit(~held)
        vectors = centred([*claims, *headlines], self._raw, self._means)
        return _auc(vectors @ weights, np.arange(len(vectors)) < len(claims))

    def _fit(self, kept: Flags) -> Floats:
        given = self._examples
        rows = np.flatnonzero(kept).tolist()
        return fit(
            Examples(
                [given.texts[row] for row in rows],
                [given.is_claim[row] for row in rows],
                [given.weights[row] for row in rows],
            ),
            self._raw,
            self._means,
        )


def _themes(claims: Sequence[Text]) -> list[str]:
    counts: defaultdict[str, int] = defaultdict(int)
    for item in claims:
        for word in item.group.split("|"):
            counts[word] += 1
    return sorted(word for word, number in counts.items() if number >= FEWEST_OF_A_THEME)


def _has(item: Text, theme: str) -> bool:
    return theme in item.group.split("|")


def _auc(scores: npt.ArrayLike, is_claim: Flags) -> float:
    return float(roc_auc_score(is_claim, np.asarray(scores)))
