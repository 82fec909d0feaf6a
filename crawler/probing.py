"""Fetch by hand: the same gates and politeness as a crawl, and nothing is stored."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

from config.clock import Clock
from config.workspace import Workspace
from crawler.additions import Additions
from crawler.answers import Answer
from crawler.running import run_in_reactor, start_in_reactor
from crawler.session import Work, open_session, require_contact

T = TypeVar("T")


def probe(
    work: Work[T], *, addresses: Sequence[str], workspace: Workspace, clock: Clock
) -> tuple[T, tuple[Answer, ...]]:
    """Do `work` with a fetcher.

    Returns its result, and the robots.txt answers and redirects that a crawl would have archived.

    Args:
        addresses: what will be asked for, so that real sites are not bothered without a contact.

    Raises:
        ConfigError: a contact is missing.
        SystemExit: a signal ended it.
    """
    settings = workspace.settings.crawl
    require_contact(settings, addresses)
    kept: list[Answer] = []
    added = Additions(workspace.root, workspace.settings.scrapy)

    async def keep(answer: Answer) -> None:
        kept.append(answer)

    result: T = run_in_reactor(
        lambda: start_in_reactor(
            open_session(work, settings=settings, clock=clock, keep=keep, additions=added)
        )
    )
    return result, tuple(kept)
