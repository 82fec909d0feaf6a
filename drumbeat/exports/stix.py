"""Narratives as a STIX 2.1 bundle that OpenCTI takes in.

    narrative      DB-6, its labels as aliases; an id that no relabelling and no merge changes
    channel        an outlet, with its ownership in the words of the list
    media-content  a quotation's document (OpenCTI's observable)
    relationships  channel uses narrative, channel publishes or amplifies media-content,
                   media-content uses narrative, narrative duplicate-of narrative (merged)
    sighting       a narrative in a country: first and last seen, how many documents

Ids are those that OpenCTI gives itself: UUIDv5, in the namespace of the STIX 2.1 standard (section 2.9), of
the canonical JSON (RFC 8785) of the name or address. DISARM techniques are named as observed behaviour only:
what outlets did can be seen, why they did it cannot.
"""

from __future__ import annotations

import json
import uuid
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from functools import partial
from typing import Any, Final

from config.errors import DrumbeatError
from drumbeat.exports.evidence import Evidence, evidence_of
from drumbeat.shown.safe import one_line, shorten
from storage.records import Judgement, Narrative
from storage.store import Store

NAMESPACE: Final = uuid.UUID("00abedb4-aa42-466c-9c01-fed23315a9b7")
"""Of deterministic ids (STIX 2.1, section 2.9); OpenCTI takes it for its own types too."""
OPENCTI: Final = "extension-definition--ea279b3e-5c71-4632-ac08-831c66a786ba"
OPENCTI_OBSERVABLE: Final = "extension-definition--f93e2c80-4231-4f9a-af8b-95c9bd566a82"
MOST_PASSAGES: Final = 500
"""Quotations of a narrative in a bundle, the newest. Decides cost only: importers take thousands of objects
badly.
"""
DESK: Final = "Drumbeat"
_COPIED: Final = "observed behaviour: copied texts (DISARM T0084.001 candidate)"
_TRANSLATED: Final = "observed behaviour: translated texts (DISARM T0084 candidate)"
_COPIES: Final = frozenset({"exact", "near", "excerpt"})
_TITLE: Final = 250

Object = dict[str, Any]


class NothingToShare(DrumbeatError):
    """There is no such narrative."""


def name_of(narrative_id: int) -> str:
    """The fixed name of a narrative: labels change, this does not."""
    return f"DB-{narrative_id}"


def stix_id(kind: str, **properties: str) -> str:
    """The deterministic id of an object, by the properties that make it what it is."""
    text = json.dumps(properties, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return f"{kind}--{uuid.uuid5(NAMESPACE, text)}"


def named_id(kind: str, name: str) -> str:
    """OpenCTI's id of something that is known by its name."""
    return stix_id(kind, name=name.lower().strip())


def bundle(store: Store, narrative_ids: Iterable[int], *, most: int = MOST_PASSAGES) -> Object:
    """Narratives, who told them, and the quotations that prove it, as one bundle.

    The same store gives the same bundle: objects by type and id, no clock.

    Args:
        most: quotations of a narrative, the newest.

    Raises:
        NothingToShare: a number belongs to no narrative.
    """
    narratives = {row.narrative_id: row for row in map(partial(known, store), narrative_ids)}
    told = [(row, list(evidence_of(store, row, most=most))) for row in narratives.values()]
    found = {item["id"]: item for item in _objects(store, told)}
    objects = [found[key] for key in sorted(found)]
    stands_for = ",".join(f"{item['id']} {item.get('modified')}" for item in objects)
    return {"type": "bundle", "id": stix_id("bundle", objects=stands_for), "objects": objects}


def known(store: Store, number: int) -> Narrative:
    """The narrative that a number leads to.

    Raises:
        NothingToShare: it leads nowhere.
    """
    narrative = store.narratives.shown_as(number)
    if narrative is None:
        raise NothingToShare(
            f"narrative {number}: there is no such narrative; `drumbeat narratives list` shows them"
        )
    return narrative


def _objects(store: Store, told: Sequence[tuple[Narrative, list[Evidence]]]) -> Iterator[Object]:
    yield _DESK
    for narrative, evidence in told:
        item = _narrative(store, narrative, evidence)
        yield item
        yield from _merged(store, narrative, item)
        yield from _sightings(narrative, item, evidence)
        yield from _uses(narrative, item, evidence)
    pieces = [piece for _, evidence in told for piece in evidence]
    yield from _channels(store, pieces)
    for url, quoted in _grouped(pieces, lambda piece: piece.url):
        yield from _document(url, quoted)


def _uses(narrative: Narrative, told: Object, evidence: Sequence[Evidence]) -> Iterator[Object]:
    """Which outlets told it."""
    for source_id in sorted({piece.source_id for piece in evidence}):
        yield _relation("uses", {"id": named_id("channel", source_id)}, told, narrative.first_seen_at)


def _grouped(
    pieces: Iterable[Evidence], key: Callable[[Evidence], str]
) -> Iterator[tuple[str, list[Evidence]]]:
    """By key, sorted; of each the pieces by first sight."""
    of: dict[str, list[Evidence]] = defaultdict(list)
    for piece in sorted(pieces, key=lambda piece: (piece.first_seen_at, piece.passage_id)):
        of[key(piece)].append(piece)
    yield from sorted(of.items())


def _narrative(store: Store, narrative: Narrative, evidence: Sequence[Evidence]) -> Object:
    name = name_of(narrative.narrative_id)
    judged: Judgement | None = store.kinds.all().get(narrative.narrative_id)
    return {
        **_new_object("narrative", name, narrative),
        "name": name,
        "aliases": _labels(store, narrative),
        "description": f"{one_line(narrative.label)} ({narrative.size} passages)",
        "narrative_types": [judged.kind if judged else "claim"],
        "labels": sorted(_behaviour(evidence)),
        "external_references": [{"source_name": DESK, "external_id": name}],
    }


def _labels(store: Store, narrative: Narrative) -> list[str]:
    """The present label first, then those that analysts gave before."""
    number = narrative.narrative_id
    given = [
        row.value
        for row in store.corrections.all()
        if row.kind == "rename" and row.narrative_id == number and row.value
    ]
    return list(dict.fromkeys(one_line(label) for label in (narrative.label, *reversed(given))))


def _behaviour(evidence: Sequence[Evidence]) -> set[str]:
    """What outlets were seen to do with each other's texts."""
    relations = {piece.relation for piece in evidence}
    copied = {_COPIED} if relations & _COPIES else set()
    return copied | ({_TRANSLATED} if "translation" in relations else set())


def _merged(store: Store, narrative: Narrative, survivor: Object) -> Iterator[Object]:
    """Numbers that lead to this narrative stay known: whoever imported one finds where it went."""
    for number in store.lists.merged_into(narrative.narrative_id):
        old = store.narratives.get(number)
        if old is not None and number != narrative.narrative_id:
            name = name_of(number)
            former = {**_new_object("narrative", name, old), "name": name, "aliases": [one_line(old.label)]}
            yield former
            yield _relation("duplicate-of", former, survivor, narrative.last_seen_at)


def _channels(store: Store, pieces: Sequence[Evidence]) -> Iterator[Object]:
    """Each outlet once, under its fixed id in the source directory."""
    since = {row.source_id: row.first_crawled_at for row in store.sources.all()}
    for source_id, (piece, *_) in _grouped(pieces, lambda piece: piece.source_id):
        yield _channel(piece, _moment(since.get(source_id) or piece.first_seen_at))


def _channel(piece: Evidence, first: str) -> Object:
    name = one_line(piece.outlet)
    list_of = f" ({piece.ownership_list})" if piece.ownership_list else ""
    return {
        **_head("channel", named_id("channel", piece.source_id), first, first),
        "extensions": {OPENCTI: {"extension_type": "new-sdo"}},
        "name": piece.source_id,
        "aliases": [name],
        "channel_types": ["website"],
        "description": f"{name}, {piece.country}. Ownership: {piece.ownership}{list_of}.",
        "labels": [f"ownership: {piece.ownership}"],
    }


def _document(url: str, quoted: Sequence[Evidence]) -> Iterator[Object]:
    """A document, who published it, and which narratives its passages tell."""
    first, document = quoted[0], _media_content(url, quoted)
    channel = {"id": named_id("channel", first.source_id)}
    how = "amplifies" if first.relation in _COPIES else "publishes"
    yield document
    yield _relation(how, channel, document, first.first_seen_at)
    for number in sorted({piece.narrative_id for piece in quoted}):
        told = {"id": named_id("narrative", name_of(number))}
        yield _relation("uses", document, told, first.first_seen_at)


def _media_content(url: str, quoted: Sequence[Evidence]) -> Object:
    first = quoted[0]
    return {
        "type": "media-content",
        "spec_version": "2.1",
        "id": stix_id("media-content", url=url),
        "extensions": {OPENCTI_OBSERVABLE: {"extension_type": "new-sco"}},
        "title": shorten(one_line(first.title), _TITLE),
        "content": "\n\n".join(dict.fromkeys(piece.quote for piece in quoted)),
        "media_category": "article",
        "url": url,
        "publication_date": _moment(first.published_at or first.first_seen_at),
        "x_drumbeat_evidence": [piece.to_dict() for piece in quoted],
    }


def _sightings(narrative: Narrative, told: Object, evidence: Sequence[Evidence]) -> Iterator[Object]:
    """One sighting a country: STIX sees things at places, and outlets are of a country."""
    for country, pieces in _grouped(evidence, lambda piece: piece.country):
        place = _location(country)
        yield place
        key = stix_id("sighting", sighting_of_ref=told["id"], where_sighted_ref=place["id"])
        last = _moment(pieces[-1].first_seen_at)
        yield {
            **_head("sighting", key, _moment(narrative.first_seen_at), last),
            "sighting_of_ref": told["id"],
            "where_sighted_refs": [place["id"]],
            "first_seen": _moment(pieces[0].first_seen_at),
            "last_seen": last,
            "count": len({piece.article_id for piece in pieces}),
        }


def _location(country: str) -> Object:
    key = stix_id("location", name=country.lower(), x_opencti_location_type="Country")
    return {**_head("location", key, _EVER, _EVER), "name": country, "country": country}


def _relation(kind: str, source: Mapping[str, Any], target: Mapping[str, Any], at: datetime) -> Object:
    ends = {"relationship_type": kind, "source_ref": source["id"], "target_ref": target["id"]}
    return {**_head("relationship", stix_id("relationship", **ends), _moment(at), _moment(at)), **ends}


def _new_object(kind: str, name: str, narrative: Narrative) -> Object:
    first, last = _moment(narrative.first_seen_at), _moment(narrative.last_seen_at)
    extension = {OPENCTI: {"extension_type": "new-sdo"}}
    return {**_head(kind, named_id(kind, name), first, last), "extensions": extension}


def _head(kind: str, key: str, created: str, modified: str) -> Object:
    head: Object = {"type": kind, "spec_version": "2.1", "id": key, "created": created, "modified": modified}
    if kind != "identity":
        head["created_by_ref"] = _DESK["id"]
    return head


def _moment(at: datetime) -> str:
    """As STIX writes it: UTC, milliseconds, Z."""
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


_EVER: Final = _moment(datetime(2026, 1, 1, tzinfo=UTC))
"""When what has no beginning of its own was made, as far as STIX asks."""
_DESK: Final[Object] = {
    **_head("identity", stix_id("identity", identity_class="system", name=DESK.lower()), _EVER, _EVER),
    "name": DESK,
    "identity_class": "system",
    "description": "Media monitoring; names such as DB-6 are the numbers of its narratives.",
}
