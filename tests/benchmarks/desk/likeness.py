"""Are generated vectors as near to each other as real ones? python -m tests.benchmarks.desk.likeness --data
DIR

Real: passages of the main texts of real pages, embedded by the product (3,500 take about a minute).
Generated: passages that are in no narrative, of as many articles. Both are centred by means of their own;
printed are percentiles of the cosine to the nearest passage of another article, by the number of passages,
and between passages of one article.
"""

from __future__ import annotations

import argparse
import gzip
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np

from analysis.arrays import Labels, Vectors, unit_rows
from analysis.embedding.centring import centre
from analysis.embedding.e5 import E5Embedder, build_name
from analysis.embedding.means import make_table
from analysis.text.passages import spans
from tests.benchmarks.desk.vectors import Space

NAME = "likeness"
SIZES = (500, 1_000, 2_000, 3_500)
PERCENTILES = (5, 25, 50, 75, 95)
LEAST_CHARACTERS = 1_500


def real_passages(data: Path, count: int) -> tuple[list[str], list[str], Labels]:
    """Texts, languages and article numbers of about `count` passages, drawn with a seed."""
    articles = list(_articles(data))
    np.random.default_rng(0).shuffle(articles)
    texts, languages, numbers = [], [], []
    for number, (language, text) in enumerate(articles):
        if len(texts) >= count:
            break
        for start, end in spans(text, words=100):
            texts.append(text[start:end])
            languages.append(language)
            numbers.append(number)
    return texts, languages, np.array(numbers)


def _articles(data: Path) -> Iterator[tuple[str, str]]:
    for path in sorted((data / "html").glob("*/truth.jsonl.gz")):
        with gzip.open(path, "rt", encoding="utf-8") as lines:
            for row in map(json.loads, lines):
                if len(row.get("text") or "") >= LEAST_CHARACTERS:
                    yield row.get("lang") or row.get("lang_auto") or "und", row["text"]


def generated(count: int, seed: int = 1) -> tuple[Vectors, list[str], Labels]:
    """Vectors, languages and article numbers of `count` passages outside of narratives, nine an article."""
    numbers = np.arange(count) // 9
    languages = [("en", "en", "fr", "ar", "ru")[number % 5] for number in numbers]
    return Space(seed).passages(0, numbers.tolist(), [-1] * count, languages), languages, numbers


def centred(vectors: Vectors, languages: list[str]) -> Vectors:
    """Unit vectors, each language without its mean."""
    own = {language: vectors[[other == language for other in languages]] for language in sorted({*languages})}
    table = make_table(own, build=build_name(), version=1, made_at=datetime(2026, 1, 1, tzinfo=UTC))
    return unit_rows(np.asarray(centre(vectors, languages, table), np.float32))


def percentiles(vectors: Vectors, articles: Labels) -> dict[str, list[float]]:
    """Of the nearest passage of another article, at each size, and within articles."""
    order = np.random.default_rng(0).permutation(len(vectors))
    found = {}
    for size in (size for size in SIZES if size <= len(vectors)):
        chosen = order[:size]
        cosines = vectors[chosen] @ vectors[chosen].T
        same = articles[chosen][:, None] == articles[chosen][None]
        found[f"nearest_of_{size}"] = _rounded(np.where(same, -1.0, cosines).max(axis=1))
    pairs = [
        (place, place + 1) for place in range(len(articles) - 1) if articles[place] == articles[place + 1]
    ]
    left, right = np.array(pairs).T
    found["same_article"] = _rounded(np.einsum("ij,ij->i", vectors[left], vectors[right]))
    return found


def _rounded(values: Any) -> list[float]:
    return [round(float(value), 3) for value in np.percentile(values, PERCENTILES)]


def main(arguments: list[str] | None = None) -> int:
    """Print both, as one line of JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder that holds html/*/truth.jsonl.gz")
    parser.add_argument("--passages", type=int, default=SIZES[-1])
    options = parser.parse_args(arguments)
    texts, languages, articles = real_passages(options.data, options.passages)
    real = centred(E5Embedder().embed(texts), languages)
    made, made_languages, made_articles = generated(len(texts))
    result = {
        "passages": len(texts),
        "percentiles": PERCENTILES,
        "real": percentiles(real, articles),
        "generated": percentiles(centred(made, made_languages), made_articles),
    }
    print(json.dumps(result))
    return 0


if __name__ == "__main__":
    main()
