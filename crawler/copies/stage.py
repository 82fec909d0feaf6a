"""The stage: new articles against the days around them.

waiting articles -> step by step: sketch the new -> pairs with sketches of the days around
                 -> compare these pairs -> links
                 -> groups that new articles or links touch, made again from stored links -> one transaction
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Final

from config.clock import Clock
from config.progress import Progress
from config.settings import CopySettings
from config.workspace import Workspace
from crawler.copies.grouping import group_articles, text_of
from crawler.copies.links import Dated, Text, link_pairs, pairs_to_compare, window
from crawler.copies.members import Grouping
from crawler.copies.shingles import Sketch, sketch_of
from storage.records import Article, CopyLink, CopyMember, CopySketch
from storage.store import Store

STEP: Final = 2000
"""Articles that are grouped in one transaction: bounds memory, and what a killed run has to do again.
Decides memory only."""
CHUNK: Final = 500
"""Articles whose texts are read at once. Decides memory only."""


def group_copies(
    *, store: Store, workspace: Workspace, clock: Clock, run_id: str, progress: Progress
) -> dict[str, int]:
    """Give every article without a group its group; groups that new articles touch are made again from stored
    links.

    Step by step, each in one transaction: a killed run has done whole steps, and the next goes on. Day by day
    and all at once give the same groups. A text is cut into runs once in its life, a pair is compared once.

    Returns:
        `articles` newly grouped, and members of the touched groups by relation.
    """
    waiting = store.copies.waiting()
    if not waiting:
        return {"articles": 0}
    progress.start("copies", len(waiting))
    settings = workspace.settings.copies
    counts: Counter[str] = Counter()
    for start in range(0, len(waiting), STEP):
        part = waiting[start : start + STEP]
        counts += _group_part(store, part, settings)
        progress.step(len(part))
    return {"articles": len(waiting), **counts}


def _group_part(store: Store, waiting: Sequence[str], settings: CopySettings) -> Counter[str]:
    """Group some of the articles that wait; relations of the members of every group that was touched."""
    articles = store.articles.many(waiting)
    new = _sketches(store, articles)
    links = _new_links(store, articles, new, settings)
    affected = _affected(store, links, waiting)
    former = list(store.copies.of([row.article_id for row in affected]).values())
    grouping = _regrouped(store, affected, former, links, settings)
    dissolved = {row.group_id for row in former} - {group.group_id for group in grouping.groups}
    store.copies.replace(grouping.groups, grouping.members, dissolved=dissolved, sketches=new, links=links)
    return Counter(member.relation for member in grouping.members)


def _sketches(store: Store, articles: Sequence[Article]) -> list[CopySketch]:
    """Of those that have none: a member of a group that was dissolved keeps its sketch and its links."""
    sketched = store.copies.sketched([row.article_id for row in articles])
    return [_sketch(row) for row in articles if row.article_id not in sketched]


def _regrouped(
    store: Store,
    affected: Sequence[Article],
    former: Sequence[CopyMember],
    links: Sequence[CopyLink],
    settings: CopySettings,
) -> Grouping:
    """Groups of the articles, from the links that are stored and those that are new."""
    stored = store.copies.links([row.article_id for row in affected])
    known = {(link.left_id, link.right_id): link for link in (*stored, *links)}
    return group_articles(affected, settings, former=former, links=list(known.values()))


def _new_links(
    store: Store, articles: Sequence[Article], new: Sequence[CopySketch], settings: CopySettings
) -> list[CopyLink]:
    """Links of the new texts with each other and with those of the days around."""
    if not new:
        return []
    pairs = pairs_to_compare([_dated(row) for row in new], _around(store, new, settings), settings)
    own = {row.article_id: text_of(row) for row in articles}
    known = store.copies.links({key for pair in pairs for key in pair})
    return link_pairs(pairs, _Texts(store, own, pairs), settings, known=known)


def _around(store: Store, new: Sequence[CopySketch], settings: CopySettings) -> list[Dated]:
    """What is stored of the days around."""
    moments = [row.counted_at for row in new]
    start, end = min(moments) - window(settings), max(moments) + window(settings)
    _sketch_former(store, start, end)
    return [_dated(row) for row in store.copies.sketches(start, end)]


def _sketch_former(store: Store, start: datetime, end: datetime) -> None:
    """Sketch what a program without sketches has grouped; a no-op once it is done."""
    missing = store.copies.unsketched(start, end)
    for place in range(0, len(missing), CHUNK):
        store.copies.sketch([_sketch(row) for row in store.articles.many(missing[place : place + CHUNK])])


def _affected(store: Store, links: Sequence[CopyLink], waiting: Collection[str]) -> list[Article]:
    """The waiting articles and every member of the groups that they have a link into."""
    connecting = [link for link in (*store.copies.links(waiting), *links) if link.kind != "negated"]
    touched = {key for link in connecting for key in (link.left_id, link.right_id)}.union(waiting)
    groups = {row.group_id for row in store.copies.of(touched).values()}
    return store.articles.many(touched | {row.article_id for row in store.copies.members(groups)})


class _Texts:
    """Texts of pairs, read in runs when the first of a run is asked for; pairs come by their smaller id."""

    def __init__(self, store: Store, own: dict[str, str], pairs: Sequence[tuple[str, str]]) -> None:
        self._store = store
        self._plain = own
        order = dict.fromkeys(key for pair in pairs for key in pair if key not in own)
        self._order = list(order)
        self._place = {key: place for place, key in enumerate(self._order)}
        self._ready: dict[str, Text] = {}

    def __call__(self, article_id: str) -> Text:
        """The text of an article, ready to be compared."""
        if article_id not in self._ready:
            if article_id not in self._plain:
                self._read(self._place[article_id])
            self._ready[article_id] = Text.of(self._plain[article_id])
        return self._ready[article_id]

    def _read(self, place: int) -> None:
        run = self._order[place : place + CHUNK]
        self._plain |= {row.article_id: text_of(row) for row in self._store.articles.many(run)}


def _sketch(article: Article) -> CopySketch:
    found = sketch_of(text_of(article))
    return CopySketch(
        article_id=article.article_id,
        counted_at=article.counted_at,
        runs=found.values,
        is_whole=found.is_whole,
    )


def _dated(row: CopySketch) -> Dated:
    return Dated(row.article_id, row.counted_at, Sketch(row.runs, row.is_whole))
