"""Writes the workspace of the demo: an ordinary workspace, told that it watches an invented world."""

from __future__ import annotations

from pathlib import Path

from config.errors import ConfigError
from config.init import schedule_toml, toml_value
from config.load import SCHEDULE_FILE, SETTINGS_FILE, SOURCES_FILE, WATCHLIST_FILE
from drumbeat.sample.plan import Outlet, Plan, Way
from drumbeat.sample.server import DEFAULT_PORT, base_of
from drumbeat.sample.site import WAY_PATHS

NOTE = (
    "# SAMPLE WORLD OF DRUMBEAT. EVERYTHING IN THIS WORKSPACE IS INVENTED: "
    "countries, outlets, owners, people, events and claims.\n"
)
ANALYST = "analyst@sample.invalid"
MAIL_FOLDER = "mail"
KINDS: dict[Way, str] = {"rss": "feed", "atom": "feed", "news_sitemap": "news_sitemap", "section": "section"}

SETTINGS = """\
# An ordinary workspace but for four things: no delay between requests and private addresses (per source),
# because the outlets are served by this machine; mail goes to a local mailbox that writes files; and invented
# countries have names.
# All other settings have their defaults; `drumbeat config show` prints them.

[crawl]
contact = "{analyst}"
delay_seconds = 0.0

[mail]
host = "127.0.0.1"
port = {mail_port}
security = "none"
sender = "drumbeat@sample.invalid"
recipients = ["{analyst}"]

[report]
notice = "Invented sample world: the countries, outlets, people and claims in this document do not exist."
country_names = [
  "XA=Meridia", "XB=Severia", "XC=Kantara", "XD=Valmont",
  "XE=Northmark", "XF=Dausara", "XG=Costaluz", "XH=Lusomar",
]
"""

WATCHLIST = """\
# One watched statement, in one language; every language is searched.

[[statement]]
id = "security-concerns"
label = "Meridia understands Severia's security concerns"
statements = [
  "Meridia understands Severia's security concerns",
  "Meridia considers Severia's worries about its security to be legitimate",
]
counter_statements = [
  "Meridia rejects Severia's security claims",
  "Meridia says Severia's security concerns are a pretext",
]
entities = [
  { any_of = [
    "Meridia", "Méridie", "Merídia", "Port-Salim", "meridian*", "méridien*",
    "ميريديا", "ميريدي*", "بورت سالم", "Меридия", "меридий*", "Порт-Салим",
  ] },
  { any_of = [
    "Severi*", "Sévérie", "Novobor", "sévérien*",
    "سيفيريا", "سيفيري*", "نوفوبور", "Северия", "северий*", "Новобор",
  ] },
]
"""


def init_sample_workspace(folder: Path, plan: Plan, *, port: int = DEFAULT_PORT) -> None:
    """Make the demo's workspace in `folder`; the newcomer is not in it yet.

    Args:
        port: where the outlets are served; the mailbox listens on the next one.

    Raises:
        ConfigError: the folder holds a workspace already, or cannot be written.
    """
    if (folder / SETTINGS_FILE).exists():
        raise ConfigError(
            f"{folder}: is a workspace already ({SETTINGS_FILE} is there); nothing was changed. Name "
            "another folder, or remove it"
        )
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, text in _files(plan, port).items():
            (folder / name).write_text(NOTE + text, encoding="utf-8")
    except OSError as error:
        raise ConfigError(f"{folder}: cannot be written: {error.strerror}") from error


def _files(plan: Plan, port: int) -> dict[str, str]:
    """The files of the workspace, without the note at their head."""
    outlets = [outlet for outlet in plan.outlet if outlet.id != plan.newcomer.outlet]
    return {
        SETTINGS_FILE: SETTINGS.format(analyst=ANALYST, mail_port=port + 1),
        SCHEDULE_FILE: schedule_toml(),
        WATCHLIST_FILE: WATCHLIST,
        SOURCES_FILE: "\n".join(source_toml(outlet, plan, port) for outlet in outlets),
    }


def add_newcomer(folder: Path, plan: Plan, *, port: int) -> Path:
    """Add the newcomer to the source directory, as an analyst would: a file more in `sources/`."""
    path = folder / "sources" / f"{plan.newcomer.outlet}.toml"
    path.parent.mkdir(exist_ok=True)
    path.write_text(NOTE + source_toml(plan.outlet_of(plan.newcomer.outlet), plan, port), encoding="utf-8")
    return path


def source_toml(outlet: Outlet, plan: Plan, port: int) -> str:
    """One [[source]] entry of the source directory."""
    rows: dict[str, object] = {
        "id": outlet.id,
        "name": outlet.name,
        "domain": f"{outlet.id}.localhost",
        "country": outlet.country,
        "region": "sample world",
        "languages": (outlet.language,),
        "listed_in": plan.listed_in,
        "verified": True,
        "delay_seconds": 0.0,
        "allow_private_addresses": True,
    }
    lines = ["", "[[source]]", *(f"{key} = {toml_value(value)}" for key, value in rows.items())]
    if outlet.ownership:
        label, listed_in = toml_value(outlet.ownership), toml_value(plan.listed_in)
        lines.append(f"ownership = {{ label = {label}, listed_in = {listed_in} }}")
    for way in outlet.ways:
        lines += _feed_lines(base_of(outlet.id, port) + WAY_PATHS[way], way)
    return "\n".join([*lines, ""])


def _feed_lines(url: str, way: Way) -> list[str]:
    return ["[[source.feeds]]", f"url = {toml_value(url)}", f"kind = {toml_value(KINDS[way])}"]
