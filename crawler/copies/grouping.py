"""Groups of texts that are one. Pure: articles and links in, groups out, the same whatever the order.

whole, figure links   connect: everything they connect is one group
excerpt links         a text that nothing connects joins the group of the text it shares most with; it never
connects
                      two groups, so that a round-up of three stories does not make them one
negated links         connect nothing: a denial made from a claim is a text of its own
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from config.settings import CopySettings
from crawler.copies.components import Components
from crawler.copies.links import CONNECTING, Dated, Text, link_pairs, pairs_to_compare
from crawler.copies.members import Grouping, grouped
from crawler.copies.shingles import sketch_of
from storage.records import Article, CopyLink, CopyMember


def group_articles(
    articles: Iterable[Article],
    settings: CopySettings,
    *,
    former: Sequence[CopyMember] = (),
    links: Sequence[CopyLink] | None = None,
) -> Grouping:
    """Group articles that are copies of each other.

    Args:
        articles: in any order, each once.
        former: memberships as they stand; what translations joined (see `analysis/translations`) stays
        joined.
        links: between the articles; None: they are looked for.
    """
    rows = {row.article_id: row for row in sorted(articles, key=lambda row: row.article_id)}
    found = links_of(list(rows.values()), settings) if links is None else links
    inside = [link for link in found if link.left_id in rows and link.right_id in rows]
    clusters = [[rows[key] for key in cluster] for cluster in clusters_of(rows, inside)]
    return grouped(joined(clusters, former), former, inside, settings)


def links_of(articles: Sequence[Article], settings: CopySettings) -> list[CopyLink]:
    """Links between the articles, from their texts alone."""
    texts = {row.article_id: text_of(row) for row in articles}
    dated = [Dated(row.article_id, row.counted_at, sketch_of(texts[row.article_id])) for row in articles]
    pairs = pairs_to_compare(dated, [], settings)
    needed = {key: Text.of(texts[key]) for pair in pairs for key in pair}
    return link_pairs(pairs, needed, settings)


def text_of(article: Article) -> str:
    """What is compared: title and body."""
    return f"{article.title}\n{article.body}"


def clusters_of(rows: Mapping[str, Article], links: Sequence[CopyLink]) -> list[list[str]]:
    """Ids of articles that are one text, each cluster sorted; excerpts with the text they share most with."""
    connecting = [(link.left_id, link.right_id) for link in links if link.kind in CONNECTING]
    components = Components(connecting)
    models = _models(rows, links, connected={key for pair in connecting for key in pair})
    for excerpt in sorted(models, key=lambda key: _moment(rows[key])):
        components.join(excerpt, models[excerpt])
    clusters: dict[str, list[str]] = {}
    for key in sorted(rows):
        clusters.setdefault(components.name_of(key), []).append(key)
    return list(clusters.values())


@dataclass(frozen=True, slots=True, order=True)
class _Model:
    """A text that an excerpt may be taken from; the best sorts first."""

    missing: float
    counted_at: datetime
    article_id: str


def _models(rows: Mapping[str, Article], links: Sequence[CopyLink], *, connected: set[str]) -> dict[str, str]:
    """Excerpt -> the earlier text that it shares most with.

    The later is the excerpt: a story is no excerpt of the round-up that quotes it afterwards.
    """
    best: dict[str, _Model] = {}
    for link in links:
        earlier, later = sorted((rows[link.left_id], rows[link.right_id]), key=_moment)
        if link.kind == "excerpt" and later.article_id not in connected:
            model = _Model(-link.containment, earlier.counted_at, earlier.article_id)
            best[later.article_id] = min(best.get(later.article_id, model), model)
    return {key: model.article_id for key, model in best.items()}


def _moment(row: Article) -> tuple[datetime, str]:
    return row.counted_at, row.article_id


def joined(clusters: Sequence[list[Article]], former: Sequence[CopyMember]) -> list[list[list[Article]]]:
    """Groups of clusters: those that translations had joined stay together.

    In a former group, original and translations are one for each cluster.
    """
    anchors = {row.article_id: row.group_id for row in former if row.relation in ("original", "translation")}
    names = Components()
    first: list[str] = []
    for cluster in clusters:
        own = f"cluster {cluster[0].article_id}"
        for row in cluster:
            if row.article_id in anchors:
                names.join(own, f"group {anchors[row.article_id]}")
        first.append(own)
    groups: dict[str, list[list[Article]]] = {}
    for own, cluster in zip(first, clusters, strict=True):
        groups.setdefault(names.name_of(own), []).append(cluster)
    return list(groups.values())
