"""One run of a stage at a time, whoever starts it: an advisory lock on a file, freed by the system when its
holder dies.
"""

from __future__ import annotations

import fcntl
import os
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType

from storage.errors import StageBusy


class StageLock:
    """Holds `folder/{stage}.lock` while the `with` block runs.

    The file stays behind (removing it would let two processes lock two files of one name); only the lock on
    it counts.

    Raises:
        StageBusy: another process, or another lock of this one, holds it.
    """

    def __init__(self, folder: Path, stage: str) -> None:
        self._path = folder / f"{stage}.lock"
        self._stage = stage
        self._handle: int | None = None

    def __enter__(self) -> StageLock:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        handle = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            pid, since = _holder(handle)
            os.close(handle)
            raise StageBusy(self._stage, pid, since) from None
        os.ftruncate(handle, 0)
        os.pwrite(handle, f"{os.getpid()}\n".encode(), 0)
        self._handle = handle
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._handle is not None:
            os.close(self._handle)
            self._handle = None


def _holder(handle: int) -> tuple[int | None, datetime | None]:
    """Who wrote itself into the lock file, and when; unknown in the instant between its
    lock and its writing.
    """
    written = os.pread(handle, 32, 0).strip()
    if not written.isdigit():
        return None, None
    return int(written), datetime.fromtimestamp(os.fstat(handle).st_mtime, UTC)
