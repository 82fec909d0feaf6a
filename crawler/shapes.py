"""What an address looks like: an article's, a list's, or neither. Pure, no network.

Articles are addressed by a date, a number, a slug or a parameter, whatever the system: WordPress
(`/2026/03/slug/`, `?p=7`),
SPIP (`spip.php?article7`), Drupal (`/node/7`, `?q=node/7`), Joomla (`?view=article&id=7:slug`), scripts of
one's own
(`info.php?article=7`).
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final
from urllib.parse import unquote, urlsplit

from crawler.urls import is_front_page

_DATED: Final = re.compile(r"/(?:19|20)\d\d[/-]?[01]?\d(?:[/-]|$)")
_NUMBERED: Final = re.compile(r"\d{4,}")
_SLUG: Final = re.compile(r"(?:[^\W_]+[-_]){3,}[^\W_]+")
_LEAF: Final = re.compile(r"\.(?:s?html?|aspx?|php)$", re.IGNORECASE)
_NODE: Final = re.compile(r"/(?:node|article|story|news|post)s?/\d+(?:[/-][^/]*)?$", re.IGNORECASE)
_MEDIA: Final = re.compile(
    r"\.(?:jpe?g|png|gif|svg|webp|pdf|mp3|mp4|m3u8|zip|xml|rss|atom|css|js|json|ico|docx?|xlsx?|apk)$",
    re.IGNORECASE,
)


def _any_of(words: str) -> str:
    """A pattern that matches one of the words."""
    return f"(?:{'|'.join(words.split())})"


_NUMBERING: Final = _any_of(
    "p id idn? nid sid aid num art n item itemid post article news story node "
    "(?:news|art|article|story|post|item|content)[-_]?id id[-_]?(?:news|art|article|story|post)"
)
"""Parameters that number articles."""
_LISTING: Final = _any_of(
    "cat category categorie tag author auteur page paged pageno pg s search query recherche m lang sort "
    r"order start limitstart debut_\w+ format login action"
)
"""Parameters of lists and searches."""
_FOLDERS: Final = _any_of(
    r"tags? category categories categorie rubrique topics? themes? dossiers? section author auteur autor\w* "
    r"users? page archives? search recherche suche\w* sitemap plan-du-site comments? feed rss share print "
    r"flag login register account wp-login\.php wp-admin shop boutique publicite advertis\w* donate "
    r"newsletters? abonne\w* subscri\w* contact\w* kontakt about\w* a-propos hilfe help faq redaktion "
    r"impressum datenschutz mentions-legales privacy[\w-]* terms[\w-]* cookies?[\w-]*"
)
"""Parts of a path that hold lists, or what a house says of itself."""
_ARTICLE_QUERY: Final = re.compile(
    rf"(?:^|&)(?:article\d+(?:&|$)|{_NUMBERING}=\d+|q=node/\d+|view=article(?:&|$))", re.IGNORECASE
)
_NEVER_ARTICLE: Final = re.compile(
    rf"(?:^|&)(?:view={_any_of('category categories featured tag search login contact')}|"
    rf"option=com_{_any_of('users contact search tags')}|{_any_of('replytocom share feed print')}=)",
    re.IGNORECASE,
)
_LIST_QUERY: Final = re.compile(
    rf"(?:^|&)(?:(?:rubrique|mot|auteur)\d+|{_LISTING}=|q=(?:taxonomy|user|search|node/?$)|var_recherche)",
    re.IGNORECASE,
)
_ALWAYS_LIST: Final = re.compile(
    r"/(?:tags?|authors?|auteurs?|users?|profile)/[^/]|"
    r"/(?:category|categories|categorie|rubrique)/[^/]+/?$",
    re.IGNORECASE,
)
_LIST_PATH: Final = re.compile(rf"/{_FOLDERS}(?:[/.]|$)", re.IGNORECASE)
_DIGITS: Final = re.compile(r"\d+")


def looks_like_article(url: str) -> bool:
    """Whether an address has what articles' addresses have: a date, a number, a slug of four words, a file
    name with a title, a parameter that numbers articles."""
    parts = urlsplit(url)
    path = unquote(parts.path)
    if (is_front_page(url) and not parts.query) or is_media(url) or looks_like_list(url):
        return False
    if _ARTICLE_QUERY.search(unquote(parts.query)):
        return True
    last = path.rstrip("/").rpartition("/")[2]
    said = (_DATED.search(path), _NODE.search(path), _NUMBERED.search(last), _SLUG.search(last))
    return any(said) or bool(_LEAF.search(last) and "-" in last)


def is_media(url: str) -> bool:
    """A picture, a film, a document, a feed: no page."""
    return _MEDIA.search(urlsplit(url).path) is not None


def looks_like_list(url: str) -> bool:
    """Whether an address is that of a list of articles, or of what every site has beside them (a search, a
    login, who we are)."""
    parts = urlsplit(url)
    query, path = unquote(parts.query), unquote(parts.path)
    if _NEVER_ARTICLE.search(query) or _ALWAYS_LIST.search(path):
        return True
    if _ARTICLE_QUERY.search(query):
        return False
    titled = _DATED.search(path) or _SLUG.search(path.rstrip("/").rpartition("/")[2])
    return bool(_LIST_QUERY.search(query)) or bool(not titled and _LIST_PATH.search(path))


def shape_of(url: str) -> str:
    """What addresses of one kind on one site share: `/news/*`, `spip.php?article#`, `/?p=#`.

    Numbers are `#`, the last part of a path is `*` if it is no script.
    """
    parts = urlsplit(url)
    folder, _, last = parts.path.rstrip("/").rpartition("/")
    is_script = bool(parts.query) and (_LEAF.search(last) is not None or not last)
    path = f"{folder}/{last if is_script else '*'}"
    query = "&".join(part.partition("=")[0] + ("=" if "=" in part else "") for part in parts.query.split("&"))
    return _DIGITS.sub("#", f"{path}?{query}" if parts.query else path)


@dataclass(frozen=True, slots=True)
class Habits:
    """What an outlet's addresses turned out to be."""

    articles: frozenset[str] = frozenset()
    """Shapes whose pages are articles."""
    others: frozenset[str] = frozenset()
    """Shapes whose pages never were, beside others that are."""


LEARNT_FROM = 300
"""Pages that habits are learnt from, the newest. Chosen, not measured."""
_LEAST = 5
"""Pages of a shape from which it tells. Chosen, not measured."""
_MOST_SHARE = 0.8
"""Share of articles from which a shape is that of articles. Chosen, not measured."""


def habits_of(cleaned: Iterable[tuple[str, str]]) -> Habits:
    """What the outlet's cleaned pages teach.

    Where no shape gave articles nothing is refused: then it is the cleaning that fails, not the choice.

    Args:
        cleaned: address and clean outcome (`crawler.outcomes.CLEAN_OUTCOMES`) of pages.
    """
    seen: defaultdict[str, list[bool]] = defaultdict(list)
    for url, outcome in cleaned:
        seen[shape_of(url)].append(outcome == "article")
    told = {shape: sum(found) / len(found) for shape, found in seen.items() if len(found) >= _LEAST}
    articles = frozenset(shape for shape, share in told.items() if share >= _MOST_SHARE)
    others = frozenset(shape for shape, share in told.items() if not share) if articles else frozenset()
    return Habits(articles=articles, others=others)
