"""Groups of texts that are one. Pure: articles in, groups out, the same whatever the order.

whole links   connect: everything they connect is one group
excerpt links a text that no whole link connects joins the group of the text it shares most with; it never connects two groups,
              so that a round-up of three stories does not make them one
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from config.clock import midnight
from config.settings import CopySettings
from crawler.copies.links import Link, find_links
from crawler.copies.shingles import shingles
from crawler.copies.wires import credited_agency
from storage.records import Article, CopyGroup, CopyMember, CopyRelation

NEAR = 0.8
"""A member that shares less with the original is shown as an excerpt of it."""


@dataclass(frozen=True, slots=True)
class Grouping:
    """Groups with their members, by id."""

    groups: tuple[CopyGroup, ...]
    members: tuple[CopyMember, ...]


def group_articles(
    articles: Iterable[Article], settings: CopySettings, *, former: Sequence[CopyMember] = ()
) -> Grouping:
    """Group articles that are copies of each other.

    Args:
        articles: in any order, each once.
        former: memberships as they stand; what translations joined (see `analysis/translations.py`) stays joined.
    """
    rows = sorted(articles, key=lambda row: row.article_id)
    links = [
        link
        for link in _links(rows, settings)
        if abs(rows[link.left].counted_at - rows[link.right].counted_at) <= window(settings)
    ]
    clusters = _clusters(rows, links)
    return _records(rows, links, _joined(rows, clusters, former), former)


def window(settings: CopySettings) -> timedelta:
    """Copies lie at most so far apart."""
    return timedelta(days=settings.window_days)


def published_between(article: Article) -> tuple[datetime, datetime]:
    """The interval in which an article was published, as far as its date can be trusted; never after it was seen.

    A time of midnight is a day, not a moment.
    """
    moment = article.published_at
    if moment is None or article.date_confidence == "D":
        return article.first_seen_at, article.first_seen_at
    day = midnight(moment.astimezone(UTC).date())
    if article.date_confidence in "AB" and moment != day:
        return moment, moment
    return day, max(day, min(day + timedelta(days=1), article.first_seen_at))


def text_of(article: Article) -> str:
    """What is compared: title and body."""
    return f"{article.title}\n{article.body}"


def _links(rows: Sequence[Article], settings: CopySettings) -> list[Link]:
    texts = [text_of(row) for row in rows]
    return find_links([shingles(text) for text in texts], [len(text) for text in texts], settings)


def _clusters(rows: Sequence[Article], links: Sequence[Link]) -> list[list[int]]:
    """Indices of articles that are one text; excerpts with the text they share most with."""
    leader = list(range(len(rows)))

    def find(item: int) -> int:
        while leader[item] != item:
            leader[item] = leader[leader[item]]
            item = leader[item]
        return item

    for link in links:
        if link.whole:
            leader[max(find(link.left), find(link.right))] = min(find(link.left), find(link.right))
    connected = {index for link in links if link.whole for index in (link.left, link.right)}
    best: dict[int, tuple[float, datetime, str, int]] = {}
    for link in links:
        for index, other in ((link.left, link.right), (link.right, link.left)):
            # the later is the excerpt: a story is no excerpt of the round-up that quotes it afterwards
            later = (rows[index].counted_at, rows[index].article_id) > (
                rows[other].counted_at,
                rows[other].article_id,
            )
            if index not in connected and later:
                key = (-link.containment, rows[other].counted_at, rows[other].article_id, other)
                best[index] = min(best.get(index, key), key)
    for index in sorted(best, key=lambda item: (rows[item].counted_at, rows[item].article_id)):
        leader[index] = find(best[index][3])
    clusters: dict[int, list[int]] = {}
    for index in range(len(rows)):
        clusters.setdefault(find(index), []).append(index)
    return list(clusters.values())


def _joined(
    rows: Sequence[Article], clusters: list[list[int]], former: Sequence[CopyMember]
) -> list[list[list[int]]]:
    """Clusters that translations had joined stay together: in a former group, originals and translations are one each per cluster."""
    anchors = {row.article_id: row.group_id for row in former if row.relation in ("original", "translation")}
    joined: dict[str, list[list[int]]] = {}
    for cluster in clusters:
        keys = sorted(
            {anchors[rows[index].article_id] for index in cluster if rows[index].article_id in anchors}
        )
        key = keys[0] if keys else f"new {rows[cluster[0]].article_id}"
        joined.setdefault(key, []).append(cluster)
        for other in keys[1:]:
            joined[key] += joined.pop(other, [])
            anchors = {article: key if group == other else group for article, group in anchors.items()}
    return list(joined.values())


def _records(
    rows: Sequence[Article],
    links: Sequence[Link],
    groups: Sequence[Sequence[Sequence[int]]],
    former: Sequence[CopyMember],
) -> Grouping:
    shares: dict[tuple[int, int], float] = {(link.left, link.right): link.containment for link in links}
    scores = {row.article_id: row.containment for row in former if row.relation == "translation"}
    made, members = [], []
    for clusters in groups:
        originals = [original_of([rows[index] for index in cluster]) for cluster in clusters]
        first = original_of(originals)
        group_members: list[CopyMember] = []
        for cluster, original in zip(clusters, originals, strict=True):
            relations = _cluster_members(
                [rows[index] for index in cluster], original, first.article_id, _shares(rows, cluster, shares)
            )
            if original.article_id != first.article_id:
                relations[0] = replace(
                    relations[0], relation="translation", containment=scores.get(original.article_id, 0.0)
                )
            group_members += relations
        made.append(_group(first, [rows[index] for cluster in clusters for index in cluster]))
        members += group_members
    return Grouping(
        tuple(sorted(made, key=lambda row: row.group_id)),
        tuple(sorted(members, key=lambda row: (row.group_id, row.article_id))),
    )


def _shares(
    rows: Sequence[Article], cluster: Sequence[int], shares: Mapping[tuple[int, int], float]
) -> dict[frozenset[str], float]:
    inside = set(cluster)
    return {
        frozenset((rows[left].article_id, rows[right].article_id)): share
        for (left, right), share in shares.items()
        if left in inside and right in inside
    }


def _cluster_members(
    articles: Sequence[Article], original: Article, group_id: str, shares: Mapping[frozenset[str], float]
) -> list[CopyMember]:
    """Members of one text, the original first; containment is that with the original, else the best with any member."""
    members = [
        CopyMember(article_id=original.article_id, group_id=group_id, relation="original", containment=1.0)
    ]
    for article in sorted(articles, key=lambda row: row.article_id):
        if article.article_id == original.article_id:
            continue
        best = max((share for pair, share in shares.items() if article.article_id in pair), default=1.0)
        share = (
            1.0
            if article.text_sha256 == original.text_sha256
            else shares.get(frozenset((article.article_id, original.article_id)), best)
        )
        relation: CopyRelation = (
            "exact" if article.text_sha256 == original.text_sha256 else "near" if share >= NEAR else "excerpt"
        )
        members.append(
            CopyMember(
                article_id=article.article_id,
                group_id=group_id,
                relation=relation,
                containment=round(share, 4),
            )
        )
    return members


def original_of(articles: Sequence[Article]) -> Article:
    """The earliest published. Of those that its interval does not tell apart from it, one that credits an agency: who leaves the credit out
    has copied. Then the earliest seen, then the smallest id."""
    _, latest = min(published_between(row) for row in articles)
    contenders = [row for row in articles if published_between(row)[0] <= latest]
    return min(
        contenders,
        key=lambda row: (
            credited_agency(text_of(row)) is None,
            published_between(row)[0],
            row.first_seen_at,
            row.article_id,
        ),
    )


def _group(first: Article, articles: Sequence[Article]) -> CopyGroup:
    earliest, latest = published_between(first)
    wires = sorted({wire for row in articles if (wire := credited_agency(text_of(row)))})
    return CopyGroup(
        group_id=first.article_id,
        first_article_id=first.article_id,
        first_source_id=first.source_id,
        first_at=earliest,
        first_at_latest=latest,
        wire=credited_agency(text_of(first)) or (wires[0] if wires else None),
        size=len(articles),
        outlets=len({row.source_id for row in articles}),
    )
