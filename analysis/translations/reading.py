"""What the search for translations reads from the store: the texts of a day, and the leads of candidates."""

from __future__ import annotations

from collections import OrderedDict, defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta

import numpy as np

from analysis.arrays import unit_rows
from analysis.embedding.centring import centre, centred
from analysis.embedding.kept import kept_vectors
from analysis.embedding.languages import language_key
from analysis.embedding.means import has_priors, make_table
from analysis.text.passages import measure
from analysis.text.sentences import first_sentences
from analysis.translations.alignment import SENTENCES, Lead, numbers
from analysis.translations.candidates import PASSAGES, DayTexts
from config.settings import EmbedSettings
from config.undetermined import UNDETERMINED
from storage.records import Article, CopyMember, MeanTable, PassageFacts, Vector
from storage.store import Store

LEADS = 10_000
"""Leads in memory at a time, 10 kB each. Decides memory only."""


def is_asked(facts: PassageFacts, relation: str) -> bool:
    """Whether the article of a passage can be a translation.

    No copy of another, in a language that is known.
    """
    return relation in {"original", "translation"} and language_key(facts.language) != UNDETERMINED


def texts_of_day(
    store: Store, day: date, table: MeanTable, *, asked: Collection[str], through: int
) -> DayTexts | None:
    """The texts of one day; None where there are none.

    Args:
        asked: ids of the articles that are asked about.
        through: `passage_no` up to which passages are known to have vectors; later ones wait for the next
            run.
    """
    start = datetime.combine(day, time(), UTC)
    rows = [row for row in store.passages.told(start, start + timedelta(days=1)) if row.passage_no <= through]
    members = store.copies.of({row.article_id for row in rows})
    parts = _by_article(rows, members)
    return _stacked(store, parts, table, asked) if parts else None


def _by_article(
    rows: Sequence[PassageFacts], members: Mapping[str, CopyMember]
) -> dict[str, list[PassageFacts]]:
    """The first passages of each article that can be a translation."""
    found: defaultdict[str, list[PassageFacts]] = defaultdict(list)
    for row in sorted(rows, key=lambda row: row.passage_id):
        member = members.get(row.article_id)
        if member is not None and is_asked(row, member.relation):
            found[row.article_id].append(row)
    return {key: found[key][:PASSAGES] for key in sorted(found)}


def _stacked(
    store: Store, parts: Mapping[str, Sequence[PassageFacts]], table: MeanTable, asked: Collection[str]
) -> DayTexts:
    """Passages by article as the arrays of a day."""
    counts = np.array([len(passages) for passages in parts.values()])
    vectors = centred(store, [row for passages in parts.values() for row in passages], table)
    passages = np.zeros((len(parts), PASSAGES, vectors.shape[1]), np.float16)
    passages[np.arange(PASSAGES) < counts[:, None]] = vectors
    first = [passages[0] for passages in parts.values()]
    starts = np.concatenate([[0], np.cumsum(counts)[:-1]])
    return DayTexts(
        ids=tuple(parts),
        languages=np.array([language_key(row.language) for row in first]),
        seconds=np.array([row.counted_at.timestamp() for row in first]),
        whole=unit_rows(np.add.reduceat(vectors, starts, axis=0)),
        passages=passages,
        counts=counts,
        asked=np.array([key in asked for key in parts]),
    )


class LeadReader:
    """Leads of candidates, the last ones kept.

    An article is a candidate for several others, on several days.
    """

    def __init__(self, store: Store, settings: EmbedSettings, table: MeanTable) -> None:
        """`table` is what sentences are centred by."""
        self._store, self._settings, self._table = store, settings, table
        self._kept: OrderedDict[str, Lead] = OrderedDict()

    def leads(self, article_ids: Collection[str]) -> dict[str, Lead]:
        """The lead of each article.

        Vectors of sentences are kept in the store, so that none is embedded twice.
        """
        missing = set(article_ids) - self._kept.keys()
        self._kept.update(self._read(missing))
        for article_id in article_ids:
            self._kept.move_to_end(article_id)
        found = {article_id: self._kept[article_id] for article_id in article_ids}
        while len(self._kept) > LEADS:
            self._kept.popitem(last=False)
        return found

    def _read(self, article_ids: Collection[str]) -> dict[str, Lead]:
        articles = self._store.articles.many(article_ids)
        texts = {article.article_id: first_sentences(article.body, SENTENCES) for article in articles}
        sentences = {text for lead in texts.values() for text in lead}
        raw = kept_vectors(self._store, self._settings, sentences)
        return {
            article.article_id: lead_of(article, texts[article.article_id], raw, self._table)
            for article in articles
        }


def lead_of(article: Article, lead: Sequence[str], raw: Mapping[str, Vector], table: MeanTable) -> Lead:
    """What the decision needs of an article; `raw` has the vectors of its first sentences."""
    vectors = centre(np.stack([raw[text] for text in lead]), [article.language] * len(lead), table)
    return Lead(
        vectors=vectors.astype(np.float16),
        lengths=tuple(map(measure, lead)),
        length=measure(article.body),
        numbers=numbers(article.body),
    )


def sentence_means(build: str, table: MeanTable) -> MeanTable:
    """The means that sentences are centred by: the priors, where they fit the build.

    NTREX, pairs found at a sure score of 0.43 among whole stories: 0.93 with the priors, 0.87 with the means
    of own passages. They also make a score independent of what else is stored. Passages are no sentences: by
    the priors one in four pairs of different stories would be a candidate, hence the means of own passages
    there.
    """
    return make_table({}, build=build, version=0, made_at=table.made_at) if has_priors(build) else table
