"""Discovery at the size of a desk: python -m tests.benchmarks.discovery planted|grouping|place ... (--help
lists what each takes).

    planted     the sample world's planted narratives, mixed into N background vectors: how many are found,
                BCubed F1 beside the world alone
    grouping    CPU and memory of grouping N background vectors, the part of a refit that grows
    place       CPU of placing N passages on M centroids
    directions  the table of common directions that ships, from real pages

Background vectors are mixtures of real news passages, read in their articles: one at weight `OWN`, three
others beside it. `OWN` is chosen so that the nearest neighbours of mixtures are as near as those of real
passages of other articles; both are shown. Texts are embedded once and kept in `--cache`. Processor time is
counted, so that other work on the machine matters little.
"""

from __future__ import annotations

import argparse
import json
import resource
from collections import Counter, defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from analysis.arrays import Floats, Labels, Vectors, unit_rows
from analysis.narratives.context import in_context
from analysis.narratives.linking import grouped
from analysis.narratives.nearest import Centroid, place
from analysis.narratives.units import units_of
from config.settings import NarrativeSettings
from drumbeat.sample.generate import load_world
from drumbeat.sample.score import bcubed
from storage.records import PassageRow
from tests.quality.data import html_sets, read_rows
from tests.quality.meaning import passage_rows
from tests.quality.space import Space

OWN = 0.6
MIXED = 3
SHORTEST = 1500
"""Characters of a real page that is used."""
ASIDE = 100
"""Every so many rows, one is compared with all others to show how near neighbours are."""


def spent() -> float:
    """CPU seconds of this process, user and system."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def peak_gigabytes() -> float:
    """Largest resident size so far."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6


def real_passages(data: Path, cache: Path) -> tuple[Vectors, Sequence[str]]:
    """Vectors in context of real pages' passages, and the article of each."""
    rows = [row for name in html_sets(data) for row in read_rows(data / "html" / name / "truth.jsonl.gz")]
    long = [row for row in rows if len(row.get("text") or "") > SHORTEST]
    named = [{**row, "lang": row.get("lang") or row.get("lang_auto") or "und", "date": None} for row in long]
    return _vectors(passage_rows(named), cache)


def _vectors(rows: Sequence[PassageRow], cache: Path) -> tuple[Vectors, Sequence[str]]:
    articles = [row.article_id for row in rows]
    with Space(cache) as space:
        plain = space.centred([row.text for row in rows], [row.language for row in rows])
    return in_context(plain.astype(np.float64), articles).astype(np.float32), articles


def mixtures(real: Vectors, count: int, *, seed: int) -> np.ndarray[Any, Any]:
    """`count` background vectors, float16: a real passage and a little of three others."""
    dice = np.random.default_rng(seed)
    found = np.empty((count, real.shape[1]), np.float16)
    for start in range(0, count, 50_000):
        size = min(50_000, count - start)
        drawn = real[dice.integers(0, len(real), (size, MIXED + 1))]
        rest = drawn[:, 1:].sum(axis=1) * np.sqrt((1 - OWN**2) / MIXED)
        found[start : start + size] = unit_rows(OWN * drawn[:, 0] + rest)
    return found


def nearness(rows: np.ndarray[Any, Any], articles: Sequence[str] | None = None) -> dict[str, float]:
    """Median cosine of some rows to their nearest and third nearest row of another article."""
    asked = np.arange(0, len(rows), ASIDE)
    every = rows.astype(np.float32)
    cosines = every[asked] @ every.T
    names = np.arange(len(rows)) if articles is None else np.unique(articles, return_inverse=True)[1]
    cosines[names[asked][:, None] == names[None]] = -1.0
    cosines.sort(axis=1)
    return {
        "nearest": round(float(np.median(cosines[:, -1])), 3),
        "third": round(float(np.median(cosines[:, -3])), 3),
    }


def planted(data: Path, cache: Path, count: int) -> dict[str, Any]:
    """The planted narratives of the sample world alone, and among `count` background vectors."""
    rows, gold = _world()
    vectors, _ = _vectors(rows, cache)
    units = units_of(rows, vectors.astype(np.float64))
    likeness = NarrativeSettings().cluster_likeness
    alone = grouped(units.vectors, likeness)
    real, articles = real_passages(data, cache)
    background = mixtures(real, count, seed=1)
    mixed = np.concatenate([units.vectors.astype(np.float16), background])
    start = spent()
    among = grouped(mixed, likeness)
    return {
        "background": count,
        "real_neighbours": nearness(real, articles),
        "background_neighbours": nearness(background[: len(real)]),
        "alone": judged(rows, units.members, alone, gold),
        "among": judged(rows, units.members, among[: len(units.members)], gold),
        "cpu_seconds": round(spent() - start, 1),
        "peak_gigabytes": round(peak_gigabytes(), 2),
    }


def _world() -> tuple[list[PassageRow], dict[str, str]]:
    """Passages of the sample world, and the planted narrative of each article that has one."""
    listed = [piece for piece in load_world().pieces if piece.listed]
    rows = [
        {
            "id": f"{piece.outlet}{piece.path}",
            "lang": piece.language,
            "title": piece.title,
            "text": "\n\n".join(piece.paragraphs),
        }
        for piece in listed
    ]
    gold = {f"{piece.outlet}{piece.path}": piece.narrative for piece in listed if piece.narrative}
    return passage_rows(rows), gold


def judged(
    rows: Sequence[PassageRow], members: Sequence[Sequence[int]], labels: Labels, gold: dict[str, str]
) -> dict[str, float]:
    """BCubed of planted articles by the group of most of their passages, groups of six passages and more; and
    narratives found.
    """
    sizes: Counter[int] = Counter()
    for label, places in zip(labels.tolist(), members, strict=True):
        sizes[label] += len(places)
    votes: defaultdict[str, Counter[int]] = defaultdict(Counter)
    for label, places in zip(labels.tolist(), members, strict=True):
        if sizes[label] >= NarrativeSettings().min_passages:
            for where in places:
                votes[rows[where].article_id][label] += 1
    clusters = {key: str(votes[key].most_common(1)[0][0]) if votes[key] else f"alone {key}" for key in gold}
    precision, recall = bcubed(clusters, gold)
    largest = [
        Counter(clusters[key] for key in gold if gold[key] == name).most_common(1)[0]
        for name in sorted(set(gold.values()))
    ]
    found = {label for label, size in largest if not label.startswith("alone") and size > 1}
    total = precision + recall
    return {
        "precision": round(precision, 3),
        "recall": round(recall, 3),
        "f1": round(2 * precision * recall / total if total else 0.0, 3),
        "found": len(found),
        "planted": len(largest),
    }


def grouping(data: Path, cache: Path, count: int) -> dict[str, Any]:
    """CPU and memory of grouping `count` background vectors."""
    real, _ = real_passages(data, cache)
    background = mixtures(real, count, seed=2)
    start = spent()
    labels = grouped(background, NarrativeSettings().cluster_likeness)
    sizes = np.bincount(labels)
    return {
        "vectors": count,
        "cpu_seconds": round(spent() - start, 1),
        "peak_gigabytes": round(peak_gigabytes(), 2),
        "groups_of_six": int((sizes >= NarrativeSettings().min_passages).sum()),
        "largest": int(sizes.max()),
    }


def placing(passages: int, narratives: int, *, size: int = 384) -> dict[str, Any]:
    """CPU of placing passages on centroids, in the parts that the daily pass takes.

    Twenty narratives are of one theme (cosine 0.3 between them); four of ten passages lie at 0.45 from the
    centroid of a narrative, the rest at 0.15.
    """
    dice = np.random.default_rng(3)
    themes = _directions(dice, max(1, narratives // 20), size)[
        np.arange(narratives) % max(1, narratives // 20)
    ]
    vectors = _near(dice, themes, np.full(narratives, 0.55))
    centroids = [Centroid(number, vector, 0.3) for number, vector in enumerate(vectors)]
    drawn = dice.integers(0, narratives, min(passages, 10_000))
    part = _near(dice, vectors[drawn], np.where(dice.random(len(drawn)) < 0.4, 0.45, 0.15))
    start = spent()
    placed = sum(
        found is not None
        for _ in range(max(1, passages // len(part)))
        for found in place(part, centroids, margin=0.03)
    )
    seconds = round(spent() - start, 1)
    return {"passages": passages, "narratives": narratives, "cpu_seconds": seconds, "placed": placed}


def _directions(dice: np.random.Generator, count: int, size: int) -> Vectors:
    return unit_rows(dice.normal(size=(count, size)).astype(np.float32))


def _near(dice: np.random.Generator, rows: Vectors, cosines: Floats) -> Vectors:
    """One row for each of `rows`, at about such a cosine to it."""
    away = _directions(dice, *rows.shape) * np.sqrt(1 - cosines[:, None] ** 2)
    return unit_rows((rows * cosines[:, None] + away).astype(np.float32))


def directions(data: Path, cache: Path, path: Path) -> dict[str, Any]:
    """Write the axes of the covariance of real passages and their variances, the largest 1.

    The covariance is drawn to a round one as by as many rows as there are dimensions, so that rare directions
    are not invented.
    """
    real, _ = real_passages(data, cache)
    away = real.astype(np.float64) - real.mean(axis=0)
    variances, axes = np.linalg.eigh(away.T @ away / len(real))
    size = len(variances)
    drawn = (len(real) * np.maximum(variances, 0.0) + size * variances.mean()) / (len(real) + size)
    np.savez_compressed(path, axes=axes.astype(np.float16), variances=(drawn / drawn[-1]).astype(np.float32))
    return {"passages": len(real), "written": str(path)}


def main() -> None:
    """Print the figures of one measurement as JSON."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("what", choices=("planted", "grouping", "place", "directions"))
    parser.add_argument("--data", type=Path)
    parser.add_argument("--cache", type=Path)
    parser.add_argument("--count", type=int, default=250_000)
    parser.add_argument("--narratives", type=int, default=5_000)
    parser.add_argument("--out", type=Path, default=Path("directions.npz"))
    asked = parser.parse_args()
    if asked.what == "place":
        found = placing(asked.count, asked.narratives)
    elif asked.what == "directions":
        found = directions(asked.data, asked.cache, asked.out)
    else:
        found = {"planted": planted, "grouping": grouping}[asked.what](asked.data, asked.cache, asked.count)
    print(json.dumps(found, indent=1))


if __name__ == "__main__":
    main()
