"""Damaged database files are noticed when they are opened, or by the first statement that
meets the damage.
"""

from __future__ import annotations

import os
import random
import shutil
import sqlite3
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from storage import damage
from storage.check import require_sound
from storage.damage import SMALL_BYTES, thorough
from storage.engine import Database, note_damage
from storage.errors import DamagedDatabase, ForeignDatabase, StorageError
from storage.migrate import migrate
from storage.store import Store, create_store, open_store
from tests.storage.filler import fill
from tests.storage.makers import DAY, hours

PAGE = 4096


@pytest.fixture(scope="module")
def whole(templates: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A filled database file, its log written back."""
    path = tmp_path_factory.mktemp("whole") / "drumbeat.db"
    shutil.copy(templates, path)
    fill(f"sqlite:///{path}", 300)
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return path


@pytest.fixture
def file(whole: Path, tmp_path: Path) -> Path:
    """A copy to damage."""
    return Path(shutil.copy(whole, tmp_path / "drumbeat.db"))


def overwrite(file: Path, offset: int, content: bytes) -> None:
    """Put bytes in place of what is there."""
    with file.open("r+b") as opened:
        opened.seek(offset)
        opened.write(content)


def cut_in_half(file: Path) -> None:
    """The second half is lost, as when a copy broke off."""
    os.truncate(file, file.stat().st_size // 2 // PAGE * PAGE)


def cut_last_page(file: Path) -> None:
    """The last page is lost."""
    os.truncate(file, file.stat().st_size - PAGE)


def cut_within_a_page(file: Path) -> None:
    """The file ends within a page."""
    os.truncate(file, file.stat().st_size - 100)


def zero_a_page(file: Path) -> None:
    """One page, the root of the passages, is zeros, as after a lost write."""
    with sqlite3.connect(file) as connection:
        root = "SELECT rootpage FROM sqlite_master WHERE name = 'passages'"
        (number,) = connection.execute(root).fetchone()
    overwrite(file, (number - 1) * PAGE, bytes(PAGE))


def garbage_in_the_middle(file: Path) -> None:
    """A quarter of the file is noise."""
    size = file.stat().st_size
    overwrite(file, size // 2 // PAGE * PAGE, random.Random(7).randbytes(size // 4))


def zero_the_schema(file: Path) -> None:
    """The first page has its header and nothing else: no tables are to be seen."""
    overwrite(file, 100, bytes(PAGE - 100))


def zero_the_header(file: Path) -> None:
    """The first bytes are zeros."""
    overwrite(file, 0, bytes(512))


DAMAGES = (
    cut_in_half, cut_last_page, cut_within_a_page, zero_a_page, garbage_in_the_middle, zero_the_schema,
    zero_the_header,
)  # fmt: skip


@pytest.mark.parametrize("spoil", DAMAGES)
@pytest.mark.parametrize("opened", [open_store, create_store, migrate])
def test_damage_is_noticed_at_the_door(
    file: Path, spoil: Callable[[Path], None], opened: Callable[[str], object]
) -> None:
    """Whatever opens a damaged file is refused in words, and leaves the file as it is."""
    spoil(file)
    before = file.read_bytes()
    with pytest.raises(StorageError, match=r"damaged|cut off"):
        opened(f"sqlite:///{file}")
    assert file.read_bytes() == before


@pytest.mark.parametrize(
    "spoil", [cut_in_half, cut_last_page, cut_within_a_page, zero_the_schema, zero_the_header]
)
def test_damage_to_a_large_file_is_noticed(
    file: Path, spoil: Callable[[Path], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    """What shows without reading the whole file shows in a large one too."""
    monkeypatch.setattr(damage, "SMALL_BYTES", 0)
    spoil(file)
    with pytest.raises(StorageError, match=r"damaged|cut off"):
        open_store(f"sqlite:///{file}")


def everything(store: Store) -> None:
    """Read what a page and a run read."""
    store.runs.recent(1000)
    store.narratives.all()
    store.passages.window(DAY, hours(10_000))
    store.articles.between(DAY, hours(10_000))
    store.counts.observations(DAY.date(), hours(10_000).date())


@pytest.mark.parametrize("spoil", [zero_a_page, garbage_in_the_middle])
def test_damage_that_is_met_later_is_told_to_all(
    file: Path, spoil: Callable[[Path], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    """In a large file the first statement that meets the damage names it, and from then on every command
    does.
    """
    monkeypatch.setattr(damage, "SMALL_BYTES", 0)
    spoil(file)
    url = f"sqlite:///{file}"
    with pytest.raises(DamagedDatabase), open_store(url) as store:
        everything(store)
    with pytest.raises(DamagedDatabase, match=r"earlier command.*storage check"):
        open_store(url)


def test_a_restored_file_is_taken_again(file: Path, whole: Path) -> None:
    """A thorough check lists what is wrong; when nothing is any more, the file is open to all again."""
    zero_a_page(file)
    url = f"sqlite:///{file}"
    database = Database(url)
    found = thorough(database)
    assert found
    with pytest.raises(DamagedDatabase):
        open_store(url)
    note_damage(file, "found")
    shutil.copy(whole, file)
    database.close()
    with pytest.raises(DamagedDatabase, match="earlier"):
        open_store(url)
    again = Database(url)
    assert thorough(again) == []
    again.close()
    open_store(url).close()


def test_a_log_that_is_not_written_back_is_no_damage(file: Path) -> None:
    """Pages that lie in the write-ahead log only, as after kill -9, are not missing."""
    url = f"sqlite:///{file}"
    with sqlite3.connect(file) as holding:
        holding.execute("PRAGMA wal_autocheckpoint=0")
        holding.execute("CREATE TABLE growing (content BLOB)")
        holding.execute("INSERT INTO growing VALUES (zeroblob(2000000))")
        holding.execute("DROP TABLE growing")
        holding.commit()
        with open_store(url) as store:
            assert store.articles.count() > 0


def test_foreign_files_are_not_called_damaged(tmp_path: Path) -> None:
    """A text, and another program's database, are named for what they are."""
    text, other = tmp_path / "text.db", tmp_path / "other.db"
    text.write_text("These are not the tables you are looking for. " * 99, encoding="utf-8")
    with sqlite3.connect(other) as connection:
        connection.execute("CREATE TABLE songs (title TEXT)")
    with pytest.raises(ForeignDatabase):
        open_store(f"sqlite:///{text}")
    with pytest.raises(ForeignDatabase, match="songs"):
        open_store(f"sqlite:///{other}")


def test_looking_costs_little(whole: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Opening a small file costs under 0.5 CPU-seconds at its largest, a large one under 0.1 whatever its
    size.
    """
    url = f"sqlite:///{whole}"
    share = SMALL_BYTES / whole.stat().st_size
    begun = time.process_time()
    open_store(url).close()
    small = time.process_time() - begun
    monkeypatch.setattr(damage, "SMALL_BYTES", 0)
    begun = time.process_time()
    open_store(url).close()
    large = time.process_time() - begun
    assert large < 0.1
    assert (small - large) * share < 0.5


def test_the_check_reads_everything(file: Path) -> None:
    """A thorough check tells what is wrong; no file, or a whole one, is fine."""
    url = f"sqlite:///{file}"
    require_sound(url)
    require_sound(f"sqlite:///{file.with_name('none.db')}")
    garbage_in_the_middle(file)
    with pytest.raises(DamagedDatabase, match="restore a copy"):
        require_sound(url)
