"""A watchlist statement made ready to be compared: vectors, guard, scope, threshold, and a hash of all that a
comparison depends on."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import blake2b

import numpy as np

from analysis.arrays import Vectors
from analysis.embedding.centring import centre
from analysis.watch.guard import Guard, NamedText
from analysis.watch.keywords import KeywordQuery
from config.settings import WatchSettings
from config.undetermined import UNDETERMINED
from config.watchlist import StatementConfig
from storage.records import MeanTable, PassageFacts, PassageRow, Vector, Verdict

MATCH_VERSION = "4"
"""Changes whenever the same statement and passage could give another hit or stance."""
NO_LANGUAGE = UNDETERMINED
"""Nobody says which language a statement is written in; it is centred by the overall mean. Measured on the
sample world: as good as the mean of its true language (hits at z 3: recall 0.49 either way, precision 0.95
and 0.93), while the mean of a wrong language costs a tenth."""

READ_SHARE = 0.009
"""Share of passages that reach `SCREEN` for one statement, measured with it."""
SCREEN = 3.0
"""z of a passage from which its sentences are read, for a statement without entities. Measured on parallel
news (NTREX, 13 languages): of the hits that all sentences would give 0.97 remain, and 0.9 % of passages are
read for a statement; at 2 0.995 and 4.1 %, at 3.5 0.93 and 0.4 %.
"""


def screen_for(statements: int, share: float) -> float:
    """The z of a passage from which its sentences are read, for so many statements without entities.

    However many they are, about `share` of all passages is read: every 0.5 of z halves what one reads.
    """
    return SCREEN + 0.5 * float(np.log2(max(1.0, READ_SHARE * statements / max(share, 1e-6))))


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepared:
    """One statement of the watchlist; vectors are centred, shape (texts, dimensions)."""

    config: StatementConfig
    statement_hash: str
    threshold: float
    by_sentences: bool
    guard: Guard
    query: KeywordQuery | None
    """What the words of a passage must hold."""
    vectors: Vectors
    counters: Vectors
    countries: frozenset[str]
    languages: frozenset[str]
    """Where it is watched; empty: everywhere. Languages without a region, as an article's is told."""
    rejected: frozenset[str]
    """Passages that an analyst ruled out."""
    accepted: frozenset[str] = frozenset()
    """Passages that an analyst says are hits."""

    def names_all(self, row: PassageRow, text: NamedText) -> bool:
        """Whether a passage names what is required, and its words are those that the query asks for."""
        return self.guard.lets_text(text) and (self.query is None or self.query.holds(row))

    def in_scope(self, row: PassageFacts) -> bool:
        """Whether a passage comes from where the statement is watched, and nobody ruled it out."""
        if self.countries and row.country not in self.countries:
            return False
        return (not self.languages or row.language in self.languages) and row.passage_id not in self.rejected


def texts_of(watchlist: Sequence[StatementConfig]) -> list[str]:
    """Every distinct text of the watchlist, sorted."""
    return sorted({text for item in watchlist for text in (*item.statements, *item.counter_statements)})


def prepared(
    config: StatementConfig,
    raw: Mapping[str, Vector],
    table: MeanTable,
    *,
    settings: WatchSettings,
    rejected: Sequence[str] = (),
    labels: Mapping[str, Verdict] | None = None,
) -> Prepared:
    """`config` ready to be compared.

    Args:
        raw: text -> vector, for all its texts.
        rejected: passage ids that an analyst ruled out by a correction; another set compares all again.
        labels: passage id -> an analyst's word on it, which is obeyed without comparing again.
    """
    said = labels or {}
    threshold = threshold_of(config, settings)
    return Prepared(
        config=config,
        statement_hash=_hash_of(
            config, table, threshold=threshold, margin=settings.stance_margin, rejected=rejected
        ),
        threshold=threshold,
        by_sentences=by_sentences(config, settings),
        query=None if config.query is None else KeywordQuery(config.query),
        guard=Guard([entity.any_of for entity in config.entities]),
        vectors=_centred(config.statements, raw, table),
        counters=_centred(config.counter_statements, raw, table),
        countries=frozenset(config.countries),
        languages=frozenset(tag.partition("-")[0] for tag in config.languages),
        rejected=frozenset(rejected).union(key for key, word in said.items() if word == "reject"),
        accepted=frozenset(key for key, word in said.items() if word == "accept"),
    )


def threshold_of(config: StatementConfig, settings: WatchSettings) -> float:
    """The z from which a whole passage is a hit - of a statement that is compared by sentences, the z from
    which its sentences are read: the statement's own, else by how many entities it requires.

    A guard buys recall, not noise. News items against items on other subjects (ITN, 45 languages, countries
    as entities): 0.09 % without entities at 4.8; with one 0.27 % at 2.5 (a quarter of all that name the
    country), 0.13 % at 3.5,
    0.08 % at 4; with two 0.12 % at 2.5, 0.09 % at 2.75. Parallel news (NTREX, six languages, passages of
    other stories): 0.22 % without at 4.8, with one 0.39 % at 4 and 0.28 % at 4.8, 0.20 % with two at 2.5.
    Recall of ITN's items on one subject, in their own words and without entities: 0.49 at 4.8, 0.66 at 4,
    0.95 at 2.5.

    Texts that say a claim in their own words stand lower than translations of it. Articles of the sample
    world's watched narrative, told in five languages, found with two entities (recall / precision): 0.11 /
    1.00 at z 4.8, 0.77 / 1.00 at 3, 0.89 / 0.95 at 2.5.
    """
    if config.z_threshold is not None:
        return config.z_threshold
    if not config.entities:
        return SCREEN if settings.z_threshold is None else settings.z_threshold
    return settings.one_entity_z_threshold if len(config.entities) == 1 else settings.guarded_z_threshold


def by_sentences(config: StatementConfig, settings: WatchSettings) -> bool:
    """Whether a statement is compared with single sentences, against limits from a false rate."""
    given = config.z_threshold is not None or settings.z_threshold is not None
    return bool(config.statements) and not config.entities and not given


def _centred(texts: Sequence[str], raw: Mapping[str, Vector], table: MeanTable) -> Vectors:
    if not texts:
        return np.zeros((0, len(next(iter(table.means.values())))), np.float32)
    return centre(np.stack([raw[text] for text in texts]), [NO_LANGUAGE] * len(texts), table)


def _hash_of(
    config: StatementConfig, table: MeanTable, *, threshold: float, margin: float, rejected: Sequence[str]
) -> str:
    content = {
        "version": MATCH_VERSION,
        "statement": config.model_dump(mode="json", exclude={"label"}),
        "threshold": threshold,
        "margin": margin,
        "build": table.build,
        "means": table.version,
        "rejected": sorted(rejected),
    }
    return blake2b(
        json.dumps(content, sort_keys=True, ensure_ascii=False).encode(), digest_size=16
    ).hexdigest()
