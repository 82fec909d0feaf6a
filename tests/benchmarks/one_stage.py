"""One stage on a generated workspace, in this process, with vectors that cost nothing."""

from __future__ import annotations

import json
import resource
import time
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any
from unittest.mock import patch

import numpy as np

from analysis.arrays import Vectors, unit_rows
from analysis.embedding import kept
from config.clock import FixedClock
from config.load import load_workspace
from config.progress import NoProgress
from storage.ids import text_hash
from storage.store import open_store


class MadeUp:
    """Unit vectors drawn by the hash of the text: as fast as nothing."""

    def embed(self, texts: Sequence[str]) -> Vectors:
        """Shape (len(texts), 384)."""
        seeds = [int(text_hash(text)[:12], 16) for text in texts]
        return unit_rows(
            np.stack([np.random.default_rng(seed).standard_normal(384, np.float32) for seed in seeds])
        )


def run_stage(stage: Callable[..., dict[str, int]], folder: Path) -> dict[str, Any]:
    """Counts, processor seconds and peak memory of a stage on a workspace."""
    workspace = load_workspace(folder, {})
    as_of = datetime.fromisoformat(json.loads((folder / "desk.json").read_text(encoding="utf-8"))["as_of"])
    with (
        patch.object(kept, "shared_embedder", lambda _: MadeUp()),
        open_store(workspace.database_url) as store,
    ):
        start = time.process_time()
        counts = stage(
            store=store, workspace=workspace, clock=FixedClock(as_of), run_id="bench", progress=NoProgress()
        )
        seconds = time.process_time() - start
    return {**counts, **cost(seconds)}


def cost(seconds: float) -> dict[str, Any]:
    """Processor seconds, and this process's peak memory so far."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return {"cpu_seconds": round(seconds, 1), "peak_mb": round(peak)}
