"""Everything the product decided about one article, and from what."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from analysis.text.passages import unread_characters
from config.workspace import Workspace
from drumbeat.edits import versions_of
from drumbeat.evidence import Reading, readings
from drumbeat.shown.history import decision_words
from storage.errors import StorageError
from storage.records import Article, CopyMember, Correction, Page
from storage.store import Store

Explanation = dict[str, dict[str, object]]


def explain_spike(store: Store, workspace: Workspace, number: int, day: date) -> dict[str, dict[str, str]]:
    """Why a narrative rang on a day or did not: every gate with its figure, and those of the day's groups
    that it holds.

    Counts are those of now: a day that was counted again since may read differently from what was decided
    then, which the gate `decision` tells as it was stored.

    Raises:
        StorageError: there is no such narrative.
    """
    from analysis.spikes.stage import CountedDays

    narrative = store.narratives.resolve(number)
    if narrative is None:
        raise StorageError(f"narrative {number}: there is none; `drumbeat narratives list` shows them")
    counted = CountedDays(store, workspace.settings.spikes, [day])
    return counted.gates(day, narrative.narrative_id)


def explain_article(store: Store, key: str) -> Explanation:
    """Page, date, language, copies, and of each passage its narrative and the watched statements that it
    meets.

    Args:
        key: an article id or an address.

    Raises:
        StorageError: no page is known under this id or address.
    """
    page = _known_page(store, key)
    result: Explanation = {"page": _page_told(page)}
    if others := store.pages.addresses(page.page_id):
        result["other addresses"] = {str(number): url for number, url in enumerate(others, 1)}
    article = store.articles.get(page.page_id)
    result |= _history_told(store, page, article)
    if article is None:
        return result
    result |= article_told(article)
    member = store.copies.of([article.article_id]).get(article.article_id)
    if member:
        result["copies"] = _copies_told(member)
    result |= _places_told(store, article)
    return result | _passages_told(store, article)


def _places_told(store: Store, article: Article) -> Explanation:
    """What the article is about and names, as far as it was read."""
    names = store.places.of([article.article_id])
    if not names:
        return {}
    about = [item.name.removeprefix("country:") for item in names if item.about]
    mentions = {
        item.name: f"{item.mentions} times, weight {item.share:.2f}"
        if item.share
        else f"{item.mentions} times"
        for item in names
    }
    return {"places": {"about": ", ".join(about) or "no country", **mentions}}


def _passages_told(store: Store, article: Article) -> Explanation:
    """Each passage that is read, and how much of the article is not."""
    read = readings(store, article.article_id)
    decided = _decided_on(store)
    told: Explanation = {}
    ends = [article.body.rfind(row.passage.text) + len(row.passage.text) for row in read[-1:]]
    if unread := unread_characters(article, ends):
        told["read in part"] = {"characters kept as text only": unread}
    for reading in read:
        told[f"passage {reading.passage.ordinal}"] = _passage_told(reading) | decided.of(reading)
    return told


def _known_page(store: Store, key: str) -> Page:
    page = store.pages.get(key) or store.pages.by_url(key)
    if page is None:
        raise StorageError(
            f"{key}: no page is known under this id or address; `drumbeat search` finds articles"
        )
    return page


@dataclass(frozen=True, slots=True)
class _Decisions:
    """Decisions in force, as an article's passages meet them."""

    in_force: Sequence[Correction]
    survivors: Mapping[int, int]

    def of(self, reading: Reading) -> dict[str, object]:
        """What analysts decided on a passage and on the narrative that holds it."""
        passage = reading.passage.passage_id
        own = [item for item in self.in_force if passage in (item.passage_id, item.other_passage)]
        number = self._number(reading)
        on_narrative = [item for item in self.in_force if item.part_of is None and item not in own]
        whole = [item for item in on_narrative if number in self._concerned(item)]
        return {f"decision {item.correction_id}": self._words(item) for item in (*own, *whole)}

    def _number(self, reading: Reading) -> int | None:
        held = reading.assignment
        return self.survivors.get(held.narrative_id) if held else None

    def _concerned(self, item: Correction) -> set[int | None]:
        numbers = (item.narrative_id, item.other_id)
        return {self.survivors.get(number) for number in numbers if number is not None}

    def _words(self, item: Correction) -> str:
        by = f", says {item.actor}" if item.actor else ""
        return f"narrative {item.narrative_id}: {decision_words(item)}{by}, {item.at:%Y-%m-%d %H:%M}"


def _decided_on(store: Store) -> _Decisions:
    return _Decisions(store.corrections.in_force(), store.narratives.survivors())


def _history_told(store: Store, page: Page, article: Article | None) -> Explanation:
    """What became of the page since: when it was there last, and each later version."""
    history = store.versions.histories([page.page_id]).get(page.page_id)
    if history is None:
        return {}
    told: Explanation = {
        "since then": {"last there": history.last_seen_at, "is": history.told or "as it was"}
    }
    for number, view in enumerate(versions_of(store, page.page_id, article), 2):
        text = view.text
        told[f"version {number}"] = {
            "at": view.version.fetched_at,
            "is": view.told,
            "answered": view.version.outcome,
            "clean": text.clean_outcome if text else "waiting",
            "words added": text.added if text else None,
            "words removed": text.removed if text else None,
            "difference": view.in_words or None,
        }
    return told


def _copies_told(member: CopyMember) -> dict[str, object]:
    return {
        "group": member.group_id,
        "relation": member.relation,
        "containment": member.containment,
    }


def article_told(article: Article) -> Explanation:
    """What cleaning decided about an article's date, language and access, and from what."""
    return {
        "date": {
            "published": article.published_at,
            "from": article.date_source,
            "confidence": article.date_confidence,
            "counted at": article.counted_at,
            "late": article.late,
            **{f"claim {name}": value for name, value in sorted(article.date_claims.items())},
        },
        "language": {
            "is": article.language,
            "confidence": article.language_confidence,
            "told by": article.language_source,
        },
        "access": {
            "declared": article.declared_access or "not stated",
            "observed": article.observed_access or "no paywall seen",
        },
    }


def _page_told(page: Page) -> dict[str, object]:
    return {
        "id": page.page_id,
        "source": page.source_id,
        "found in": page.discovered_from,
        "found at": page.discovered_at,
        "origin": page.origin,
        "fetch": page.fetch_outcome or "waiting",
        "clean": page.clean_outcome or "waiting",
        "archive": f"{page.warc.file} at {page.warc.offset}" if page.warc else None,
    }


def _passage_told(reading: Reading) -> dict[str, object]:
    assigned = reading.assignment
    return {
        "text": reading.passage.text,
        "narrative": assigned.narrative_id if assigned else "none yet",
        "similarity": assigned.similarity if assigned else None,
        "by": assigned.method if assigned else None,
        "event": reading.event_id,
        **{
            f"watched {hit.statement_id}": f"{hit.stance}, similarity {hit.cosine:.2f}"
            for hit in reading.hits
        },
    }
