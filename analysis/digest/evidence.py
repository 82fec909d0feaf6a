"""What a digest says of one narrative: its figures, and the evidence for them - days, carriers, first mover,
quotes, copies, spike.

Plain records as `records.py` describes them. Texts (`text`, `title`, `label`, `url`) come from outlets and
are hostile: whoever shows them escapes them.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from analysis.plain import Direction, Plain
from storage.records import CopyRelation, DateConfidence, Kind, NarrativeKind, NarrativeStatus, SpikeDecision

Role = Literal["originator", "amplifier", "follower"]
Side = Literal["state", "independent", "unlisted"]
"""Where an outlet stands by the list that classes it: a government decides what it says, or does not; or no
list says either.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class ArchivePlace(Plain):
    """Where the archived response of an article lies."""

    file: str
    offset: int
    length: int


@dataclass(frozen=True, slots=True, kw_only=True)
class OutletRef(Plain):
    """An outlet as it is shown beside anything: its ownership label always with the list that states it."""

    source_id: str
    name: str
    country: str
    ownership: str
    """The label in the words of the list, or `not listed`."""
    ownership_list: str | None
    ownership_as_of: date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Quote(Plain):
    """A passage as evidence, in its original words."""

    passage_id: str
    article_id: str
    text: str
    title: str
    language: str
    direction: Direction
    outlet: OutletRef
    url: str
    """As the outlet gave it; link it only if it is http(s)."""
    published_at: datetime | None
    date_confidence: DateConfidence
    first_seen_at: datetime
    late: bool
    relation: CopyRelation
    role: Literal["central", "first"]
    """`first`: from the earliest original text; `central`: closest to the narrative's centre."""
    similarity: float
    archive: ArchivePlace | None
    history: str = ""
    """What became of its page since: edited after publication, withdrawn; empty where nothing did."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DayPoint(Plain):
    """One day of a narrative's series, for a chart."""

    day: date
    copy_groups: int
    """Distinct texts, a text counted once overall, on its first day."""
    observed: float
    """The same, damped per outlet: what is tested."""
    articles: int
    """With every reprint."""
    outlets: int
    expected: float | None
    """Baseline for that day's output of the healthy sources; None before there is a history or on a gap."""
    seen: float
    """Share that was seen that day of the usual output of the sources watched then, 0 to 1."""
    gap: bool
    """So little was seen that the day says nothing (`analysis.counts.series.gaps`): no test and no
    expectation uses it.
    """


@dataclass(frozen=True, slots=True, kw_only=True)
class SpikeNote(Plain):
    """A spike with what was tested, what was found and what was ruled out."""

    spike_id: str
    narrative_id: int
    label: str
    day: date
    """Last day of the window."""
    window_days: int
    detector: Literal["fast", "slow", "emergence"]
    decision: SpikeDecision
    observed: float
    expected: float
    ratio: float | None
    p_value: float
    q_value: float
    cusum: float
    outlets: int
    countries: int
    languages: int
    articles: int
    reprint_share: float
    checks: dict[str, str]
    """Innocent explanation -> `ruled out: ...` or `named: ...`, by name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Carrier(Plain):
    """One outlet that carries a narrative in the period, in the order in which they came."""

    outlet: OutletRef
    languages: tuple[str, ...]
    articles: int
    copy_groups: int
    own_texts: int
    reprints: int
    translations: int
    first_at: datetime
    lag_hours: float
    """After the first article of the period, in this corpus."""
    role: Role
    first_url: str
    first_article_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CarrierShare(Plain):
    """Carriers of one country, language or ownership class."""

    key: str
    listed_in: str | None
    """For ownership: the list that states the class; None elsewhere and for `not listed`."""
    outlets: int
    articles: int
    copy_groups: int
    own_texts: int
    attention: float | None
    """Countries only: smoothed share of this narrative in the country's output, unweighted mean over its
    outlets.
    """


@dataclass(frozen=True, slots=True, kw_only=True)
class SideTold(Plain):
    """What the outlets of one side told in the period."""

    side: Side
    outlets: int
    own_text_outlets: int
    own_texts: int
    articles: int
    countries: tuple[str, ...]
    languages: int
    """0 in totals over narratives, where it is not counted."""
    first_outlet: OutletRef | None
    """The outlet of this side that came first in the period; None in totals."""
    first_at: datetime | None
    lag_days: float | None
    """After the first article of the period, in this corpus."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FirstMover(Plain):
    """Who was first in this corpus, as far as the dates allow to say."""

    outlets: tuple[OutletRef, ...]
    """More than one: a tie that the dates cannot break; the likeliest first."""
    article_id: str
    url: str
    title: str
    earliest: datetime
    latest: datetime
    """The first publication lies between these two."""
    date_confidence: DateConfidence
    certain: bool
    """Nothing speaks against it: one outlet, a date of confidence A or B, no agency credited, and no other
    doubt in `note`.
    """
    wire: str | None
    """Agency that the first text credits, if any."""
    note: str
    """Why not certain, in words; empty if it is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CopyLine(Plain):
    """One text with its reprints and translations within a narrative."""

    group_id: str
    title: str
    language: str
    direction: Direction
    first_outlet: OutletRef
    first_at: datetime
    wire: str | None
    articles: int
    outlets: int
    reprints: int
    excerpts: int
    translations: int


@dataclass(frozen=True, slots=True, kw_only=True)
class NarrativeDigest(Plain):
    """One narrative over the digest's period, with its evidence."""

    narrative_id: int
    label: str
    language: str
    """Language of the label (`und` where unknown)."""
    direction: Direction
    kind: NarrativeKind
    judged: Kind | None
    """What it is; None where nobody looked yet, and of a watched statement."""
    grade: float | None
    """How much speaks for a claim, 0 to 1."""
    status: NarrativeStatus
    statement_id: str | None
    theme: str | None
    keywords: dict[str, tuple[str, ...]]
    """Language -> words, languages in alphabetical order."""
    first_seen_at: datetime
    last_seen_at: datetime
    observed: float
    """Damped distinct texts in the period."""
    expected: float | None
    """What the output of the healthy sources would lead one to expect; None without a history."""
    ratio: float | None
    """observed / expected; None where nothing can be expected."""
    previous: float
    """Observed in the period of the same length before."""
    articles: int
    copy_groups: int
    outlets: int
    own_text_outlets: int
    """Outlets with at least one own text: "42 outlets, 9 own texts"."""
    countries: int
    languages: int
    reprints: int
    translations: int
    series: tuple[DayPoint, ...]
    """The last ten weeks, one point a day, oldest first."""
    spike: SpikeNote | None
    """The strongest spike of the period."""
    first_mover: FirstMover | None
    carriers: tuple[Carrier, ...]
    """By first appearance in the period; the first movers and their followers."""
    lag_hours_median: float | None
    lag_hours_quartiles: tuple[float, float] | None
    by_country: tuple[CarrierShare, ...]
    by_language: tuple[CarrierShare, ...]
    by_ownership: tuple[CarrierShare, ...]
    quotes: tuple[Quote, ...]
    copies: tuple[CopyLine, ...]
    """Texts with more than one article, the most reprinted first."""
    sides: tuple[SideTold, ...] = ()
    """State against independent, by the carriers of the period."""
    folded: tuple[int, ...] = ()
    """Other numbers under which the same texts are told; they are not listed again."""
