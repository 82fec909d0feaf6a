"""Headlines with the moment they were first seen, as the articles that a crawl would have brought."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from crawler.cleaning.version import CLEAN_VERSION
from storage.ids import page_id, text_hash
from storage.records import Article, Source
from tests.quality.data import Row, read_rows

LATE = timedelta(hours=72)
"""A find that was published so long before is shown and never counted, as in a crawl."""
UNKNOWN_COUNTRY = "XX"
"""Of an outlet whose rows name none: ISO 3166-1 leaves this code to users."""


@dataclass(frozen=True, slots=True)
class Arrival:
    """A headline on its way into a workspace."""

    seen: datetime
    article: Article


@dataclass(frozen=True, slots=True)
class Stream:
    """What some files hold: outlets, the days on which each was looked at, and what it brought."""

    sources: tuple[Source, ...]
    looked_at: dict[str, frozenset[date]]
    """Source -> days on which its file has a row, of whatever outlet: nobody looked on the others."""
    arrivals: tuple[Arrival, ...]
    """By moment and id."""

    @property
    def days(self) -> list[date]:
        """Every day from the first arrival to the last."""
        first, last = self.arrivals[0].seen.date(), self.arrivals[-1].seen.date()
        return [first + timedelta(days=n) for n in range((last - first).days + 1)]


def read_stream(paths: Sequence[Path], *, texts: bool) -> Stream:
    """Read files laid out like the headlines of the evaluation data.

    A row has `id`, `outlet`, `headline`, `first_seen`, and may have `published`, `lang`, `country`, `text`;
    times without a zone are UTC.

    Args:
        texts: what a row's `text` holds is the article's body; else, and where it has none, the headline is.
    """
    looked_at: dict[str, frozenset[date]] = {}
    rows: list[Row] = []
    for path in paths:
        found = list(read_rows(path))
        days = frozenset(moment(row["first_seen"]).date() for row in found)
        for outlet in {source_id(row) for row in found}:
            looked_at[outlet] = looked_at.get(outlet, frozenset()) | days
        rows += found
    first = {outlet: min(days) for outlet, days in looked_at.items()}
    arrivals = [_arrival(row, first[source_id(row)], texts=texts) for row in rows]
    arrivals.sort(key=lambda item: (item.seen, item.article.article_id))
    return Stream(tuple(_sources(rows)), looked_at, tuple(arrivals))


def moment(text: str) -> datetime:
    """A moment of a row; UTC where it names no zone."""
    found = datetime.fromisoformat(text)
    return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)


def source_id(row: Row) -> str:
    """The outlet of a row as a source's id."""
    slug = re.sub(r"[^a-z0-9]+", "-", str(row["outlet"]).lower()).strip("-")
    return slug if len(slug) > 1 else f"outlet-{slug}"


def _sources(rows: Iterable[Row]) -> list[Source]:
    of_outlet: defaultdict[str, list[Row]] = defaultdict(list)
    for row in rows:
        of_outlet[source_id(row)].append(row)
    return [_source(outlet, found) for outlet, found in sorted(of_outlet.items())]


def _source(outlet: str, rows: Sequence[Row]) -> Source:
    languages = sorted({row.get("lang") or "und" for row in rows})
    countries = sorted({row["country"] for row in rows if row.get("country")})
    return Source(
        source_id=outlet,
        name=str(rows[0]["outlet"]),
        domain=f"{outlet}.example",
        country=countries[0] if countries else UNKNOWN_COUNTRY,
        region="",
        languages=tuple(languages),
    )


def _arrival(row: Row, first: date, *, texts: bool) -> Arrival:
    """The article of a row; what an outlet's first day brought is history, as in a first crawl."""
    seen = moment(row["first_seen"])
    stated = moment(row["published"]) if row.get("published") else None
    published = min(stated, seen) if stated else None
    is_history = seen.date() == first
    late = published is not None and not is_history and seen - published > LATE
    body = (row.get("text") if texts else "") or row["headline"]
    url = f"https://{source_id(row)}.example/{row['id']}"
    article = Article(
        article_id=page_id(url),
        source_id=source_id(row),
        url=url,
        title=row["headline"],
        body=body,
        published_at=published,
        date_source="row" if published else "none",
        date_confidence="B" if published else "D",
        first_seen_at=seen,
        counted_at=published or seen,
        late=late,
        origin="backfill" if is_history else "live",
        language=row.get("lang") or "und",
        language_confidence=1.0,
        language_source="row",
        text_sha256=text_hash(body),
        clean_version=CLEAN_VERSION,
    )
    return Arrival(seen, article)
