"""What goes wrong where things are kept; no engine error leaves the room under another name."""

from __future__ import annotations

from datetime import datetime

from config.errors import DrumbeatError


class StorageError(DrumbeatError):
    """The store could not do what was asked; the message says what, where and what to do."""


class StaleDatabase(StorageError):
    """The database is missing, empty, or of another version of the program: `drumbeat storage migrate` brings
    it up to date.
    """


class ForeignDatabase(StorageError):
    """The address leads to something that is not a Drumbeat database; nothing is touched."""


class DamagedDatabase(StorageError):
    """The database file is cut off or overwritten; nothing in it can be relied on. Restore a copy, or replay
    the archive.
    """


class DatabaseLocked(StorageError):
    """Another process held the database for longer than the busy timeout; nothing was written, try again."""


class DiskFull(StorageError):
    """No room is left for the database or the archive; nothing half-written stays behind."""


class ArchiveError(StorageError):
    """A record cannot be read from, or written to, the archive of raw responses."""


class MissingVectors(StorageError, KeyError):
    """Vectors were asked for that were never stored under this embedding build."""

    def __str__(self) -> str:
        """The plain message (a `KeyError` would show it quoted)."""
        return str(self.args[0])


class StageBusy(StorageError):
    """The stage runs already, in process `pid`, since the moment `since` (either may be unknown)."""

    def __init__(self, stage: str, pid: int | None, since: datetime | None) -> None:
        self.stage = stage
        self.pid = pid
        self.since = since
        who = f"process {pid}" if pid is not None else "another process"
        when = f" since {since:%Y-%m-%d %H:%M:%S} UTC" if since is not None else ""
        super().__init__(
            f"stage {stage}: {who} is running it{when}; wait for it to end, or stop that process and start "
            "again"
        )
