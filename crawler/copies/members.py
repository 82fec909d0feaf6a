"""What is recorded of a group: its original, and how each member relates to it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from config.settings import CopySettings
from crawler.copies.links import Comparison, Text, compared
from crawler.copies.wires import credited_agency
from storage.records import Article, CopyGroup, CopyLink, CopyMember, CopyRelation, LinkKind
from storage.records.published import published_between

Group = Sequence[Sequence[Article]]
"""Clusters of articles that are one text; several where translations joined them."""
RELATIONS: Final[Mapping[LinkKind, CopyRelation]] = {
    "whole": "near",
    "figure": "changed",
    "negated": "changed",
    "excerpt": "excerpt",
}
"""What a member is to the original that it is linked with so. A denial is a member only through a third
text."""


@dataclass(frozen=True, slots=True)
class Grouping:
    """Groups with their members, by id."""

    groups: tuple[CopyGroup, ...]
    members: tuple[CopyMember, ...]


def grouped(
    groups: Iterable[Group], former: Sequence[CopyMember], links: Sequence[CopyLink], settings: CopySettings
) -> Grouping:
    """Records of the groups.

    Args:
        former: memberships as they stand; where the original is the same, they need no comparison.
        links: between the articles.
    """
    relations = _Relations(former, links, settings)
    made: list[CopyGroup] = []
    members: list[CopyMember] = []
    for articles in groups:
        clusters = [[Printing.of(row) for row in cluster] for cluster in articles]
        first = original_of([original_of(cluster) for cluster in clusters]).article
        made.append(_group(first, [row for cluster in clusters for row in cluster]))
        members += [member for cluster in clusters for member in relations.members(cluster, first)]
    return Grouping(
        tuple(sorted(made, key=lambda row: row.group_id)),
        tuple(sorted(members, key=lambda row: (row.group_id, row.article_id))),
    )


@dataclass(frozen=True, slots=True)
class Printing:
    """An article with what decides whether it is the original."""

    article: Article
    agency: str | None
    """The agency that it credits."""
    earliest: datetime
    latest: datetime
    """It was published between these."""

    @classmethod
    def of(cls, article: Article) -> Printing:
        """Read it from the article."""
        agency = credited_agency(f"{article.title}\n{article.body}")
        return cls(article, agency, *published_between(article))


def original_of(printings: Sequence[Printing]) -> Printing:
    """What was published first, as far as the dates tell.

    Of those that none is known to precede, one that credits an agency: who leaves the credit out has copied.
    Then the one that was there first for certain, the earliest seen, the smallest id.
    """
    earliest = min(row.latest for row in printings)
    contenders = [row for row in printings if row.earliest <= earliest]
    return min(contenders, key=_rank)


def _rank(row: Printing) -> tuple[bool, datetime, datetime, str]:
    return row.agency is None, row.latest, row.article.first_seen_at, row.article.article_id


class _Relations:
    """How articles relate to originals; a pair is compared once, and not at all where it was compared
    before."""

    def __init__(
        self, former: Sequence[CopyMember], links: Sequence[CopyLink], settings: CopySettings
    ) -> None:
        self._former = {row.article_id: row for row in former}
        self._links = {frozenset((link.left_id, link.right_id)): link for link in links}
        self._settings = settings
        self._texts: dict[str, Text] = {}

    def members(self, cluster: Sequence[Printing], first: Article) -> list[CopyMember]:
        """Members of one text, its original among them, in the group of `first`."""
        original = original_of(cluster).article
        return [
            self._leading(row, first) if row is original else self._following(row, original, first)
            for row in (printing.article for printing in cluster)
        ]

    def _leading(self, original: Article, first: Article) -> CopyMember:
        """The original of a text: that of the whole group, or a translation."""
        member = CopyMember(
            article_id=original.article_id, group_id=first.article_id, relation="original", containment=1.0
        )
        if original.article_id == first.article_id:
            return member
        former = self._former.get(original.article_id)
        score = former.containment if former is not None and former.relation == "translation" else 0.0
        return replace(member, relation="translation", containment=score)

    def _following(self, row: Article, original: Article, first: Article) -> CopyMember:
        is_exact = row.text_sha256 == original.text_sha256
        related: tuple[CopyRelation, float] = ("exact", 1.0) if is_exact else self._related(row, original)
        return CopyMember(
            article_id=row.article_id, group_id=first.article_id, relation=related[0], containment=related[1]
        )

    def _related(self, row: Article, original: Article) -> tuple[CopyRelation, float]:
        """Relation to the original of its text, and the share of the shorter that both have."""
        former = self._former.get(row.article_id)
        is_known = former is not None and former.relation in ("near", "excerpt", "changed")
        if former is not None and is_known and former.group_id == original.article_id:
            return former.relation, former.containment
        link = self._links.get(frozenset((row.article_id, original.article_id)))
        if link is not None:
            return RELATIONS[link.kind], link.containment
        found = self._compared(row, original)
        kind = found.change or ("whole" if found.is_whole else "excerpt")
        return RELATIONS[kind], round(found.containment, 4)

    def _compared(self, row: Article, original: Article) -> Comparison:
        return compared(self._text(row), self._text(original), self._settings)

    def _text(self, row: Article) -> Text:
        if row.article_id not in self._texts:
            self._texts[row.article_id] = Text.of(f"{row.title}\n{row.body}")
        return self._texts[row.article_id]


def _group(first: Article, printings: Sequence[Printing]) -> CopyGroup:
    agencies = {row.article.article_id: row.agency for row in printings}
    others = sorted({agency for agency in agencies.values() if agency is not None})
    return CopyGroup(
        group_id=first.article_id,
        first_article_id=first.article_id,
        first_source_id=first.source_id,
        first_at=first.counted_at,
        first_at_latest=max(first.counted_at, published_between(first)[1]),
        wire=agencies[first.article_id] or (others[0] if others else None),
        size=len(printings),
        outlets=len({row.article.source_id for row in printings}),
    )
