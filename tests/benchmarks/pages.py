"""How long the dashboard's pages take, the first view after a run included.

    python -m tests.benchmarks.pages --out DIR [--articles 10000]     makes a workspace, with a day counted
    python -m tests.benchmarks.pages --workspace DIR [--rounds 20]    one that is there

The stage `overview` is run first, as after every run.

Each page is asked for in this process, without a network. `first` is the first view after the overview was
written; p50 and p95 are of the following ones, over different narratives, articles and events. Milliseconds
of CPU (user and system) and of wall time.
"""

from __future__ import annotations

import argparse
import itertools
import json
import shutil
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
from fastapi.testclient import TestClient

from config.clock import Clock, FixedClock
from config.load import load_workspace
from config.progress import NoProgress
from config.workspace import Workspace
from drumbeat.stages import PROCESS, run_stage
from drumbeat.web.app import make_app
from storage.store import Store, open_store
from tests.benchmarks.measured import python, stage, target

NAME = "pages"
TAKES = ("out",)
TINY = ("--articles", "120", "--per-day", "40", "--sources", "12", "--rounds", "2")
MOST_MS = 150.0
"""What a page may take, p95, in milliseconds of the processor: wall time says how busy the machine is."""
Milliseconds = tuple[float, float]
"""CPU and wall."""


def measure(workspace: Workspace, store: Store, *, rounds: int) -> dict[str, dict[str, float]]:
    """Page -> its figures."""
    last = store.runs.last("count")
    if last is None:
        raise SystemExit("pages: nothing was counted in this workspace; run `drumbeat process` there")
    clock: Clock = FixedClock(last.as_of)
    begun = time.process_time()
    run_stage("overview", workspace=workspace, store=store, clock=clock, progress=NoProgress())
    figures = {"(stage overview)": {"cpu_seconds": round(time.process_time() - begun, 2)}}
    app = make_app(store=store, workspace=workspace, clock=clock)
    with TestClient(app, base_url="http://127.0.0.1") as client:
        for name, addresses in pages_of(store, clock):
            asked = list(itertools.islice(itertools.cycle(addresses), rounds + 1))
            taken = [_asked(client, address) for address in asked]
            figures[name] = _figures(taken)
    return figures


def pages_of(store: Store, clock: Clock) -> Iterator[tuple[str, Sequence[str]]]:
    """Name of a page -> addresses of it, drawn from what the store has."""
    narratives = store.lists.narratives(limit=200)
    largest = sorted(narratives, key=lambda row: -row.size)[:5]
    events = store.lists.events(clock.now().replace(year=2000), clock.now(), limit=20)
    told = store.lists.assigned([row.narrative_id for row in narratives[:20]], limit=20)
    yield "overview", ["/"]
    yield "narratives", ["/narratives"]
    if narratives:
        yield "narrative", [f"/narratives/{row.narrative_id}" for row in narratives[::10]]
        yield "narrative, the largest", [f"/narratives/{row.narrative_id}" for row in largest]
    if told:
        yield "article", ["/articles/" + row.passage_id.partition(":")[0] for row in told]
    yield "events", ["/events"]
    if events:
        yield "event", [f"/events/{row.event_id}" for row in events]
    yield "sources", ["/sources"]
    yield "alerts", ["/alerts"]
    yield "search, common words", [f"/search?q={word}" for word in _words(store, 0)]
    yield "search, rare words", [f"/search?q={word}" for word in _words(store, -1)]


def _words(store: Store, place: int) -> list[str]:
    """Words of some articles: the shortest of each that searching takes, or the longest."""
    keys = [row.passage_id.partition(":")[0] for row in store.lists.assigned(range(1, 50), limit=5)]
    texts = [row.body.split() for row in store.articles.many(keys)]
    words = [sorted({word for word in text if word.isalpha() and len(word) > 2}, key=len) for text in texts]
    return [found[place] for found in words if found] or ["the"]


def _asked(client: TestClient, address: str) -> Milliseconds:
    cpu, wall = time.process_time(), time.perf_counter()
    answer = client.get(address)
    taken = (1000 * (time.process_time() - cpu), 1000 * (time.perf_counter() - wall))
    if answer.status_code != 200:
        raise SystemExit(f"pages: {address} answered {answer.status_code}")
    return taken


def _figures(taken: Sequence[Milliseconds]) -> dict[str, float]:
    cpu, wall = np.array(taken).T
    found = {"first_cpu": cpu[0], "first_wall": wall[0]}
    for name, values in (("cpu", cpu[1:]), ("wall", wall[1:])):
        found |= {f"{name}_p50": np.quantile(values, 0.5), f"{name}_p95": np.quantile(values, 0.95)}
    return {name: round(float(value), 1) for name, value in found.items()}


def main(arguments: list[str] | None = None) -> int:
    """Print the figures as one line of JSON; exit code 0."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.pages", description=__doc__)
    parser.add_argument("--workspace", type=Path)
    parser.add_argument("--out", type=Path, help="where one is made")
    parser.add_argument("--articles", type=int, default=10_000)
    parser.add_argument("--per-day", type=int, default=500)
    parser.add_argument("--sources", type=int, default=300)
    parser.add_argument("--rounds", type=int, default=20)
    options = parser.parse_args(arguments)
    if not (options.workspace or options.out):
        parser.error("name a workspace or a folder to make one in")
    workspace = load_workspace(options.workspace or made(options))
    with open_store(workspace.database_url) as store:
        figures = measure(workspace, store, rounds=options.rounds)
    slowest = {name: values["cpu_p95"] for name, values in figures.items() if "cpu_p95" in values}
    targets = [target(f"CPU-ms of {name}, p95", value, at_most=MOST_MS) for name, value in slowest.items()]
    print(json.dumps({**figures, "targets": targets}))
    return 0


def made(options: argparse.Namespace) -> Path:
    """A workspace with a day that was processed."""
    folder: Path = options.out / "pages"
    shutil.rmtree(folder, ignore_errors=True)
    shape = {"--articles": options.articles, "--per-day": options.per_day, "--sources": options.sources}
    told = [text for name, value in shape.items() for text in (name, str(value))]
    python("tests.benchmarks.desk", *told, "--out", str(folder))
    added = python("tests.benchmarks.desk", "--add-day", str(options.per_day), "--out", str(folder)).answer
    for name in PROCESS[1:]:
        stage(name, folder, added["as_of"])
    return folder


if __name__ == "__main__":
    sys.exit(main())
