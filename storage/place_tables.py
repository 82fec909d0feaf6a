"""The table of what articles name."""

from __future__ import annotations

from typing import Final

import sqlalchemy as sa

from storage.columns import child, key, metadata, number, real, text, yes

article_names: Final = sa.Table(
    "article_names", metadata, child("article_id", "articles.article_id", primary=True), key("name"),
    number("mentions"), real("share"), yes("about"), text("passages"), sa.Index(None, "name", "about"),
)  # fmt: skip
"""A row an article and name; `passages` holds the ordinals of those that name it, with spaces between."""
