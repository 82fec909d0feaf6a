"""The benchmark of the cleaning, at its smallest, over pages that are made here."""

from __future__ import annotations

import gzip
import io
import json
import tarfile
from pathlib import Path

import pytest

from crawler.cleaning import body, language, region
from tests.benchmarks import cleaning, cleaning_constants, language_constants
from tests.cleaning.test_stage import TEXT, html


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A data folder with one set of two pages."""
    folder = tmp_path / "data" / "html" / "made"
    folder.mkdir(parents=True)
    rows = [
        {"id": f"made-{i}", "set": "made", "url": f"http://made.example/{i}", "text": (TEXT * 3).strip()}
        for i in (1, 2)
    ]
    with gzip.open(folder / "truth.jsonl.gz", "wt", encoding="utf-8") as lines:
        lines.writelines(json.dumps(row) + "\n" for row in rows)
    with tarfile.open(folder / "pages.tar.gz", "w:gz") as archive:
        for row in rows:
            body = html("Bridge opens", TEXT * 3)
            member = tarfile.TarInfo(f"{row['id']}.html")
            member.size = len(body)
            archive.addfile(member, io.BytesIO(body))
    return tmp_path / "data"


@pytest.mark.slow
def test_all_contestants_answer(data: Path) -> None:
    """Every contestant cleans the pages, is timed and scored, and both ratios have a target."""
    figures = cleaning.measure(data, None, peer_python="/no/such/python")
    assert figures["pages"] == 2
    assert set(figures["pages_per_cpu_second"]) == {"trafilatura", "ours", "door"}
    assert all(rate > 0 for rate in figures["pages_per_cpu_second"].values())
    assert set(figures["times_trafilatura"]) == {"ours", "door"}
    assert min(figures["text_f1"].values()) > 0.5
    assert [target["figure"] for target in figures["targets"]] == [
        "ours, times trafilatura", "door, times trafilatura", "text F1",
    ]  # fmt: skip
    json.dumps(figures)


def test_every_constant_is_varied_and_put_back(data: Path) -> None:
    """A constant that is changed changes the score where it matters, and has its value again afterwards."""
    named = cleaning_constants.constants()
    assert {"FADE", "CHROME_SHARE", "AGREEMENT", "TRAP_SHARE"} <= set(named)
    found = cleaning_constants.measure(data, 2, ["SHORT", "LINKED_SCORE"])
    assert set(found["change"]) == {"region.LINKED_SCORE", "body.SHORT"}
    assert (region.LINKED_SCORE, body.LINKED_SCORE, body.SHORT) == (-12.0, -12.0, 250)
    with cleaning_constants.changed("LINKED_SCORE", 2.0):
        assert (region.LINKED_SCORE, body.LINKED_SCORE) == (-24.0, -24.0)


def test_language_constants_are_varied_and_put_back() -> None:
    """Every named constant exists and has its value again after it was changed."""
    for name in (*language_constants.CONSTANTS, "WEIGHTS"):
        before = getattr(language, name)
        with language_constants.changed(name, 2.0):
            assert getattr(language, name) != before
        assert getattr(language, name) == before
    rows = [
        ("1", "sw", "Waziri alifungua daraja refu juu ya mto siku ya Jumatatu."),
        ("2", "ar", "افتتح الوزير الجسر."),
    ]
    with language_constants.remembered():
        assert language_constants.accuracies(rows)["declared"] == 1.0
