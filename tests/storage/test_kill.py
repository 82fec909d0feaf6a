"""A crawler killed at any moment loses nothing that a row knows, and doubles nothing."""

from __future__ import annotations

import multiprocessing
import os
import random
import signal
import threading
from dataclasses import replace
from hashlib import sha256
from itertools import count
from multiprocessing.connection import Connection
from pathlib import Path

import pytest

from config.clock import FixedClock
from storage.archive import ArchiveReader, ArchiveWriter, recover
from storage.check import check
from storage.store import Store, open_store
from tests.storage.makers import archive_page, fetched, hours, page

PER_CHUNK = 5


def body_of(number: int) -> bytes:
    """What page `number` answers; sizes vary so that a kill may hit a record in its middle."""
    return random.Random(number).randbytes(500 + 7919 * number % 60_000)


def crawl(url: str, folder: str, begin: int, pipe: Connection) -> None:
    """Archive and record pages in chunks for ever, in the order that the archive asks for: write, sync,
    commit.
    """
    recover(Path(folder))
    with open_store(url) as store, ArchiveWriter(Path(folder), max_bytes=300_000, name="crawl") as writer:
        pipe.send("begins")
        for first in count(begin, PER_CHUNK):
            pages = [page(str(number)) for number in range(first, first + PER_CHUNK)]
            store.pages.discover(pages)
            done = []
            for number, one in enumerate(pages, first):
                place = archive_page(writer, one, body=body_of(number))
                done.append(fetched(one, warc=place, sha256=sha256(body_of(number)).hexdigest()))
            writer.sync()
            store.pages.record_fetch(done)


def crawl_and_kill(url: str, folder: Path, begin: int, seconds: float) -> None:
    """Start a crawler and kill it so long after it began."""
    context = multiprocessing.get_context("spawn")
    here, there = context.Pipe()
    child = context.Process(target=crawl, args=(url, str(folder), begin, there))
    child.start()
    assert here.recv() == "begins"
    assert child.pid is not None
    killer = threading.Timer(seconds, os.kill, (child.pid, signal.SIGKILL))
    killer.start()
    child.join()
    assert child.exitcode == -signal.SIGKILL


def assert_whole(store: Store, folder: Path) -> int:
    """Every row's record is there with its bytes, every record has one row; how many there are."""
    reader = ArchiveReader(folder)
    records = dict(reader.records())
    rows = [row for file in store.pages.warc_files() for row in store.pages.by_place(file)]
    assert {row.warc for row in rows} == set(records)
    assert len(rows) == len(records)
    for row in rows:
        assert row.warc is not None
        assert sha256(reader.read(row.warc).body).hexdigest() == row.sha256
    return len(rows)


@pytest.mark.slow
def test_a_killed_crawl_loses_and_doubles_nothing(sqlite_url: str, tmp_path: Path) -> None:
    """After each of several kills at seeded moments, rows have their records before anything is adopted, and
    after it all records have rows.
    """
    folder = tmp_path / "archive"
    chance = random.Random(20261122)
    known = 0
    for attempt in range(4):
        crawl_and_kill(sqlite_url, folder, attempt * 100_000, chance.uniform(0.02, 0.4))
        recover(folder)
        with open_store(sqlite_url) as store:
            before = check(store, folder, adopt=False, clock=FixedClock(hours(9)))
            assert before.missing == ()
            assert len(before.orphans) <= PER_CHUNK
            check(store, folder, adopt=True, clock=FixedClock(hours(9)))
            total = assert_whole(store, folder)
            assert total >= known
            known = total
            after = check(store, folder, adopt=True, clock=FixedClock(hours(9)))
            assert (after.orphans, after.missing) == ((), ())
    assert known > 0
    assert not list(folder.glob("*.open"))


@pytest.mark.slow
def test_a_fetch_repeated_after_a_kill_is_one_page(sqlite_url: str, tmp_path: Path) -> None:
    """A page fetched again because its first record lost its row is one row; the older record is known as
    superseded.
    """
    folder = tmp_path / "archive"
    crawl_and_kill(sqlite_url, folder, 0, 0.2)
    recover(folder)
    with open_store(sqlite_url) as store:
        waiting = store.pages.due("alpha", hours(99), 99)
        with ArchiveWriter(folder, max_bytes=300_000, name="crawl") as writer:
            again = [replace(fetched(one), warc=archive_page(writer, one)) for one in waiting]
            writer.sync()
            store.pages.record_fetch(again)
        report = check(store, folder, adopt=True, clock=FixedClock(hours(9)))
        assert report.missing == ()
        assert {orphan.finding for orphan in report.orphans} <= {"superseded"}
        assert set(store.pages.fetch_outcomes()) == {"stored"}
