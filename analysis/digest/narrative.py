"""One narrative over a period, with its evidence: series, carriers, first mover, quotes, copies."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta

from analysis.digest import spread
from analysis.digest.desk import CHART_DAYS, DigestDesk, rounded, strongest
from analysis.digest.evidence import FirstMover, NarrativeDigest, Quote
from analysis.digest.spread import Told, told_articles
from analysis.plain import direction_of
from storage.records import Narrative, PassageRow


def write_narrative(desk: DigestDesk, narrative: Narrative, themes: Mapping[int, str]) -> NarrativeDigest:
    """The narrative's figures and evidence in the desk's period; empty of evidence where nothing was told."""
    passages = desk.passages_of(narrative)
    life = told_articles(row for row, _ in passages)
    told = [item for item in life if desk.in_period(item.row.counted_at)]
    found = spread.carriers(told, desk.refs, spread.roles(life))
    middle, quartiles = spread.lags(found)
    first = spread.first_mover(
        [row for row, _ in passages], desk.refs, wire_of=desk.wire_of, corpus_start=desk.corpus_start
    )
    trend = desk.trends.of(narrative.narrative_id)
    spike = strongest(desk.spikes_of.get(narrative.narrative_id, ()))
    language = _label_language(narrative, passages)
    chart = max(0, (desk.end - timedelta(days=CHART_DAYS) - desk.first).days)
    countries = {item.source_id: item.country for item in desk.sources}
    repeats = [item for item in told if not item.own]
    groups = desk.groups(item.row.group_id for item in repeats)
    return NarrativeDigest(
        narrative_id=narrative.narrative_id, label=narrative.label, language=language, direction=direction_of(language),
        kind=narrative.kind, status=narrative.status, statement_id=narrative.statement_id,
        theme=themes.get(narrative.theme_id) if narrative.theme_id is not None else None,
        keywords={key: narrative.keywords[key] for key in sorted(narrative.keywords)},
        first_seen_at=narrative.first_seen_at, last_seen_at=narrative.last_seen_at,
        observed=round(trend.observed, 4), expected=rounded(trend.expected, 4), ratio=rounded(trend.ratio), previous=round(trend.previous, 4),
        articles=len(told), copy_groups=len({item.row.group_id for item in told}), outlets=len(found),
        own_text_outlets=sum(item.own_texts > 0 for item in found),
        countries=len({item.row.country for item in told if item.row.country}),
        languages=len({item.row.language for item in told if item.row.language != "und"}),
        reprints=sum(item.row.relation != "translation" for item in repeats),
        translations=sum(item.row.relation == "translation" for item in repeats),
        series=desk.trends.points(narrative.narrative_id, chart), spike=desk.note(spike) if spike else None, first_mover=first,
        carriers=found, lag_hours_median=middle, lag_hours_quartiles=quartiles,
        by_country=spread.by_country(told, desk.output, countries), by_language=spread.by_language(told),
        by_ownership=spread.by_ownership(told, desk.refs), quotes=_quotes(desk, passages, told, first),
        copies=spread.copy_lines(told, groups, desk.refs),
    )  # fmt: skip


def _label_language(narrative: Narrative, passages: Sequence[tuple[PassageRow, float]]) -> str:
    """Language of the passage that gave the label; `und` for a label that an analyst wrote."""
    if narrative.label_by != "medoid":
        return "und"
    languages = {row.passage_id: row.language for row, _ in passages}
    return next((languages[key] for key in narrative.exemplars if key in languages), "und")


def _quotes(
    desk: DigestDesk,
    passages: Sequence[tuple[PassageRow, float]],
    told: Sequence[Told],
    first: FirstMover | None,
) -> tuple[Quote, ...]:
    """The best passages: the first mover's, then the most central of other outlets and languages; own texts of the period."""
    own = {item.row.article_id for item in told if item.own}
    pool = sorted(
        ((row, value) for row, value in passages if row.article_id in own),
        key=lambda item: (-item[1], item[0].passage_id),
    )
    openers = [item for item in passages if first is not None and item[0].article_id == first.article_id]
    opener = min(openers, key=lambda item: (-item[1], item[0].passage_id), default=None)
    chosen = [opener] if opener else []
    while len(chosen) < desk.workspace.settings.report.quotes_per_narrative:
        best = _next_quote(pool, [row for row, _ in chosen])
        if best is None:
            break
        chosen.append(best)
    return tuple(
        _quote(desk, row, value, is_first=opener is not None and row is opener[0]) for row, value in chosen
    )


def _next_quote(
    pool: Sequence[tuple[PassageRow, float]], taken: Sequence[PassageRow]
) -> tuple[PassageRow, float] | None:
    """The most central passage of a new outlet and language, else of a new outlet, else of a new article."""
    outlets, languages = {row.source_id for row in taken}, {row.language for row in taken}
    articles = {row.article_id for row in taken}
    left = [item for item in pool if item[0].article_id not in articles]
    ranked = sorted(left, key=lambda item: (item[0].source_id in outlets, item[0].language in languages))
    return ranked[0] if ranked else None


def _quote(desk: DigestDesk, row: PassageRow, similarity: float, *, is_first: bool) -> Quote:
    return Quote(
        passage_id=row.passage_id, article_id=row.article_id, text=row.text, title=row.title, language=row.language,
        direction=direction_of(row.language), outlet=spread.ref_of(desk.refs, row), url=row.url, published_at=row.published_at,
        date_confidence=row.date_confidence, first_seen_at=row.first_seen_at, late=row.late, relation=row.relation,
        role="first" if is_first else "central", similarity=round(similarity, 4), archive=desk.place(row.article_id),
    )  # fmt: skip
