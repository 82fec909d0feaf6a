"""The passages that a digest quotes of a narrative, in their original words."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Literal

from analysis.digest.evidence import FirstMover, Quote
from analysis.digest.outlets import ref_of
from analysis.digest.reader import DigestReader
from analysis.digest.spread import CarriedArticle
from analysis.plain import direction_of
from storage.records.told import NarrativeRow


def quotes(
    reader: DigestReader,
    passages: Sequence[NarrativeRow],
    told: Sequence[CarriedArticle],
    first: FirstMover | None,
) -> tuple[Quote, ...]:
    """The best passages: the first mover's, then the most central of other outlets and languages; own texts
    of the period.
    """
    central = sorted(passages, key=lambda row: (-row.similarity, row.passage_id))
    opener = None if first is None else _of_article(central, first.article_id)
    own = {item.row.article_id for item in told if item.own}
    pool = [row for row in central if row.article_id in own]
    limit = reader.workspace.settings.report.quotes_per_narrative
    chosen = _spread(pool, [] if opener is None else [opener], limit)
    return tuple(quoted(reader, chosen, opener))


def quoted(
    reader: DigestReader, chosen: Sequence[NarrativeRow], opener: NarrativeRow | None = None
) -> Iterator[Quote]:
    """The chosen passages with their texts, and what became of their pages."""
    passages = reader.store.passages.many([row.passage_id for row in chosen])
    texts = {row.passage_id: row.text for row in passages}
    histories = reader.store.versions.histories([row.article_id for row in chosen])
    for row in chosen:
        history = histories.get(row.article_id)
        quote = _quote(reader, row, texts[row.passage_id], is_first=row is opener)
        yield replace(quote, history=history.told if history else "")


def _of_article(rows: Sequence[NarrativeRow], article_id: str) -> NarrativeRow | None:
    return next((row for row in rows if row.article_id == article_id), None)


def _spread(pool: Sequence[NarrativeRow], chosen: list[NarrativeRow], limit: int) -> list[NarrativeRow]:
    """The chosen, and more of the pool until there are enough or no article is left."""
    while len(chosen) < limit and (best := _next_quote(pool, chosen)) is not None:
        chosen.append(best)
    return chosen


def _next_quote(pool: Sequence[NarrativeRow], taken: Sequence[NarrativeRow]) -> NarrativeRow | None:
    """The most central passage of a new outlet and language, else of a new outlet, else of a new article."""
    outlets, languages = {row.source_id for row in taken}, {row.language for row in taken}
    articles = {row.article_id for row in taken}
    left = [row for row in pool if row.article_id not in articles]
    return min(left, key=lambda row: (row.source_id in outlets, row.language in languages), default=None)


def _quote(reader: DigestReader, row: NarrativeRow, text: str, *, is_first: bool) -> Quote:
    role: Literal["first", "central"] = "first" if is_first else "central"
    return Quote(
        passage_id=row.passage_id,
        article_id=row.article_id,
        text=text,
        title=row.title,
        language=row.language,
        direction=direction_of(row.language),
        outlet=ref_of(reader.refs, row),
        url=row.url,
        published_at=row.published_at,
        date_confidence=row.date_confidence,
        first_seen_at=row.first_seen_at,
        late=row.late,
        relation=row.relation,
        role=role,
        similarity=round(row.similarity, 4),
        archive=reader.place(row.article_id),
    )
