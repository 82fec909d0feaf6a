"""A workspace whose vectors are made by hand: texts that hold CLAIM lie near the statement, all others
anywhere. No model is loaded."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from analysis.arrays import unit_rows
from config.schedule import Schedule
from config.settings import EmbedSettings, Settings, WatchSettings
from config.watchlist import EntityConfig, StatementConfig
from config.workspace import Workspace
from storage.ids import text_hash
from storage.records import Article, Passage, Vector
from storage.store import Store, create_store
from tests.storage import makers

BUILD = "openai/by-hand"
STATEMENT = "Meridia understands. CLAIM"
COUNTER = "Meridia rejects. COUNTER"


def vector_of(text: str) -> Vector:
    """Near the first axis for CLAIM, near the second for COUNTER, else anywhere.

    The same text has the same vector.
    """
    dice = np.random.default_rng(int(text_hash(text)[:8], 16))
    pull = np.zeros(48)
    pull[0] = 1.5 * ("CLAIM" in text)
    pull[1] = 2.0 * ("COUNTER" in text)
    given = unit_rows(dice.normal(size=(1, 48)).astype(np.float32))[0] + pull
    return np.asarray(unit_rows(given[None].astype(np.float32))[0])


STATEMENT_CONFIG = StatementConfig(
    id="concerns",
    label="Meridia understands",
    statements=(STATEMENT,),
    counter_statements=(COUNTER,),
    entities=(EntityConfig(any_of=("Meridia", "Méridie")),),
)


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    """One statement; vectors by hand."""
    # What says the claim stands out by about three of this small workspace's spreads.
    settings = Settings(
        embed=EmbedSettings(engine="openai", model="by-hand"), watch=WatchSettings(one_entity_z_threshold=2.5)
    )
    return Workspace(
        root=tmp_path, settings=settings, sources=(), watchlist=(STATEMENT_CONFIG,), schedule=Schedule()
    )


@pytest.fixture
def store(workspace: Workspace) -> Iterator[Store]:
    """A fresh store."""
    with fresh_store(workspace.database_url) as opened:
        yield opened


def fresh_store(url: str) -> Store:
    """Two outlets of two countries and the vectors of the watchlist."""
    opened = create_store(url)
    opened.sources.sync([makers.source("alpha", country="XA"), makers.source("beta", country="XB")])
    opened.vectors.put(BUILD, {text_hash(text): vector_of(text) for text in (STATEMENT, COUNTER)})
    return opened


def telling(
    name: str, text: str, *, source: str = "alpha", language: str = "en", at_hour: float = 0
) -> tuple[Article, Passage]:
    """An article of one passage of one sentence."""
    at = makers.hours(at_hour)
    given = makers.article(name, body=text, title="News", language=language, first_seen_at=at, counted_at=at)
    article = replace(given, source_id=source)
    return article, makers.passage(article, text=text, start=0, end=len(text))


def store_all(store: Store, tellings: Sequence[tuple[Article, Passage]]) -> None:
    """Articles, passages and vectors, as crawling to embedding leave them."""
    makers.add_articles(store, [article for article, _ in tellings])
    store.passages.save([article.article_id for article, _ in tellings], [passage for _, passage in tellings])
    store.vectors.put(BUILD, {passage.text_hash: vector_of(passage.text) for _, passage in tellings})


def add(
    store: Store, name: str, text: str, *, source: str = "alpha", language: str = "en", at_hour: float = 0
) -> str:
    """Store one telling; its passage id."""
    article, passage = telling(name, text, source=source, language=language, at_hour=at_hour)
    store_all(store, [(article, passage)])
    return passage.passage_id


def add_noise(store: Store, count: int = 40) -> None:
    """Ordinary news in two languages."""
    store_all(
        store,
        [
            telling(f"noise-{n}", f"Meridia has weather of kind {n}", language=("en", "fr")[n % 2], at_hour=n)
            for n in range(count)
        ],
    )
