"""A workspace as a folder that can be laid away, taken while everything runs; and a workspace from it.

    database   as it stood at one moment (`storage.snapshot`), first
    archive    afterwards: every record that a row names was written before the row
    the rest   settings, sources, watchlist, reports, secrets; locks and what is only kept for speed stay

`manifest.json` holds the size and SHA-256 of every file and is written last: a folder without it is none.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import file_digest
from pathlib import Path
from typing import Any, Final

from config.clock import Clock
from config.errors import ConfigError
from config.workspace import Workspace
from storage.engine import sqlite_file
from storage.schema import REVISION
from storage.snapshot import put_snapshot, take_snapshot

MANIFEST: Final = "manifest.json"
FORMAT: Final = "drumbeat-backup/1"
LEFT: Final = ("locks", "sketches", "mail")
"""Folders of a workspace that are made anew when they are missing, and the demo's own mailbox."""
ARCHIVE, REPORTS = "archive", "reports"
"""Where a backup keeps what a workspace has elsewhere."""
STILL: Final = timedelta(hours=1)
"""An archive file that was not written to for so long is closed: it may be linked instead of copied. Chosen,
not measured: a crawl syncs after each page.
"""


class BackupError(ConfigError):
    """A backup that cannot be made or used; the message says why."""


@dataclass(frozen=True, slots=True)
class BackedUp:
    """What was laid away or brought back."""

    folder: Path
    files: int
    size: int
    """Bytes."""
    linked: int
    """Files that take no room of their own."""
    elsewhere: Sequence[str]
    """Settings that name a place outside of the workspace."""


def back_up(workspace: Workspace, folder: Path, clock: Clock, *, link: bool = True) -> BackedUp:
    """Lay a workspace away in a new folder.

    Args:
        link: archive files that are closed share their bytes with the workspace where one file system holds
            both; they are never written again.

    Raises:
        BackupError: the folder is there, or inside of the workspace.
        StorageError: the database cannot be copied.
    """
    if folder.exists():
        raise BackupError(f"{folder}: is there already; name a new folder")
    if folder.absolute().is_relative_to(workspace.root.absolute()):
        raise BackupError(f"{folder}: is inside of the workspace; a backup belongs elsewhere")
    part = folder.with_name(f".{folder.name}.part")
    shutil.rmtree(part, ignore_errors=True)
    part.mkdir(parents=True, mode=0o700)
    snapshot = take_snapshot(workspace.database_url, part)
    linked, now = 0, clock.now()
    for source, name in _files(workspace):
        may_link = link and source.is_relative_to(workspace.archive_dir) and _is_still(source, now)
        linked += _keep(source, part / name, may_link=may_link)
    manifest = {
        "format": FORMAT,
        "made_at": now.isoformat(),
        "revision": REVISION,
        "database": snapshot.name,
        "elsewhere": _elsewhere(workspace),
        "files": {str(name): _seal(part / name) for name in sorted(_inside(part))},
    }
    _write_manifest(part, manifest)
    part.rename(folder)
    return _summary(folder, manifest, linked)


def _elsewhere(workspace: Workspace) -> list[str]:
    """Settings that name a place outside of the workspace: in a restored one they still do."""
    root, database = workspace.root.absolute(), sqlite_file(workspace.database_url)
    places = {
        "storage.archive_dir": workspace.archive_dir,
        "report.directory": workspace.report_dir,
        "storage.database_url": database,
    }
    return [
        name for name, place in places.items() if place is None or not place.absolute().is_relative_to(root)
    ]


def restore(folder: Path, root: Path, database_url: str | None = None) -> BackedUp:
    """Make a workspace of a backup.

    Args:
        root: a folder that is not there.
        database_url: an empty PostgreSQL database, for a backup from PostgreSQL.

    Raises:
        BackupError: it is no backup, a file of it is missing or was changed, or `root` is there.
        StorageError: the database cannot be brought back.
    """
    manifest = read_manifest(folder)
    if root.exists():
        raise BackupError(f"{root}: is there already; name a new folder")
    wrong = verify(folder)
    if wrong:
        raise BackupError(f"{folder}: {len(wrong)} files are missing or were changed: {', '.join(wrong[:5])}")
    part = root.with_name(f".{root.name}.part")
    shutil.rmtree(part, ignore_errors=True)
    for name in manifest["files"]:
        if name != manifest["database"]:
            target = part / name
            target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            shutil.copy2(folder / name, target)
    url = database_url or f"sqlite:///{part.absolute() / manifest['database']}"
    put_snapshot(folder / manifest["database"], url)
    part.rename(root)
    return _summary(root, manifest, 0)


def verify(folder: Path) -> list[str]:
    """Files of a backup that are missing or not as they were laid away, by name.

    Raises:
        BackupError: it is no backup.
    """
    files = read_manifest(folder)["files"]
    return [name for name, seal in sorted(files.items()) if not _is_as(folder / name, seal)]


def read_manifest(folder: Path) -> dict[str, Any]:
    """What a backup holds.

    Raises:
        BackupError: it is none, or of another kind.
    """
    try:
        found = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    except (OSError, ValueError) as problem:
        raise BackupError(f"{folder}: is no backup, for it has no {MANIFEST} that can be read") from problem
    if not isinstance(found, dict) or found.get("format") != FORMAT:
        raise BackupError(f"{folder}: is no backup of this kind ({FORMAT})")
    outside = [name for name in found["files"] if Path(name).is_absolute() or ".." in Path(name).parts]
    if outside:
        raise BackupError(f"{folder}: names a file outside of it: {outside[0]}")
    return found


def _files(workspace: Workspace) -> Iterator[tuple[Path, Path]]:
    """What is kept beside the database: where each file is, and its path within a backup."""
    database = sqlite_file(workspace.database_url)
    beside = {f"{database.name}{end}" for end in ("", "-wal", "-shm", "-journal")} if database else set()
    for name in _inside(workspace.root):
        if name.parts[0] not in LEFT and name.name not in beside and not name.name.startswith("."):
            yield workspace.root / name, name
    for folder, place in ((workspace.archive_dir, ARCHIVE), (workspace.report_dir, REPORTS)):
        if not folder.absolute().is_relative_to(workspace.root.absolute()):
            yield from ((folder / name, Path(place) / name) for name in _inside(folder))


def _inside(folder: Path) -> Iterator[Path]:
    """Plain files below a folder, links not followed, as paths within it."""
    for root, folders, names in os.walk(folder):
        folders.sort()
        for name in sorted(names):
            path = Path(root) / name
            if path.is_file() and not path.is_symlink():
                yield path.relative_to(folder)


def _keep(source: Path, target: Path, *, may_link: bool) -> bool:
    """Lay one file away; whether it shares its bytes. One that was removed meanwhile, as a pruned archive
    file, is left out.
    """
    target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    try:
        if may_link and _linked(source, target):
            return True
        shutil.copy2(source, target)
    except FileNotFoundError:
        return False
    return False


def _linked(source: Path, target: Path) -> bool:
    """Share the bytes, where the file system can."""
    try:
        os.link(source, target)
    except FileNotFoundError:
        raise
    except OSError:  # another file system, or one without links
        return False
    return True


def _is_still(path: Path, now: datetime) -> bool:
    """Whether nobody writes to a file any more."""
    return path.exists() and now.timestamp() - path.stat().st_mtime >= STILL.total_seconds()


def _seal(path: Path) -> dict[str, Any]:
    with path.open("rb") as stream:
        digest = file_digest(stream, "sha256").hexdigest()
    return {"bytes": path.stat().st_size, "sha256": digest}


def _is_as(path: Path, seal: Mapping[str, Any]) -> bool:
    return path.is_file() and _seal(path) == seal


def _write_manifest(folder: Path, manifest: Mapping[str, Any]) -> None:
    with (folder / MANIFEST).open("w", encoding="utf-8") as stream:
        json.dump(manifest, stream, indent=1)
        stream.flush()
        os.fsync(stream.fileno())


def _summary(folder: Path, manifest: Mapping[str, Any], linked: int) -> BackedUp:
    files = manifest["files"]
    size = sum(seal["bytes"] for seal in files.values())
    return BackedUp(folder, len(files), size, linked, manifest["elsewhere"])
