"""What became of an article's page after the article was made: each later version, and what is different."""

from __future__ import annotations

from dataclasses import dataclass

from storage.differences import Piece, difference, shortened
from storage.records import Article, PageVersion, VersionText
from storage.store import Store

CHANGES = {
    "edited": "edited",
    "same_text": "other bytes, the same text",
    "withdrawn": "withdrawn",
    "returned": "there again, with the text that it had",
    "unclear": "something else stood in its place",
}
"""What a version says of its article, in words."""


@dataclass(frozen=True, slots=True)
class VersionView:
    """A later answer of a page beside the text before it."""

    version: PageVersion
    text: VersionText | None
    """None until it was cleaned."""
    pieces: tuple[Piece, ...] = ()
    """What is different, with some words around; empty where no text is."""

    @property
    def told(self) -> str:
        """What it is, in words."""
        return CHANGES[self.text.change] if self.text is not None else "not cleaned yet"

    @property
    def in_words(self) -> str:
        """The difference as one line: `the [-three-] {+thirty+} soldiers`."""
        marks = {"same": "{}", "removed": "[-{}-]", "added": "{{+{}+}}"}
        return " ".join(marks[piece.kind].format(piece.text) for piece in self.pieces)


def versions_of(store: Store, page_id: str, article: Article | None) -> list[VersionView]:
    """The later versions of a page in order, each compared with the text before."""
    texts = {text.fetched_at: text for text in store.versions.texts(page_id)}
    before = f"{article.title}\n{article.body}" if article else ""
    views: list[VersionView] = []
    for version in store.pages.versions(page_id):
        text = texts.get(version.fetched_at)
        pieces: tuple[Piece, ...] = ()
        if text is not None and text.body is not None:
            after = f"{text.title}\n{text.body}"
            pieces = tuple(shortened(difference(before, after))) if text.change == "edited" else ()
            before = after
        views.append(VersionView(version, text, pieces))
    return views
