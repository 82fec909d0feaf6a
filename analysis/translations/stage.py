"""The stage `translations`: probable translated reprints join the copy group of their original.

    first texts of copy groups --vectors--> candidates --sentences aligned--> pairs --union--> one group, the earliest text its original

Only texts that are new since the last run are asked about, against everything within the copy window. A group that is joined already gives
the same answer again: the stage can be repeated and killed anywhere. Its word for what it found is "probable translation".
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import numpy as np
import structlog

from analysis.arrays import Vectors, unit_rows
from analysis.embedding.centring import centre, centred
from analysis.embedding.choose import build_of, settings_of, shared_embedder
from analysis.embedding.languages import UNDETERMINED, language_key
from analysis.embedding.means import ensure_means
from analysis.text.passages import measure
from analysis.text.sentences import sentences
from analysis.translations.alignment import (
    SENTENCES,
    Text,
    alignment,
    best_pairs,
    candidates,
    is_translation,
    numbers,
)
from analysis.translations.groups import connected, joined_group
from config.clock import Clock
from config.progress import Progress
from config.settings import EmbedSettings
from config.workspace import Workspace
from storage.ids import text_hash
from storage.records import Article, MeanTable, Vector
from storage.store import Store

_log = structlog.get_logger(__name__)

STAGE = "translations"
_BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)
_CHUNK = 256


@dataclass(frozen=True, slots=True)
class _Lead:
    """The first sentences of an article: centred vectors, shape (n, dimensions), and lengths."""

    vectors: Vectors
    lengths: tuple[int, ...]


def join_translations(
    *, store: Store, workspace: Workspace, clock: Clock, run_id: str, progress: Progress
) -> dict[str, int]:
    """Find probable translations and join their groups. Counts: asked (texts), candidates, translations (pairs), joined (groups dissolved).

    Raises:
        EmbeddingError: the engine cannot be opened or failed.
        StorageError: the store cannot be read or written.
    """
    settings = settings_of(workspace)
    counts = dict.fromkeys(("asked", "candidates", "translations", "joined"), 0)
    window = timedelta(days=workspace.settings.copies.window_days)
    since = asked_since(store, workspace, clock.now())
    found = store.copies.all_members(since - window, clock.now() + timedelta(days=1))
    firsts = {
        article.article_id: (member, article)
        for member, article in found
        if member.relation in {"original", "translation"}
    }
    if len({article.language for _, article in firsts.values()}) > 1:
        table = ensure_means(store, build_of(settings), clock.now())
        texts = _texts(store, {key: article for key, (_, article) in firsts.items()}, table)
        asked = frozenset(text.text_id for text in texts if firsts[text.text_id][1].counted_at >= since)
        pairs = candidates(texts, asked, window=window)
        progress.start(STAGE, len(pairs))
        leads = _leads(
            store,
            settings,
            [firsts[key][1] for key in sorted({text.text_id for pair in pairs for text in pair})],
            table,
        )
        scores = _scores(pairs, leads, workspace.settings.copies.translation_score, progress)
        joined = _join(store, scores, {key: member.group_id for key, (member, _) in firsts.items()})
        counts = {
            "asked": len(asked),
            "candidates": len(pairs),
            "translations": len(scores),
            "joined": joined,
        }
    _log.info(STAGE, run_id=run_id, **counts)
    return counts


def asked_since(store: Store, workspace: Workspace, now: datetime) -> datetime:
    """Texts counted from here on are asked about: one copy window before the last run, everything at the first run.

    A source that has begun since brings its history along, so its back-fill is asked about too.
    """
    last = store.runs.last(STAGE)
    if last is None:
        return _BEGINNING
    days = workspace.settings.copies.window_days
    if any(
        source.first_crawled_at and source.first_crawled_at >= last.as_of for source in store.sources.all()
    ):
        days += workspace.settings.crawl.backfill_days
    return min(last.as_of, now) - timedelta(days=days)


def _texts(store: Store, articles: Mapping[str, Article], table: MeanTable) -> list[Text]:
    """What the search needs of each article in a known language that has passages and vectors."""
    known = {
        key: article for key, article in articles.items() if language_key(article.language) != UNDETERMINED
    }
    if not known:
        return []
    times = [article.counted_at for article in known.values()]
    rows = [
        row
        for row in store.passages.window(min(times), max(times) + timedelta(microseconds=1))
        if row.article_id in known
    ]
    present = store.vectors.has(table.build, {row.text_hash for row in rows})
    rows = [row for row in rows if row.text_hash in present]
    vectors: defaultdict[str, list[Vector]] = defaultdict(list)
    for row, vector in zip(rows, centred(store, rows, table), strict=True):
        vectors[row.article_id].append(vector * measure(row.text))
    return [
        Text(
            text_id=key,
            language=language_key(known[key].language),
            at=known[key].counted_at,
            vector=unit_rows(np.sum(parts, axis=0)[None])[0],
            length=measure(known[key].body),
            numbers=numbers(known[key].body),
        )
        for key, parts in sorted(vectors.items())
    ]


def _leads(
    store: Store, settings: EmbedSettings, articles: Sequence[Article], table: MeanTable
) -> dict[str, _Lead]:
    """The first sentences of each article; their vectors are kept like those of passages, so that no sentence is embedded twice."""
    texts = {
        article.article_id: [article.body[s.start : s.end] for s in sentences(article.body)[:SENTENCES]]
        for article in articles
    }
    by_hash = {text_hash(text): text for lead in texts.values() for text in lead}
    missing = sorted(by_hash.keys() - store.vectors.has(table.build, by_hash.keys()))
    for start in range(0, len(missing), _CHUNK):
        keys = missing[start : start + _CHUNK]
        store.vectors.put(
            table.build,
            dict(zip(keys, shared_embedder(settings).embed([by_hash[key] for key in keys]), strict=True)),
        )
    leads = {}
    for article in articles:
        lead = texts[article.article_id]
        raw = store.vectors.get(table.build, [text_hash(text) for text in lead])
        leads[article.article_id] = _Lead(
            centre(raw, [article.language] * len(lead), table), tuple(map(measure, lead))
        )
    return leads


def _scores(
    pairs: Sequence[tuple[Text, Text]], leads: Mapping[str, _Lead], sure_score: float, progress: Progress
) -> dict[tuple[str, str], float]:
    """Article ids of the pairs that are probable translations of each other -> alignment score, at most 1."""
    accepted = {}
    for left, right in pairs:
        one, other = leads[left.text_id], leads[right.text_id]
        score = alignment(one.vectors, one.lengths, other.vectors, other.lengths)
        if is_translation(score, left, right, sure_score=sure_score):
            accepted[left.text_id, right.text_id] = min(score, 1.0)
        progress.step()
    chosen = best_pairs(accepted, {text.text_id: text.language for pair in pairs for text in pair})
    return {pair: accepted[pair] for pair in chosen}


def _join(store: Store, scores: Mapping[tuple[str, str], float], group_of: Mapping[str, str]) -> int:
    """Make one group of all groups that pairs connect, a transaction each; returns how many groups were dissolved."""
    best: defaultdict[str, float] = defaultdict(float)
    for pair, score in scores.items():
        for article_id in pair:
            best[article_id] = max(best[article_id], score)
    dissolved = 0
    for group_ids in connected([(group_of[left], group_of[right]) for left, right in scores]):
        groups = [group for group_id in group_ids if (group := store.copies.group(group_id)) is not None]
        members = store.copies.members(group_ids)
        sources = {
            article.article_id: article.source_id
            for article in store.articles.many([member.article_id for member in members])
        }
        group, moved = joined_group(groups, members, sources, best)
        store.copies.replace(
            [group], moved, dissolved=[item.group_id for item in groups if item.group_id != group.group_id]
        )
        dissolved += len(groups) - 1
    return dissolved
