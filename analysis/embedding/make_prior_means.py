"""Makes `analysis/data/prior_means.npz` from SIB-200: python -m analysis.embedding.make_prior_means --data
DIR

DIR holds `langid/sib200.jsonl.gz` (rows: lang, text; the same 99 sentences in each of 205 languages and
scripts). Only means leave this script: 384 numbers a language. About two CPU-minutes.
"""

from __future__ import annotations

import argparse
import gzip
import json
from collections import defaultdict
from pathlib import Path

import numpy as np

from analysis.arrays import Vectors
from analysis.embedding.languages import flores_codes
from analysis.embedding.pool import PooledE5

TARGET = Path(__file__).parent.parent / "data" / "prior_means.npz"


def main() -> None:
    """Read the sentences, embed them, write the means."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder that holds langid/sib200.jsonl.gz")
    parser.add_argument("--out", type=Path, default=TARGET)
    arguments = parser.parse_args()
    write_table(language_means(read_sentences(arguments.data)), arguments.out)


def read_sentences(data: Path) -> dict[str, list[str]]:
    """FLORES code -> its sentences, in the order of the file."""
    sentences: defaultdict[str, list[str]] = defaultdict(list)
    with gzip.open(data / "langid" / "sib200.jsonl.gz", "rt", encoding="utf-8") as lines:
        for line in lines:
            row = json.loads(line)
            sentences[row["lang"]].append(row["text"])
    return dict(sentences)


def language_means(sentences: dict[str, list[str]]) -> dict[str, Vectors]:
    """Tag -> mean of the raw vectors of its sentences, for every tag with a FLORES code."""
    embedder = PooledE5()
    try:
        return {tag: embedder.embed(sentences[code]).mean(axis=0) for tag, code in flores_codes().items()}
    finally:
        embedder.close()


def write_table(means: dict[str, Vectors], path: Path) -> None:
    """Tags and float16 means, rows in one order."""
    tags = sorted(means)
    np.savez_compressed(
        path, tags=np.array(tags), means=np.stack([means[tag] for tag in tags]).astype(np.float16)
    )


if __name__ == "__main__":
    main()
