"""What the pages and the JSON interface ask of the store; nothing here writes."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from fastapi import Request

from config.clock import Clock
from config.workspace import Workspace
from drumbeat.evidence import Reading, readings
from storage.archive import ArchivedResponse, ArchiveReader
from storage.records import Article, CopyMember, Narrative
from storage.store import Store

PERIOD = timedelta(days=7)
RECENT = timedelta(days=28)
"""What is listed where no other period is asked for."""


@dataclass(frozen=True, slots=True)
class ArticleView:
    """An article with everything that hangs on it."""

    article: Article
    passages: list[tuple[Reading, Narrative | None]]
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

    def days(self, since: date | None, until: date | None) -> tuple[date, date]:
        """From `since` to the day after `until`; what is not named: the last four weeks."""
        last = until or self.period()[1]
        return since or last - RECENT, last + timedelta(days=1)

    def digest(self) -> dict[str, Any]:
        """The digest of the period as plain JSON."""
        from analysis.digest.build import build_digest

        start, end = self.period()
        found: dict[str, Any] = self._keep(
            ("digest",),
            lambda: build_digest(
                store=self.store, workspace=self.workspace, start=start, end=end, clock=self.clock
            ).to_dict(),
        )
        return found

    def narrative(self, narrative_id: int) -> dict[str, Any] | None:
        """One narrative over the period as plain JSON; None if there is none."""
        from analysis.digest.build import narrative_detail

        start, end = self.period()

        def build() -> dict[str, Any] | None:
            found = narrative_detail(
                store=self.store, workspace=self.workspace, narrative_id=narrative_id, start=start, end=end
            )
            return found.to_dict() if found else None

        kept: dict[str, Any] | None = self._keep(("narrative", narrative_id), build)
        return kept

    def article(self, article_id: str) -> ArticleView | None:
        """An article, the narratives of its passages and its copies."""
        article = self.store.articles.get(article_id)
        if article is None:
            return None
        passages = [
            (
                reading,
                self.store.narratives.resolve(reading.assignment.narrative_id)
                if reading.assignment
                else None,
            )
            for reading in readings(self.store, article_id)
        ]
        member = self.store.copies.of([article_id]).get(article_id)
        others = (
            [row for row in self.store.copies.members([member.group_id]) if row.article_id != article_id]
            if member
            else []
        )
        articles = {
            row.article_id: row for row in self.store.articles.many([row.article_id for row in others])
        }
        return ArticleView(
            article,
            passages,
            [(row, articles[row.article_id]) for row in others if row.article_id in articles],
        )

    def archived(self, article_id: str) -> ArchivedResponse | None:
        """The archived response of an article's page."""
        page = self.store.pages.get(article_id)
        return ArchiveReader(self.workspace.archive_dir).read(page.warc) if page and page.warc else None

    def _keep(self, key: Any, build: Callable[[], Any]) -> Any:
        """Build once per state of the store: what changes what is shown is a run, or an analyst's correction."""
        recent = self.store.runs.recent(1)
        version = ((recent[0].run_id, recent[0].state) if recent else None, len(self.store.corrections.all()))
        with self._guard:
            if self._kept.get("version") != version:
                self._kept = {"version": version}
            if key not in self._kept:
                self._kept[key] = build()
            return self._kept[key]


def reader_of(request: Request) -> Reader:
    """The reader of the application that a request came to."""
    reader: Reader = request.app.state.reader
    return reader
