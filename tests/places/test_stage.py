"""The stage `places`: repeated, begun again for another gazetteer, stopped half-way."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from analysis.places import stage
from analysis.places.stage import read_places
from config.clock import FixedClock
from config.progress import NoProgress
from config.schedule import Schedule
from config.settings import Settings
from config.workspace import Workspace
from storage.records import Article
from storage.store import Store, create_store
from tests.storage.makers import DAY, add_articles, article, passage

BODY = "Malian troops left Kidal. Bamako blames France."


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """An empty database."""
    with create_store(f"sqlite:///{tmp_path}/drumbeat.db") as opened:
        yield opened


def run(store: Store, root: Path) -> dict[str, int]:
    """The stage, once."""
    workspace = Workspace(root=root, settings=Settings(), sources=(), watchlist=(), schedule=Schedule())
    return read_places(
        store=store, workspace=workspace, clock=FixedClock(DAY), run_id="r", progress=NoProgress()
    )


def stored(store: Store, *names: str) -> list[Article]:
    """Articles on Mali with one passage each."""
    made = [article(name, title="Mali and its army", body=BODY, language="en") for name in names]
    add_articles(store, made)
    store.passages.save(
        [item.article_id for item in made],
        [passage(item, text=BODY, start=0, end=len(BODY)) for item in made],
    )
    return made


def test_names_are_kept_with_their_passages(store: Store, tmp_path: Path) -> None:
    """Country, share and passages of an article; a second run has nothing to do."""
    (one,) = stored(store, "1")
    assert run(store, tmp_path) == {"articles": 1, "names": 2, "about": 1}
    first, second = store.places.of([one.article_id])
    assert (first.name, first.about, first.mentions, first.passages) == ("country:ML", True, 4, (-1, 0))
    assert (second.name, second.about) == ("country:FR", False)
    assert run(store, tmp_path) == {"articles": 0, "names": 0, "about": 0}
    (told,) = store.places.told_about(DAY.replace(year=2000), DAY.replace(year=2100))
    assert (told.name, told.articles) == ("country:ML", 1)


def test_another_gazetteer_reads_all_again(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A new version begins at the first passage, block by block, and leaves nothing twice."""
    made = stored(store, "1", "2", "3")
    run(store, tmp_path)
    monkeypatch.setattr(stage, "version", lambda: "another")
    monkeypatch.setattr(stage, "BLOCK", 1)
    assert run(store, tmp_path)["articles"] == 3
    assert len(store.places.of([item.article_id for item in made])) == 6


def test_a_stopped_run_goes_on_behind_its_last_block(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was written stays, and the rest follows."""
    made = stored(store, "1", "2", "3")
    monkeypatch.setattr(stage, "BLOCK", 1)
    read, calls = stage.names_of, []

    def stopping(*given: object) -> object:
        calls.append(given)
        if len(calls) == 2:
            raise KeyboardInterrupt
        return read(*given)  # type: ignore[arg-type]

    monkeypatch.setattr(stage, "names_of", stopping)
    with pytest.raises(KeyboardInterrupt):
        run(store, tmp_path)
    assert len(store.places.of([item.article_id for item in made])) == 2
    assert run(store, tmp_path)["articles"] == 2
    assert len(store.places.of([item.article_id for item in made])) == 6
