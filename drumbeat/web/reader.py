"""What the pages and the JSON interface ask of the store; nothing here writes."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from config.clock import Clock
from config.workspace import Workspace
from storage.archive import ArchivedResponse, ArchiveReader
from storage.records import Article, CopyMember, Narrative, PassageRow
from storage.store import Store

PERIOD = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class ArticleView:
    """An article with everything that hangs on it."""

    article: Article
    passages: list[tuple[PassageRow, Narrative | None, float | None]]
    copies: list[tuple[CopyMember, Article]]


@dataclass(slots=True)
class Reader:
    """Read access for the web; digests are kept until a stage has run again."""

    store: Store
    workspace: Workspace
    clock: Clock
    _kept: dict[Any, Any] = field(default_factory=dict)
    _guard: threading.Lock = field(default_factory=threading.Lock)

    def period(self) -> tuple[date, date]:
        """The seven days that the overview shows: up to and with the day of the last counting run, else today."""
        last = self.store.runs.last("count")
        until = (last.as_of if last else self.clock.now()).date() + timedelta(days=1)
        return until - PERIOD, until

    def digest(self) -> dict[str, Any]:
        """The digest of the period as plain JSON."""
        from analysis.digest import build_digest

        start, end = self.period()
        found: dict[str, Any] = self._keep(
            ("digest",), lambda: build_digest(store=self.store, workspace=self.workspace, start=start, end=end, clock=self.clock).to_dict()
        )
        return found

    def narrative(self, narrative_id: int) -> dict[str, Any] | None:
        """One narrative over the period as plain JSON; None if there is none."""
        from analysis.digest import narrative_detail

        start, end = self.period()

        def build() -> dict[str, Any] | None:
            found = narrative_detail(store=self.store, workspace=self.workspace, narrative_id=narrative_id, start=start, end=end)
            return found.to_dict() if found else None

        kept: dict[str, Any] | None = self._keep(("narrative", narrative_id), build)
        return kept

    def article(self, article_id: str) -> ArticleView | None:
        """An article, the narratives of its passages and its copies."""
        article = self.store.articles.get(article_id)
        if article is None:
            return None
        passages = []
        for row, assignment in self._assigned(article_id):
            narrative = self.store.narratives.resolve(assignment[0]) if assignment else None
            passages.append((row, narrative, assignment[1] if assignment else None))
        member = self.store.copies.of([article_id]).get(article_id)
        others = [row for row in self.store.copies.members([member.group_id]) if row.article_id != article_id] if member else []
        articles = {row.article_id: row for row in self.store.articles.many([row.article_id for row in others])}
        return ArticleView(article, passages, [(row, articles[row.article_id]) for row in others if row.article_id in articles])

    def archived(self, article_id: str) -> ArchivedResponse | None:
        """The archived response of an article's page."""
        page = self.store.pages.get(article_id)
        return ArchiveReader(self.workspace.archive_dir).read(page.warc) if page and page.warc else None

    def _assigned(self, article_id: str) -> list[tuple[PassageRow, tuple[int, float] | None]]:
        rows = self.store.passages.of_article(article_id)
        if not rows:
            return []
        start = rows[0].counted_at
        found = {row.passage_id: row for row in self.store.narratives.assignments(start=start, end=start + timedelta(microseconds=1))}
        return [
            (row, (found[row.passage_id].narrative_id, found[row.passage_id].similarity) if row.passage_id in found else None)
            for row in rows
        ]

    def _keep(self, key: Any, build: Callable[[], Any]) -> Any:
        """Build once per state of the store: a finished run is what changes what is shown."""
        recent = self.store.runs.recent(1)
        version = (recent[0].run_id, recent[0].state) if recent else None
        with self._guard:
            if self._kept.get("version") != version:
                self._kept = {"version": version}
            if key not in self._kept:
                self._kept[key] = build()
            return self._kept[key]


def day_start(day: date) -> datetime:
    """Midnight, UTC."""
    return datetime.combine(day, time(), UTC)
