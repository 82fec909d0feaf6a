"""Run a spider of the workspace: start its process, fetch what it asks for, collect what it finds, end it.

await run_spider(order, fetch)      what it found, and the answers that it gave back as articles
"""

from __future__ import annotations

import asyncio
import os
import socket
import subprocess
import sys
from collections import deque
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import structlog

from config.settings import ScrapySettings, Settings
from config.sources import SPIDER
from crawler.answers import Answer, status_outcome
from crawler.listings import FoundLink
from crawler.spiders.frames import (
    HEAD_BYTES,
    MOST_MESSAGE_BYTES,
    BrokenFrame,
    lengths,
    packed,
    unpacked,
)
from crawler.spiders.items import link_of

logger = structlog.get_logger(__name__)

SILENT_SECONDS: Final = 30.0
"""A spider that says nothing for so long while it waits for nothing is ended; before it has begun, only the
time of its whole run counts, since imports take long on a busy machine. Chosen, not measured."""
MOST_LINKS: Final = 50_000
"""Of one run, as many as a sitemap may hold (sitemaps.org)."""
KEPT_BYTES: Final = 32 * 1024 * 1024
"""Of answers that a spider may give back as articles; an older one is fetched again. Chosen, not measured."""
_CHILD: Final = "from crawler.spiders.child import main; main()"
_OWN_VARIABLES: Final = "DRUMBEAT_"
"""What the environment says for the product alone, its secrets among it."""

Fetch = Callable[[str, dict[str, str]], Awaitable[Answer]]
"""Fetches an address, with further headers, through the gates of a crawl."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SpiderOrder:
    """Which spider is run, and within what."""

    root: Path
    """The workspace."""
    name: str
    scrapy: ScrapySettings
    user_agent: str
    most_requests: int
    seconds: float
    places: asyncio.Semaphore
    """How many spiders may run at the same time."""

    @property
    def message(self) -> dict[str, Any]:
        """As its process is told."""
        added = self.scrapy
        settings = {
            **added.settings,
            "USER_AGENT": self.user_agent,
            "SPIDER_MIDDLEWARES": added.spider_middlewares,
            "ITEM_PIPELINES": added.item_pipelines,
        }
        return {"root": str(self.root), "name": self.name, "settings": settings}


def spider_order(address: str, workspace: tuple[Path, Settings], places: asyncio.Semaphore) -> SpiderOrder:
    """The order behind an address of the source directory, `spider:NAME`.

    Args:
        workspace: its folder and settings.
    """
    root, settings = workspace
    crawl = settings.crawl
    return SpiderOrder(
        root=root,
        name=address.removeprefix(SPIDER),
        scrapy=settings.scrapy,
        user_agent=crawl.user_agent,
        most_requests=crawl.max_pages_per_source,
        # The outlet's time is kept by whoever fetches; this is for a spider that fetches nothing.
        seconds=crawl.source_seconds + SILENT_SECONDS,
        places=places,
    )


@dataclass(slots=True, kw_only=True)
class SpiderFound:
    """What came of a run."""

    links: list[FoundLink] = field(default_factory=list)
    requests: int = 0
    unreadable: int = 0
    """Items without an address."""
    errors: list[str] = field(default_factory=list)
    """What went wrong, and where; empty where nothing did."""
    unanswered: Answer | None = None
    """The last answer, where none was good."""
    answers: dict[str, Answer] = field(default_factory=dict)
    """Address -> what the spider gave back as the article there."""

    @property
    def problem(self) -> str:
        """The first error, and how many there were."""
        more = f" (and {len(self.errors) - 1} errors more)" if len(self.errors) > 1 else ""
        return f"{self.errors[0]}{more}" if self.errors else ""


class _Ended(Exception):
    """The run ends here; the message says why."""


async def run_spider(order: SpiderOrder, fetch: Fetch) -> SpiderFound:
    """What the spider found; never raises for what its code does.

    Args:
        fetch: what it raises ends the run, and is raised.
    """
    async with order.places:
        return await _run(order, fetch)


async def _run(order: SpiderOrder, fetch: Fetch) -> SpiderFound:
    ours, theirs = socket.socketpair()
    with theirs:
        process = _started(theirs)
    run = _Run(order, fetch)
    with _ending(process):
        reader, writer = await asyncio.open_connection(sock=ours, limit=2 * MOST_MESSAGE_BYTES)
        try:
            async with asyncio.timeout(order.seconds):
                await run.talk(reader, writer)
        except TimeoutError:
            run.fail(f"it was ended after {order.seconds:g} s")
        except _Ended as why:
            run.fail(str(why))
        finally:
            run.close()
            writer.close()
    return run.found


def _started(theirs: socket.socket) -> subprocess.Popen[bytes]:
    environment = {name: value for name, value in os.environ.items() if not name.startswith(_OWN_VARIABLES)}
    return subprocess.Popen(  # noqa: S603 - our own interpreter and code
        [sys.executable, "-c", _CHILD, str(theirs.fileno())],
        env={**environment, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)},
        pass_fds=[theirs.fileno()],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


@contextmanager
def _ending(process: subprocess.Popen[bytes]) -> Iterator[None]:
    """End the process whatever happens."""
    try:
        yield
    finally:
        process.kill()
        # Killed, it is gone within moments.
        process.wait()


class _Run:
    """One run of one spider, as the crawl sees it."""

    def __init__(self, order: SpiderOrder, fetch: Fetch) -> None:
        self.found = SpiderFound()
        self._order = order
        self._fetch = fetch
        self._fetching: set[asyncio.Task[None]] = set()
        self._recent: deque[tuple[int, Answer]] = deque()
        self._is_answered = False
        self._patience: float | None = None

    async def talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Hear the spider until it is done.

        Raises:
            _Ended: it cannot go on.
        """
        writer.write(packed(self._order.message))
        while True:
            message = await self._next(reader)
            if "done" in message:
                return
            if "ask" in message:
                self._ask(message, writer)
            self._hear(message)
            self._raise_what_fetching_raised()

    def fail(self, why: str) -> None:
        """Note what went wrong."""
        self.found.errors.append(why)

    def close(self) -> None:
        """Call off what is being fetched."""
        for task in self._fetching:
            task.cancel()

    async def _next(self, reader: asyncio.StreamReader) -> dict[str, Any]:
        """The next message; while something is fetched for the spider it may be silent."""
        heard = asyncio.ensure_future(_message(reader))
        try:
            while True:
                others = set(self._fetching)
                done, _ = await asyncio.wait(
                    {heard, *others},
                    timeout=None if others else self._patience,
                    return_when=asyncio.FIRST_COMPLETED,
                )
                self._raise_what_fetching_raised()
                if heard in done:
                    return heard.result()
                if not done:
                    raise _Ended(f"it said nothing for {self._patience:g} s")
        finally:
            heard.cancel()

    def _raise_what_fetching_raised(self) -> None:
        for task in [task for task in self._fetching if task.done()]:
            self._fetching.discard(task)
            task.result()

    def _hear(self, message: dict[str, Any]) -> None:
        """Take what a message tells."""
        found, self._patience = self.found, SILENT_SECONDS
        if "found" in message:
            if len(found.links) >= MOST_LINKS:
                raise _Ended(f"it yielded more than {MOST_LINKS} addresses")
            found.links.append(link_of(message["found"]))
            self._keep(message.get("keep"))
        self._hear_trouble(message)
        found.unreadable += 1 if "unreadable" in message else 0

    def _hear_trouble(self, message: dict[str, Any]) -> None:
        """Note errors, whose tracebacks go to the log only, and what the spider's own logger says."""
        name = self._order.name
        if "error" in message:
            self.found.errors.append(str(message["error"]))
            logger.error("spider failed", spider=name, traceback=str(message.get("trace", "")))
        if "log" in message:
            say = logger.error if message.get("level") == "error" else logger.warning
            say("spider says", spider=name, text=str(message["log"]))

    def _keep(self, number: Any) -> None:
        """Remember the answer that the spider gave back as an article."""
        for asked, answer in self._recent:
            if asked == number and answer.failure is None:
                self.found.answers[answer.url] = answer

    def _ask(self, message: dict[str, Any], writer: asyncio.StreamWriter) -> None:
        if self.found.requests >= self._order.most_requests:
            raise _Ended(f"it asked for more than {self._order.most_requests} pages")
        self.found.requests += 1
        self._fetching.add(asyncio.ensure_future(self._answer(message, writer)))

    def _remember(self, number: int, answer: Answer) -> None:
        """Keep an answer for the case that it is given back, as far as there is room."""
        self._is_answered = self._is_answered or status_outcome(answer) == "stored"
        self.found.unanswered = None if self._is_answered else answer
        self._recent.append((number, answer))
        while sum(len(kept.body) for _, kept in self._recent) > KEPT_BYTES:
            self._recent.popleft()

    async def _answer(self, message: dict[str, Any], writer: asyncio.StreamWriter) -> None:
        """Fetch what the spider asked for, and tell it."""
        headers = {str(name): str(value) for name, value in dict(message.get("headers") or {}).items()}
        answer = await self._fetch(str(message.get("url")), headers)
        self._remember(message["ask"], answer)
        told = {
            "answer": message["ask"],
            "url": answer.final_url,
            "status": answer.status,
            "headers": answer.headers,
            "failure": answer.failure or ("" if answer.status else "connection_failed"),
            "detail": answer.detail,
        }
        with suppress(ConnectionError):
            writer.write(packed(told, answer.body))
            await writer.drain()


async def _message(reader: asyncio.StreamReader) -> dict[str, Any]:
    """The next message of a spider's process.

    Raises:
        _Ended: the process is gone, or says what cannot be understood.
    """
    try:
        told, body = lengths(await reader.readexactly(HEAD_BYTES))
        if told + body > MOST_MESSAGE_BYTES:
            raise _Ended(f"it said more than {MOST_MESSAGE_BYTES} bytes at once")
        message = unpacked(await reader.readexactly(told))
        await reader.readexactly(body)
    except (asyncio.IncompleteReadError, ConnectionError):
        raise _Ended("its process died; too much memory, or it ended itself") from None
    except BrokenFrame as problem:
        raise _Ended(str(problem)) from None
    return message
