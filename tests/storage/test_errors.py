"""Engine errors stop at the border of the room."""

from __future__ import annotations

import multiprocessing
import os
import pickle
import resource
import sqlite3
import threading
from pathlib import Path

import numpy as np
import psycopg
import pytest

from storage.engine import Database
from storage.errors import (
    DatabaseLocked,
    DiskFull,
    ForeignDatabase,
    MissingVectors,
    StageBusy,
    StaleDatabase,
    StorageError,
)
from storage.schema import REVISION
from storage.store import Store, create_store, open_store
from tests.storage.makers import BUILD, DAY, add_articles, article, cleaned, page, source


def hold_lock(path: str, held: threading.Event, release: threading.Event) -> None:
    """Hold the write lock of an SQLite file until told to let go."""
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("BEGIN IMMEDIATE")
    held.set()
    release.wait(30)
    connection.execute("ROLLBACK")
    connection.close()


@pytest.mark.slow
def test_a_locked_database_is_named(sqlite_url: str) -> None:
    """While another process writes, every write is `DatabaseLocked` and leaves nothing; reading goes on;
    after it, writing works.
    """
    context = multiprocessing.get_context("spawn")
    held, release = context.Event(), context.Event()
    other = context.Process(target=hold_lock, args=(sqlite_url.removeprefix("sqlite:///"), held, release))
    with open_store(sqlite_url, busy_timeout_seconds=0.05) as store:
        store.sources.sync([source("alpha")])
        other.start()
        try:
            assert held.wait(30)
            for write in (
                lambda: store.sources.sync([source("beta")]),
                lambda: store.pages.discover([page("1")]),
                lambda: store.articles.save([cleaned(article("1"))]),
                lambda: store.vectors.put(BUILD, {"a": np.ones(4, dtype=np.float32)}),
                lambda: store.runs.start("clean", now=DAY, seed=1, versions={}, parameters={}),
            ):
                with pytest.raises(
                    DatabaseLocked,
                    match=r"locked by another process for more than 0.05 s; nothing was written",
                ):
                    write()
            assert store.sources.all() == [source("alpha")]
        finally:
            release.set()
            other.join()
        store.sources.sync([source("beta")])


def test_a_locked_row_on_postgresql_is_named(postgresql_url: str) -> None:
    """A row that another connection holds is `DatabaseLocked` after the busy timeout."""
    with open_store(postgresql_url, busy_timeout_seconds=0.05) as store:
        store.sources.sync([source("alpha")])
        with psycopg.connect(postgresql_url) as holder:
            holder.execute("UPDATE sources SET name = 'held'")
            with pytest.raises(DatabaseLocked, match=r"locked by another process for more than 0.05 s"):
                store.sources.sync([source("alpha", name="New")])
            holder.rollback()
        assert store.sources.all() == [source("alpha")]


def test_a_full_disk_is_named(sqlite_url: str) -> None:
    """When the file may not grow, a write is `DiskFull`, nothing of it is there, and
    smaller ones still work.
    """
    database = Database(sqlite_url)
    with database.engine.connect() as connection:
        raw = connection.connection.dbapi_connection
        assert raw is not None
        pages = raw.execute("PRAGMA page_count").fetchone()[0]
        raw.execute(f"PRAGMA max_page_count = {pages + 40}")
    store = Store(database)
    add_articles(store, [article("1")])
    with pytest.raises(DiskFull, match="no room is left on the disk; nothing was written"):
        store.articles.save([cleaned(article("1", body="word " * 200_000))])
    assert store.articles.get(article("1").article_id) == article("1")
    store.sources.sync([source("alpha")])
    store.close()


def write_under_limit(url: str) -> tuple[str, str, int]:
    """In a process that may write small files only: which error a large write is, what it says, and how many
    articles there are then.
    """
    resource.setrlimit(resource.RLIMIT_FSIZE, (2_000_000, 2_000_000))
    with open_store(url) as store:
        add_articles(store, [article("1")])
        try:
            add_articles(store, [article("2", body="word " * 1_000_000)])
        except StorageError as error:
            return type(error).__name__, str(error), store.articles.count()
    return "", "", -1


@pytest.mark.slow
def test_a_failing_disk_is_named(sqlite_url: str) -> None:
    """When the system refuses to write, the error is ours, what was there stays, and the database can be used
    afterwards.
    """
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        kind, message, left = pool.apply(write_under_limit, (sqlite_url,))
    assert (kind, left) == ("StorageError", 1)
    assert "check the disk and its quota" in message
    with open_store(sqlite_url) as store:
        add_articles(store, [article("2")])
        assert store.articles.count() == 2


def test_a_missing_database_names_the_command(tmp_path: Path) -> None:
    """Opening what is not there creates nothing and says what to run."""
    with pytest.raises(StaleDatabase, match=r"no such file; run `drumbeat storage migrate`"):
        open_store(f"sqlite:///{tmp_path / 'none.db'}")
    assert list(tmp_path.iterdir()) == []


def test_an_empty_database_names_the_command(empty_postgresql: str, tmp_path: Path) -> None:
    """A database without tables says what to run, on both engines."""
    (tmp_path / "empty.db").touch()
    for url in (empty_postgresql, f"sqlite:///{tmp_path / 'empty.db'}"):
        with pytest.raises(StaleDatabase, match=r"is empty; run `drumbeat storage migrate`"):
            open_store(url)


def test_a_foreign_database_is_not_touched(empty_postgresql: str, tmp_path: Path) -> None:
    """A database of something else is refused by opening and by making, and not a byte of it changes."""
    path = tmp_path / "other.db"
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE recipes (name TEXT)")
    connection.close()
    before = path.read_bytes()
    with psycopg.connect(empty_postgresql) as other:
        other.execute("CREATE TABLE recipes (name TEXT)")
    for url in (empty_postgresql, f"sqlite:///{path}"):
        for door in (open_store, create_store):
            with pytest.raises(ForeignDatabase, match=r"belongs to something else \(its tables: recipes\)"):
                door(url)
    assert path.read_bytes() == before
    assert [item.name for item in tmp_path.iterdir()] == ["other.db"]


def test_a_file_that_is_no_database_is_refused(tmp_path: Path) -> None:
    """A text file under the database's name is left as it is."""
    path = tmp_path / "notes.db"
    path.write_text("Dear diary, " * 500)
    for door in (open_store, create_store):
        with pytest.raises(ForeignDatabase, match="is not an SQLite database"):
            door(f"sqlite:///{path}")
    assert path.read_text() == "Dear diary, " * 500


@pytest.mark.parametrize("revision", ["0000", "9999"])
def test_another_revision_is_refused(url: str, revision: str) -> None:
    """An older database names the command; one of a newer program names the program."""
    message = "run `drumbeat storage migrate`" if revision == "0000" else "update Drumbeat"
    set_revision(url, revision)
    try:
        with pytest.raises(StaleDatabase, match=message):
            open_store(url)
    finally:
        set_revision(url, REVISION)


def set_revision(url: str, revision: str) -> None:
    """Pretend that another program made the database."""
    database = Database(url)
    with database.write() as connection:
        connection.exec_driver_sql(f"UPDATE drumbeat_version SET version_num = '{revision}'")
    database.close()


@pytest.mark.parametrize("url", ["sqlite://", "sqlite:///:memory:", "mysql://x/y", "nonsense", ""])
def test_addresses_are_checked(url: str) -> None:
    """An address that cannot be used says what was expected, without showing a password."""
    with pytest.raises(
        StorageError, match=r"expected sqlite:///path/to/file.db or postgresql://user@host/name"
    ):
        open_store(url)


def test_a_server_that_is_away_is_named() -> None:
    """No server, or no such database, is a StorageError that hides the password."""
    with pytest.raises(StorageError) as caught:
        open_store("postgresql://user:secret@127.0.0.1:1/none")
    assert "secret" not in str(caught.value)
    assert "127.0.0.1" in str(caught.value)


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    """A file where a folder should be is a StorageError."""
    (tmp_path / "file").write_text("x")
    with pytest.raises(StorageError, match="cannot be made"):
        create_store(f"sqlite:///{tmp_path / 'file' / 'drumbeat.db'}")


def test_a_store_is_not_sent_elsewhere(sqlite_store: Store) -> None:
    """Pickling a store says to open it in the process that uses it."""
    with pytest.raises(StorageError, match="open it there"):
        pickle.dumps(sqlite_store)


@pytest.mark.filterwarnings(
    "ignore:This process .* is multi-threaded:DeprecationWarning"
)  # the fork is what is tested
def test_a_forked_child_is_refused(sqlite_store: Store) -> None:
    """A store used in a forked child is a clear error there, and works on in the parent."""
    sqlite_store.sources.sync([source("alpha")])
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        answer = "no error"
        try:
            sqlite_store.sources.all()
        except StorageError as error:
            answer = str(error)
        finally:
            os.write(writing, answer.encode())
            os._exit(0)
    os.waitpid(child, 0)
    os.close(writing)
    with os.fdopen(reading, "rb") as pipe:
        answer = pipe.read().decode()
    assert "open the store after the process starts" in answer
    sqlite_store.sources.sync([source("beta")])
    assert len(sqlite_store.sources.all()) == 2


def test_threads_share_a_store(store: Store) -> None:
    """Several threads write through one store without losing a row."""

    def work(name: int) -> None:
        for number in range(10):
            store.pages.discover([page(f"{name}-{number}"), page(f"common-{number}")])

    threads = [threading.Thread(target=work, args=(name,)) for name in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert store.pages.fetch_outcomes() == {"waiting": 50}


def test_errors_read_as_sentences() -> None:
    """Messages are plain, whoever shows them."""
    assert str(MissingVectors("vectors: none")) == "vectors: none"
    assert (
        str(StageBusy("crawl", None, None))
        == "stage crawl: another process is running it; wait for it to end, or stop that process and start again"
    )
    assert "process 7 is running it since 2026-03-02 00:00:00 UTC" in str(StageBusy("crawl", 7, DAY))
