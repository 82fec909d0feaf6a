"""The door to everything that is kept.

    with open_store("sqlite:////path/drumbeat.db") as store:
        for article in store.articles.between(start, end): ...

A store belongs to the process that opened it: open it after a worker has started, close it before it ends.
Methods take and return records of `storage.records`; all lists come in the order that the method states;
whatever the engine has against it arrives as a `StorageError` (a locked database as `DatabaseLocked`, a full
disk as `DiskFull`), with nothing half-written.
"""

from __future__ import annotations

from types import TracebackType

from storage.damage import require_whole
from storage.engine import Database, sqlite_file
from storage.errors import StorageError
from storage.migrate import migrate, require_current
from storage.stores.accounts import AccountStore
from storage.stores.alerts import AlertStore
from storage.stores.articles import ArticleStore
from storage.stores.backfills import BackfillStore
from storage.stores.copies import CopyStore
from storage.stores.counts import CountStore, SpikeStore
from storage.stores.daily_groups import DailyGroupStore
from storage.stores.drift import DriftStore
from storage.stores.health import HealthStore
from storage.stores.kinds import KindStore
from storage.stores.links import LinkStore
from storage.stores.lists import ListStore
from storage.stores.narratives import CorrectionStore, NarrativeStore
from storage.stores.pages import PageStore
from storage.stores.passages import PassageStore
from storage.stores.places import PlaceStore
from storage.stores.reports import ReportStore
from storage.stores.retention import RetentionStore
from storage.stores.runs import RunStore
from storage.stores.search import SearchStore
from storage.stores.sources import FeedStore, SourceStore
from storage.stores.tellings import TellingStore
from storage.stores.vectors import MeanStore, VectorStore
from storage.stores.versions import VersionStore
from storage.stores.views import ViewStore
from storage.stores.watch import EventStore, WatchStore
from storage.stores.watch_learned import WatchLearnedStore


class Store:
    """All stores over one database; a context manager that closes it."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self.sources = SourceStore(database)
        self.feeds = FeedStore(database)
        self.health = HealthStore(database)
        self.pages = PageStore(database)
        self.backfills = BackfillStore(database)
        self.versions = VersionStore(database)
        self.articles = ArticleStore(database)
        self.copies = CopyStore(database)
        self.passages = PassageStore(database)
        self.places = PlaceStore(database)
        self.vectors = VectorStore(database)
        self.means = MeanStore(database)
        self.narratives = NarrativeStore(database)
        self.kinds = KindStore(database)
        self.drift = DriftStore(database)
        self.watch = WatchStore(database)
        self.links = LinkStore(database)
        self.watch_learned = WatchLearnedStore(database)
        self.events = EventStore(database)
        self.tellings = TellingStore(database)
        self.counts = CountStore(database)
        self.spikes = SpikeStore(database)
        self.daily_groups = DailyGroupStore(database)
        self.accounts = AccountStore(database)
        self.alerts = AlertStore(database)
        self.reports = ReportStore(database)
        self.runs = RunStore(database)
        self.search = SearchStore(database)
        self.lists = ListStore(database)
        self.views = ViewStore(database)
        self.corrections = CorrectionStore(database)
        self.retention = RetentionStore(database)

    def close(self) -> None:
        """Give the connections back."""
        self._database.close()

    def __enter__(self) -> Store:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def open_store(url: str, *, busy_timeout_seconds: float = 30.0) -> Store:
    """Open a database that is there and up to date.

    Raises:
        StaleDatabase: missing, empty or of another revision; the message names the command.
        ForeignDatabase: not ours; it was not touched.
        DamagedDatabase: its file is cut off or overwritten.
    """
    database = Database(url, busy_timeout_seconds=busy_timeout_seconds)
    try:
        require_current(database, sqlite_file(url))
        require_whole(database, sqlite_file(url))
    except StorageError:
        database.close()
        raise
    return Store(database)


def create_store(url: str, *, busy_timeout_seconds: float = 30.0) -> Store:
    """Make the database or bring it up to date, then open it; safe to repeat.

    Raises:
        StaleDatabase: a newer program made it.
        ForeignDatabase: not ours; it was not touched.
    """
    migrate(url, busy_timeout_seconds=busy_timeout_seconds)
    return open_store(url, busy_timeout_seconds=busy_timeout_seconds)
