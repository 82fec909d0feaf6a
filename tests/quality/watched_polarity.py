"""The watchlist on claims with their opposites: the same, the opposite, a near-miss and another subject, in
six languages.
"""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from analysis.embedding.centring import centre
from analysis.watch.scores import Floats, background, cosine
from analysis.watch.statements import NO_LANGUAGE
from tests.quality.metrics import auc
from tests.quality.result import Floor, Result
from tests.quality.space import Space

GOLDEN = Path(__file__).parent / "polarity.toml"


def measure_polarity(_data: Path, out: Path) -> Result:
    """Restatements against opposites, near-misses and other subjects."""
    golden = tomllib.loads(GOLDEN.read_text(encoding="utf-8"))
    cases, languages = golden["case"], golden["languages"]
    texts = [text for case in cases for language in languages for text in case[language]]
    spoken = [language for _ in cases for language in languages for _ in golden["kinds"]]
    with Space(out) as space:
        table = space.table(texts, spoken)
        vectors = centre(space.raw(texts), spoken, table)
        sides = {
            side: centre(space.raw([case[side] for case in cases]), [NO_LANGUAGE] * len(cases), table)
            for side in ("statement", "counter")
        }
    shape = (len(cases), len(cases), len(languages), len(golden["kinds"]))
    own = np.arange(len(cases))
    names = np.array(spoken)
    ordinary = background(sides["statement"], {key: vectors[names == key] for key in languages})
    z = ordinary.z(cosine(sides["statement"], vectors), spoken).reshape(shape)[own, own]
    margin = (cosine(sides["statement"], vectors) - cosine(sides["counter"], vectors)).reshape(shape)[
        own, own
    ]
    return _polarity_result(z, margin, languages, golden["kinds"])


def _polarity_result(z: Floats, margin: Floats, languages: Sequence[str], kinds: Sequence[str]) -> Result:
    same, counter, near_miss, unrelated = (
        kinds.index(name) for name in ("same", "counter", "near_miss", "unrelated")
    )
    figures: dict[str, Any] = {
        "auc_same_unrelated": auc(z[:, :, same].ravel(), z[:, :, unrelated].ravel()),
        "auc_same_counter": auc(margin[:, :, same].ravel(), margin[:, :, counter].ravel()),
        "auc_same_near_miss": auc(z[:, :, same].ravel(), z[:, :, near_miss].ravel()),
        "same_counter_by_language": {
            language: auc(margin[:, place, same], margin[:, place, counter])
            for place, language in enumerate(languages)
        },
    }
    return Result(
        figures,
        [
            Floor("auc_same_unrelated", figures["auc_same_unrelated"], 0.99),
            Floor("auc_same_counter", figures["auc_same_counter"], 0.85),
        ],
    )
