"""A workspace: one folder with what the product is told and what it collects."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from config.rules import EditionConfig, RecipientConfig, RuleConfig
from config.schedule import Schedule
from config.settings import Settings
from config.sources import SourceConfig
from config.watchlist import StatementConfig


@dataclass(frozen=True, slots=True, kw_only=True)
class Workspace:
    """Everything loaded and validated; made by `config.load.load_workspace`."""

    root: Path
    settings: Settings
    sources: tuple[SourceConfig, ...]
    watchlist: tuple[StatementConfig, ...]
    schedule: Schedule
    rules: tuple[RuleConfig, ...] = ()
    recipients: tuple[RecipientConfig, ...] = ()
    editions: tuple[EditionConfig, ...] = ()
    origins: dict[str, str] = field(default_factory=dict)
    """Dotted key -> where its value came from: `default`, `drumbeat.toml`, `environment DRUMBEAT_...`."""

    @property
    def database_url(self) -> str:
        """The database address with a relative SQLite path resolved against the workspace."""
        url = self.settings.storage.database_url
        prefix = "sqlite:///"
        if url.startswith(prefix) and not url.startswith(prefix + "/"):
            return f"{prefix}{self.root / url[len(prefix) :]}"
        return url

    @property
    def archive_dir(self) -> Path:
        """The folder of WARC files."""
        return self.root / self.settings.storage.archive_dir

    @property
    def report_dir(self) -> Path:
        """The folder of reports."""
        return self.root / self.settings.report.directory
