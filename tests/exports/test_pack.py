"""Evidence packs: checked by their own script, in a bare interpreter, and honest about what is missing."""

from __future__ import annotations

import io
import json
import subprocess
import sys
import zipfile
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import pytest
from warcio.archiveiterator import ArchiveIterator

from drumbeat.exports import verify
from drumbeat.exports.pack import RECORDS, Packed, write_pack
from storage.archive import ArchiveWriter
from storage.records import Assignment, Passage
from storage.store import Store, create_store, open_store
from tests.storage import makers

VERIFY = Path(verify.__file__)


@pytest.fixture
def desk(tmp_path: Path) -> Path:
    """A workspace's folder: one narrative, two passages of an archived page, one of a page that was lost."""
    kept, lost = (makers.article(name, body=f"Before {name}. The claim {name}. After.") for name in "12")
    with create_store(f"sqlite:///{tmp_path / 'drumbeat.db'}") as store:
        makers.add_articles(store, [kept, lost])
        with ArchiveWriter(tmp_path / "archive", max_bytes=10**9, name="test") as writer:
            _archive(store, writer, kept.article_id)
        made = [
            makers.passage(kept, 0, "Before 1."),
            makers.passage(kept, 1, "The claim 1."),
            makers.passage(lost, 0, "The claim 2."),
        ]
        store.passages.save([kept.article_id, lost.article_id], made)
        store.narratives.save([makers.narrative(6)], [_given(row) for row in made], ())
    return tmp_path


def _archive(store: Store, writer: ArchiveWriter, article_id: str) -> None:
    page = store.pages.get(article_id)
    assert page is not None
    body = b"<p>Before 1. The claim 1. After.</p>"
    place = makers.archive_page(writer, page, body=body)
    store.pages.record_fetch([replace(page, warc=place, sha256=sha256(body).hexdigest())])


def _given(row: Passage) -> Assignment:
    return Assignment(
        passage_id=row.passage_id, narrative_id=6, similarity=0.9, method="nearest", run_id="assign-1"
    )


def packed(desk: Path) -> tuple[Path, Packed]:
    """The pack of the narrative."""
    path = desk / "pack.zip"
    with open_store(f"sqlite:///{desk / 'drumbeat.db'}") as store:
        return path, write_pack(store, desk / "archive", 6, path)


def checked(*arguments: str | Path, script: Path = VERIFY) -> subprocess.CompletedProcess[str]:
    """What the script says in an interpreter without any package (`-I -S`)."""
    command = [sys.executable, "-I", "-S", str(script), *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def changed(path: Path, name: str, content: bytes | None) -> Path:
    """A copy of a pack in which one file is another, or missing."""
    other = path.with_name("changed.zip")
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(other, "w") as new:
        for item in old.namelist():
            given = content if item == name else old.read(item)
            if given is not None:
                new.writestr(item, given)
    return other


def test_a_pack_proves_itself(desk: Path) -> None:
    """Its own script finds every quotation and record, zipped and unpacked; what was lost is told."""
    path, what = packed(desk)
    assert (what.quotations, what.records, len(what.missing)) == (3, 1, 1)
    done = checked(path)
    assert done.returncode == 0, done.stdout
    assert "3 quotations of DB-6, 2 with their archived page: as they were packed" in done.stdout
    with zipfile.ZipFile(path) as bag:
        bag.extractall(desk / "unpacked")
    assert checked(script=desk / "unpacked" / "data" / "verify.py").returncode == 0
    described = json.loads((desk / "unpacked" / "data" / "evidence.json").read_text(encoding="utf-8"))
    assert len(described["missing_records"]) == 1


def test_another_archive_tool_reads_the_records(desk: Path) -> None:
    """The records are a WARC file that the usual library opens."""
    path, _ = packed(desk)
    with zipfile.ZipFile(path) as bag:
        records = list(ArchiveIterator(io.BytesIO(bag.read(RECORDS)), check_digests="raise"))
    assert [record.rec_type for record in records] == ["response"]


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("data/records.warc.gz", "data/records.warc.gz: is not what manifest-sha256.txt says"),
        ("data/evidence.json", "data/evidence.json: is not what manifest-sha256.txt says"),
        ("manifest-sha256.txt", "manifest-sha256.txt: is not what tagmanifest-sha256.txt says"),
    ],
)
def test_a_changed_pack_is_found_out(desk: Path, name: str, told: str) -> None:
    """One other byte anywhere is named, and the exit code is 1."""
    path, _ = packed(desk)
    with zipfile.ZipFile(path) as bag:
        content = bag.read(name).replace(b"6", b"7", 1) + b" "
    done = checked(changed(path, name, content))
    assert done.returncode == 1
    assert told in done.stdout


def test_a_missing_text_and_a_stranger_are_found_out(desk: Path) -> None:
    """A file that is gone and one that nobody listed."""
    path, _ = packed(desk)
    with zipfile.ZipFile(path) as bag:
        text = next(name for name in bag.namelist() if name.endswith(".txt") and "texts" in name)
    assert f"{text}: is missing" in checked(changed(path, text, None)).stdout
    with zipfile.ZipFile(path, "a") as bag:
        bag.writestr("data/stranger.html", "x")
    assert "data/stranger.html: no manifest knows it" in checked(path).stdout


def test_the_same_narrative_gives_the_same_bytes(desk: Path) -> None:
    """No clock in it."""
    first = packed(desk)[0].read_bytes()
    assert packed(desk)[0].read_bytes() == first
