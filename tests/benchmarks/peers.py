"""The weekly refit beside BERTopic's documented recipe (UMAP and HDBSCAN) on the same vectors.

    python -m tests.benchmarks.peers --out DIR [--articles 1500]
    python -m tests.benchmarks.peers --make DIR       environments for the tools that other pieces compare with

The recipe is that of BERTopic's documentation: 15 neighbours, 5 dimensions, cosine; clusters of at least 15;
what it costs is counted without its words and labels, which the refit makes too. Tools that are no
dependencies get environments of their own; then say `python -m tests.benchmarks.embedding --torch
DIR/torch/bin/python ...` and `python -m tests.benchmarks.cleaning --peer-python DIR/pages/bin/python ...`.
"""

from __future__ import annotations

import argparse
import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

from tests.benchmarks.measured import python, stage

NAME = "peers"
TAKES = ("out",)
TINY = ("--articles", "60", "--per-day", "30", "--sources", "12")

ENVIRONMENTS = {
    "torch": ("torch==2.13.0", "numpy"),
    "pages": ("newspaper4k>=0.9.3", "lxml-html-clean", "trafilatura"),
}


def make(folder: Path) -> dict[str, str]:
    """Make an environment for each; returns their interpreters."""
    found = {}
    for name, packages in ENVIRONMENTS.items():
        subprocess.run([sys.executable, "-m", "venv", str(folder / name)], check=True)
        interpreter = folder / name / "bin" / "python"
        subprocess.run([str(interpreter), "-m", "pip", "install", "--quiet", *packages], check=True)
        found[name] = str(interpreter)
    return found


def measure(out: Path, *, articles: int, per_day: int, sources: int) -> dict[str, Any]:
    """Cost of both on one workspace whose passages belong to no narrative yet."""
    workspace = out / "peers"
    shutil.rmtree(workspace, ignore_errors=True)
    made = python(
        "tests.benchmarks.desk", "--articles", str(articles), "--per-day", str(per_day), "--sources",
        str(sources),
        "--no-narratives", "--out", str(workspace),
    ).answer  # fmt: skip
    recipe = python("tests.benchmarks.recipe", str(workspace / "drumbeat.db"))
    refit = stage("refit", workspace, made["as_of"])
    return {
        "passages": made["passages"],
        "refit": {**refit.cost, "clusters": json.loads(refit.output)["counts"].get("clusters", 0)},
        "umap_hdbscan": {**recipe.cost, **recipe.answer},
        "times_cheaper": round(recipe.cpu_seconds / refit.cpu_seconds, 2),
    }


def main(arguments: list[str] | None = None) -> int:
    """Print the figures, or the interpreters that were made, as one line of JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--make", type=Path, metavar="DIR", help="make the environments of other tools, and stop"
    )
    parser.add_argument("--out", type=Path, default=Path("bench/peers"))
    parser.add_argument("--articles", type=int, default=1_500)
    parser.add_argument("--per-day", type=int, default=100)
    parser.add_argument("--sources", type=int, default=100)
    options = parser.parse_args(arguments)
    if options.make:
        print(json.dumps(make(options.make.resolve())))
        return 0
    figures = measure(
        options.out, articles=options.articles, per_day=options.per_day, sources=options.sources
    )
    print(json.dumps(figures))
    return 0


if __name__ == "__main__":
    sys.exit(main())
