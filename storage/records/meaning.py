"""What it means: narratives, their history, and what analysts decided."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal, NamedTuple, get_args

from storage.records.texts import Vector

NarrativeKind = Literal["discovered", "watched"]
Kind = Literal["claim", "event", "subject", "form"]
KINDS: tuple[Kind, ...] = get_args(Kind)
NarrativeStatus = Literal["active", "dormant", "merged"]
LineageKind = Literal[
    "born",
    "continued",
    "split_from",
    "merged_into",
    "dormant",
    "revived",
    "renamed",
    "drifted",
    "decided",
    "taken_back",
]
Stance = Literal["endorses", "refutes", "reports", "unclear"]
CorrectionKind = Literal[
    "rename",
    "pin",
    "mute",
    "merge",
    "split",
    "reject",
    "assign",
    "together",
    "apart",
    "kind",
    "note",
    "link",
    "unlink",
    "undo",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Narrative:
    """What is claimed, over months; the number is its identity for ever."""

    narrative_id: int
    label: str
    label_by: Literal["medoid", "analyst", "watchlist"] = "medoid"
    label_language: str | None = None
    """Of a label that is quoted; None of one that people wrote, or of a time before labels were sentences."""
    label_passage: str | None = None
    """The passage that a label is quoted from."""
    kind: NarrativeKind = "discovered"
    status: NarrativeStatus = "active"
    keywords: dict[str, tuple[str, ...]] = field(default_factory=dict)
    exemplars: tuple[str, ...] = ()
    """Passage ids, the most central first."""
    centroid: Vector | None = None
    radius: float | None = None
    """Least cosine to the centroid at which a passage joins; frozen with the centroid."""
    size: int = 0
    first_seen_at: datetime
    last_seen_at: datetime
    merged_into: int | None = None
    split_from: int | None = None
    theme_id: int | None = None
    statement_id: str | None = None
    build: str
    mean_version: int
    born_run: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """What a narrative is, why, and how clearly."""

    narrative_id: int
    kind: Kind
    grade: float
    """How much speaks for a claim, 0 to 1; from 0.5 on it is one, unless something else decides."""
    reasons: dict[str, Any]
    """What was looked at, by name, with what was found."""
    version: str
    """Of the weights and rules that judged."""
    at: datetime
    run_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Anchor:
    """What a narrative was when it got its label: what later members are measured against."""

    narrative_id: int
    at: datetime
    centroid: Vector
    """Mean direction of the distinct texts that it had then."""
    cohesion: float
    """Their mean cosine to each other."""
    texts: int
    build: str
    mean_version: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Drift:
    """How far a narrative's texts of the window have moved from what it was, as one refit saw it."""

    narrative_id: int
    at: datetime
    nearer_old: float
    """Share of its texts nearer to the old centre than to the present one."""
    likeness: float
    """Of the texts then and now, as `analysis.arrays.likeness_of` has it: 1 where nothing moved."""
    borne_out: float | None
    """Share of its texts that bear its label out; None where nobody can say."""
    texts: int
    run_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedNarrative:
    """A narrative as lists show it: without its vector and words."""

    narrative_id: int
    label: str
    kind: NarrativeKind
    status: NarrativeStatus
    size: int
    first_seen_at: datetime
    last_seen_at: datetime
    judged: Kind | None = None
    """What it is; None where no run looked yet, and for a watched one, which is a claim by decree."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedPassage:
    """Which passage tells a narrative; `stance` is told of watched statements only."""

    passage_id: str
    counted_at: datetime
    similarity: float
    stance: Stance | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Assignment:
    """A passage belongs to a narrative."""

    passage_id: str
    narrative_id: int
    similarity: float
    method: Literal["nearest", "cluster", "analyst"]
    run_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class WatchHit:
    """A passage that says what a watchlist statement says (or its opposite)."""

    statement_id: str
    passage_id: str
    narrative_id: int
    cosine: float
    z: float
    stance: Stance
    run_id: str


class Ordinary(NamedTuple):
    """How near passages in a language ordinarily are to a text; language `*`: in all languages together."""

    text_hash: str
    language: str
    place: float
    spread: float


class HitFacts(NamedTuple):
    """A hit with what is counted of it. A tuple: all hits of a watchlist are read after every run."""

    statement_id: str
    passage_id: str
    z: float
    text_hash: str
    counted_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """What comparing a run of passages with one wording of a statement found."""

    statement_id: str
    statement_hash: str
    through: int
    """`passage_no` up to which all passages are now compared."""
    hits: tuple[WatchHit, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """What happened, told by many within days."""

    event_id: int
    label: str
    first_at: datetime
    last_at: datetime
    articles: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Theme:
    """What narratives belong to."""

    theme_id: int
    label: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LineageEvent:
    """Something happened to a narrative's identity."""

    at: datetime
    kind: LineageKind
    narrative_id: int
    other_id: int | None
    run_id: str
    detail: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Correction:
    """An analyst's decision that every later run obeys."""

    correction_id: str
    at: datetime
    kind: CorrectionKind
    narrative_id: int
    other_id: int | None = None
    """Of `merge` the narrative that went into this one, of `split` the one that left it, of `apart` the one
    that it is never merged with.
    """
    passage_id: str | None = None
    other_passage: str | None = None
    """Of `together` and `apart` the passage that is to follow, or to avoid, the first."""
    value: str | None = None
    """Of `rename` the label, of `kind` what the narrative is (None takes the last decision back), of `mute`
    the day until which, of `note` the text, of `undo` the decision that is taken back; of `assign`,
    `reject`, `together` and `apart` the number of the narrative that the passage was in before.
    """
    part_of: str | None = None
    """The decision that this one carries out: taken back with it."""
    actor: str | None = None
    """Who decided, as they named themselves."""
