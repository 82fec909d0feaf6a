"""The door: what it says when it cannot run, and what it leaves when it can."""

from __future__ import annotations

import gzip
import io
import json
import tarfile
from pathlib import Path

import pytest

from tests.__main__ import main


@pytest.fixture
def small(tmp_path: Path) -> Path:
    """A data folder with one sitemap of two addresses."""
    folder = tmp_path / "data" / "sitemaps"
    folder.mkdir(parents=True)
    locs = ["https://example.org/1", "https://example.org/2"]
    body = f"<urlset>{''.join(f'<url><loc>{loc}</loc></url>' for loc in locs)}</urlset>".encode()
    with tarfile.open(folder / "files.tar.gz", "w:gz") as archive:
        member = tarfile.TarInfo("one.xml")
        member.size = len(body)
        archive.addfile(member, io.BytesIO(body))
    _write_index(folder, locs)
    return tmp_path / "data"


def test_a_set_leaves_predictions_and_figures(small: Path, tmp_path: Path) -> None:
    """Predictions a line each, figures with versions, machine and date, exit code 0."""
    out = tmp_path / "out"
    assert main(["quality", "--data", str(small), "--out", str(out), "--only", "sitemaps"]) == 0
    (prediction,) = [
        json.loads(line) for line in (out / "sitemaps.jsonl").read_text(encoding="utf-8").splitlines()
    ]
    assert prediction == {"id": "one", "locs": ["https://example.org/1", "https://example.org/2"], "news": []}
    summary = json.loads((out / "summary.json").read_text(encoding="utf-8"))
    assert summary["sets"]["sitemaps"]["figures"] == {"files": 1, "equal": 1.0, "loc_f1": 1.0}
    assert summary["floors_met"] is True
    assert {"date", "machine", "versions"} <= set(summary)


def test_a_missed_floor_is_the_exit_code(
    small: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """An address that is not found is named as a missed floor, and the exit code is 1."""
    _write_index(small / "sitemaps", ["https://example.org/elsewhere"])
    assert main(["quality", "--data", str(small), "--out", str(tmp_path / "out"), "--only", "sitemaps"]) == 1
    assert "MISSED sitemaps: loc_f1 0.0 (at least 0.99)" in capsys.readouterr().out


def test_what_the_folder_lacks_is_left_out_by_name(
    small: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Without --only the sets run that are there; the others are listed."""
    out = tmp_path / "out"
    assert main(["quality", "--data", str(small), "--out", str(out)]) == 0
    summary = json.loads((out / "summary.json").read_text(encoding="utf-8"))
    assert list(summary["sets"]) == ["sitemaps"]
    assert "clusters-itn" in summary["absent"]
    assert "feeds: left out" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--data", "nowhere"], "nowhere is no folder"),
        (["--data", "DATA", "--only", "tea"], "unknown set 'tea'; there are extraction"),
        (["--data", "DATA", "--only", "clusters"], "clusters-itn needs"),
        ([], "no data folder"),
    ],
)
def test_what_is_wrong_is_said(
    arguments: list[str],
    said: str,
    small: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """A missing folder, an unknown set and a set without data are named; the exit code is 2."""
    monkeypatch.delenv("DRUMBEAT_DATA", raising=False)
    assert main(["quality", *[str(small) if word == "DATA" else word for word in arguments]]) == 2
    assert said in capsys.readouterr().err


def _write_index(folder: Path, locs: list[str]) -> None:
    row = {"id": "one", "file": "one.xml", "well_formed": True, "locs": locs}
    with gzip.open(folder / "index.jsonl.gz", "wt", encoding="utf-8") as index:
        index.write(json.dumps(row) + "\n")
