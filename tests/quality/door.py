"""The quality door: which sets there are, and running them.

data folder -> set -> product's functions -> predictions (JSON lines) -> figures -> floors -> summary.json
"""

from __future__ import annotations

import json
import os
import platform
import resource
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from importlib import metadata
from pathlib import Path
from typing import Any

from analysis.embedding.e5 import build_name
from analysis.embedding.processor import processor_class
from config.clock import Clock
from crawler.cleaning.version import CLEAN_VERSION
from tests.quality import (
    copies,
    kinds,
    languages,
    listings,
    main_job,
    meaning,
    pages,
    stream,
    watched,
    watched_polarity,
    watched_world,
    wording,
    worlds,
)
from tests.quality.result import Result, rounded, say

LIBRARIES = (
    "trafilatura",
    "htmldate",
    "py3langid",
    "langdetect",
    "feedparser",
    "onnxruntime",
    "bertopic",
    "numpy",
    "scipy",
    "scikit-learn",
)


class DataError(Exception):
    """The data folder or a set cannot be used; the message says which, and what to do."""


@dataclass(frozen=True, slots=True)
class QualitySet:
    """A set: what it needs of the data folder, and how it is measured."""

    needs: str
    """File or folder, relative to the data folder."""
    measure: Callable[[Path, Path], Result]
    """(data folder, output folder) -> figures; writes the predictions."""
    heavy: bool = False
    """Runs only when it is named or everything is asked for."""


def _main_job(data: Path, out: Path) -> Result:
    return pages.with_floors(main_job.run(data, out), out / "main_job-baseline.jsonl", data)


SETS: dict[str, QualitySet] = {
    "extraction": QualitySet("html", pages.measure),
    **{
        f"langid-{name}": QualitySet(languages.NEEDS[name], partial(languages.measure, name=name))
        for name in languages.NEEDS
    },
    "dedup-itn": QualitySet("stories/itn.jsonl.gz", copies.measure_revisions),
    "dedup-headlines": QualitySet("headlines", copies.measure_headlines),
    "retrieval-mafand": QualitySet("parallel/mafand.jsonl.gz", meaning.measure_pairs),
    "retrieval-sib200": QualitySet("langid/sib200.jsonl.gz", meaning.measure_parallel),
    **{
        f"clusters-{name}": QualitySet(truth.path, partial(meaning.measure_clusters, name=name), truth.heavy)
        for name, truth in meaning.CLUSTERS.items()
    },
    "events-itn": QualitySet("stories/itn.jsonl.gz", meaning.measure_events),
    "kinds-pages": QualitySet("html", kinds.measure_pages),
    "kinds-claims": QualitySet("claims", kinds.measure_claims),
    "kinds-headlines": QualitySet("headlines", kinds.measure_headlines),
    "watch-ntrex": QualitySet("parallel/ntrex.jsonl.gz", watched.measure_ntrex),
    "watch-demo": QualitySet("", watched_world.measure_demo, heavy=True),
    "wording": QualitySet("", wording.measure_wording, heavy=True),
    "watch-polarity": QualitySet("", watched_polarity.measure_polarity, heavy=True),
    "feeds": QualitySet("feeds/index.jsonl.gz", listings.measure_feeds),
    "sitemaps": QualitySet("sitemaps/index.jsonl.gz", listings.measure_sitemaps),
    "stream": QualitySet("headlines", stream.measure, heavy=True),
    "main_job": QualitySet("html", _main_job, heavy=True),
    "worlds": QualitySet(".", worlds.measure, heavy=True),
}


def names() -> list[str]:
    """Every set."""
    return list(SETS)


def run(
    data: Path, out: Path, *, only: Sequence[str] = (), everything: bool = False, clock: Clock
) -> dict[str, Any]:
    """Measure sets and write `summary.json`, which is returned.

    Args:
        only: sets, or kinds of sets (`clusters` for `clusters-itn` and the others); none: all that are not
        heavy and that `data` has.

    Raises:
        DataError: the folder is not there, a name is unknown, or a named set has no data.
    """
    chosen, absent = _chosen(data, only, everything=everything)
    out.mkdir(parents=True, exist_ok=True)
    summary: dict[str, Any] = {
        "date": clock.now().isoformat(),
        "machine": _machine(),
        "versions": _versions(),
        "absent": absent,
        "sets": {},
    }
    for name in chosen:
        say(f"{name} ...")
        before = _cpu_seconds()
        result = SETS[name].measure(data, out)
        cpu = _cpu_seconds() - before
        floors = [{**asdict(floor), "met": floor.met} for floor in result.floors]
        summary["sets"][name] = rounded({"figures": result.figures, "floors": floors, "cpu_seconds": cpu})
        summary["floors_met"] = all(
            floor["met"] for part in summary["sets"].values() for floor in part["floors"]
        )
        # after every set, so that a run that is cut off leaves what it had
        (out / "summary.json").write_text(
            json.dumps(summary, ensure_ascii=False, indent=1) + "\n", encoding="utf-8"
        )
        say(
            f"{name}: {cpu:.0f} CPU-seconds, floors "
            f"{'met' if all(floor['met'] for floor in floors) else 'MISSED'}"
        )
    return summary


def _chosen(data: Path, only: Sequence[str], *, everything: bool) -> tuple[list[str], list[str]]:
    """Sets to run, and sets left out because the folder does not have them."""
    if not data.is_dir():
        raise DataError(
            f"{data} is no folder; --data names one that is laid out like the project's evaluation data"
        )
    unknown = [name for name in only if not any(_is(known, name) for known in SETS)]
    if unknown:
        raise DataError(f"unknown set {unknown[0]!r}; there are {', '.join(SETS)}")
    if only:
        wanted = [known for known in SETS if any(_is(known, name) for name in only)]
    else:
        wanted = [name for name, known in SETS.items() if everything or not known.heavy]
    absent = [name for name in wanted if not (data / SETS[name].needs).exists()]
    if absent and (only or absent == wanted):
        raise DataError(f"{absent[0]} needs {data / SETS[absent[0]].needs}, which is not there")
    for name in absent:
        say(f"{name}: left out, {SETS[name].needs} is not there")
    return [name for name in wanted if name not in absent], absent


def _is(known: str, asked: str) -> bool:
    return known == asked or known.startswith(f"{asked}-")


def _cpu_seconds() -> float:
    """Of this process and of the children that have ended."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(part.ru_utime + part.ru_stime for part in used)


def _machine() -> dict[str, Any]:
    return {
        "cores": os.cpu_count(),
        "cpu": f"{platform.machine()} {processor_class()}",
        "system": platform.platform(),
        "python": platform.python_version(),
    }


def _versions() -> dict[str, str]:
    own = {"cleaning": CLEAN_VERSION, "embedding": build_name()}
    return {**own, **{name: metadata.version(name) for name in LIBRARIES}}
