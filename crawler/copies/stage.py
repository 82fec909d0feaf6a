"""The stage: new articles against the days around them."""

from __future__ import annotations

from config.clock import Clock
from config.progress import Progress
from config.settings import CopySettings
from config.workspace import Workspace
from crawler.copies.grouping import Grouping, group_articles, text_of, window
from crawler.copies.links import find_links
from crawler.copies.shingles import shingles
from storage.records import Article
from storage.store import Store


def group_copies(
    *, store: Store, workspace: Workspace, clock: Clock, run_id: str, progress: Progress
) -> dict[str, int]:
    """Give every article without a group its group; groups that new articles touch are made again from all their members.

    One transaction, so that a killed run has done all or nothing. Day by day and all at once give the same groups.

    Returns:
        `articles` newly grouped, and members of the touched groups by relation.
    """
    new = store.copies.ungrouped()
    if not new:
        return {"articles": 0}
    settings = workspace.settings.copies
    progress.start("copies", len(new))
    around = store.articles.between(
        new[0].counted_at - window(settings), new[-1].counted_at + window(settings)
    )
    affected = _affected(store, around, {row.article_id for row in new}, settings)
    former = list(store.copies.of([row.article_id for row in affected]).values())
    grouping = group_articles(affected, settings, former=former)
    dissolved = {row.group_id for row in former} - {group.group_id for group in grouping.groups}
    store.copies.replace(grouping.groups, grouping.members, dissolved=dissolved)
    progress.step(len(new))
    return {"articles": len(new), **_counted(grouping)}


def _affected(store: Store, around: list[Article], new: set[str], settings: CopySettings) -> list[Article]:
    """New articles and every member of the groups that they have a link into."""
    texts = [text_of(row) for row in around]
    is_new = [row.article_id in new for row in around]
    links = find_links(
        [shingles(text) for text in texts], [len(text) for text in texts], settings, new=is_new
    )
    touched = {around[index].article_id for link in links for index in (link.left, link.right)} | new
    groups = {row.group_id for row in store.copies.of(touched).values()}
    return store.articles.many(touched | {row.article_id for row in store.copies.members(groups)})


def _counted(grouping: Grouping) -> dict[str, int]:
    counts: dict[str, int] = {}
    for member in grouping.members:
        counts[member.relation] = counts.get(member.relation, 0) + 1
    return counts
