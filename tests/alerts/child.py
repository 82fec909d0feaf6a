"""One delivery round in a process of its own, to be killed: `python -m tests.alerts.child WORKSPACE PORT`."""

from __future__ import annotations

import sys
from pathlib import Path

from config.clock import FixedClock
from config.progress import NoProgress
from drumbeat.alerts.outbox import deliver
from drumbeat.shown.names import use_names
from storage.store import open_store
from tests.alerts.mailroom import NOW, workspace
from tests.report.sample import SAMPLE_NAMES


def main(root: str, port: str) -> None:
    """Deliver what is in the workspace's outbox."""
    use_names(SAMPLE_NAMES)
    with open_store(f"sqlite:///{root}/drumbeat.db") as store:
        told = workspace(Path(root), int(port), timeout_seconds=120.0)
        deliver(store=store, workspace=told, clock=FixedClock(NOW), run_id="deliver-1", progress=NoProgress())


if __name__ == "__main__":
    main(*sys.argv[1:])
