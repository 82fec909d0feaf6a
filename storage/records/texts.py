"""What was said: articles, copies, passages and their vectors."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, NamedTuple

import numpy as np
import numpy.typing as npt

from storage.records.coverage import Origin

Vector = npt.NDArray[np.float32]
"""A unit vector, shape (dimensions,), float32 in memory, float16 at rest."""

DateConfidence = Literal["A", "B", "C", "D"]
DeclaredAccess = Literal["free", "paid", "part"]
"""Who may read an article, by its own structured data; `part`: some of it is closed."""
ObservedAccess = Literal["teaser"]
"""What was seen: a short or broken text right before a demand to subscribe or log in."""
CopyRelation = Literal["original", "exact", "near", "excerpt", "translation", "changed"]
"""How a member of a copy group relates to its original.

exact        the same to the letter
near         a reprint: cut, moved, with another by-line, in other letters
excerpt      a part of it
translation  the same text in another language
changed      a reprint in which a figure, or whether something is so, is another: the same text for counting
             how often it was printed, never for what it claims
"""
LinkKind = Literal["whole", "figure", "negated", "excerpt"]
"""How two texts are linked.

whole        one is a reprint of the other
figure       the same, but a figure in the middle of equal words is another one
negated      the same, but a denial was put in or taken out: no copy, so it connects nothing
excerpt      one is a part of the other
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Article:
    """Clean text of a page. `article_id` equals the page's `page_id`."""

    article_id: str
    source_id: str
    url: str
    title: str
    body: str
    authors: tuple[str, ...] = ()
    published_at: datetime | None = None
    date_source: str = "none"
    date_confidence: DateConfidence = "D"
    date_claims: dict[str, str] = field(default_factory=dict)
    """Every date claim that was seen, by its source; kept so that the decision can be explained."""
    first_seen_at: datetime
    counted_at: datetime
    """The time the article counts at: published if trusted, else first seen."""
    late: bool = False
    """A live find published more than 72 h before it was seen: displayed, never counted."""
    origin: Origin
    language: str
    """ISO 639-1 (639-3 where there is none) or `und`."""
    language_confidence: float
    language_source: str
    text_sha256: str
    """SHA-256 of the normalised text (NFKC, case folded, letters and digits with one space between words)."""
    clean_version: str
    declared_access: DeclaredAccess | None = None
    """What the page's structured data says of who may read it; None where it says nothing."""
    observed_access: ObservedAccess | None = None
    """What was seen of a paywall; None where nothing was."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CleanResult:
    """What cleaning made of one page: an article, or a named reason why not."""

    page_id: str
    outcome: str
    clean_version: str
    clean_run: str
    article: Article | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CopyGroup:
    """Articles that are one text. `group_id` is its original's article id."""

    group_id: str
    first_article_id: str
    first_source_id: str
    first_at: datetime
    """The time its original counts at."""
    first_at_latest: datetime
    """End of the interval in which the first publication lies (day-precise dates are wide)."""
    wire: str | None = None
    """Agency credited in the text, if any."""
    size: int
    outlets: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CopyMember:
    """An article's place in its copy group.

    Containment is the share of the shorter text, its own or the original's, that the other has.
    """

    article_id: str
    group_id: str
    relation: CopyRelation
    containment: float


@dataclass(frozen=True, slots=True, kw_only=True)
class CopySketch:
    """What an article's text is found by when copies are looked for."""

    article_id: str
    counted_at: datetime
    runs: npt.NDArray[np.uint32]
    """Hashes of character runs, sorted, each once, shape (runs,)."""
    is_whole: bool
    """All runs of the text, not only a sample."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CopyLink:
    """Two articles whose texts have much in common; `left_id < right_id`. It depends on these two alone."""

    left_id: str
    right_id: str
    kind: LinkKind
    containment: float
    """Share of the shorter text that the other has."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Passage:
    """A run of whole sentences; `text == article.body[start:end]`."""

    passage_id: str
    """`{article_id}:{ordinal:03d}`"""
    article_id: str
    ordinal: int
    start: int
    end: int
    text: str
    text_hash: str
    language: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PassageRow:
    """A passage with what analysis needs to know of its article, source and copy group."""

    passage_id: str
    article_id: str
    ordinal: int
    text: str
    text_hash: str
    language: str
    title: str
    url: str
    source_id: str
    country: str
    ownership: str
    group_id: str
    """Copy group of the article (the article's own id while ungrouped)."""
    relation: CopyRelation
    published_at: datetime | None
    date_confidence: DateConfidence
    first_seen_at: datetime
    counted_at: datetime
    late: bool
    origin: Origin


class PassageFacts(NamedTuple):
    """A passage without its texts. A tuple: hundreds of thousands are read at a time."""

    passage_no: int
    """Its place in the order in which passages were stored: a mark for readers, never part of a result."""
    passage_id: str
    article_id: str
    text_hash: str
    language: str
    source_id: str
    country: str
    group_id: str
    """Copy group of the article (the article's own id while ungrouped)."""
    counted_at: datetime
    late: bool


class ArticleFacts(NamedTuple):
    """An article without its texts."""

    article_id: str
    source_id: str
    group_id: str
    """Copy group (the article's own id while ungrouped)."""
    counted_at: datetime
    late: bool
    origin: Origin


@dataclass(frozen=True, slots=True, kw_only=True)
class EmbeddedPassage:
    """A passage with its vector and what a search can be narrowed to."""

    passage_no: int
    """Counts up; a number is used again only after its passage was deleted."""
    passage_id: str
    article_id: str
    language: str
    article_language: str
    source_id: str
    counted_at: datetime
    vector: Vector
    """Raw, of the build that was asked for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PassageMarks:
    """How far the passages have come, for whoever follows them."""

    passage_no: int
    """The highest number, 0 without passages."""
    change_no: int
    """The last change, 0 without one."""
    first_change_no: int
    """The oldest change that is still listed, 0 without one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MeanTable:
    """Frozen per-language means of one embedding build."""

    version: int
    build: str
    made_at: datetime
    means: dict[str, Vector]
    """Language -> mean vector (not normalised); key `*` is the overall mean."""
    counts: dict[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchFilters:
    """What a search is narrowed to; an empty tuple lets everything through."""

    start: datetime | None = None
    """Counted at this moment or later."""
    end: datetime | None = None
    """Counted before this moment."""
    source_ids: tuple[str, ...] = ()
    countries: tuple[str, ...] = ()
    """Countries of the sources."""
    languages: tuple[str, ...] = ()
    """Languages of the articles."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchHit:
    """An article, or a passage of it, that a search found."""

    article_id: str
    passage_id: str | None
    score: float
    snippet: str
