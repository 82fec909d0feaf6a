"""An evidence pack: quotations, texts and archived records of a narrative, with what checks them.

A ZIP that is a BagIt bag (RFC 8493): every file with its SHA-256, in a form that other archives' tools check
already. RO-Crate would say more about the parts, but its checksums are optional and its readers few. Inside
lies a script that needs nothing but Python: it checks the bag, reads each WARC record, and finds every
quotation at its place in its text.
"""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from hashlib import sha256
from importlib.resources import files
from pathlib import Path
from typing import Any, Final

from analysis.plain import to_plain
from drumbeat.exports.evidence import ArchiveRecord, Evidence, evidence_of
from drumbeat.exports.stix import known, name_of
from storage.archive import ArchiveReader
from storage.errors import ArchiveError
from storage.records import Narrative, WarcPlace
from storage.store import Store

RECORDS: Final = "data/records.warc.gz"
VERSION: Final = 1
"""Of the layout of `data/evidence.json`."""
_EPOCH: Final = (1980, 1, 1, 0, 0, 0)
"""The earliest time that ZIP knows: the same pack has the same bytes."""


@dataclass(frozen=True, slots=True)
class Packed:
    """What a pack holds."""

    quotations: int
    records: int
    missing: tuple[str, ...]
    """Articles whose archived response could not be read, with the reason; the pack says so too."""


def write_pack(store: Store, archive: Path, number: int, path: Path, *, most: int | None = None) -> Packed:
    """Write the pack of a narrative in the place of the old file; whatever goes wrong leaves the old one.

    Args:
        archive: the workspace's archive folder.
        most: quotations, the newest; None: all.

    Raises:
        NothingToShare: there is no such narrative.
        OSError: the file cannot be written.
    """
    narrative = known(store, number)
    records = _Records(ArchiveReader(archive))
    evidence = [records.taken(piece) for piece in evidence_of(store, narrative, most=most)]
    payload = dict(_payload(store, narrative, evidence, records))
    _write_zip(_bag(narrative, payload), path)
    return Packed(len(evidence), len(records.places), tuple(records.missing))


def _write_zip(content: Mapping[str, bytes], path: Path) -> None:
    part = path.with_name(f".{path.name}.part")
    try:
        with zipfile.ZipFile(part, "w", zipfile.ZIP_DEFLATED) as bag:
            for name, data in content.items():
                bag.writestr(zipfile.ZipInfo(name, _EPOCH), data, zipfile.ZIP_DEFLATED)
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)


class _Records:
    """Archived responses copied one behind the other, each once."""

    def __init__(self, reader: ArchiveReader) -> None:
        self._reader = reader
        self._out = io.BytesIO()
        self.places: dict[ArchiveRecord, ArchiveRecord] = {}
        self.missing: list[str] = []

    @property
    def content(self) -> bytes:
        """All of them: a WARC file, one gzip member a record."""
        return self._out.getvalue()

    def taken(self, piece: Evidence) -> Evidence:
        """The quotation with the place of its record in this file; without one where it cannot be read."""
        place = piece.archive
        if place is None:
            return piece
        try:
            return replace(piece, archive=self.places.get(place) or self._copied(place))
        except ArchiveError as error:
            self.missing.append(f"{piece.article_id}: {error}")
            return replace(piece, archive=None)

    def _copied(self, place: ArchiveRecord) -> ArchiveRecord:
        at = WarcPlace(file=place.file, offset=place.offset, length=place.length)
        response, raw = self._reader.read_raw(at)
        if (unrendered := self._reader.unrendered(at, response)) is not None:
            # What a browser made of a response is evidence beside that response only.
            self._out.write(self._reader.read_raw(unrendered)[1])
        copied = ArchiveRecord(file=Path(RECORDS).name, offset=self._out.tell(), length=len(raw))
        self._out.write(raw)
        self.places[place] = copied
        return copied


def _payload(
    store: Store, narrative: Narrative, evidence: list[Evidence], records: _Records
) -> Iterator[tuple[str, bytes]]:
    yield "data/evidence.json", _json(_described(narrative, evidence, records))
    for article in store.articles.many(sorted({piece.article_id for piece in evidence})):
        yield f"data/texts/{article.article_id}.txt", article.body.encode("utf-8", "surrogatepass")
    yield RECORDS, records.content
    yield "data/verify.py", files("drumbeat.exports").joinpath("verify.py").read_bytes()


def _described(narrative: Narrative, evidence: list[Evidence], records: _Records) -> Mapping[str, Any]:
    return {
        "version": VERSION,
        "narrative": {
            "name": name_of(narrative.narrative_id),
            "label": narrative.label,
            "first_seen_at": to_plain(narrative.first_seen_at),
            "last_seen_at": to_plain(narrative.last_seen_at),
        },
        "quotations": [piece.to_dict() for piece in evidence],
        "missing_records": records.missing,
    }


def _bag(narrative: Narrative, payload: Mapping[str, bytes]) -> Mapping[str, bytes]:
    """The files of the bag, tag files last: they hold the checksums of the others."""
    size = sum(map(len, payload.values()))
    tags = {
        "bagit.txt": b"BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n",
        "bag-info.txt": (
            f"External-Identifier: {name_of(narrative.narrative_id)}\n"
            f"Payload-Oxum: {size}.{len(payload)}\n"
            "Bag-Software-Agent: Drumbeat\n"
        ).encode(),
        "manifest-sha256.txt": _manifest(payload),
    }
    return {**payload, **tags, "tagmanifest-sha256.txt": _manifest(tags)}


def _manifest(content: Mapping[str, bytes]) -> bytes:
    return "".join(f"{sha256(data).hexdigest()}  {name}\n" for name, data in sorted(content.items())).encode()


def _json(value: Any) -> bytes:
    return (json.dumps(value, ensure_ascii=True, indent=1) + "\n").encode("ascii")
