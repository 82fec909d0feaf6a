"""The door of the account: what a weekly report says beside its digest.

every watched statement, at zero too
what became of what the period before listed
state against independent over all claims
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from analysis.digest.build import Listed, listing, until_of
from analysis.digest.evidence import SideTold
from analysis.digest.narrative import write_narrative
from analysis.digest.reader import DigestReader, rounded
from analysis.digest.records import Account, BecameLine, Digest, WatchLine
from analysis.digest.sides import side_totals
from analysis.digest.trends import Trend
from config.clock import Clock
from config.workspace import Workspace
from storage.records import Narrative, Stance
from storage.store import Store

Section = Literal["rising", "new", "returned", "falling"]
UNTOLD = Trend(observed=0.0, expected=None, previous=0.0, outlets=0, p_up=1.0, p_down=1.0, seen=True)
"""A narrative that the panel does not have."""


def build_account(*, store: Store, workspace: Workspace, digest: Digest, clock: Clock) -> Account:
    """What is to be said beside a digest of the same store.

    Args:
        clock: tells up to when narratives that were found belong to a period, as for the digest.
    """
    reader = DigestReader(store, workspace, digest.start, digest.end, zone=ZoneInfo(digest.zone))
    items = (*digest.rising, *digest.new, *digest.returned, *digest.falling)
    folded = {key for item in items for key in item.folded}
    told = sorted(reader.claims & reader.told)
    watched = [item for _, item in sorted(reader.narratives.items()) if item.kind == "watched"]
    return Account(
        watched=tuple(_watch_line(reader, item) for item in watched),
        became=_became(reader, {item.narrative_id for item in items} | folded, clock.now()),
        sides=_sides(reader, set(told) - folded),
        compared=len(reader.trends.among(reader.listed)),
        claims_told=len(told),
        claims_thin=sum(_trend(reader, key).observed < workspace.settings.report.min_texts for key in told),
        statements=len(watched),
    )


def quiet_counts(reader: DigestReader, digest: Digest) -> dict[str, int] | None:
    """What was looked for in a period in which nothing rose, fell, appeared or returned; None where something
    did.

    Args:
        reader: of the digest's period.
    """
    if digest.rising or digest.new or digest.returned or digest.falling:
        return None
    told = reader.claims & reader.told
    least = reader.workspace.settings.report.min_texts
    return {
        "compared": len(reader.trends.among(reader.listed)),
        "statements": sum(item.kind == "watched" for item in reader.narratives.values()),
        "told": len(told),
        "thin": sum(_trend(reader, key).observed < least for key in told),
        "least": least,
    }


def _trend(reader: DigestReader, narrative_id: int) -> Trend:
    return reader.trends.among([narrative_id]).get(narrative_id, UNTOLD)


def _watch_line(reader: DigestReader, narrative: Narrative) -> WatchLine:
    key = narrative.narrative_id
    trend, told = _trend(reader, key), write_narrative(reader, narrative, {})
    texts = {side.side: side.own_texts for side in told.sides}
    stances = _stances(reader, narrative.statement_id or "")
    return WatchLine(
        statement_id=narrative.statement_id or "",
        narrative_id=key,
        label=narrative.label,
        observed=told.observed,
        expected=told.expected,
        ratio=told.ratio,
        previous=round(trend.previous, 4),
        articles=told.articles,
        outlets=told.outlets,
        countries=told.countries,
        languages=told.languages,
        state_texts=texts.get("state", 0),
        independent_texts=texts.get("independent", 0),
        unlisted_texts=texts.get("unlisted", 0),
        endorses=stances["endorses"],
        reports=stances["reports"],
        refutes=stances["refutes"],
        unclear=stances["unclear"],
        last_told=_last_told(reader, narrative),
    )


def _stances(reader: DigestReader, statement_id: str) -> Mapping[Stance, int]:
    """Passages of the period by stance."""
    hits = reader.store.watch.hits(statement_id, start=reader.opens, end=reader.closes)
    return Counter(hit.stance for hit in hits)


def _last_told(reader: DigestReader, narrative: Narrative) -> date | None:
    """The last day up to the end of the period on which a text told it."""
    days = [reader.day_of(row.counted_at) for row in reader.passages_of(narrative) if not row.late]
    return max(days, default=None)


def _sides(reader: DigestReader, keys: set[int]) -> tuple[SideTold, ...]:
    """What each side told of these narratives, as it was counted."""
    cells = [cell for cell in reader.cells if cell.day >= reader.start and cell.narrative_id in keys]
    return side_totals((reader.ref(cell.source_id), cell.own_texts, cell.articles) for cell in cells)


def _became(reader: DigestReader, listed: set[int], now: datetime) -> tuple[BecameLine, ...]:
    """What the period before listed, as it stands in this one."""
    start = reader.start - timedelta(days=reader.days)
    before = DigestReader(reader.store, reader.workspace, start, reader.start, zone=reader.zone)
    found: Listed = listing(before, until_of(before.closes, now))
    sections: Sequence[tuple[Section, list[int]]] = (
        ("rising", found.rising),
        ("new", found.new),
        ("returned", found.returned),
        ("falling", found.falling),
    )
    return tuple(
        _became_line(reader, key, was, _trend(before, key).observed, listed)
        for was, keys in sections
        for key in keys
    )


def _became_line(
    reader: DigestReader, narrative_id: int, was: Section, then: float, listed: set[int]
) -> BecameLine:
    key = reader.survivors.get(narrative_id, narrative_id)
    trend, narrative = _trend(reader, key), reader.narratives.get(key)
    return BecameLine(
        narrative_id=key,
        label=reader.label(key),
        was=was,
        then=round(then, 4),
        now=round(trend.observed, 4),
        expected=rounded(trend.expected, 4),
        ratio=rounded(trend.ratio),
        outlets=trend.outlets,
        last_told=_last_told(reader, narrative) if narrative else None,
        is_listed=key in listed,
    )
