"""What the pages and the JSON interface ask of the store; nothing here writes."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from fastapi import HTTPException, Request

from config.clock import Clock, midnight
from config.workspace import Workspace
from drumbeat.edits import VersionView, versions_of
from drumbeat.evidence import NarrativePassage, Reading, listed_passages, readings
from drumbeat.search import unknown_filter
from drumbeat.shown.health import HealthView, health_views
from drumbeat.shown.kept_background import KeptBackground
from drumbeat.shown.overview import (
    background_of,
    last_days,
    make_overview,
    relabelled,
    written_detail,
    written_digest,
)
from drumbeat.shown.polls import is_notable, remark_on
from storage.archive import ArchivedResponse, ArchiveReader
from storage.records import (
    Article,
    CopyMember,
    FeedPoll,
    Narrative,
    NarrativeLink,
    PageHistory,
    SearchFilters,
    SearchHit,
)
from storage.store import Store
from storage.stores.lists import Key

if TYPE_CHECKING:
    from analysis.digest.wording import Wording

RECENT = timedelta(days=28)
"""What is listed where no other period is asked for."""


@dataclass(frozen=True, slots=True)
class ArticleView:
    """An article with everything that hangs on it."""

    article: Article
    passages: list[tuple[Reading, Narrative | None]]
    copies: list[tuple[CopyMember, Article]]
    versions: list[VersionView]
    """Later answers of its page: edited, or withdrawn."""
    history: PageHistory | None
    """What became of its page since."""
    addresses: list[str]
    """Other addresses under which it was found."""


@dataclass(frozen=True, slots=True)
class PollView:
    """The last poll of a listing, and what a person should know of it."""

    poll: FeedPoll
    remark: str
    is_notable: bool


@dataclass(frozen=True, slots=True)
class Reader:
    """Read access for the web. What is dear to make, a stage has written; kept is the background alone."""

    store: Store
    workspace: Workspace
    clock: Clock
    kept_background: KeptBackground = field(default_factory=KeptBackground)

    def period(self) -> tuple[date, date]:
        """The seven days that the overview shows."""
        return last_days(self.store, self.clock)

    def days(self, since: date | None, until: date | None) -> tuple[date, date]:
        """From `since` to the day after `until`; what is not named: the last four weeks."""
        last = until or self.period()[1]
        return since or last - RECENT, last + timedelta(days=1)

    def digest(self) -> dict[str, Any]:
        """The digest of the last seven days that the last `overview` wrote, as plain JSON; made now where
        there is none yet.
        """
        written = written_digest(self.store)
        if written is None:
            return make_overview(self.store, self.workspace, self.clock)
        return relabelled(self.store, written)

    def narrative(self, narrative_id: int) -> dict[str, Any] | None:
        """One narrative over the period as plain JSON; None if there is none."""
        from analysis.digest.build import narrative_detail

        start, end = self.period()
        written = written_detail(self.store, narrative_id)
        if written is not None:
            labels = self.store.lists.labels([narrative_id])
            return {**written, "label": labels.get(narrative_id, written["label"])}
        found = narrative_detail(
            store=self.store,
            workspace=self.workspace,
            narrative_id=narrative_id,
            start=start,
            end=end,
            background=background_of(self.store, self.kept_background, end),
        )
        return found.to_dict() if found else None

    def resolved(self, narrative_id: int, *, alone: bool = False) -> Narrative | None:
        """The narrative that a number is shown as now.

        Args:
            alone: what tells a watched statement by itself, not as the watched one.
        """
        narratives = self.store.narratives
        return narratives.resolve(narrative_id) if alone else narratives.shown_as(narrative_id)

    def linked(self, narrative: Narrative) -> list[tuple[NarrativeLink, str]]:
        """What was discovered of a watched narrative, each with its label."""
        links = self.store.links.to(narrative.narrative_id)
        labels = self.store.lists.labels([link.narrative_id for link in links])
        return [(link, labels.get(link.narrative_id, "")) for link in links]

    def wording(self, narrative: Narrative) -> Wording | None:
        """How the passages of a watched statement word it, over the last weeks; None of a discovered one."""
        from analysis.digest.wording import WEEKS, wording_of

        if narrative.kind != "watched":
            return None
        end = self.period()[1]
        start = midnight(end - timedelta(weeks=WEEKS, days=7))
        rows = self.store.tellings.hits(narrative.statement_id or "", start=start, end=midnight(end))
        return wording_of(rows, end=end)

    def suggested(self, narrative: Narrative) -> tuple[int, str] | None:
        """What a watched statement grew by and is not linked to, with its label: probably the same claim."""
        if narrative.kind != "watched":
            return None
        grown = self.store.watch_learned.grown().get(narrative.statement_id or "")
        found = None if grown is None or grown.linked is None else self.store.narratives.get(grown.linked)
        if found is None or found.status == "merged" or self.store.links.of(found.narrative_id):
            return None
        return found.narrative_id, found.label

    def told(
        self, narrative: Narrative, *, limit: int, after: Key | None = None, offset: int = 0
    ) -> list[NarrativePassage]:
        """A page of the narrative's passages and of those merged into it, the newest first; of a watched one
        its statement's hits, and what was discovered of it.
        """
        found = listed_passages(self.store, narrative, after=after, offset=offset, limit=limit)
        rows = {row.passage_id: row for row in self.store.passages.many([item.passage_id for item in found])}
        return [
            NarrativePassage(rows[item.passage_id], item.similarity, item.stance)
            for item in found
            if item.passage_id in rows
        ]

    def search(self, query: str, filters: SearchFilters, *, limit: int) -> list[SearchHit]:
        """Articles that the words of the query stand in, best first.

        Raises:
            HTTPException: nothing here has a source, country or language of the filters.
        """
        problem = unknown_filter(self.store, filters)
        if problem is not None:
            raise HTTPException(422, problem)
        return self.store.search.text(query, filters=filters, limit=limit)

    def article(self, article_id: str) -> ArticleView | None:
        """An article, the narratives of its passages and its copies."""
        article = self.store.articles.get(article_id)
        if article is None:
            return None
        passages = [(reading, self._told_by(reading)) for reading in readings(self.store, article_id)]
        return ArticleView(
            article,
            passages,
            self._copies(article_id),
            versions_of(self.store, article_id, article),
            self.store.versions.histories([article_id]).get(article_id),
            self.store.pages.addresses(article_id),
        )

    def health(self) -> list[HealthView]:
        """What is wrong with every feed that was polled."""
        listed = self._listed()
        known = [health for health in self.store.health.all() if health.source_id in listed]
        return health_views({health.feed_url: health.source_id for health in known}, known)

    def polls(self) -> list[PollView]:
        """The last poll of every listing, by source."""
        listed = self._listed()
        return [
            PollView(
                poll,
                remark_on(poll),
                is_notable(
                    outcome=poll.outcome,
                    entries=poll.entries,
                    followed=poll.followed,
                    unreadable=poll.unreadable,
                ),
            )
            for poll in self.store.feeds.last_polls()
            if poll.source_id in listed
        ]

    def _listed(self) -> set[str]:
        """Ids of the outlets that the directory names."""
        return {source.source_id for source in self.store.sources.listed()}

    def _told_by(self, reading: Reading) -> Narrative | None:
        """The narrative that a passage was given to, as it stands now."""
        given = reading.assignment
        return self.store.narratives.shown_as(given.narrative_id) if given else None

    def _copies(self, article_id: str) -> list[tuple[CopyMember, Article]]:
        """The other articles of an article's copy group."""
        member = self.store.copies.of([article_id]).get(article_id)
        if member is None:
            return []
        rows = {row.article_id: row for row in self.store.copies.members([member.group_id])}
        rows.pop(article_id, None)
        articles = {row.article_id: row for row in self.store.articles.many(list(rows))}
        return [(row, articles[key]) for key, row in rows.items() if key in articles]

    def archived(self, article_id: str) -> ArchivedResponse | None:
        """The archived response of an article's page."""
        page = self.store.pages.get(article_id)
        return ArchiveReader(self.workspace.archive_dir).read(page.warc) if page and page.warc else None


def reader_of(request: Request) -> Reader:
    """The reader of the application that a request came to."""
    reader: Reader = request.app.state.reader
    return reader
