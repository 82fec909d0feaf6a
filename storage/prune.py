"""Retention: what is old and cited by nobody is forgotten, by kind.

    archive   raw responses: files of the archive; what is cited, or not cleaned yet, is copied into a new
              file first
    articles  articles with their passages, vectors, assignments and hits, and events that nobody tells any
              more
    polls     polls of feeds
    runs      runs of stages, but for each stage's last
    numbers   observations, source days, and spikes without an alert

Evidence stays: an article that a narrative's exemplars, an analyst's correction, an alert or a report names
keeps everything it has. Pages stay known, so that nothing is fetched a second time; what was pruned of them
is never cleaned again. Counted numbers are not touched by pruning articles.

Every transaction is bounded; a killed prune goes on where it stopped. SQLite's file does not shrink: what is
freed is used again.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final, Literal, get_args

from config.progress import Progress
from storage.archive import ArchiveReader, ArchiveWriter
from storage.errors import StorageError
from storage.ids import page_id
from storage.records import Page, PageVersion, WarcPlace
from storage.rows import chunks
from storage.store import Store
from storage.stores.pages import PRUNED
from storage.stores.retention import article_ids

Kind = Literal["archive", "articles", "polls", "runs", "numbers"]
KINDS: Final[tuple[Kind, ...]] = get_args(Kind)
LEAST_DAYS: Final[dict[Kind, int]] = {"archive": 7, "articles": 180, "polls": 180, "runs": 30, "numbers": 180}
"""Younger than this nothing is pruned: counting and reports read up to 120 days back (chosen with a margin,
not measured).
"""
ARTICLES_AT_ONCE: Final = 200
ROWS_AT_ONCE: Final = 5000
"""Rows a transaction removes: well under a second."""
KEPT: Final = "kept"
"""Name of the archive files that hold what a prune kept."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PruneOrder:
    """What is to be pruned."""

    kinds: tuple[Kind, ...]
    older_than_days: int
    now: datetime
    archive_dir: Path
    report_dir: Path
    archive_file_bytes: int
    """Largest size of a new archive file."""
    dry_run: bool

    @property
    def before(self) -> datetime:
        """What is older than this moment goes."""
        return self.now - timedelta(days=self.older_than_days)


@dataclass(frozen=True, slots=True, kw_only=True)
class PruneReport:
    """What a prune removed, or would remove."""

    before: datetime
    kinds: tuple[Kind, ...]
    dry_run: bool
    cited: int
    """Articles that are cited, of any age."""
    removed: dict[str, int] = field(default_factory=dict)
    """Rows by table; `archive_files` and `archive_bytes`. A dry run does not tell vectors and events."""
    figures_before: dict[str, int] = field(default_factory=dict)
    figures_after: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Pruning:
    """What all kinds share."""

    store: Store
    order: PruneOrder
    cited: frozenset[str]
    progress: Progress


def prune(store: Store, order: PruneOrder, progress: Progress) -> PruneReport:
    """Forget what is old; the caller holds the locks of all stages.

    Raises:
        StorageError: a kind may not be pruned so young, or a report cannot be read, so that nobody knows what
        it cites.
    """
    _require_age(order)
    cited = frozenset(store.retention.cited() | cited_by_reports(order.report_dir))
    pruning = _Pruning(store, order, cited, progress)
    figures = _figures(pruning)
    removed: dict[str, int] = {}
    for kind in order.kinds:
        progress.start(kind)
        removed |= _BY_KIND[kind](pruning)
    return PruneReport(
        before=order.before,
        kinds=order.kinds,
        dry_run=order.dry_run,
        cited=len(cited),
        removed=removed,
        figures_before=figures,
        figures_after=_figures(pruning),
    )


def _require_age(order: PruneOrder) -> None:
    for kind in order.kinds:
        if order.older_than_days < LEAST_DAYS[kind]:
            raise StorageError(
                f"prune: {kind} are kept for at least {LEAST_DAYS[kind]} days, not {order.older_than_days}"
            )


def known_kinds(names: Sequence[str]) -> tuple[Kind, ...]:
    """Kinds by their names.

    Raises:
        StorageError: there is no such kind.
    """
    unknown = sorted(set(names) - set(KINDS))
    if unknown:
        raise StorageError(f"prune: no such kind {unknown[0]!r}; expected one of {', '.join(KINDS)}")
    return tuple(kind for kind in KINDS if kind in names)


def cited_by_reports(report_dir: Path) -> set[str]:
    """Ids of the articles that reports name.

    Raises:
        StorageError: a report cannot be read.
    """
    found: set[str] = set()
    for path in sorted(report_dir.glob("*.json")):
        try:
            found |= article_ids(json.loads(path.read_text(encoding="utf-8")))
        except (OSError, ValueError) as error:
            raise StorageError(
                f"report {path}: cannot be read, so what it cites is not known; repair or remove it ({error})"
            ) from error
    return found


def _articles(pruning: _Pruning) -> dict[str, int]:
    retention, order = pruning.store.retention, pruning.order
    removed: Counter[str] = Counter(articles=0, passages=0)
    last: tuple[datetime, str] | None = None
    while old := retention.articles_before(order.before, after=last, limit=ARTICLES_AT_ONCE):
        last = old[-1]
        removed.update(_removed_articles(pruning, [key for _, key in old if key not in pruning.cited]))
        pruning.progress.step(len(old))
    if not order.dry_run:
        removed["events"] = _repeated(lambda: retention.remove_events(order.before, limit=ROWS_AT_ONCE))
    return dict(removed)


def _removed_articles(pruning: _Pruning, keys: list[str]) -> dict[str, int]:
    if pruning.order.dry_run:
        return {"articles": len(keys), "passages": pruning.store.retention.passages_of(keys)}
    return pruning.store.retention.remove_articles(keys)


def _polls(pruning: _Pruning) -> dict[str, int]:
    retention = pruning.store.retention
    if pruning.order.dry_run:
        return {"feed_polls": retention.polls_before(pruning.order.before)}
    return {"feed_polls": _repeated(lambda: retention.remove_polls(pruning.order.before, limit=ROWS_AT_ONCE))}


def _runs(pruning: _Pruning) -> dict[str, int]:
    old = pruning.store.retention.runs_before(pruning.order.before)
    if not pruning.order.dry_run:
        for part in chunks(old, ROWS_AT_ONCE):
            pruning.store.retention.remove_runs(part)
    return {"runs": len(old)}


def _numbers(pruning: _Pruning) -> dict[str, int]:
    retention, end = pruning.store.retention, pruning.order.before.date()
    removed = retention.numbers_before(end)
    day = None if pruning.order.dry_run else retention.first_counted_day()
    while day is not None and day < end:
        retention.remove_numbers(day, day + timedelta(days=1))
        day += timedelta(days=1)
    return removed


def _archive(pruning: _Pruning) -> dict[str, int]:
    """Old files go one by one; what must stay of them lies in a new file before."""
    order = pruning.order
    removed = {"archive_files": 0, "archive_bytes": 0}
    reader = ArchiveReader(order.archive_dir)
    with ArchiveWriter(order.archive_dir, max_bytes=order.archive_file_bytes, name=KEPT) as writer:
        for file, rows in _old_files(pruning, reader):
            removed["archive_files"] += 1
            removed["archive_bytes"] += (order.archive_dir / file).stat().st_size
            if not order.dry_run:
                _empty_file(pruning, reader, writer, rows)
                (order.archive_dir / file).unlink()
            pruning.progress.step()
    return removed


def _old_files(pruning: _Pruning, reader: ArchiveReader) -> Iterator[tuple[str, _FileRows]]:
    """Closed files that hold something to prune, with the rows that point into them.

    What a killed writer left open is for `archive.recover`, which every crawl begins with.
    """
    closed = [file for file in reader.files() if (pruning.order.archive_dir / file).is_file()]
    for file in closed:
        rows = _rows_of(pruning, file)
        old = _is_old(rows.all, pruning.order.before) if rows.all else _is_left_over(pruning, reader, file)
        if old and (not rows.all or len(rows.staying) < len(rows.all)):
            yield file, rows


@dataclass(frozen=True, slots=True)
class _FileRows:
    """Pages and later versions of pages whose responses one file holds."""

    all: tuple[Page | PageVersion, ...]
    staying: tuple[Page | PageVersion, ...]
    """Those of them that are cited, or that nobody has read yet."""


def _rows_of(pruning: _Pruning, file: str) -> _FileRows:
    store, cited = pruning.store, pruning.cited
    pages, versions = store.pages.by_place(file), store.versions.by_place(file)
    read = store.versions.read([version.page_id for version in versions])
    staying = [page for page in pages if page.page_id in cited or page.clean_version is None]
    staying_versions = [
        version
        for version in versions
        if version.page_id in cited or (version.page_id, version.fetched_at) not in read
    ]
    return _FileRows((*pages, *versions), (*staying, *staying_versions))


def _is_old(rows: Sequence[Page | PageVersion], before: datetime) -> bool:
    """Whether all rows of a file are of old fetches."""
    return all(row.fetched_at is not None and row.fetched_at < before for row in rows)


def _is_left_over(pruning: _Pruning, reader: ArchiveReader, file: str) -> bool:
    """Whether a file without rows is what a killed prune left: old records of pages that were pruned, or lie
    elsewhere.

    Records of other pages are the business of `storage check`.
    """
    for _, response in reader.records_of(file):
        page = pruning.store.pages.get(page_id(response.url)) if response.kind == "page" else None
        is_done = response.kind != "page" or (
            page is not None and (page.warc is not None or page.clean_version == PRUNED)
        )
        if response.fetched_at >= pruning.order.before or not is_done:
            return False
    return True


def _empty_file(pruning: _Pruning, reader: ArchiveReader, writer: ArchiveWriter, rows: _FileRows) -> None:
    """Copy what stays and let the rows follow: killed between, no row points nowhere."""
    copied = [
        replace(row, warc=_copied(reader, writer, row.warc)) for row in rows.staying if row.warc is not None
    ]
    writer.sync()
    kept = {(row.page_id, row.fetched_at) for row in copied}
    gone = [row for row in rows.all if (row.page_id, row.fetched_at) not in kept]
    _place_pages(pruning.store, copied, gone)
    lost = [replace(row, warc=None) for row in gone]
    pruning.store.versions.place([row for row in (*copied, *lost) if isinstance(row, PageVersion)])


def _place_pages(
    store: Store, copied: Sequence[Page | PageVersion], gone: Sequence[Page | PageVersion]
) -> None:
    """Let the pages among the rows point to where their responses lie now."""
    moved = {row.page_id: row.warc for row in copied if isinstance(row, Page) and row.warc is not None}
    store.retention.move_places(moved)
    store.retention.forget_places([row.page_id for row in gone if isinstance(row, Page)])


def _copied(reader: ArchiveReader, writer: ArchiveWriter, place: WarcPlace) -> WarcPlace:
    response = reader.read(place)
    raw = reader.unrendered(place, response)
    first = response if raw is None else reader.read(raw)
    return writer.write(
        url=response.url,
        final_url=response.final_url,
        fetched_at=response.fetched_at,
        status=response.status,
        http_headers=first.headers,
        body=first.body,
        kind=response.kind,
        rendered=None if raw is None else response.body,
    )


def _repeated(remove: Callable[[], int]) -> int:
    """Remove until nothing is left; how many those were."""
    total = 0
    while removed := remove():
        total += removed
    return total


def _figures(pruning: _Pruning) -> dict[str, int]:
    files = [path for path in pruning.order.archive_dir.glob("*.warc.gz*") if path.is_file()]
    return pruning.store.retention.figures() | {
        "archive_files": len(files),
        "archive_bytes": sum(path.stat().st_size for path in files),
    }


_BY_KIND: Final[dict[Kind, Callable[[_Pruning], dict[str, int]]]] = {
    "archive": _archive,
    "articles": _articles,
    "polls": _polls,
    "runs": _runs,
    "numbers": _numbers,
}
