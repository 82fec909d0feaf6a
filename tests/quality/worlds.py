"""The sample world played with other seeds: other texts, hours and orders than those it was tuned on.

What is shown as a claim beside the planted ones is charged: F1 is over planted articles and all that stand in
claims.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from statistics import fmean
from typing import Any

from config.load import load_workspace
from drumbeat.sample.findings import read_findings
from drumbeat.sample.generate import load_world
from drumbeat.sample.score import Score, score
from drumbeat.sample.truth import truth_of
from storage.store import open_store
from tests.ports import free_port
from tests.quality.result import Floor, Result, say

SEEDS = (1, 2, 3, 4, 5, 6, 7, 8)
"""The first ones, none left out."""
MEAN_F1, LEAST_F1 = 0.92, 0.88


def measure(data: Path, out: Path, *, seeds: tuple[int, ...] = SEEDS, days: int | None = None) -> Result:
    """Play each seed by the command that a newcomer runs, in a folder of its own, and judge it by its own
    truth; about 200 CPU-seconds each. `data` is not read.
    """
    figures: dict[str, Any] = {}
    for seed in seeds:
        figures[str(seed)] = _figures(played(out / f"world-{seed}", seed, days))
        say(f"seed {seed}: {figures[str(seed)]}")
    claims = [row["f1_claims"] for row in figures.values()]
    floors = [
        Floor("mean F1 of what is shown as claims", fmean(claims), MEAN_F1),
        Floor("least F1 of what is shown as claims", min(claims), LEAST_F1),
        *(Floor(f"seed {seed}: planted claims kept", row["kept"], 8) for seed, row in figures.items()),
        *(Floor(f"seed {seed}: spikes in time", row["spikes"], 2) for seed, row in figures.items()),
        *(Floor(f"seed {seed}: nothing else", _quiet(row), 1) for seed, row in figures.items()),
    ]
    return Result(figures, floors)


def played(folder: Path, seed: int, days: int | None = None) -> Score:
    """The score of a world that was played to its end, or to its first days."""
    command = [sys.executable, "-m", "drumbeat", "demo", str(folder), "--seed", str(seed)]
    command += ["--port", str(free_port()), *(["--days", str(days)] if days else [])]
    subprocess.run(command, check=True, capture_output=True, text=True)
    world = load_world(seed)
    workspace = load_workspace(folder, {})
    with open_store(workspace.database_url) as store:
        until = world.plan.at(world.plan.days + 2)
        return score(truth_of(world), read_findings(store, workspace.report_dir, until=until))


def _quiet(row: Mapping[str, Any]) -> int:
    """1 where no ordinary news is shown as a claim and at most one other alert went out."""
    return int(row["others"] == 0 and row["other_alerts"] <= 1)


def _figures(judged: Score) -> dict[str, Any]:
    return {
        "f1_claims": judged.shown_f1,
        "f1_planted": judged.f1,
        "f1_all": judged.whole_f1,
        "kept": judged.claims_kept,
        "others": judged.others_shown,
        "spikes": sum(spike.in_time for spike in judged.spikes),
        "other_alerts": len(judged.other_alerts),
        "first_movers": judged.first_movers_right,
    }
