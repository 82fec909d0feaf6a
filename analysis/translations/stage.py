"""The stage `translations`: probable translated reprints join the copy group of their original.

    articles above the mark --days of their window--> candidates --leads aligned--> pairs --union--> groups

What is new is what lies above the stage's mark, so a source that begins with a long history costs that
history and no more. New texts are compared with everything within the copy window, a day against a day. A
group that is joined already gives the same answer again: the stage can be repeated and killed anywhere. Its
word for what it found is "probable translation".
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

import structlog

from analysis.embedding.choose import build_of, settings_of
from analysis.embedding.means import ensure_means
from analysis.translations.alignment import translation_scores
from analysis.translations.candidates import DayTexts, candidate_pairs
from analysis.translations.groups import connected, joined_group
from analysis.translations.reading import LeadReader, is_asked, sentence_means, texts_of_day
from config.clock import Clock, day_of
from config.progress import Progress
from config.workspace import Workspace
from storage.records import MeanTable
from storage.store import Store

_log = structlog.get_logger(__name__)

STAGE = "translations"
PAIR_VERSION = "1"
"""Changes whenever the same two texts could be decided another way; then all are asked about again."""
_PASSAGES = 5000
"""Passages read at a time in search of what is new. Decides memory only."""
_LEADS = 500
"""Pairs whose leads are read at a time. Decides memory only."""


@dataclass(frozen=True, slots=True)
class _New:
    """What came since the last run."""

    through: int
    """`passage_no` up to which passages are asked about now."""
    days: Mapping[date, set[str]] = field(default_factory=dict)
    """Day -> ids of the articles counted on it that are asked about."""


@dataclass(frozen=True, slots=True)
class _Search:
    """What a search shares."""

    store: Store
    workspace: Workspace
    table: MeanTable
    new: _New


def join_translations(
    *, store: Store, workspace: Workspace, clock: Clock, run_id: str, progress: Progress
) -> dict[str, int]:
    """Find probable translations and join their groups.

    Counts: asked (texts), candidates, translations (pairs), joined (groups dissolved).

    Raises:
        EmbeddingError: the engine cannot be opened or failed.
        StorageError: the store cannot be read or written.
    """
    counts = dict.fromkeys(("asked", "candidates", "translations", "joined"), 0)
    build = build_of(settings_of(workspace))
    version = f"{PAIR_VERSION}/{build}"
    new = _new_texts(store, build, store.passages.read_through(STAGE, version))
    counts["asked"] = sum(map(len, new.days.values()))
    if counts["asked"]:
        search = _Search(store, workspace, ensure_means(store, build, clock.now()), new)
        progress.start(STAGE, counts["asked"])
        means = sentence_means(build, search.table)
        reader = LeadReader(store, settings_of(workspace), means)
        for asked, pairs in _candidates(search):
            scores = _scores(reader, pairs, workspace.settings.copies.translation_score)
            counts["candidates"] += len(pairs)
            counts["translations"] += len(scores)
            counts["joined"] += _join(store, scores)
            progress.step(asked)
    store.passages.keep_read(STAGE, version, new.through)
    _log.info(STAGE, run_id=run_id, **counts)
    return counts


def _new_texts(store: Store, build: str, mark: int) -> _New:
    """The texts above the mark, up to the first without a vector or a copy group."""
    days: defaultdict[date, set[str]] = defaultdict(set)
    while rows := store.passages.embedded_after(build, mark, limit=_PASSAGES):
        members = store.copies.of({row.article_id for row in rows})
        for row in rows:
            member = members.get(row.article_id)
            if member is None:
                return _New(mark, days)
            if is_asked(row, member.relation):
                days[day_of(row.counted_at)].add(row.article_id)
            mark = row.passage_no
    return _New(mark, days)


def _candidates(search: _Search) -> Iterator[tuple[int, list[tuple[str, str]]]]:
    """Day after day: how many of its texts are asked about, and their pairs with texts of days before.

    A day is read when the window reaches it and forgotten when it has passed.
    """
    window = search.workspace.settings.copies.window_days
    loaded: dict[date, DayTexts] = {}
    for day in _days_within(search.new.days, window):
        loaded = {key: texts for key, texts in loaded.items() if (day - key).days <= window}
        asked = search.new.days.get(day, set())
        texts = texts_of_day(search.store, day, search.table, asked=asked, through=search.new.through)
        if texts is None:
            continue
        loaded[day] = texts
        span = timedelta(days=window).total_seconds()
        pairs = [
            pair for other in loaded.values() for pair in candidate_pairs(other, texts, window_seconds=span)
        ]
        yield len(asked), pairs


def _days_within(asked: Collection[date], window: int) -> list[date]:
    """All days at most `window` days from one that is asked about, sorted."""
    near = range(-window, window + 1)
    return sorted({day + timedelta(days=days) for day in asked for days in near})


def _scores(
    reader: LeadReader, pairs: Sequence[tuple[str, str]], least_score: float
) -> dict[tuple[str, str], float]:
    """The pairs that are probable translations of each other -> alignment score, at most 1."""
    accepted: dict[tuple[str, str], float] = {}
    for start in range(0, len(pairs), _LEADS):
        part = pairs[start : start + _LEADS]
        leads = reader.leads({article_id for pair in part for article_id in pair})
        scores = translation_scores(
            [(leads[left], leads[right]) for left, right in part], least_score=least_score
        )
        accepted |= {pair: score for pair, score in zip(part, scores, strict=True) if score is not None}
    return accepted


def _join(store: Store, scores: Mapping[tuple[str, str], float]) -> int:
    """Make one group of all groups that pairs connect, a transaction each.

    Returns how many groups were dissolved.
    """
    best: defaultdict[str, float] = defaultdict(float)
    for pair, score in scores.items():
        for article_id in pair:
            best[article_id] = max(best[article_id], score)
    group_of = {key: member.group_id for key, member in store.copies.of(best).items()}
    links = {(group_of[left], group_of[right]) for left, right in scores}
    return sum(_join_groups(store, group_ids, best) for group_ids in connected(links))


def _join_groups(store: Store, group_ids: Collection[str], scores: Mapping[str, float]) -> int:
    """Make one group of these; returns how many were dissolved."""
    groups = [group for group_id in group_ids if (group := store.copies.group(group_id)) is not None]
    members = store.copies.members(group_ids)
    articles = store.articles.many([member.article_id for member in members])
    sources = {article.article_id: article.source_id for article in articles}
    group, moved = joined_group(groups, members, sources, scores)
    dissolved = [item.group_id for item in groups if item.group_id != group.group_id]
    store.copies.replace([group], moved, dissolved=dissolved)
    return len(dissolved)
