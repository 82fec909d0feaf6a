"""A workspace whose vectors are made by hand: a text names its claim, texts of one claim lie around one
direction. No model is loaded.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from config.clock import FixedClock
from config.progress import NoProgress
from config.schedule import Schedule
from config.settings import EmbedSettings, Settings
from config.workspace import Workspace
from storage.ids import text_hash
from storage.records import MeanTable, Vector
from storage.store import Store, create_store
from tests.storage import makers

BUILD = "openai/by-hand"
SIZE = 64
PULL = 0.9
START = makers.DAY
OUTLETS = ("alpha", "beta", "gamma", "delta")


def direction(name: str) -> Vector:
    """A unit vector that belongs to a name."""
    given = np.random.default_rng(int(text_hash(name)[:8], 16)).normal(size=SIZE)
    return np.asarray(given / np.linalg.norm(given), np.float32)


def vector_of(text: str) -> Vector:
    """Around the direction of the claim that the text names (`claim-x`), else anywhere; the same text has the
    same vector.
    """
    claim = re.search(r"claim-\w+", text)
    away = direction(text) + (PULL * direction(claim.group()) if claim else 0)
    return np.asarray(away / np.linalg.norm(away), np.float32)


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    """Defaults but for the engine."""
    return workspace_in(tmp_path)


def workspace_in(folder: Path) -> Workspace:
    """Defaults but for the engine; its own database is `drumbeat.db` there."""
    return Workspace(
        root=folder,
        settings=Settings(embed=EmbedSettings(engine="openai", model="by-hand")),
        sources=(),
        watchlist=(),
        schedule=Schedule(),
    )


@pytest.fixture
def store(workspace: Workspace) -> Iterator[Store]:
    """Four outlets and means of zero, so that vectors are centred as they are."""
    with create_store(workspace.database_url) as opened:
        prepare(opened)
        yield opened


def prepare(store: Store) -> None:
    """What every stage finds: outlets and a table of means that no later passages outweigh."""
    store.sources.sync([makers.source(name) for name in OUTLETS])
    means = {key: np.zeros(SIZE, np.float32) for key in ("*", "en", "fr")}
    store.means.freeze(MeanTable(version=1, build=BUILD, made_at=START, means=means, counts={"en": 10**6}))


def tell(
    store: Store, name: str, text: str, *, outlet: str = "alpha", day: float = 0.0, language: str = "en"
) -> str:
    """Store an article of one passage with its vector; returns the passage id."""
    at = START + timedelta(days=day)
    article = replace(
        makers.article(
            name, body=text, title=f"Title {name}", language=language, first_seen_at=at, counted_at=at
        ),
        source_id=outlet,
    )
    passage = makers.passage(article, text=text, start=0, end=len(text))
    makers.add_articles(store, [article])
    store.passages.save([article.article_id], [passage])
    title = {text_hash(article.title): vector_of(article.title)}
    store.vectors.put(BUILD, title | {passage.text_hash: vector_of(text)})
    return passage.passage_id


def tell_claims(
    store: Store, claims: Sequence[str], *, texts: int = 8, first_day: float = 0.0, tag: str = ""
) -> dict[str, list[str]]:
    """Some independently worded texts of each claim, over the outlets and a week; claim -> passage ids."""
    return {
        claim: [
            tell(
                store,
                f"{tag}{claim}-{step}",
                f"Text {tag}{step} of {claim}.",
                outlet=OUTLETS[step % 4],
                day=first_day + step * 0.8,
            )
            for step in range(texts)
        ]
        for claim in claims
    }


def at(day: float) -> FixedClock:
    """The clock so many days after the beginning."""
    return FixedClock(START + timedelta(days=day))


def run(stage: object, store: Store, workspace: Workspace, day: float) -> dict[str, int]:
    """Run a door of the room."""
    assert callable(stage)
    found: dict[str, int] = stage(
        store=store, workspace=workspace, clock=at(day), run_id=f"run-{day}", progress=NoProgress()
    )
    return found


def held(store: Store) -> dict[str, int]:
    """Passage -> narrative."""
    return {item.passage_id: item.narrative_id for item in store.narratives.assignments()}


def moment(day: float) -> datetime:
    """So many days after the beginning."""
    return START + timedelta(days=day)
