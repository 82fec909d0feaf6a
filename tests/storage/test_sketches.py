"""Sketch files: what is written is found again, what is damaged is not used."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from analysis.arrays import unit_rows
from storage.sketch_bits import LARGE, alikeness, sketch_of, unpacked
from storage.sketches import (
    BLOCK_ROWS,
    Manifest,
    Narrowing,
    SketchFolder,
    SketchRows,
    Steps,
    in_blocks,
    joined_rows,
)

ALL = Narrowing()
HEAD = Manifest(
    build="b", mean_version=1, dimensions=100, sources=("alpha", "beta"), languages=("en", "fr", "ru")
)


def vectors(count: int, *, seed: int = 1, dimensions: int = 100) -> np.typing.NDArray[np.float32]:
    """Random directions of length 1."""
    return unit_rows(np.random.default_rng(seed).normal(size=(count, dimensions)).astype(np.float32))


def steps(scanned: int, kept: int) -> Steps:
    """So many looked at, so many left."""
    return Steps(by_signs=scanned, by_sketch=scanned, by_product=kept)


def rows_of(matrix: np.typing.NDArray[np.float32], *, first: int = 1) -> SketchRows:
    """Passages numbered from `first`, a second apart; outlets take turns, and so do languages."""
    numbers = np.arange(first, first + len(matrix))
    return SketchRows(
        bits=sketch_of(matrix),
        numbers=numbers,
        moments=numbers,
        sources=(numbers % 2).astype(np.uint32),
        languages=(numbers % 3).astype(np.uint32),
    )


def written(folder: Path, matrix: np.typing.NDArray[np.float32]) -> SketchFolder:
    """A folder with these passages."""
    files = SketchFolder(folder)
    files.write(HEAD, in_blocks([rows_of(matrix)]))
    return files


def test_values_come_back() -> None:
    """Sketches keep sign and size of each value in its place, whatever the number of dimensions."""
    matrix = vectors(50)
    values = unpacked(sketch_of(matrix), 100)
    assert np.array_equal(values > 0, matrix > 0)
    assert np.array_equal(np.abs(values) > 1, np.abs(matrix) > LARGE / 10)
    assert sketch_of(matrix).shape == (50, 4)


def test_alikeness_is_the_product_of_sketches() -> None:
    """Counting bits gives what multiplying the values gives."""
    matrix = vectors(40, dimensions=128)
    bits = sketch_of(matrix)
    values = unpacked(bits, 128)
    assert np.allclose(alikeness(bits, bits[3]), values @ values[3], atol=1e-3)


def test_itself_is_nearest(tmp_path: Path) -> None:
    """A passage's own vector finds it first, across blocks, and the order is that of the sketches' product
    with the query.
    """
    matrix = vectors(BLOCK_ROWS + 500)
    sketches = written(tmp_path, matrix).open(verify=True)
    assert sketches is not None
    for place in (0, BLOCK_ROWS - 1, BLOCK_ROWS, BLOCK_ROWS + 499):
        found = sketches.nearest(matrix[place], narrowing=ALL, steps=steps(2_000, 20))
        assert found[0] == place + 1
        assert len(found) == 20
    best = np.argsort(-(unpacked(sketch_of(matrix), 100) @ matrix[7]), kind="stable")[:20] + 1
    found = sketches.nearest(matrix[7], narrowing=ALL, steps=steps(len(matrix), 20))
    assert sorted(found.tolist()) == sorted(best.tolist())


@pytest.mark.parametrize(
    ("narrowing", "passes"),
    [
        (Narrowing(start=50), lambda n: n >= 50),
        (Narrowing(end=50), lambda n: n <= 50),
        (Narrowing(sources=frozenset({"beta"})), lambda n: n % 2 == 1),
        (Narrowing(languages=frozenset({"fr", "unknown"})), lambda n: n % 3 == 1),
        (Narrowing(start=10, end=20, sources=frozenset({"alpha"})), lambda n: 10 <= n <= 20 and n % 2 == 0),
        (Narrowing(sources=frozenset()), lambda _n: False),
        (Narrowing(start=10**9), lambda _n: False),
    ],
)
def test_filters_hold_before_the_scan(tmp_path: Path, narrowing: Narrowing, passes: object) -> None:
    """Exactly the passages within the filters are found, however few of all they are, none is no error."""
    matrix = vectors(70_000)
    sketches = written(tmp_path, matrix).open()
    assert sketches is not None
    expected = [number for number in range(1, 70_001) if passes(number)]  # type: ignore[operator]
    found = sketches.nearest(matrix[0], narrowing=narrowing, steps=steps(70_000, 70_000))
    assert sorted(found.tolist()) == expected
    few = sketches.nearest(matrix[0], narrowing=narrowing, steps=steps(30, 30))
    assert len(few) == min(30, len(expected))
    assert set(few.tolist()) <= set(expected)


def test_nothing_is_found_in_nothing(tmp_path: Path) -> None:
    """No folder is no state; a state without passages answers nothing."""
    assert SketchFolder(tmp_path / "none").open() is None
    files = SketchFolder(tmp_path)
    files.write(HEAD)
    sketches = files.open(verify=True)
    assert sketches is not None
    assert len(sketches.nearest(vectors(1)[0], narrowing=ALL, steps=steps(9, 9))) == 0


def test_a_reader_keeps_its_state(tmp_path: Path) -> None:
    """What is opened stays readable and the same when a new state takes its place, and old files go."""
    matrix = vectors(100)
    files = written(tmp_path, matrix)
    before = files.open()
    files.write(HEAD, in_blocks([rows_of(matrix[:10])]))
    after = files.open()
    assert before is not None
    assert after is not None
    assert (len(before), len(after)) == (100, 10)
    assert before.nearest(matrix[99], narrowing=ALL, steps=steps(100, 1)).tolist() == [100]
    assert len(list(tmp_path.glob("*.bin"))) == 1


@pytest.mark.parametrize("harm", ["cut", "flip", "gone", "manifest", "format"])
def test_damage_is_noticed(tmp_path: Path, harm: str) -> None:
    """A cut, changed or missing block, an unreadable manifest or one of another format: there is nothing that
    can be used.
    """
    files = written(tmp_path, vectors(100))
    block = next(tmp_path.glob("*.bin"))
    data = bytearray(block.read_bytes())
    match harm:
        case "cut":
            block.write_bytes(data[:-1])
        case "flip":
            data[77] ^= 1
            block.write_bytes(data)
        case "gone":
            block.unlink()
        case "manifest":
            (tmp_path / "manifest.json").write_text("[")
        case "format":
            text = (tmp_path / "manifest.json").read_text()
            (tmp_path / "manifest.json").write_text(text.replace('"format": 1', '"format": 99'))
    assert files.open(verify=True) is None


def test_blocks_are_filled() -> None:
    """Rows of any number of pieces come out in their order, in full blocks and one shorter."""
    matrix = vectors(BLOCK_ROWS * 2 + 3, dimensions=8)
    parts = [
        rows_of(matrix[start : start + 30_001], first=start + 1) for start in range(0, len(matrix), 30_001)
    ]
    blocks = list(in_blocks(parts))
    assert [len(block) for block in blocks] == [BLOCK_ROWS, BLOCK_ROWS, 3]
    assert np.array_equal(joined_rows(blocks).numbers, np.arange(1, len(matrix) + 1))


def test_kept_blocks_stay_as_they_are(tmp_path: Path) -> None:
    """A new state with the old blocks and one more does not write the old ones again."""
    matrix = vectors(200)
    files = SketchFolder(tmp_path)
    first = files.write(HEAD, in_blocks([rows_of(matrix[:100])]))
    stamp = (tmp_path / first.blocks[0].name).stat().st_mtime_ns
    files.write(replace(first, passage_no=200), in_blocks([rows_of(matrix[100:], first=101)]))
    assert (tmp_path / first.blocks[0].name).stat().st_mtime_ns == stamp
    sketches = files.open(verify=True)
    assert sketches is not None
    assert sketches.nearest(matrix[150], narrowing=ALL, steps=steps(200, 1)).tolist() == [151]
