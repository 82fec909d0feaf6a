"""What spiders yield, as links of a listing. Pure.

item with `url`            {"url": ..., "title": ..., "published": ...}, an Item, a dataclass
Request(meta={"article": True})    its address, not downloaded by the spider
Response                   its address; the answer is the page's, not fetched a second time
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any, Final
from urllib.parse import urljoin

from itemadapter import ItemAdapter

from crawler.listings import FoundLink, read_date

ARTICLE: Final = "article"
"""Key of a request's meta: true where its address is an article's."""
_NAMES: Final[dict[str, tuple[str, ...]]] = {
    "link": ("url", "link", "loc"),
    "title": ("title", "headline"),
    "published": ("published", "date", "date_published", "pub_date"),
    "updated": ("updated", "modified", "date_modified"),
    "language": ("language", "lang"),
    "summary": ("summary", "description"),
}
"""Field of a link -> names under which spiders give it, the first that is there counts."""
_LONGEST: Final = 20_000
"""Characters of one value; more is no title and no summary. Chosen, not measured."""


class NoAddress(ValueError):
    """An item without `url`: nothing that could be fetched."""


def found_in(item: Any, base: str) -> dict[str, str]:
    """What an item says of an article, as text.

    Args:
        base: the address that relative ones are read against.

    Raises:
        NoAddress: nothing in it is an address.
    """
    stated = ItemAdapter(item)
    told = {field: _text(_first(stated, names)) for field, names in _NAMES.items()}
    if not told["link"]:
        raise NoAddress(f"the item has no `url`: {str(sorted(stated.keys()))[:200]}")
    return {**told, "link": urljoin(base, told["link"])}


def link_of(told: Mapping[str, Any]) -> FoundLink:
    """The link that a message of a spider's process tells."""
    values = {name: str(told.get(name) or "") or None for name in _NAMES}
    return FoundLink(
        link=values["link"],
        title=values["title"],
        published=read_date(values["published"]),
        updated=read_date(values["updated"]),
        language=values["language"],
        summary=values["summary"],
    )


def _first(stated: ItemAdapter, names: Iterable[str]) -> Any:
    return next((value for name in names if (value := stated.get(name)) not in (None, "")), None)


def _text(value: Any) -> str:
    """A value as text; of a list, as Scrapy's loaders give them, the first."""
    if isinstance(value, list | tuple):
        value = next(iter(value), None)
    if isinstance(value, date | datetime):
        return value.isoformat()
    return "" if value is None else str(value)[:_LONGEST]
