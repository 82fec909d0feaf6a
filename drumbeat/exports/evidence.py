"""One object for every quotation that leaves the house: what was said, by whom, where, when it was published
and first seen, and which archived record proves it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from analysis.plain import Plain
from drumbeat.evidence import listed_passages
from storage.records import (
    Article,
    CopyRelation,
    DateConfidence,
    ListedPassage,
    Narrative,
    Page,
    PassageRow,
    Source,
    Stance,
)
from storage.store import Store

AT_ONCE: Final = 200
"""Passages read at a time: bounds memory by their articles' texts."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ArchiveRecord(Plain):
    """Where the archived response lies: a WARC file of the workspace's archive folder."""

    file: str
    offset: int
    length: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence(Plain):
    """A quotation and everything that proves it. Texts come from outlets and are hostile."""

    passage_id: str
    article_id: str
    narrative_id: int
    quote: str
    """The passage, in its original words."""
    begins_at: int | None
    """Character of the article's text at which the quotation begins; None where the text was cleaned anew."""
    ends_at: int | None
    """Exclusive."""
    title: str
    language: str
    source_id: str
    outlet: str
    country: str
    ownership: str
    """In the words of the list."""
    ownership_list: str | None
    url: str
    published_at: datetime | None
    date_confidence: DateConfidence
    first_seen_at: datetime
    late: bool
    copy_group: str
    relation: CopyRelation
    similarity: float
    stance: Stance | None
    page_sha256: str | None
    """Of the response's body as it was archived."""
    archive: ArchiveRecord | None


def evidence_of(store: Store, narrative: Narrative, *, most: int | None = None) -> Iterator[Evidence]:
    """The passages of a narrative and of those merged into it, the newest first; of a watched one the hits of
    its statement, and what was discovered of it.

    Args:
        most: no more than so many; None: all.
    """
    sources = {row.source_id: row for row in store.sources.all()}
    after, given = None, 0
    while most is None or given < most:
        limit = AT_ONCE if most is None else min(AT_ONCE, most - given)
        listed = listed_passages(store, narrative, after=after, limit=limit)
        if not listed:
            return
        yield from _evidence(store, narrative, listed, sources)
        given += len(listed)
        after = (listed[-1].counted_at, listed[-1].passage_id)


def _evidence(
    store: Store, narrative: Narrative, listed: Sequence[ListedPassage], sources: Mapping[str, Source]
) -> Iterator[Evidence]:
    rows = {row.passage_id: row for row in store.passages.many([item.passage_id for item in listed])}
    ids = sorted({row.article_id for row in rows.values()})
    articles = {row.article_id: row for row in store.articles.many(ids)}
    pages = {row.page_id: row for row in store.pages.many(ids)}
    for item in listed:
        row = rows.get(item.passage_id)
        if row is not None:
            article, page = articles.get(row.article_id), pages.get(row.article_id)
            yield _piece(narrative, item, row, sources.get(row.source_id), _Kept(article, page))


@dataclass(frozen=True, slots=True)
class _Kept:
    """What is kept of the document that holds a passage."""

    article: Article | None
    page: Page | None

    def place(self, text: str) -> tuple[int, int] | None:
        """Where a passage stands in the text."""
        begins = self.article.body.find(text) if self.article else -1
        return (begins, begins + len(text)) if begins >= 0 else None

    @property
    def record(self) -> ArchiveRecord | None:
        """The archived response."""
        place = self.page.warc if self.page else None
        return ArchiveRecord(file=place.file, offset=place.offset, length=place.length) if place else None


def _piece(
    narrative: Narrative, item: ListedPassage, row: PassageRow, source: Source | None, kept: _Kept
) -> Evidence:
    begins, ends = kept.place(row.text) or (None, None)
    return Evidence(
        passage_id=row.passage_id,
        article_id=row.article_id,
        narrative_id=narrative.narrative_id,
        quote=row.text,
        begins_at=begins,
        ends_at=ends,
        title=row.title,
        language=row.language,
        source_id=row.source_id,
        outlet=source.name if source else row.source_id,
        country=row.country,
        ownership=row.ownership,
        ownership_list=source.ownership_list if source else None,
        url=row.url,
        published_at=row.published_at,
        date_confidence=row.date_confidence,
        first_seen_at=row.first_seen_at,
        late=row.late,
        copy_group=row.group_id,
        relation=row.relation,
        similarity=round(item.similarity, 4),
        stance=item.stance,
        page_sha256=kept.page.sha256 if kept.page else None,
        archive=kept.record,
    )
