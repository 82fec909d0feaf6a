"""Make what was fetched safe: first the archive, then the rows that point into it, in groups, away from the
event loop.

    put --> waiting --> group of up to 50 --> [thread] write records, one sync, commit rows in order
        --> the callers go on

A group is whatever came in while the one before was being written, so that a lone answer waits for nothing
and a hundred share one sync. Killed anywhere, the worst that is left is archive records without a row; their
pages are still waiting and are fetched again.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, replace
from typing import TypeVar

from crawler.answers import Answer
from storage.archive import ArchiveWriter
from storage.records import FeedHealth, FeedPoll, FeedState, Page, PageLook, PageVersion, WarcPlace
from storage.store import Store

GROUP = 50
LINGER_SECONDS = 0.01
"""For this long a group waits for company."""

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One thing to make safe: an answer to archive, if there is one, and the rows that follow from it."""

    answer: Answer | None = None
    rendered: bytes | None = None
    """What a browser made of the answer."""
    page: Page | None = None
    state: FeedState | None = None
    poll: FeedPoll | None = None
    found: tuple[Page, ...] = ()
    paced: Callable[[FeedState, Sequence[Page]], FeedState] | None = None
    """Makes the state that is kept of a feed from the state after the poll and the pages that are new."""
    health: FeedHealth | None = None
    """What the poll says of its feed."""
    version: PageVersion | None = None
    """What the answer adds to a page that is stored."""
    look: PageLook | None = None
    """A stored page that was looked at again."""


class Recorder:
    """Writes entries in the order in which they were put.

    Args:
        executor: one thread; every use of the store goes through it.
    """

    def __init__(self, store: Store, archive: ArchiveWriter, executor: Executor) -> None:
        self._store = store
        self._archive = archive
        self._executor = executor
        self._waiting: list[tuple[Entry, asyncio.Future[int]]] = []
        self._writer: asyncio.Task[None] | None = None

    async def put(self, entry: Entry) -> int:
        """Return once the entry is safe: how many new pages it brought.

        Raises:
            StorageError: it is not, and neither is anything of its group.
        """
        done: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        self._waiting.append((entry, done))
        if self._writer is None or self._writer.done():
            self._writer = asyncio.ensure_future(self._write_all())
        # Shielded: what is called off while it waits is written all the same.
        return await asyncio.shield(done)

    async def keep(self, answer: Answer) -> None:
        """Archive an answer that has no row of its own."""
        await self.put(Entry(answer=answer))

    async def ask(self, question: Callable[[Store], T]) -> T:
        """Ask the store something in its thread."""
        return await asyncio.get_running_loop().run_in_executor(self._executor, question, self._store)

    async def flush(self) -> None:
        """Return when nothing waits any more."""
        while self._writer is not None and not self._writer.done():
            await asyncio.wait([self._writer])

    async def _write_all(self) -> None:
        await asyncio.sleep(LINGER_SECONDS)
        while self._waiting:
            group, self._waiting = self._waiting[:GROUP], self._waiting[GROUP:]
            writing = asyncio.get_running_loop().run_in_executor(
                self._executor, self._write, [entry for entry, _ in group]
            )
            # Whatever goes wrong belongs to those who wait for this group: it is handed to each of them
            # below.
            await asyncio.wait([writing])
            problem = writing.exception()
            for position, (_, done) in enumerate(group):
                if problem is not None:
                    done.set_exception(problem)
                    # Somebody who was called off will not ask, and that is no news to anybody.
                    done.exception()
                else:
                    done.set_result(writing.result()[position])

    def _write(self, entries: Sequence[Entry]) -> list[int]:
        places = [self._archived(entry.answer, entry.rendered) for entry in entries]
        if any(places):
            self._archive.sync()
        new: list[int] = []
        pages: list[Page] = []
        for entry, place in zip(entries, places, strict=True):
            if entry.page is not None:
                pages.append(replace(entry.page, warc=place))
            if entry.look is not None:
                self._looked(entry.look, entry.version, place)
            new.append(
                self._polled(entry, entry.state, entry.poll)
                if entry.state is not None and entry.poll is not None
                else 0
            )
        if pages:
            self._store.pages.record_fetch(pages)
        return new

    def _looked(self, look: PageLook, version: PageVersion | None, place: WarcPlace | None) -> None:
        if version is not None:
            self._store.pages.add_versions([replace(version, warc=place)])
        self._store.pages.count_looks([look.page_id])
        self._store.versions.look(look)

    def _archived(self, answer: Answer | None, rendered: bytes | None) -> WarcPlace | None:
        if answer is None or answer.status is None:
            return None
        return self._archive.write(
            url=answer.url,
            final_url=answer.final_url,
            fetched_at=answer.fetched_at,
            status=answer.status,
            http_headers=answer.headers,
            body=answer.body,
            kind=answer.kind,
            rendered=rendered,
        )

    def _polled(self, entry: Entry, state: FeedState, poll: FeedPoll) -> int:
        known = self._store.pages.known([page.url for page in entry.found])
        new = [page for page in entry.found if page.url not in known]
        if new:
            state = replace(state, last_new_at=poll.polled_at)
        if entry.paced is not None:
            state = entry.paced(state, new)
        poll = replace(poll, new_links=len(new))
        health = entry.health
        if new and health is not None and health.condition == "no_news":
            health = replace(health, condition="well", detail="")
        self._store.feeds.record(state, poll, entry.found, health)
        return len(new)
