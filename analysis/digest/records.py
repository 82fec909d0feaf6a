"""What a digest holds: everything the weekly report, the alert mail and the dashboard's overview show;
`evidence.py` has the records about one narrative.

Frozen records, nothing else: `build.py` fills them, `drumbeat/report`, `drumbeat/alerts` and `drumbeat/web`
read them. Every record has `to_dict()`, plain JSON (dates and times as ISO 8601, times in UTC with `Z`,
tuples as lists, keys in the order of the fields). Every number in a digest resolves to stored rows by the ids
beside it. No run id and no wall time is in a digest: the same rows give the same bytes.

Texts (`text`, `title`, `label`, `url`) come from outlets and are hostile: whoever shows them escapes them.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from analysis.digest.evidence import NarrativeDigest, OutletRef, SideTold, SpikeNote
from analysis.plain import Direction, Plain
from storage.records import Health, Kind

SourceStatus = Literal["ok", "outage", "silent", "degraded", "new", "not_yet"]


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertLine(Plain):
    """An alert of the period and how far its deliveries are."""

    alert_id: str
    narrative_id: int
    label: str
    created_at: datetime
    subject: str
    spike_id: str
    deliveries: dict[str, int]
    """Delivery state -> number, by state."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OtherLine(Plain):
    """A narrative that was told and is no claim."""

    narrative_id: int
    label: str
    kind: Kind
    observed: float
    """Damped distinct texts in the period."""
    ratio: float | None
    """observed / expected; None where nothing can be expected."""
    outlets: int


@dataclass(frozen=True, slots=True, kw_only=True)
class StormLine(Plain):
    """A reprint storm: much repetition of one text, named and not alerted."""

    group_id: str
    """The copy group; its first article's id."""
    narrative_id: int | None
    """The narrative that it belongs to, if any."""
    label: str
    """The first article's title, else the narrative's label."""
    language: str
    direction: Direction
    day: date
    """Day of the first publication."""
    first_outlet: OutletRef
    wire: str | None
    articles: int
    outlets: int
    note: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LeadLine(Plain):
    """One outlet that is ahead of another more often than their numbers of texts explain."""

    leader: OutletRef
    follower: OutletRef
    narratives: int
    """Narratives that both carried with own texts, ties left out; at least ten."""
    leads: int
    expected: float
    """Leads if the order of the two outlets' texts were chance."""
    share_low: float
    share_high: float
    """95 % Wilson interval of leads / narratives."""
    q_value: float


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceLine(Plain):
    """The health of one source over the period."""

    outlet: OutletRef
    status: SourceStatus
    days: dict[str, int]
    """Health -> number of days, by health."""
    daily: tuple[Health, ...]
    """One health per day of the period, oldest first."""
    articles: int
    usual_articles: float
    """What its own mean day of the four weeks before would give in as many days."""
    fetched: int
    failed: int
    polls: int
    polls_failed: int
    note: str
    """The status in words."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NotSeen(Plain):
    """What the digest could not see or did not count."""

    fetch_outcomes: dict[str, int]
    """Pages whose fetch ended in the period, by outcome, and as `waiting` all that still wait for one."""
    clean_outcomes: dict[str, int]
    """The archived ones of them by clean outcome."""
    poll_outcomes: dict[str, int]
    """Polls of the period by outcome."""
    failed_pages: int
    """Failed fetches within the period."""
    sources_down: tuple[str, ...]
    """Ids of sources with an outage in the period."""
    undetermined_language: int
    """Articles of the period whose language could not be told."""
    late_articles: int
    """Found live more than 72 h after publication: shown, never counted."""
    weak_dates: int
    """Articles of the period with a date of confidence C or D."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Totals(Plain):
    """The period in figures."""

    articles: int
    copy_groups: int
    reprints: int
    outlets: int
    countries: int
    languages: dict[str, int]
    """Language -> articles, by language."""
    narratives_active: int
    narratives_known: int
    passages_assigned: int
    backfill_articles: int
    articles_before: int
    """Articles in the period of the same length before."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MethodNotes(Plain):
    """How the figures came about: budget, thresholds, versions."""

    parameters: dict[str, float | int | str]
    versions: dict[str, str]
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class WatchLine(Plain):
    """A watched statement in the period, told or not."""

    statement_id: str
    narrative_id: int
    label: str
    observed: float
    """Damped distinct texts in the period."""
    expected: float | None
    ratio: float | None
    previous: float
    """Observed in the period of the same length before."""
    articles: int
    outlets: int
    countries: int
    languages: int
    state_texts: int
    independent_texts: int
    unlisted_texts: int
    """Own texts of the outlets of each side."""
    endorses: int
    reports: int
    refutes: int
    unclear: int
    """Passages of the period by stance; those that refute are counted nowhere else."""
    last_told: date | None
    """The last day up to the end of the period that it was told; None: never."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BecameLine(Plain):
    """What became of a narrative that the digest of the period before listed."""

    narrative_id: int
    """The number that stands for it now."""
    label: str
    was: Literal["rising", "new", "returned", "falling"]
    then: float
    """Observed in the period before."""
    now: float
    expected: float | None
    ratio: float | None
    outlets: int
    last_told: date | None
    is_listed: bool
    """It is listed in this period too, or told under a number that is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Account(Plain):
    """What a weekly report says beside its digest: what is watched, what became of the last findings, how
    much was compared.
    """

    watched: tuple[WatchLine, ...]
    """Every watched statement, at zero too, by number."""
    became: tuple[BecameLine, ...]
    """In the order of the digest of the period before."""
    sides: tuple[SideTold, ...]
    """State against independent over all claims told in the period."""
    compared: int
    """Narratives compared with their own past."""
    claims_told: int
    claims_thin: int
    """Claims told in fewer distinct texts than a report wants; they are listed nowhere."""
    statements: int
    """Watched statements."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Digest(Plain):
    """A period of days, whole."""

    start: date
    end: date
    """Exclusive."""
    zone: str = "UTC"
    """Whose days they are, by the name of the IANA list; those of spikes and of health are UTC days."""
    totals: Totals
    rising: tuple[NarrativeDigest, ...]
    """Claims, what is watched and what is pinned, like `falling` and `new`; the strongest evidence first."""
    falling: tuple[NarrativeDigest, ...]
    new: tuple[NarrativeDigest, ...]
    """Born in the period; a new narrative that rises stands in `rising` only if it has a history."""
    returned: tuple[NarrativeDigest, ...] = ()
    """Told again after weeks of silence (`trends.SILENT_DAYS`)."""
    others: tuple[OtherLine, ...]
    """Events, subjects and forms told in the period, most told first."""
    alerts: tuple[AlertLine, ...]
    spikes: tuple[SpikeNote, ...]
    """Every spike of the period, alerted or not, by day and id."""
    reprint_storms: tuple[StormLine, ...]
    leads: tuple[LeadLine, ...]
    """Who leads whom, over the narratives of the last months that began while both were watched; empty while
    there are too few.
    """
    sources: tuple[SourceLine, ...]
    """Those that need attention first, then by id."""
    not_seen: NotSeen
    methods: MethodNotes


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertEvidence(Plain):
    """Everything an alert mail shows; `alert_evidence()` returns its `to_dict()`."""

    start: date
    """First day of the spike's window."""
    end: date
    """Exclusive: the day after the window."""
    spike: SpikeNote
    narrative: NarrativeDigest
    """Figures, carriers and quotes of the window; its series covers the last ten weeks."""
    methods: MethodNotes
