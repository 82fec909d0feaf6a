"""The stage `embed`: once, again, after a kill, and never the same text twice."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import pytest

from analysis.arrays import Vectors
from analysis.embedding import stage
from analysis.embedding.choose import build_of, settings_of, shared_embedder
from analysis.embedding.stage import embed
from config.clock import FixedClock
from config.progress import NoProgress
from config.settings import EmbedSettings, Settings
from config.workspace import Workspace
from storage.records import Article
from storage.store import Store
from tests.embedding.texts import BRIDGE, OTHER
from tests.storage.makers import DAY, add_articles, article


def run(store: Store, workspace: Workspace, clock: FixedClock) -> dict[str, int]:
    """One run of the stage."""
    return embed(store=store, workspace=workspace, clock=clock, run_id="embed-1", progress=NoProgress())


def articles() -> list[Article]:
    """The test texts as articles."""
    return [
        article(f"{kind}-{tag}", body=text, language=tag)
        for kind, texts in (("b", BRIDGE), ("o", OTHER))
        for tag, text in texts.items()
    ]


def test_articles_get_passages_vectors_and_means(
    store: Store, workspace: Workspace, clock: FixedClock
) -> None:
    """Everything is cut and embedded, the first means are frozen; a second run finds nothing to do."""
    add_articles(store, articles())
    counts = run(store, workspace, clock)
    build = build_of(workspace.settings.embed)
    assert counts == {"articles": 12, "passages": 12, "embedded": 12}
    assert store.vectors.count(build) == 12
    table = store.means.latest(build)
    assert table is not None
    assert (table.version, sum(table.counts.values()), table.made_at) == (1, 12, DAY)
    assert run(store, workspace, clock) == {"articles": 0, "passages": 0, "embedded": 0}


def test_vectors_are_those_of_the_engine(store: Store, workspace: Workspace, clock: FixedClock) -> None:
    """What is stored under a text's hash is the text's vector."""
    add_articles(store, articles())
    run(store, workspace, clock)
    rows = store.passages.window(DAY, DAY.replace(year=2030))
    stored = store.vectors.get(build_of(workspace.settings.embed), [row.text_hash for row in rows])
    made = shared_embedder(settings_of(workspace)).embed([row.text for row in rows])
    assert np.allclose(stored, made, atol=1e-3)


@dataclass
class Counting:
    """An engine that remembers what it was asked, and dies when told to."""

    build: str
    dimensions: int = 4
    asked: list[str] = field(default_factory=list)
    dies_after: int = 10**9

    def embed(self, texts: Sequence[str]) -> Vectors:
        """Ones."""
        if len(self.asked) + len(texts) > self.dies_after:
            raise KeyboardInterrupt
        self.asked += texts
        return np.full((len(texts), 4), 0.5, np.float32)

    def close(self) -> None:
        """Nothing."""


@pytest.fixture
def counting(monkeypatch: pytest.MonkeyPatch, workspace: Workspace) -> Counting:
    """In place of the real engine, in chunks of two."""
    engine = Counting(build_of(workspace.settings.embed))
    monkeypatch.setattr(stage, "shared_embedder", lambda settings: engine)
    monkeypatch.setattr(stage, "ensure_means", lambda store, build, now: None)
    monkeypatch.setattr(stage, "refresh_sketches", lambda *given, **options: 0)
    monkeypatch.setattr(stage, "TEXTS", 2)
    monkeypatch.setattr(stage, "ARTICLES", 2)
    return engine


def test_a_reprint_is_never_embedded_twice(
    store: Store, workspace: Workspace, clock: FixedClock, counting: Counting
) -> None:
    """The same text in two articles, now or later, costs one vector."""
    add_articles(store, [article("1", body=BRIDGE["en"]), article("2", body=BRIDGE["en"])])
    assert run(store, workspace, clock) == {"articles": 2, "passages": 2, "embedded": 1}
    add_articles(store, [article("3", body=BRIDGE["en"]), article("4", body=BRIDGE["fr"])])
    assert run(store, workspace, clock) == {"articles": 2, "passages": 2, "embedded": 1}
    assert len(counting.asked) == len(set(counting.asked)) == 2


def test_a_killed_run_goes_on_where_it_stopped(
    store: Store, workspace: Workspace, clock: FixedClock, counting: Counting
) -> None:
    """What was written before the kill is neither lost nor asked for again."""
    add_articles(store, articles())
    counting.dies_after = 5
    with pytest.raises(KeyboardInterrupt):
        run(store, workspace, clock)
    counting.dies_after = 10**9
    assert run(store, workspace, clock) == {"articles": 0, "passages": 0, "embedded": 8}
    assert len(counting.asked) == len(set(counting.asked)) == 12


def test_articles_without_text_are_cut_too(store: Store, workspace: Workspace, clock: FixedClock) -> None:
    """An article that gives no passage is not asked about for ever, and loads no model."""
    add_articles(store, [article("1", body=" \n ")])
    assert run(store, workspace, clock) == {"articles": 1, "passages": 0, "embedded": 0}
    assert run(store, workspace, clock)["articles"] == 0


def test_paths_are_relative_to_the_workspace(workspace: Workspace) -> None:
    """A relative cache folder or weights file lies in the workspace's folder."""
    from dataclasses import replace
    from pathlib import Path

    of = replace(workspace, settings=Settings(embed=EmbedSettings(cache_dir=Path("cache"))))
    assert settings_of(of).cache_dir == workspace.root / "cache"
    assert settings_of(of).weights_file is None
