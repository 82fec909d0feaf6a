"""Articles that wait for a copy group. Every article is either a member of a group or in the queue; one
transaction moves it.
"""

from __future__ import annotations

from collections.abc import Collection

import sqlalchemy as sa

from storage.rows import chunks, delete_in, insert_new, select_in
from storage.schema import copy_groups, copy_links, copy_members, copy_queue, copy_sketches


def enqueue(connection: sa.Connection, article_ids: Collection[str]) -> None:
    """Let articles wait; those that wait already go on waiting."""
    for part in chunks(sorted(set(article_ids))):
        insert_new(connection, copy_queue, [{"article_id": key} for key in part], key="article_id")


def dequeue(connection: sa.Connection, article_ids: Collection[str]) -> None:
    """Articles have a group now."""
    delete_in(connection, copy_queue, copy_queue.c.article_id, article_ids)


def dissolve(connection: sa.Connection, group_ids: Collection[str]) -> None:
    """Remove groups; their members wait again."""
    members = select_in(connection, sa.select(copy_members.c.article_id), copy_members.c.group_id, group_ids)
    enqueue(connection, {row.article_id for row in members})
    delete_in(connection, copy_groups, copy_groups.c.group_id, group_ids)


def forget_texts(connection: sa.Connection, article_ids: Collection[str]) -> None:
    """Remove what is known of texts that have changed: what they are found by, and their links."""
    delete_in(connection, copy_sketches, copy_sketches.c.article_id, article_ids)
    for side in (copy_links.c.left_id, copy_links.c.right_id):
        delete_in(connection, copy_links, side, article_ids)
