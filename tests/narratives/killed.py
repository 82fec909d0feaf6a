"""Kills a stage at every point where it writes: python -m tests.narratives.killed DATABASE STAGE DAY.

Leaves DATABASE.0, DATABASE.1 ...: copies on which the stage (`assign` or `refit`) was struck (SIGKILL) just
before its first, second ... commit. What is imported is imported once; each stage runs in a fork that opens
its own store.
"""

from __future__ import annotations

import os
import shutil
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path

from analysis.narratives import refit as _imported_once  # noqa: F401
from analysis.narratives import upkeep
from analysis.narratives.stage import assign, refit
from storage.engine import Database
from storage.store import open_store
from tests.narratives.conftest import run, workspace_in


def main(database: Path, stage: str, day: float) -> None:
    """Strike later and later, until the stage ends before it is struck."""
    import bertopic  # noqa: F401

    # The smallest parts: there are as many points to strike at as there are narratives.
    upkeep.TOGETHER = 1
    for point in count():
        copy = database.with_name(f"{database.name}.{point}")
        shutil.copy(database, copy)
        child = os.fork()
        if child == 0:
            _strike_before_commit(point)
            with open_store(f"sqlite:///{copy}") as store:
                run({"assign": assign, "refit": refit}[stage], store, workspace_in(database.parent), day)
            os._exit(0)
        _, status = os.waitpid(child, 0)
        if os.WIFEXITED(status):
            copy.unlink()
            sys.exit(os.WEXITSTATUS(status))


def _strike_before_commit(point: int) -> None:
    plain = Database.write
    left = iter(range(point, -1, -1))

    @contextmanager
    def deadly(self: Database) -> Iterator[object]:
        with plain(self) as connection:
            yield connection
            if next(left) == 0:
                os.kill(os.getpid(), signal.SIGKILL)

    Database.write = deadly  # type: ignore[method-assign, assignment]


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], float(sys.argv[3]))
