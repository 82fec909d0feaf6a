"""Meaning across languages: translations found again, stories and narratives clustered, by the production
code path.

articles -> copy groups -> passages -> vectors -> means, centring -> context -> text units -> topics.cluster
-> cluster of the article: most of its passages
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np

from analysis.arrays import Vectors
from analysis.narratives.context import in_context
from analysis.narratives.events import group_events
from analysis.narratives.topics import OUTLIER, cluster
from analysis.narratives.units import TextUnits, texts_of, units_of
from analysis.text.passages import cut
from config.settings import CopySettings, EmbedSettings, NarrativeSettings
from crawler.copies.grouping import group_articles
from storage.ids import text_hash
from storage.records import Article, PassageRow
from tests.quality.data import Row, read_rows, write_rows
from tests.quality.metrics import bcubed, cross_language_pairs, mean, reciprocal_ranks, v_measure
from tests.quality.result import Floor, Result
from tests.quality.space import Space

RANKED = 10
PARALLEL = (
    "amh_Ethi", "arb_Arab", "bam_Latn", "deu_Latn", "fra_Latn", "fuv_Latn", "hau_Latn", "hin_Deva",
    "kin_Latn", "pes_Arab", "pol_Latn",
    "por_Latn", "rus_Cyrl", "spa_Latn", "swh_Latn", "tur_Latn", "ukr_Cyrl", "wol_Latn", "yor_Latn",
    "zho_Hans",
)  # fmt: skip
"""Languages of sib200 that are asked for: all 205 would take an hour."""
UNDATED = datetime(2000, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Truth:
    """Where a set of labelled articles is, which field names the cluster, and its floors."""

    path: str
    label: str
    floors: Mapping[str, float]
    heavy: bool = False


CLUSTERS = {
    "itn": Truth("stories/itn.jsonl.gz", "story", {"bcubed_f1": 0.85, "cross_language_pair_f1": 0.80}),
    "ecbplus": Truth("stories/ecbplus.jsonl.gz", "story", {"bcubed_f1": 0.80}),
    "cltls": Truth("narratives/cltls.jsonl.gz", "narrative", {}),
    "masakhanews": Truth("topics/masakhanews.jsonl.gz", "topic", {}, heavy=True),
}


def labelled(data: Path, name: str) -> list[Row]:
    """The articles of a set; of news items the longest telling of each event in each language."""
    rows = read_rows(data / CLUSTERS[name].path)
    return [row for row in rows if row.get("main", True) and row.get("kind", "event") == "event"]


def measure_clusters(data: Path, out: Path, *, name: str) -> Result:
    """Clusters of articles against the set's labels: all groups, and those that are large enough to be
    narratives of a new workspace.

    The floors ask how well texts are grouped. That a group of fewer passages than `narratives.min_passages`
    waits in the pool is a rule about what is told, not about what belongs together; 99 of the 135 stories of
    `itn` are so small.
    """
    truth, rules = CLUSTERS[name], NarrativeSettings()
    rows = labelled(data, name)
    with Space(out) as space:
        passages = passage_rows(rows)
        plain = space.centred(
            [passage.text for passage in passages], [passage.language for passage in passages]
        )
    units = units_of(
        passages, in_context(plain.astype(np.float64), [passage.article_id for passage in passages])
    )
    groups = article_clusters(rows, passages, units, min_size=1)
    narratives = article_clusters(rows, passages, units, min_size=rules.min_passages)
    write_rows(
        out / f"clusters-{name}.jsonl", [{"id": key, "cluster": label} for key, label in groups.items()]
    )
    write_rows(
        out / f"clusters-{name}-narratives.jsonl",
        [{"id": key, "cluster": label} for key, label in narratives.items()],
    )
    figures = cluster_figures(rows, groups, truth.label)
    floors = [Floor(figure, figures[figure], least) for figure, least in truth.floors.items()]
    return Result({**figures, "narratives": cluster_figures(rows, narratives, truth.label)}, floors)


def measure_events(data: Path, out: Path) -> Result:
    """News items as events: the first passage of each telling, with its day."""
    rows = labelled(data, "itn")
    with Space(out) as space:
        leads = [passage for passage in passage_rows(rows) if passage.ordinal == 0]
        vectors = space.centred([lead.text for lead in leads], [lead.language for lead in leads])
    days = [lead.published_at.timestamp() / 86400 if lead.published_at else np.nan for lead in leads]
    labels = group_events(vectors, days, cosine=NarrativeSettings().event_cosine).tolist()
    found = dict(zip([lead.article_id for lead in leads], labels, strict=True))
    write_rows(out / "events-itn.jsonl", [{"id": row["id"], "cluster": found[row["id"]]} for row in rows])
    figures = cluster_figures(rows, found, "story")
    return Result(
        figures, [Floor(figure, figures[figure], least) for figure, least in CLUSTERS["itn"].floors.items()]
    )


def article_clusters(
    rows: Sequence[Row], passages: Sequence[PassageRow], units: TextUnits, *, min_size: int
) -> dict[str, int | None]:
    """Article id -> cluster, as a refit with the settings of a new workspace makes them; None where no
    passage is in a cluster.
    """
    likeness = NarrativeSettings().cluster_likeness
    texts, languages = texts_of(units, passages)
    clustering = cluster(
        texts,
        units.vectors,
        languages,
        likeness=likeness,
        min_size=min_size,
        sizes=units.sizes,
    )
    votes: defaultdict[str, Counter[int]] = defaultdict(Counter)
    for places, label in zip(units.members, clustering.labels.tolist(), strict=True):
        if label != OUTLIER:
            for place in places:
                votes[passages[place].article_id][label] += 1
    return {row["id"]: _most(votes[row["id"]]) for row in rows}


def passage_rows(rows: Iterable[Row]) -> list[PassageRow]:
    """The passages of articles, with their copy groups, in reading order."""
    articles = [_article(row) for row in rows]
    members = {member.article_id: member for member in group_articles(articles, CopySettings()).members}
    words = EmbedSettings().passage_words
    return [
        PassageRow(
            passage_id=passage.passage_id,
            article_id=article.article_id,
            ordinal=passage.ordinal,
            text=passage.text,
            text_hash=passage.text_hash,
            language=article.language,
            title=article.title,
            url="",
            source_id=article.source_id,
            country="",
            ownership="",
            group_id=members[article.article_id].group_id,
            relation=members[article.article_id].relation,
            published_at=article.published_at,
            date_confidence=article.date_confidence,
            first_seen_at=article.first_seen_at,
            counted_at=article.counted_at,
            late=False,
            origin=article.origin,
        )
        for article in articles
        for passage in cut(article, words=words)
    ]


def cluster_figures(rows: Sequence[Row], found: Mapping[str, int | None], label: str) -> dict[str, float]:
    """BCubed, V-measure and pairs across languages; an article without a cluster is one of its own."""
    gold = [row[label] for row in rows]
    clusters = [f"alone {row['id']}" if found[row["id"]] is None else str(found[row["id"]]) for row in rows]
    languages = [row["lang"] for row in rows]
    item = bcubed(gold, clusters)
    figures = {
        "articles": len(rows),
        "clusters": len({cluster for cluster in found.values() if cluster is not None}),
        "without_cluster": mean(float(cluster is None) for cluster in found.values()),
        "bcubed_precision": item.precision,
        "bcubed_recall": item.recall,
        "bcubed_f1": item.f1,
        "v_measure": v_measure(gold, clusters),
    }
    if len(set(languages)) > 1:
        figures["cross_language_pair_f1"] = cross_language_pairs(gold, clusters, languages).f1
    return figures


def measure_pairs(data: Path, out: Path, *, pairs: Sequence[str] = ()) -> Result:
    """Sentences of African news: the translation among the 200 of the same pair of languages."""
    rows = [row for row in read_rows(data / "parallel/mafand.jsonl.gz") if not pairs or _pair(row) in pairs]
    sides = [
        (f"{row['id']}:{side}", row[f"lang_{side}"], row[f"text_{side}"], _pair(row))
        for row in rows
        for side in "ab"
    ]
    with Space(out) as space:
        vectors = space.centred([side[2] for side in sides], [side[1] for side in sides])
    best: dict[str, list[str]] = {}
    for pair in sorted({side[3] for side in sides}):
        pool, queries = (
            [place for place, side in enumerate(sides) if side[3] == pair and side[0].endswith(end)]
            for end in (":a", ":b")
        )
        best |= _ranked([side[0] for side in sides], vectors, queries, pool)
    write_rows(out / "retrieval-mafand.jsonl", [{"id": key, "best": found} for key, found in best.items()])
    gold = {f"{row['id']}:b": f"{row['id']}:a" for row in rows}
    figures = retrieval_figures(best, gold, {f"{row['id']}:b": row["lang_b"] for row in rows})
    return Result(figures, [] if pairs else [Floor("accuracy_at_1", figures["accuracy_at_1"], 0.83)])


def measure_parallel(data: Path, out: Path) -> Result:
    """Sentences in many languages: the English one among all English ones."""
    rows = [
        row
        for row in read_rows(data / "langid/sib200.jsonl.gz")
        if row["lang"] == "eng_Latn" or row["lang"] in PARALLEL
    ]
    with Space(out) as space:
        vectors = space.centred([row["text"] for row in rows], [row["lang"] for row in rows])
    english = [place for place, row in enumerate(rows) if row["lang"] == "eng_Latn"]
    queries = [place for place, row in enumerate(rows) if row["lang"] != "eng_Latn"]
    best = _ranked([row["id"] for row in rows], vectors, queries, english)
    write_rows(out / "retrieval-sib200.jsonl", [{"id": key, "best": found} for key, found in best.items()])
    by_sentence = {rows[place]["parallel"]: rows[place]["id"] for place in english}
    gold = {rows[place]["id"]: by_sentence[rows[place]["parallel"]] for place in queries}
    figures = retrieval_figures(best, gold, {rows[place]["id"]: rows[place]["lang"] for place in queries})
    return Result(figures, [Floor("accuracy_at_1", figures["accuracy_at_1"], 0.95)])


def retrieval_figures(
    best: Mapping[str, Sequence[str]], gold: Mapping[str, str], language: Mapping[str, str]
) -> dict[str, Any]:
    """Accuracy at 1 and mean reciprocal rank, overall and by language."""

    def figures(queries: Mapping[str, str]) -> dict[str, float]:
        first, rank = reciprocal_ranks(best, queries)
        return {"queries": len(queries), "accuracy_at_1": first, "mean_reciprocal_rank": rank}

    tags = sorted(set(language.values()))
    return {
        **figures(gold),
        "languages": {
            tag: figures({key: right for key, right in gold.items() if language[key] == tag}) for tag in tags
        },
    }


def _ranked(
    keys: Sequence[str], vectors: Vectors, queries: Sequence[int], pool: Sequence[int]
) -> dict[str, list[str]]:
    order = np.argsort(-(vectors[queries] @ vectors[pool].T), axis=1, kind="stable")[:, :RANKED]
    return {
        keys[query]: [keys[pool[place]] for place in row]
        for query, row in zip(queries, order.tolist(), strict=True)
    }


def _pair(row: Row) -> str:
    return f"{row['lang_a']}-{row['lang_b']}"


def _most(votes: Counter[int]) -> int | None:
    return min(votes, key=lambda label: (-votes[label], label), default=None)


def _article(row: Row) -> Article:
    """The article a row would be; each row is an outlet of its own."""
    published = datetime.fromisoformat(row["date"]).replace(tzinfo=UTC) if row.get("date") else None
    return Article(
        article_id=row["id"],
        source_id=row["id"],
        url="",
        title=row.get("title") or "",
        body=row["text"],
        published_at=published,
        date_confidence="B" if published else "D",
        first_seen_at=published or UNDATED,
        counted_at=published or UNDATED,
        origin="live",
        language=row["lang"],
        language_confidence=1.0,
        language_source="none",
        text_sha256=text_hash(row["text"]),
        clean_version="",
    )
