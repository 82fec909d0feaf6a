"""`drumbeat try URL`: one page through every stage, each shown, nothing stored."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from config.clock import Clock
from config.workspace import Workspace

if TYPE_CHECKING:
    from storage.records import Article, Passage
    from storage.store import Store

Stages = dict[str, dict[str, object]]
SHOWN = 300
"""Characters of a text that are shown."""


def try_page(url: str, *, workspace: Workspace, clock: Clock, store: Store | None = None) -> Stages:
    """Fetch, clean, date, tell the language, cut, embed, find narratives and watched statements - as the
    stages would, robots.txt and delays included.

    Args:
        store: the workspace's, for what depends on its means, narratives and watchlist; without it passages
        are the last stage.

    Raises:
        ConfigError: the address lies on a real site and no contact is set.
        EmbeddingError: the model cannot be used.
    """
    from crawler.inspect import inspect

    inspection = inspect(url, workspace=workspace, clock=clock)
    stages: Stages = dict(inspection.stages)
    if inspection.outcome == "stored":
        source = inspection.source
        answer = inspection.answer
        stages |= cleaned(
            answer.final_url,
            answer.body,
            dict(answer.headers),
            workspace=workspace,
            clock=clock,
            languages=source.languages if source else (),
            store=store,
        )
    return stages


def cleaned(
    url: str,
    body: bytes,
    headers: Mapping[str, str],
    *,
    workspace: Workspace,
    clock: Clock,
    languages: tuple[str, ...] = (),
    store: Store | None = None,
) -> Stages:
    """What cleaning makes of fetched bytes, stage by stage."""
    from analysis.text.passages import cut
    from crawler.cleaning.extract import Refusal
    from crawler.cleaning.page import extract, make_article
    from storage.ids import page_id
    from storage.records import Page

    page = Page(
        page_id=page_id(url),
        url=url,
        source_id="",
        discovered_at=clock.now(),
        origin="live",
        fetched_at=clock.now(),
    )
    settings = workspace.settings.clean
    found = extract(page, body, headers, settings)
    if isinstance(found, Refusal):
        return {"clean": {"outcome": found.outcome}}
    article = make_article(page, found, languages=languages, settings=settings)
    embed = workspace.settings.embed
    passages = cut(article, words=embed.passage_words, most=embed.max_passages)
    told = _article_told(article, passages)
    if store is None:
        return told
    from drumbeat.try_meaning import meaning_told

    return told | meaning_told(store, workspace, article, passages, None)


def _article_told(article: Article, passages: Sequence[Passage]) -> Stages:
    """The article and its passages, as cleaning and cutting leave them."""
    from drumbeat.explain import article_told

    return {
        "clean": {
            "outcome": "article",
            "title": article.title,
            "authors": ", ".join(article.authors),
            "text": article.body[:SHOWN],
        },
        **article_told(article),
        "passages": {str(row.ordinal): row.text[:SHOWN] for row in passages},
    }
