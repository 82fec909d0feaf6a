"""Who is told of what, and how: rules, recipients and editions of the report, in `alerts.toml`."""

from __future__ import annotations

from datetime import date, time
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

from pydantic import Field

from config.settings import InterfaceLanguage, Section, Text
from config.sources import CountryCode, LanguageTag, SourceId
from config.zones import Zone

Side = Literal["state", "independent", "unlisted"]
Kind = Literal["claim", "event", "subject", "form", "watched"]


Ratio = Annotated[float, Field(gt=0)]
Number = Annotated[int, Field(gt=0)]
Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]


class RuleConfig(Section):
    """Which alerts are meant: every condition that is given must hold, one value of each is enough."""

    id: SourceId
    title: str = ""
    """What a mail calls it; empty: its id."""
    narratives: tuple[int, ...] = ()
    watch: tuple[SourceId, ...] = ()
    """Ids of watched statements."""
    themes: tuple[Text, ...] = ()
    """Words of the theme's name, in any case."""
    kinds: tuple[Kind, ...] = ()
    countries: tuple[CountryCode, ...] = ()
    """Of the outlets that carry it."""
    about: tuple[CountryCode, ...] = ()
    """Countries that its label or a quoted passage names."""
    languages: tuple[LanguageTag, ...] = ()
    ownership: tuple[Side, ...] = ()
    """Of the outlets that carry it."""
    sources: tuple[SourceId, ...] = ()
    """Outlets of a group, by id: one of them carries it."""
    min_ratio: Ratio | None = None
    """Times expected; what has no history passes."""
    min_outlets: Number | None = None
    hits: bool = False
    """Tell of every new passage of the watched statements that are meant too, by the outlets that are meant,
    in a mail of its own."""


class RecipientConfig(Section):
    """Somebody who gets alerts, by mail."""

    address: Text
    rules: tuple[SourceId, ...] = ()
    """Ids of rules, one of which must match; empty: every alert."""
    when: Literal["at once", "daily", "weekly"] = "at once"
    """At once, or one mail a day or week with what came since the last one."""
    at: time = time(7)
    """Local time of a daily or weekly mail."""
    weekday: Weekday = "mon"
    """Of a weekly mail."""
    quiet_from: time | None = None
    quiet_until: time | None = None
    """Local hours in which nothing is sent; what comes meanwhile is sent after them."""
    zone: Zone = "UTC"
    language: InterfaceLanguage | None = None
    """Of the mails; none: as `report.language` says."""
    mute_until: date | None = None
    """Nothing before this day."""
    grouped: bool = True
    """One mail for what one round of alerts brings of one theme or rule."""

    @property
    def zone_info(self) -> ZoneInfo:
        """The recipient's time zone."""
        return ZoneInfo(self.zone)


class EditionConfig(Section):
    """A report for some readers: the same week, narrowed to what concerns them."""

    id: SourceId
    title: str = ""
    language: InterfaceLanguage | None = None
    """Of the report; none: as `report.language` says."""
    watch: tuple[SourceId, ...] = ()
    countries: tuple[CountryCode, ...] = ()
    languages: tuple[LanguageTag, ...] = ()
    """Claims that these statements, outlets' countries or languages have; each that is given must hold."""
    recipients: tuple[Text, ...] = ()
    """Who gets it by mail when it is published."""
