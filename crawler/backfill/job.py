"""One run of a back-fill: what is to be filled in, with what, and how far it is."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, timedelta

from config.clock import Clock, midnight
from config.progress import Progress
from config.sources import SourceConfig
from config.workspace import Workspace
from crawler.backfill.filling import FillTools
from crawler.backfill.owners import Owners
from crawler.outlet import require_known
from storage.archive import ArchiveWriter
from storage.records import Backfill
from storage.store import Store

FIRST_DAY = date(1996, 1, 1)
"""No archive of the web is older."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BackfillOrder:
    """What is to be filled in."""

    only: tuple[str, ...] = ()
    """Ids of outlets; empty: all of the directory, whether they are enabled or not."""
    unlisted: bool = False
    """Pages of no outlet of the directory too; their domain stands for the outlet."""
    first: date | None = None
    last: date | None = None
    """Days on which a response was kept."""
    again: bool = False
    """What was read to its end before is read again."""
    most: int | None = None
    """Pages that are asked of a Wayback machine at most."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """A run of a back-fill."""

    store: Store
    workspace: Workspace
    clock: Clock
    run_id: str
    progress: Progress
    archive: ArchiveWriter
    order: BackfillOrder

    @property
    def sources(self) -> list[SourceConfig]:
        """The outlets, those named or all.

        Raises:
            ConfigError: the order names no outlet of the directory.
        """
        only: Collection[str] = self.order.only
        require_known(only, self.workspace)
        return [source for source in self.workspace.sources if not only or source.id in only]

    @property
    def first(self) -> date:
        """The first day of the period."""
        return self.order.first or FIRST_DAY

    @property
    def last(self) -> date:
        """The last day of the period."""
        return self.order.last or self.clock.now().date()

    def tools(self) -> FillTools:
        """What answers are kept with, counted from nothing."""
        return FillTools(
            store=self.store,
            archive=self.archive,
            run_id=self.run_id,
            owners=Owners(self.sources, unlisted=self.order.unlisted),
            start=midnight(self.first),
            end=midnight(self.last + timedelta(days=1)),
            counts=Counter(),
        )

    def begun(self, name: str) -> Backfill | None:
        """Where a reading goes on; None where it came to its end before and is not wanted again."""
        before = self.store.backfills.get(name)
        if before is None or (before.finished and self.order.again):
            return self.mark(name, "0", {})
        return None if before.finished else before

    def mark(self, name: str, position: str, counts: dict[str, int], *, finished: bool = False) -> Backfill:
        """How far a reading is now."""
        return Backfill(
            name=name,
            position=position,
            finished=finished,
            counts=counts,
            updated_at=self.clock.now(),
            run_id=self.run_id,
        )
