"""The command line as its users meet it: wrong input is one clear line, output is safe to
read and to pipe.
"""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from importlib import metadata
from pathlib import Path

import pytest

from config.init import init_workspace
from config.load import load_workspace
from config.show import without_password
from storage.ids import page_id
from storage.store import create_store
from tests.drumbeat.conftest import url_of
from tests.storage import makers

HOSTILE = "[/b] bridge \x1b[31mred\x1b]0;title\x07 [bold]loud[/bold] \u202etxt"


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace as `init` makes it, with one article of hostile title and one narrative."""
    root = tmp_path_factory.mktemp("commands") / "desk"
    init_workspace(root)
    url = url_of("en", "wire")
    with create_store(f"sqlite:///{root / 'drumbeat.db'}") as store:
        store.sources.sync([makers.source("wire", country="XB")])
        page = makers.page(page_id=page_id(url), url=url, source_id="wire")
        store.pages.discover([page])
        store.pages.record_fetch([makers.fetched(page)])
        store.articles.save(
            [
                makers.cleaned(
                    makers.article(
                        article_id=page.page_id, source_id="wire", url=url, title=HOSTILE, language="en"
                    )
                )
            ]
        )
        store.narratives.save([makers.narrative(1, label=HOSTILE)])
        store.spikes.save([makers.spike()])
        store.alerts.create(makers.alert(subject="Rising while nobody is told"), [])
    return root


def drumbeat(desk: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run a command in a workspace, outside a terminal."""
    command = [sys.executable, "-m", "drumbeat", *arguments]
    return subprocess.run(
        command,
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "DRUMBEAT_WORKSPACE": str(desk), **environment},
    )


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("report", "--as-of", "yesterday"), "--as-of 'yesterday': no such moment"),
        (("report", "--as-of", "2026-02-30"), "--as-of '2026-02-30': no such moment"),
        (("report", "--as-of", "0001-01-01T00:00:00Z"), "--as-of '0001-01-01T00:00:00Z': no such moment"),
        (("export", "articles", "--until", "9999-12-31"), "--until '9999-12-31': no such day"),
        (
            ("export", "articles", "--since", "2026-03-02", "--until", "2026-03-01"),
            "--since 2026-03-02: lies after",
        ),
        (("export", "articles", "--out", "/nowhere/x.csv"), "/nowhere/x.csv: No such file or directory"),
        (("narratives", "rename", str(10**22), "x"), "number"),
        (("search", "x", "--by", "words", "--limit", str(10**20)), "--limit"),
        (("search", "x", "--by", "words", "--source", "nobody"), "--source 'nobody': no such outlet"),
        (
            ("search", "x", "--by", "words", "--country", "Norway"),
            "--country 'Norway': expected an ISO 3166-1 code",
        ),
        (
            ("search", "x", "--by", "words", "--country", "NO"),
            "--country 'NO': there is none here; known are",
        ),
        (
            ("search", "x", "--language", "french"),
            "--language 'french': there is none here; known are en, fr",
        ),
        (("sources", "list", "--country", "Norway"), "--country 'Norway': expected an ISO 3166-1 code"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else "",
)
def test_wrong_input_is_one_clear_line(desk: Path, arguments: tuple[str, ...], says: str) -> None:
    """Exit code 2, what is wrong, and no traceback."""
    done = drumbeat(desk, *arguments)
    assert done.returncode == 2, done.stderr
    assert says in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    "arguments", [("search", "bridge", "--by", "words"), ("narratives", "list")], ids=lambda value: value[0]
)
def test_text_from_outlets_is_shown_and_never_obeyed(desk: Path, arguments: tuple[str, ...]) -> None:
    """Square brackets are no markup, escape sequences do not reach the terminal, nothing
    reorders the line.
    """
    done = drumbeat(desk, *arguments)
    assert done.returncode == 0, done.stderr
    assert "[/b] bridge" in done.stdout
    assert "[bold]loud[/bold]" in done.stdout
    assert not set("\x1b\x07\u202e") & set(done.stdout)


def test_a_table_in_a_pipe_is_not_folded(desk: Path) -> None:
    """One row stays one line, so that `grep` finds it, however narrow the terminal that started it."""
    lines = drumbeat(desk, "narratives", "list", COLUMNS="40").stdout.splitlines()
    assert sum("[/b] bridge" in line and "2026-" in line for line in lines) == 1


def test_no_rows_are_said_in_words(desk: Path) -> None:
    """An empty list is no empty frame."""
    assert drumbeat(desk, "runs").stdout == "Runs: none\n"


@pytest.mark.parametrize(
    "name", ["runs", "alerts", "narratives list", "sources list", "config show", "storage check"]
)
def test_json_is_one_document_with_iso_times(desk: Path, name: str) -> None:
    """What `--json` prints is JSON, and its times are ISO 8601."""
    done = drumbeat(desk, *name.split(), "--json")
    found = json.loads(done.stdout)
    if name == "narratives list":
        assert "T" in found[0]["first_seen_at"]
        assert found[0]["narrative_id"] == 1


def test_an_outlet_is_shown_with_the_lists_that_state_it(tmp_path: Path) -> None:
    """Of an outlet that nobody tried, list and show say so; show names the list beside each fact."""
    init_workspace(tmp_path / "desk")
    outlet = next(
        row for row in load_workspace(tmp_path / "desk", {}).sources if row.ownership and row.never_tried
    )
    assert outlet.ownership
    listed = drumbeat(tmp_path / "desk", "sources", "list").stdout
    shown = drumbeat(tmp_path / "desk", "sources", "show", outlet.id).stdout
    assert f"never tried since {outlet.never_tried}" in listed
    for fact in (outlet.never_tried, outlet.ownership.label, outlet.ownership.listed_in, outlet.feeds[0].url):
        assert str(fact) in shown
    done = drumbeat(tmp_path / "desk", "sources", "show", outlet.id, "--json")
    assert json.loads(done.stdout)["id"] == outlet.id


def test_an_alert_without_recipient_is_listed(desk: Path) -> None:
    """Where no recipient is set, an alert is not lost from sight."""
    (line,) = [
        line for line in drumbeat(desk, "alerts").stdout.splitlines() if "Rising while nobody is told" in line
    ]
    assert "no recipient" in line
    (found,) = json.loads(drumbeat(desk, "alerts", "--json").stdout)
    assert (found["subject"], found["deliveries"]) == ("Rising while nobody is told", [])


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        ("postgresql+psycopg://desk:geheim@db.example/news", "postgresql+psycopg://desk:***@db.example/news"),
        ("postgresql+psycopg://desk:a:b@c@db.example/news", "postgresql+psycopg://desk:***@db.example/news"),
        ("postgresql+psycopg://desk@db.example:5432/news", "postgresql+psycopg://desk@db.example:5432/news"),
        ("sqlite:///drumbeat.db", "sqlite:///drumbeat.db"),
    ],
)
def test_a_database_password_is_not_shown(address: str, shown: str) -> None:
    """`config show` and `storage migrate` print addresses without it."""
    assert without_password(address) == shown


@pytest.mark.slow
def test_process_prints_one_json_document(desk: Path, tmp_path: Path) -> None:
    """Nine stages, one list."""
    done = drumbeat(
        shutil.copytree(desk, tmp_path / "desk"), "process", "--json", "--as-of", "2026-03-04T12:00:00Z"
    )
    assert [row["stage"] for row in json.loads(done.stdout)][:2] == ["clean", "copies"], done.stderr


def test_a_full_disk_is_told_in_words(desk: Path) -> None:
    """Output that cannot be written is an error of the disk, not of the program."""
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [sys.executable, "-m", "drumbeat", "runs", "--json", "--workspace", str(desk)],
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
    assert done.returncode == 2
    assert done.stderr.splitlines()[0] == "drumbeat: No space left on device"


def test_the_version_is_told(desk: Path) -> None:
    """What a report of a fault needs first."""
    assert drumbeat(desk, "--version").stdout == f"drumbeat {metadata.version('drumbeat-monitor')}\n"


def test_a_spike_is_explained(desk: Path) -> None:
    """Every gate has its answer, as a table and as JSON; half of the question is refused."""
    found = json.loads(drumbeat(desk, "explain", "spike", "1", "2026-03-02", "--json").stdout)
    assert list(found) == ["narrative 1"]
    assert all(text.startswith(("held", "not held")) for text in found["narrative 1"].values())
    refused = drumbeat(desk, "explain", "spike", "1")
    assert refused.returncode == 2
    assert "explain spike NUMBER DAY" in refused.stderr


def test_history_is_replayed_under_other_settings(desk: Path) -> None:
    """A workspace without spikes tells none; a setting that is none is named with those there are."""
    period = ("--since", "2026-02-20", "--until", "2026-03-02")
    found = json.loads(
        drumbeat(desk, "alerts", "backtest", *period, "--set", "spikes.fdr=0.1", "--json").stdout
    )
    assert (found["rung"], found["a_week"]) == ([], 0.0)
    refused = drumbeat(desk, "alerts", "backtest", *period, "--set", "spikes.tea=1")
    assert refused.returncode == 2
    assert "spikes.min_ratio" in refused.stderr.replace("\n", "")


@pytest.mark.parametrize("left", [b"", "a table's page"], ids=["no byte", "no table"])
def test_a_database_whose_making_was_cut_off_is_made_again(tmp_path: Path, left: bytes | str) -> None:
    """A kill before the first tables were committed leaves a file that the next command makes anew."""
    root = tmp_path / "desk"
    init_workspace(root)
    if isinstance(left, bytes):
        (root / "drumbeat.db").write_bytes(left)
    else:
        with closing(sqlite3.connect(root / "drumbeat.db")) as connection:
            connection.execute("PRAGMA journal_mode=WAL")
    done = drumbeat(root, "runs")
    assert done.returncode == 0, done.stderr


def test_an_emptied_database_beside_fetched_pages_is_told(tmp_path: Path) -> None:
    """Where pages were fetched before, an empty database is a loss: nothing is made in its place."""
    root = tmp_path / "desk"
    init_workspace(root)
    (root / "drumbeat.db").write_bytes(b"")
    archive = load_workspace(root).archive_dir
    archive.mkdir(parents=True)
    (archive / "pages.warc.gz").write_bytes(b"a record")
    done = drumbeat(root, "runs")
    assert done.returncode != 0
    assert "is empty" in done.stderr


def test_a_bundle_and_a_pack_are_written(desk: Path, tmp_path: Path) -> None:
    """`share` writes what other tools read; an unknown number is one clear line."""
    stix, pack = tmp_path / "found.json", tmp_path / "found.zip"
    assert drumbeat(desk, "share", "stix", "1", "--out", str(stix)).returncode == 0
    assert json.loads(stix.read_text(encoding="utf-8"))["type"] == "bundle"
    assert drumbeat(desk, "share", "pack", "1", "--out", str(pack)).returncode == 0
    assert pack.stat().st_size > 0
    refused = drumbeat(desk, "share", "stix", "4711")
    assert (refused.returncode, refused.stderr.count("\n")) == (2, 1)
    assert "narrative 4711: there is no such narrative" in refused.stderr


def test_parquet_needs_a_file(desk: Path, tmp_path: Path) -> None:
    """It is written to a file, and refused for a terminal."""
    path = tmp_path / "articles.parquet"
    done = drumbeat(desk, "export", "articles", "--format", "parquet", "--out", str(path))
    assert (done.returncode, path.read_bytes()[:4]) == (0, b"PAR1")
    assert "name a file with --out" in drumbeat(desk, "export", "articles", "--format", "parquet").stderr
