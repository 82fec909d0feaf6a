"""BERTopic's documented recipe on the vectors of a database: python -m tests.benchmarks.recipe FILE"""

from __future__ import annotations

import json
import sqlite3
import sys
from pathlib import Path

import numpy as np

from analysis.arrays import Labels, Vectors


def passages(database: Path) -> Vectors:
    """The vector of every distinct passage, by hash."""
    query = "SELECT DISTINCT v.text_hash, v.vector FROM vectors v JOIN passages p ON p.text_hash = v.text_hash ORDER BY v.text_hash"
    with sqlite3.connect(database) as connection:
        rows = connection.execute(query).fetchall()
    connection.close()
    return np.stack([np.frombuffer(vector, "<f2").astype(np.float32) for _, vector in rows])


def clusters(vectors: Vectors) -> Labels:
    """A cluster for each vector, -1 for none; parameters as in BERTopic's documentation, seeded."""
    from hdbscan import HDBSCAN
    from umap import UMAP

    reduced = UMAP(
        n_neighbors=15, n_components=5, min_dist=0.0, metric="cosine", random_state=42
    ).fit_transform(vectors)
    found = HDBSCAN(min_cluster_size=15, metric="euclidean", cluster_selection_method="eom").fit(reduced)
    return np.asarray(found.labels_, np.int64)


def main(arguments: list[str]) -> int:
    """Print what was found as one line of JSON."""
    labels = clusters(passages(Path(arguments[0])))
    print(json.dumps({"clusters": int(labels.max()) + 1, "outside": round(float((labels < 0).mean()), 3)}))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
