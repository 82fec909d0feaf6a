"""Benchmarks keep their protocol and cannot rot: each is played at a tiny size."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from config.clock import FixedClock
from tests.benchmarks import runner
from tests.benchmarks.__main__ import main
from tests.benchmarks.measured import ROOT, measured, target
from tests.benchmarks.runner import Piece, UnknownPiece, chosen, flat, is_met, pieces, play, table, written

PIECES = pieces()
FIGURES = {"rate": 3.5, "cpu_s": {"copies": 1.0}, "targets": [target("rate", 3.5, at_least=2)]}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A package with one piece."""
    (tmp_path / "one.py").write_text(
        '"""Counts to one."""\nNAME = "one"\nTAKES = ("out",)\nTINY = ("--n", "1")\n'
    )
    (tmp_path / "none.py").write_text('"""Helps."""\nVALUE = 3\n')
    return tmp_path


def test_pieces_are_found_without_importing_them(folder: Path, tmp_path: Path) -> None:
    """A module that states a NAME is a piece, with what it takes; others are none."""
    (found,) = pieces(folder).values()
    assert found == Piece(
        "one", "tests.benchmarks.one", "Counts to one.", ("out",), soak=False, tiny=("--n", "1")
    )
    assert found.arguments(data=tmp_path, out=Path("x")) == ["--out", "x/one"]


@pytest.mark.parametrize("piece", PIECES.values(), ids=lambda piece: piece.name)
def test_every_piece_can_be_tested(piece: Piece) -> None:
    """A piece has a main, says its command, and has either a tiny size or a test of its own."""
    path = ROOT / (piece.module.replace(".", "/") + ".py")
    text = path.read_text(encoding="utf-8")
    assert "def main(" in text
    assert f"python -m {piece.module}" in text
    assert piece.tiny is not None or (path.parent / f"test_{path.stem}.py").exists()


@pytest.mark.slow
@pytest.mark.parametrize(
    "piece", [piece for piece in PIECES.values() if piece.tiny], ids=lambda piece: piece.name
)
def test_a_tiny_size_of_each_piece_runs(piece: Piece, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    """Played at its tiny size, a piece ends well and prints a JSON object as its last line."""
    data = request.getfixturevalue("data") if "data" in piece.takes else None
    arguments = [*piece.arguments(data=data, out=tmp_path), *(piece.tiny or ())]
    done = measured([sys.executable, "-m", piece.module, *arguments])
    assert done.code == 0
    assert dict(flat(done.answer))


def test_what_a_command_costs_is_measured() -> None:
    """Processor time and memory of a command and of its children are counted, and its last line is read."""
    script = (
        "import json, subprocess, sys\n"
        "work = 'x = sum(range(3_000_000)); y = bytearray(60_000_000)'\n"
        "subprocess.run([sys.executable, '-c', work], check=True)\n"
        "print('noise')\nprint(json.dumps({'done': 1}))"
    )
    done = measured([sys.executable, "-c", script])
    assert done.answer == {"done": 1}
    assert done.cpu_seconds > 0.03
    assert done.peak_mb > 55


def test_a_piece_that_fails_says_so(tmp_path: Path) -> None:
    """A piece without JSON, or without the data it needs, gives a reason and no figures."""
    assert "error" in play(Piece("broken", "tests.benchmarks.missing", ""), data=None, out=tmp_path)
    assert "left_out" in play(
        Piece("needy", "tests.benchmarks.missing", "", ("data",)), data=None, out=tmp_path
    )


def test_a_name_that_no_piece_has_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    """The names that there are are told."""
    with pytest.raises(UnknownPiece, match="growth"):
        chosen(["nonsense"], soak=False)
    assert main(["--only", "nonsense"]) == 2
    assert "growth" in capsys.readouterr().err


def test_figures_and_targets_are_shown() -> None:
    """Nested figures become dotted names; a target says whether it is met."""
    assert list(flat(FIGURES)) == [("rate", "3.5"), ("cpu_s.copies", "1.0")]
    shown = table("one", FIGURES)
    assert "cpu_s.copies  1.0" in shown
    assert "met    rate: 3.5 (at least 2)" in shown
    assert not is_met(target("memory", 3, at_most=2))


def test_figures_are_written_once() -> None:
    """A piece's section of the page is put in place of its former one, and the rest stays."""
    from datetime import UTC, datetime

    where = runner.surroundings(FixedClock(datetime(2026, 3, 1, tzinfo=UTC)))
    piece = Piece("one", "tests.benchmarks.one", "Counts to one.")
    page = written("# Benchmarks\n", piece, FIGURES, where)
    again = written(page + "\nEnd.\n", piece, {"rate": 4}, where)
    assert page.count("## one") == again.count("## one") == 1
    assert "| rate | 4 |" in again
    assert "| rate | 3.5 |" not in again
    assert again.endswith("End.\n")
    assert "2026-03-01" in again


def test_the_command_lists_pieces() -> None:
    """`--list` names every piece."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.benchmarks", "--list"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    assert [line.split()[0] for line in done.stdout.splitlines()] == list(PIECES)
    assert json.dumps(sorted(PIECES)) != "[]"
