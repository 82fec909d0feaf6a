"""One run of a stage at a time."""

from __future__ import annotations

import multiprocessing
import os
import signal
from datetime import UTC, datetime
from multiprocessing.connection import Connection
from pathlib import Path

import pytest

from storage.errors import StageBusy
from storage.locks import StageLock


def hold(folder: str, pipe: Connection) -> None:
    """Hold a lock until killed."""
    with StageLock(Path(folder), "crawl"):
        pipe.send("held")
        signal.pause()


@pytest.mark.slow
def test_a_second_run_is_refused_until_the_first_dies(tmp_path: Path) -> None:
    """The refusal names process and time; the lock of a killed process is free."""
    context = multiprocessing.get_context("spawn")
    here, there = context.Pipe()
    other = context.Process(target=hold, args=(str(tmp_path), there))
    other.start()
    assert here.recv() == "held"
    with pytest.raises(StageBusy) as caught, StageLock(tmp_path, "crawl"):
        pass
    since = datetime.fromtimestamp((tmp_path / "crawl.lock").stat().st_mtime, UTC)
    assert (caught.value.stage, caught.value.pid, caught.value.since) == ("crawl", other.pid, since)
    with StageLock(tmp_path, "clean"):
        pass
    assert other.pid is not None
    os.kill(other.pid, signal.SIGKILL)
    other.join()
    with StageLock(tmp_path, "crawl"):
        pass


def test_a_lock_is_free_after_its_block(tmp_path: Path) -> None:
    """A run that ends, well or not, frees its lock; the same process cannot take it twice."""
    folder = tmp_path / "made" / "when needed"
    with pytest.raises(InterruptedError), StageLock(folder, "crawl"):
        with pytest.raises(StageBusy, match=f"process {os.getpid()}"), StageLock(folder, "crawl"):
            pass
        raise InterruptedError
    with StageLock(folder, "crawl"):
        pass


def test_a_lock_without_a_name_is_still_a_lock(tmp_path: Path) -> None:
    """In the instant before the holder wrote its number, the refusal says another process."""
    with StageLock(tmp_path, "crawl"):
        (tmp_path / "crawl.lock").write_text("")
        with pytest.raises(StageBusy, match="another process") as caught, StageLock(tmp_path, "crawl"):
            pass
    assert caught.value.pid is None
