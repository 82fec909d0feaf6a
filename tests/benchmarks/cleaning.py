"""How fast pages become articles, against trafilatura and newspaper4k in the same run.

    python -m tests.benchmarks.cleaning --data DIR [--pages N] [--peer-python PYTHON]

The same pages go through every contestant in rounds, who goes first changing from round to round; counted is
processor time (user and system), so that other work on the machine matters little. `ours` is extraction
alone; `door` is the whole stage: reading the archive, starting and feeding workers, language, dates, rows.
DIR holds `html/`. newspaper4k runs where it can be imported: in this environment, or under `--peer-python`.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import subprocess
import sys
import tempfile
from importlib import metadata
from pathlib import Path
from typing import Any

from tests.benchmarks import cleaning_peer
from tests.quality.data import Row, html_sets, pages_of, stable_sample
from tests.quality.metrics import mean, text_overlap

NAME = "cleaning"
TAKES = ("data",)
ROUND = 50
LEAST_RATIO = 1.3
"""Times trafilatura with metadata that both figures have to reach."""

Job = tuple[Row, bytes]


class Contestant:
    """A process that answers for pages."""

    def __init__(self, kind: str, folder: Path, python: str = sys.executable) -> None:
        script = [cleaning_peer.__file__] if python != sys.executable else ["-m", cleaning_peer.__name__]
        self._process = subprocess.Popen(
            [python, "-W", "ignore", *script, kind, str(folder)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self.seconds = 0.0
        self.texts: dict[int, str] = {}
        if self._answer() != "ready":
            raise RuntimeError(f"{kind} did not start")

    def clean(self, numbers: list[int]) -> None:
        """Hand it some pages and keep what it says."""
        self._say(json.dumps(numbers))
        answer = self._answer()
        self.seconds += answer["seconds"]
        self.texts |= dict(zip(numbers, answer["texts"], strict=True))

    def end(self) -> None:
        """Let it end; its workers' seconds count."""
        self._say("")
        self.seconds += self._answer()["seconds"]
        self._process.communicate()

    def _say(self, line: str) -> None:
        if self._process.stdin is not None:
            self._process.stdin.write(line + "\n")
            self._process.stdin.flush()

    def _answer(self) -> Any:
        line = self._process.stdout.readline() if self._process.stdout is not None else ""
        if not line:
            raise RuntimeError(f"a contestant ended early: {self._process.args}")
        return json.loads(line)


def measure(data: Path, pages: int | None, peer_python: str | None = None) -> dict[str, Any]:
    """The figures of one run."""
    jobs = _jobs(data, pages)
    with tempfile.TemporaryDirectory() as folder:
        _write(Path(folder), jobs)
        contestants = {kind: Contestant(kind, Path(folder)) for kind in ("trafilatura", "ours", "door")}
        if python := _with_newspaper(peer_python):
            contestants["newspaper4k"] = Contestant("newspaper4k", Path(folder), python)
        _play(list(contestants.values()), len(jobs))
    return _figures(contestants, jobs)


def _jobs(data: Path, pages: int | None) -> list[Job]:
    """All pages of all sets, or a stable sample of them."""
    jobs = [job for name in html_sets(data) for job in pages_of(data, name)]
    return stable_sample(jobs, lambda job: f"{job[0]['set']}/{job[0]['id']}", pages or len(jobs))


def _write(folder: Path, jobs: list[Job]) -> None:
    for number, (_, body) in enumerate(jobs):
        (folder / f"{number}.html").write_bytes(body)
    urls = [row.get("url") or "" for row, _ in jobs]
    (folder / "urls.json").write_text(json.dumps(urls), encoding="utf-8")


def _with_newspaper(peer_python: str | None) -> str | None:
    """A Python that can import newspaper4k."""
    python = peer_python or sys.executable
    try:
        found = subprocess.run([python, "-c", "import newspaper"], capture_output=True, check=False)
    except OSError:
        return None
    return python if found.returncode == 0 else None


def _play(contestants: list[Contestant], pages: int) -> None:
    for start in range(0, pages, ROUND):
        first = start // ROUND % len(contestants)
        for contestant in contestants[first:] + contestants[:first]:
            contestant.clean(list(range(start, min(start + ROUND, pages))))
    for contestant in contestants:
        contestant.end()


def _figures(contestants: dict[str, Contestant], jobs: list[Job]) -> dict[str, Any]:
    rates = {name: len(jobs) / contestant.seconds for name, contestant in contestants.items()}
    ratios = {name: rate / rates["trafilatura"] for name, rate in rates.items() if name != "trafilatura"}
    scores = {name: _text_f1(contestant, jobs) for name, contestant in contestants.items()}
    return {
        "pages": len(jobs),
        "kilobytes_mean": round(mean(len(body) for _, body in jobs) / 1000),
        "pages_per_cpu_second": {name: round(rate, 1) for name, rate in rates.items()},
        "times_trafilatura": {name: round(ratio, 2) for name, ratio in ratios.items()},
        "text_f1": {name: round(score, 4) for name, score in scores.items()},
        "targets": [
            *(
                {
                    "figure": f"{name}, times trafilatura",
                    "value": round(ratios[name], 2),
                    "at_least": LEAST_RATIO,
                }
                for name in ("ours", "door")
            ),
            {"figure": "text F1", "value": scores["door"], "at_least": scores["trafilatura"]},
        ],
        "versions": {name: metadata.version(name) for name in ("trafilatura", "lxml", "htmldate")},
        "machine": f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}",
    }


def _text_f1(contestant: Contestant, jobs: list[Job]) -> float:
    """Mean overlap of 4-grams over the pages that have a reference text."""
    return mean(
        text_overlap(row["text"], contestant.texts[number]).f1
        for number, (row, _) in enumerate(jobs)
        if row.get("text")
    )


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    folder = os.environ.get("DRUMBEAT_DATA")
    parser.add_argument("--data", type=Path, default=folder and Path(folder), required=folder is None)
    parser.add_argument("--pages", type=int, help="a stable sample of so many; default: all")
    parser.add_argument("--peer-python", help="a Python that has newspaper4k")
    options = parser.parse_args()
    print(json.dumps(measure(options.data, options.pages, options.peer_python)))


if __name__ == "__main__":
    main()
