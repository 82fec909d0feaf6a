"""The plan of the sample world: `world.toml` as typed records. All of it is invented."""

from __future__ import annotations

import tomllib
from datetime import UTC, date, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field

from config.clock import midnight
from config.settings import Section
from config.sources import CountryCode, LanguageTag, SourceId

FOLDER = Path(__file__).parent
Way = Literal["rss", "atom", "news_sitemap", "section"]
Meta = Literal["jsonld", "og", "time"]
Design = Literal["agency", "portal", "broadcaster", "classic", "blog"]
Day = Annotated[int, Field(ge=1)]


class Outlet(Section):
    """An invented outlet: who it is, how its pages are built, how new articles can be found."""

    id: SourceId
    name: str
    brand: str
    language: LanguageTag
    country: CountryCode
    ownership: str | None = None
    agency: bool = False
    page: Design
    ways: tuple[Way, ...]
    meta: tuple[Meta, ...]
    path: str
    charset: Literal["utf-8", "windows-1251"] = "utf-8"
    gzip: bool = False
    relays_to: tuple[SourceId, ...] = ()
    local: tuple[CountryCode, ...] = ()

    @property
    def local_countries(self) -> tuple[str, ...]:
        """The countries whose ordinary news the outlet carries."""
        return self.local or (self.country,)


class SpikePlan(Section):
    """Who publishes an own text on the first, second and third day of a spike."""

    first_day: Day
    waves: tuple[tuple[SourceId, ...], ...]

    @property
    def last_day(self) -> int:
        """Last day of the spike."""
        return self.first_day + len(self.waves) - 1


class NarrativePlan(Section):
    """A planted narrative: what is claimed, who starts, who may join."""

    id: str
    label: str
    first_mover: SourceId
    first_day: Day
    outlets: tuple[SourceId, ...]
    spike: SpikePlan | None = None


class RelayPlan(Section):
    """How many planted texts of each narrative are reprinted."""

    wire_copies: int
    excerpts: int


class SharedPlan(Section):
    """A background item that several outlets tell, each in its language."""

    id: str
    day: Day
    agency: SourceId | None = None
    outlets: tuple[SourceId, ...]


class StormPlan(SharedPlan):
    """A wire item that everybody reprints within two days."""

    agency: SourceId
    again: tuple[SourceId, ...]


class OutagePlan(Section):
    """Days on which an outlet's site answers 503, first and last included."""

    outlet: SourceId
    first_day: Day
    last_day: Day


class NewcomerPlan(Section):
    """An outlet that begins late and is added to the source directory a little later."""

    outlet: SourceId
    first_day: Day
    added_day: Day
    planted: int


class QuirkPlan(Section):
    """Irregular pages, by outlet."""

    late_by_days: int
    late: tuple[SourceId, ...]
    undated: tuple[SourceId, ...]
    wrong_date: dict[SourceId, datetime]


class Plan(Section):
    """Everything `world.toml` says."""

    seed: int
    first_day: date
    days: int
    listed_in: str
    launch: int
    outlet: tuple[Outlet, ...]
    narrative: tuple[NarrativePlan, ...]
    relays: RelayPlan
    shared: tuple[SharedPlan, ...]
    storm: StormPlan
    outage: OutagePlan
    newcomer: NewcomerPlan
    recurring: dict[str, int | dict[str, SourceId]]
    quirks: QuirkPlan

    def at(self, day: int, hour: float = 0.0) -> datetime:
        """The moment `hour` hours into day `day` (day 1 is the first)."""
        return midnight(self.first_day) + timedelta(days=day - 1, minutes=round(hour * 60))

    def day_of(self, moment: datetime) -> int:
        """The number of the day that `moment` falls on."""
        return (moment.astimezone(UTC).date() - self.first_day).days + 1

    def outlet_of(self, outlet_id: str) -> Outlet:
        """The outlet of that id."""
        return next(outlet for outlet in self.outlet if outlet.id == outlet_id)

    def is_down(self, outlet_id: str, moment: datetime) -> bool:
        """Whether the outlet's site answers 503 at that moment."""
        return (
            outlet_id == self.outage.outlet
            and self.outage.first_day <= self.day_of(moment) <= self.outage.last_day
        )

    def is_open(self, outlet_id: str, moment: datetime) -> bool:
        """Whether the outlet publishes and its site answers at that moment."""
        begun = outlet_id != self.newcomer.outlet or self.day_of(moment) >= self.newcomer.first_day
        return begun and not self.is_down(outlet_id, moment)


@cache
def load_plan() -> Plan:
    """The shipped plan."""
    return Plan.model_validate(tomllib.loads((FOLDER / "world.toml").read_text(encoding="utf-8")))
