"""One narrative over a period, with its evidence: series, carriers, first mover, quotes, copies."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from analysis.digest import spread
from analysis.digest.evidence import NarrativeDigest
from analysis.digest.first_mover import first_mover
from analysis.digest.quotes import quotes
from analysis.digest.reader import CHART_DAYS, DigestReader, rounded, strongest
from analysis.digest.sides import sides_of
from analysis.digest.spread import CarriedArticle, carried_articles
from analysis.plain import direction_of
from config.undetermined import UNDETERMINED
from storage.records import Judgement, Narrative
from storage.records.told import NarrativeRow


def write_narrative(reader: DigestReader, narrative: Narrative, themes: Mapping[int, str]) -> NarrativeDigest:
    """The narrative's figures and evidence in the reader's period; empty of evidence where nothing was
    told.
    """
    passages = reader.passages_of(narrative)
    life = carried_articles(passages)
    told = [item for item in life if reader.in_period(item.row.counted_at)]
    first = first_mover(passages, reader.refs, wire_of=reader.wire_of, corpus_start=reader.corpus_start)
    return NarrativeDigest(
        **_identity(narrative, passages, themes),
        **_judged(reader.judged.get(narrative.narrative_id)),
        **_figures(reader, narrative),
        **_counts(told),
        **_carriers(reader, life, told),
        **_shares(reader, told),
        first_mover=first,
        quotes=quotes(reader, passages, told, first),
    )


def _identity(
    narrative: Narrative, passages: Sequence[NarrativeRow], themes: Mapping[int, str]
) -> dict[str, Any]:
    """What the narrative is, whatever the period."""
    language = _label_language(narrative, passages)
    return {
        "narrative_id": narrative.narrative_id,
        "label": narrative.label,
        "language": language,
        "direction": direction_of(language),
        "kind": narrative.kind,
        "status": narrative.status,
        "statement_id": narrative.statement_id,
        "theme": None if narrative.theme_id is None else themes.get(narrative.theme_id),
        "keywords": {key: narrative.keywords[key] for key in sorted(narrative.keywords)},
        "first_seen_at": narrative.first_seen_at,
        "last_seen_at": narrative.last_seen_at,
    }


def _judged(found: Judgement | None) -> dict[str, Any]:
    """What kind of thing it is, and how clearly."""
    return {"judged": found.kind if found else None, "grade": found.grade if found else None}


def _figures(reader: DigestReader, narrative: Narrative) -> dict[str, Any]:
    """What was counted and tested."""
    trend = reader.trends.of(narrative.narrative_id)
    spike = strongest(reader.spikes_of.get(narrative.narrative_id, ()))
    chart = max(0, (reader.end - timedelta(days=CHART_DAYS) - reader.first).days)
    return {
        "observed": round(trend.observed, 4),
        "expected": rounded(trend.expected, 4),
        "ratio": rounded(trend.ratio),
        "previous": round(trend.previous, 4),
        "series": reader.trends.points(narrative.narrative_id, chart),
        "spike": reader.note(spike) if spike else None,
    }


def _counts(told: Sequence[CarriedArticle]) -> dict[str, Any]:
    """The articles of the period in figures."""
    repeats = [item.row.relation for item in told if not item.own]
    translations = repeats.count("translation")
    return {
        "articles": len(told),
        "copy_groups": len({item.row.group_id for item in told}),
        "own_text_outlets": len({item.row.source_id for item in told if item.own}),
        "countries": len({item.row.country for item in told} - {""}),
        "languages": len({item.row.language for item in told} - {UNDETERMINED}),
        "reprints": len(repeats) - translations,
        "translations": translations,
    }


def _carriers(
    reader: DigestReader, life: Sequence[CarriedArticle], told: Sequence[CarriedArticle]
) -> dict[str, Any]:
    """Who carried it, in the order in which they came."""
    found = spread.carriers(told, reader.refs, spread.roles(life))
    middle, quartiles = spread.lags(found)
    return {
        "outlets": len(found),
        "carriers": found,
        "sides": sides_of(found),
        "lag_hours_median": middle,
        "lag_hours_quartiles": quartiles,
    }


def _shares(reader: DigestReader, told: Sequence[CarriedArticle]) -> dict[str, Any]:
    """Carriers by country, language and ownership, and texts that were printed more than once."""
    countries = {item.source_id: item.country for item in reader.sources}
    groups = reader.groups(item.row.group_id for item in told if not item.own)
    return {
        "by_country": spread.by_country(told, reader.output, countries),
        "by_language": spread.by_language(told),
        "by_ownership": spread.by_ownership(told, reader.refs),
        "copies": spread.copy_lines(told, groups, reader.refs),
    }


def _label_language(narrative: Narrative, passages: Sequence[NarrativeRow]) -> str:
    """Language of the label, of an old one that of the passage that gave it; `und` for one that an analyst
    wrote.
    """
    if narrative.label_by != "medoid":
        return UNDETERMINED
    if narrative.label_language is not None:
        return narrative.label_language
    languages = {row.passage_id: row.language for row in passages}
    return next((languages[key] for key in narrative.exemplars if key in languages), UNDETERMINED)
