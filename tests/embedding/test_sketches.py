"""Sketches follow the store, and what is nearest is found through them."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest

from analysis.arrays import unit_rows
from analysis.embedding.nearest import nearest_passages
from analysis.embedding.sketches import GROWTH, refresh_sketches
from storage.records import MeanTable, Passage, SearchFilters
from storage.sketches import Narrowing, SketchFolder, Steps
from storage.store import Store, create_store
from tests.storage.makers import BUILD, add_articles, add_passages, article, hours, passage, source

SIZE = 64
ANY = SearchFilters()


def table(version: int = 1, *, shift: float = 0.0) -> MeanTable:
    """Means of nobody's, all alike."""
    mean = np.full(SIZE, shift, np.float32)
    made = datetime(2026, 3, 1, tzinfo=UTC)
    return MeanTable(version=version, build=BUILD, made_at=made, means={"*": mean}, counts={})


@pytest.fixture
def store(tmp_path: Path) -> Store:
    """An empty store with means."""
    opened = create_store(f"sqlite:///{tmp_path / 'drumbeat.db'}")
    opened.means.freeze(table())
    return opened


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Where sketches are kept."""
    return tmp_path / "sketches"


def vectors(count: int, seed: int = 1) -> np.typing.NDArray[np.float32]:
    """Random directions."""
    return unit_rows(np.random.default_rng(seed).normal(size=(count, SIZE)).astype(np.float32))


def fill(store: Store, names: range, seed: int = 1) -> list[Passage]:
    """An article of one passage for each name."""
    texts = [f"text {name}" for name in names]
    return add_passages(
        store, [str(name) for name in names], texts=texts, vectors=list(vectors(len(names), seed))
    )


def known(folder: Path) -> list[int]:
    """Numbers of all sketched passages, ascending."""
    sketches = SketchFolder(folder).open(verify=True)
    assert sketches is not None
    return sorted(number for block in sketches.blocks for number in block.columns["numbers"].tolist())


def first(
    store: Store, folder: Path, query: np.typing.NDArray[np.float32], filters: SearchFilters = ANY
) -> str | None:
    """The passage that answers best."""
    found = nearest_passages(store, folder, query, table(), filters=filters, limit=5)
    return found[0].passage_id if found else None


def test_only_what_is_new_is_sketched(store: Store, folder: Path) -> None:
    """A second refresh does the new passages, a third nothing; all are found."""
    made = fill(store, range(50))
    assert refresh_sketches(store, folder, table()) == 50
    more = fill(store, range(50, 60), seed=2)
    assert refresh_sketches(store, folder, table()) == 10
    assert refresh_sketches(store, folder, table()) == 0
    assert known(folder) == list(range(1, 61))
    assert first(store, folder, vectors(50)[7]) == made[7].passage_id
    assert first(store, folder, vectors(10, 2)[3]) == more[3].passage_id


def test_a_passage_without_a_vector_is_waited_for(store: Store, folder: Path) -> None:
    """What comes after it is sketched when it has its vector, nothing is passed over."""
    fill(store, range(3))
    waiting = add_passages(store, ["3"], texts=["text 3"])
    fill(store, range(4, 6))
    assert refresh_sketches(store, folder, table()) == 3
    store.vectors.put(BUILD, {waiting[0].text_hash: vectors(1, 9)[0]})
    assert refresh_sketches(store, folder, table()) == 3
    assert known(folder) == [1, 2, 3, 4, 5, 6]


def test_changed_articles_are_followed(store: Store, folder: Path) -> None:
    """A new text of an article takes the old passage's number on SQLite: the new one is found, the old one is
    not, twice over.
    """
    made = fill(store, range(5))
    refresh_sketches(store, folder, table())
    last = store.vectors.after(BUILD, 0, limit=9)[-1].passage_id
    name = [one.passage_id for one in made].index(last)
    for turn in (1, 2):
        again = article(str(name), body=f"Another body {turn}.", source_id="beta")
        add_articles(store, [again])
        new = passage(again, text=f"another text {turn}")
        store.passages.save([again.article_id], [new])
        store.vectors.put(BUILD, {new.text_hash: vectors(1, 70 + turn)[0]})
        assert refresh_sketches(store, folder, table()) == 1
        assert known(folder) == [1, 2, 3, 4, 5]
        found = nearest_passages(store, folder, vectors(1, 70 + turn)[0], table(), filters=ANY, limit=1)
        assert (found[0].passage_id, round(found[0].cosine, 3)) == (new.passage_id, 1)
    assert first(store, folder, vectors(5)[name], SearchFilters(source_ids=("beta",))) == new.passage_id


def test_a_moved_article_keeps_its_passages(store: Store, folder: Path) -> None:
    """An article that is counted at another time is found under the new time."""
    made = fill(store, range(3))
    refresh_sketches(store, folder, table())
    add_articles(store, [article("1", counted_at=hours(50))])
    late = SearchFilters(start=hours(49))
    assert first(store, folder, vectors(3)[0], late) == made[1].passage_id


def test_nobody_within_the_filters_is_an_empty_answer(store: Store, folder: Path) -> None:
    """Nothing embedded, an outlet or a country without articles, a time before the first one: no passage and
    no error.
    """
    assert first(store, folder, vectors(1)[0]) is None
    fill(store, range(3))
    store.sources.sync([source("alpha", country="XA"), source("beta", country="XB")])
    for filters in (
        SearchFilters(countries=("XB",)),
        SearchFilters(source_ids=("beta",)),
        SearchFilters(languages=("fr",)),
        SearchFilters(end=hours(-1)),
        SearchFilters(countries=("XA",), source_ids=("beta",)),
    ):
        assert first(store, folder, vectors(1)[0], filters) is None
    assert first(store, folder, vectors(1)[0], SearchFilters(countries=("XA",))) is not None


def test_a_search_brings_the_sketches_up_to_date(store: Store, folder: Path) -> None:
    """Whatever happened since the last refresh, a search finds what is there."""
    made = fill(store, range(4))
    assert first(store, folder, vectors(4)[2]) == made[2].passage_id
    more = fill(store, range(4, 8), seed=3)
    assert first(store, folder, vectors(4, 3)[1]) == more[1].passage_id


@pytest.mark.parametrize("harm", ["block", "manifest", "folder"])
def test_damage_is_mended(store: Store, folder: Path, harm: str) -> None:
    """What is damaged or gone is made again from the store."""
    fill(store, range(20))
    refresh_sketches(store, folder, table())
    for path in folder.iterdir():
        if harm == "folder" or (path.suffix == ".bin") == (harm == "block"):
            path.unlink() if harm == "folder" else path.write_bytes(path.read_bytes()[:-9] + b"different")
    assert refresh_sketches(store, folder, table()) == 20
    assert known(folder) == list(range(1, 21))


def test_new_means_wait_until_it_is_worth_it(store: Store, folder: Path) -> None:
    """Sketches of older means stay in use, and are made anew when passages have become twice as many."""
    made = fill(store, range(10))
    refresh_sketches(store, folder, table())
    store.means.freeze(table(2, shift=0.01))
    fill(store, range(10, 15), seed=2)
    assert refresh_sketches(store, folder, table(2, shift=0.01)) == 5
    found = nearest_passages(store, folder, vectors(10)[3], table(2, shift=0.01), filters=ANY, limit=1)
    assert found[0].passage_id == made[3].passage_id
    fill(store, range(15, 10 * GROWTH), seed=3)
    assert refresh_sketches(store, folder, table(2, shift=0.01)) == 10 * GROWTH


def test_another_build_begins_anew(store: Store, folder: Path) -> None:
    """Sketches of another build are of no use: vectors of two builds are not compared."""
    fill(store, range(3))
    refresh_sketches(store, folder, table())
    other = MeanTable(version=1, build="another", made_at=table().made_at, means=table().means, counts={})
    store.means.freeze(other)
    assert refresh_sketches(store, folder, other) == 0
    assert known(folder) == []


def test_it_is_exact_within_a_filter(store: Store, folder: Path) -> None:
    """Among as many passages as are ranked by their vectors, order and cosines are those of a full
    comparison.
    """
    made = fill(store, range(300))
    query = vectors(1, 77)[0]
    found = nearest_passages(store, folder, query, table(), filters=ANY, limit=300)
    cosines = unit_rows(vectors(300).astype(np.float16).astype(np.float32)) @ query
    expected = sorted(range(300), key=lambda place: -cosines[place])
    assert [hit.passage_id for hit in found[:50]] == [made[place].passage_id for place in expected[:50]]
    assert [hit.cosine for hit in found[:9]] == pytest.approx(sorted(cosines, reverse=True)[:9], abs=1e-5)


KILLED = """
import sys
from pathlib import Path
from analysis.embedding import sketches
from storage.store import open_store
from tests.embedding.test_sketches import table
sketches.PASSAGES, sketches.BLOCKS_A_ROUND, sketches.BLOCK_ROWS = 5, 1, 5
print("ready", flush=True)
with open_store(sys.argv[1]) as store:
    sketches.refresh_sketches(store, Path(sys.argv[2]), table())
"""


@pytest.mark.slow
def test_a_killed_refresh_goes_on(store: Store, folder: Path, tmp_path: Path) -> None:
    """Killed at any moment, what is there is whole, and the next refresh brings the rest."""
    fill(store, range(300))
    command = [sys.executable, "-c", KILLED, f"sqlite:///{tmp_path / 'drumbeat.db'}", str(folder)]
    for delay in (0.0, 0.02, 0.05):
        with subprocess.Popen(command, stdout=subprocess.PIPE, env=dict(os.environ)) as child:
            assert child.stdout is not None
            child.stdout.readline()
            try:
                child.wait(delay)
            except subprocess.TimeoutExpired:
                child.send_signal(signal.SIGKILL)
        state = SketchFolder(folder).open(verify=True)
        assert state is None or known(folder) == list(range(1, len(state) + 1))
    refresh_sketches(store, folder, table())
    assert known(folder) == list(range(1, 301))
    sketches = SketchFolder(folder).open()
    assert sketches is not None
    assert (
        len(
            sketches.nearest(
                vectors(1)[0], narrowing=Narrowing(), steps=Steps(by_signs=400, by_sketch=400, by_product=400)
            )
        )
        == 300
    )
