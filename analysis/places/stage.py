"""The stage `places`: what new articles name, and which countries they are about.

    passages above the mark --their articles--> title and passages --gazetteer--> names --one transaction a
    block--> store

The mark belongs to a version of the gazetteer: when names or rules change it begins again, block after
block. Killed at any
moment, it goes on behind the last block that was written.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Final

import structlog

from analysis.places.gazetteer import Gazetteer, gazetteer, version
from analysis.places.reading import TITLE, Segment, read_article
from config.clock import Clock
from config.progress import Progress
from config.workspace import Workspace
from storage.records import Article
from storage.records.places import ArticleName, CutPassage
from storage.store import Store

_log = structlog.get_logger(__name__)

STAGE: Final = "places"
BLOCK: Final = 2000
"""Passages a transaction: a few hundred articles. Decides memory and what a killed run does again."""


def read_places(
    *, store: Store, workspace: Workspace, clock: Clock, run_id: str, progress: Progress
) -> dict[str, int]:
    """Read what this version of the gazetteer has not read.

    Counts: articles, names (rows), about (articles that are about a country).

    Raises:
        StorageError: the store cannot be read or written.
    """
    counts = dict.fromkeys(("articles", "names", "about"), 0)
    progress.start(STAGE)
    known = version()
    while waiting := store.places.waiting(known, limit=BLOCK):
        article_ids = sorted({cut.article_id for cut in waiting})
        names = names_of(store, article_ids, gazetteer())
        store.places.save(article_ids, names, version=known, through=waiting[-1].passage_no)
        counts["articles"] += len(article_ids)
        counts["names"] += len(names)
        counts["about"] += len({name.article_id for name in names if name.about})
        progress.step(len(article_ids))
    _log.info(STAGE, run_id=run_id, **counts)
    return counts


def names_of(store: Store, article_ids: Sequence[str], names: Gazetteer) -> list[ArticleName]:
    """What these articles name."""
    cuts: defaultdict[str, list[CutPassage]] = defaultdict(list)
    for cut in store.places.cuts_of(article_ids):
        cuts[cut.article_id].append(cut)
    articles = store.articles.many(article_ids)
    return [row for article in articles for row in _names_of_one(article, cuts[article.article_id], names)]


def _names_of_one(article: Article, cuts: Sequence[CutPassage], names: Gazetteer) -> list[ArticleName]:
    segments = [Segment(TITLE, article.title)]
    segments += [Segment(cut.ordinal, article.body[cut.start : cut.end]) for cut in cuts]
    return [
        ArticleName(
            article_id=article.article_id,
            name=found.name,
            mentions=found.mentions,
            share=found.share,
            about=found.about,
            passages=found.ordinals,
        )
        for found in read_article(segments, article.language, names)
    ]
