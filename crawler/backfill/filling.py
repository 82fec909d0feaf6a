"""Make pages of responses that others kept: the gates of a crawl, one article once, archive first, then rows.

    answers --> 50 at a time --> known already? --> outcome --> archive, one sync --> rows and the place, one
                                                                                      transaction

Killed anywhere, at most 50 answers are read again; of those that were kept nothing is kept twice.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from urllib.parse import urlsplit

from crawler.answers import Answer, page_outcome
from crawler.backfill.owners import Owners
from crawler.canonicals import stated_address
from crawler.results import page_after
from crawler.revisits import REFUSALS
from crawler.urls import canonical
from storage.archive import ArchiveWriter
from storage.ids import page_id
from storage.records import Backfill, Page, WarcPlace
from storage.store import Store

GROUP = 50
"""Answers that are made safe together."""
_FILLED = REFUSALS - {"robots_denied", "other_site"}
"""Outcomes of pages that we could not have when we asked, and take from an archive. What an outlet forbids us
is not taken from others."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FillTools:
    """What a back-fill works with."""

    store: Store
    archive: ArchiveWriter
    run_id: str
    owners: Owners
    start: datetime
    """Responses kept before this moment are left aside."""
    end: datetime
    counts: Counter[str]

    def wants(self, url: str, at: datetime) -> bool:
        """Whether a response is to be looked at; what is not, is counted by its reason."""
        address = canonical(url) or ""
        reason = self._reason_against(address, at)
        if reason is not None:
            self.counts[reason] += 1
        return reason is None

    def _reason_against(self, address: str, at: datetime) -> str | None:
        if self.owners.of(address) is None:
            return "not_listed"
        if not self.start <= at < self.end:
            return "outside_period"
        return None if self.owners.is_page(address) else "no_article"


class Filling:
    """Takes answers in groups and keeps what is new."""

    def __init__(self, tools: FillTools) -> None:
        self._tools = tools

    def known(self, urls: Collection[str]) -> set[str]:
        """Those of the addresses whose page is had, or waits to be crawled."""
        named = {url: canonical(url) or url for url in urls}
        standing = self._standing(named.values())
        return {url for url, address in named.items() if is_had(standing.get(address))}

    def keep(self, answers: Sequence[tuple[str, Answer]], mark: Callable[[], Backfill]) -> None:
        """Keep what is new of a group, and how far the back-fill has come.

        Args:
            answers: each with where it comes from.
            mark: tells how far that is, once the group was counted.
        """
        stated = {answer.url: _stated(answer) for _, answer in answers}
        addresses = [canonical(answer.url) for _, answer in answers]
        standing = self._standing(url for url in (*addresses, *stated.values()) if url)
        kept: list[tuple[Answer, Page]] = []
        for found_in, answer in answers:
            page = self._page(answer, found_in, standing, stated[answer.url])
            if page is not None:
                kept.append((answer, page))
                standing |= dict.fromkeys(spellings(page.url), page)
        self._write(kept, mark())

    def _page(
        self, answer: Answer, found_in: str, standing: Mapping[str, Page], stated: str | None
    ) -> Page | None:
        """The page that an answer brings; None where it brings none. What became of it is counted."""
        address = canonical(answer.url) or answer.url
        before = standing.get(address)
        outcome = "known" if is_had(before) else page_outcome(answer)
        if outcome != "stored":
            self._tools.counts["redirect" if outcome == "redirect_loop" else outcome] += 1
            return None
        page = replace(before, origin="backfill") if before else self._new(address, answer, found_in)
        after = page_after(page, answer, run_id=self._tools.run_id, attempts_allowed=1)
        if _stands_for_it(standing.get(stated or ""), page):
            after = replace(after, fetch_outcome="duplicate")
        self._tools.counts[after.fetch_outcome or "stored"] += 1
        return replace(after, final_url=stated or address)

    def _new(self, address: str, answer: Answer, found_in: str) -> Page:
        return Page(
            page_id=page_id(address),
            url=address,
            source_id=self._tools.owners.of(address) or "",
            # Nobody here saw it then, but somebody did: dates later than that cannot be true.
            discovered_at=answer.fetched_at,
            origin="backfill",
            discovered_from=found_in,
        )

    def _standing(self, addresses: Iterable[str]) -> dict[str, Page]:
        """Address -> the page that stands for it, under whatever spelling."""
        spelt = {address: spellings(address) for address in addresses if address}
        found = self._tools.store.pages.standing_for({url for urls in spelt.values() for url in urls})
        return {
            address: next(found[url] for url in urls if url in found)
            for address, urls in spelt.items()
            if any(url in found for url in urls)
        }

    def _write(self, kept: Sequence[tuple[Answer, Page]], mark: Backfill) -> None:
        placed = [replace(page, warc=self._archived(answer, page)) for answer, page in kept]
        if placed:
            self._tools.archive.sync()
        self._tools.store.backfills.record(mark, placed)

    def _archived(self, answer: Answer, page: Page) -> WarcPlace:
        return self._tools.archive.write(
            url=page.url,
            final_url=answer.final_url,
            fetched_at=answer.fetched_at,
            status=answer.status or 0,
            http_headers=answer.headers,
            body=answer.body,
            kind=answer.kind,
        )


def is_had(page: Page | None) -> bool:
    """Whether a page is had, waits for the crawl, or is not ours to have: nothing to fill."""
    return page is not None and page.fetch_outcome not in _FILLED


def _stands_for_it(other: Page | None, page: Page) -> bool:
    """Whether another page has the address that a page states as its own."""
    return other is not None and other.page_id != page.page_id and other.fetch_outcome in (None, "stored")


def spellings(address: str) -> tuple[str, ...]:
    """An address with and without `www.`, by http and https, its own spelling first: archives keep what was
    asked for, before any redirect."""
    parts = urlsplit(address)
    host = parts.netloc.removeprefix("www.")
    variants = [
        parts._replace(scheme=scheme, netloc=netloc).geturl()
        for scheme in ("https", "http")
        for netloc in (host, f"www.{host}")
    ]
    return tuple(dict.fromkeys([address, *variants]))


def _stated(answer: Answer) -> str | None:
    """The canonical address that a page states of itself."""
    return stated_address(answer.body, answer.final_url) if page_outcome(answer) == "stored" else None
