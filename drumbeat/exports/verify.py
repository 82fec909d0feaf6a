"""Checks an evidence pack with nothing but Python (3.9 or newer).

    python verify.py PACK.zip        or, unpacked:   python data/verify.py FOLDER

Every file has the checksum that the manifests state; every quotation stands at its place in its text; every
archived response can be read, and its body has the stated SHA-256. The exit code is 0 if all of it holds.
"""

from __future__ import annotations

import hashlib
import json
import sys
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

GZIP = 16 + zlib.MAX_WBITS
"""What tells zlib that a gzip header comes (its manual)."""


def files_of(place: str | Path) -> dict[str, bytes]:
    """Name -> content of everything in a pack, zipped or unpacked."""
    if zipfile.is_zipfile(place):
        with zipfile.ZipFile(place) as bag:
            return {name: bag.read(name) for name in bag.namelist()}
    root = Path(place)
    return {
        path.relative_to(root).as_posix(): path.read_bytes() for path in root.rglob("*") if path.is_file()
    }


def checksums(files: dict[str, bytes]) -> Iterator[str]:
    """What is wrong with the files, by the manifests."""
    listed = set()
    for manifest in ("tagmanifest-sha256.txt", "manifest-sha256.txt"):
        for line in files.get(manifest, b"").decode().splitlines():
            digest, _, name = line.partition("  ")
            listed.add(name)
            if name not in files:
                yield f"{name}: is missing"
            elif hashlib.sha256(files[name]).hexdigest() != digest:
                yield f"{name}: is not what {manifest} says"
    for name in sorted(set(files) - listed - {"tagmanifest-sha256.txt"}):
        yield f"{name}: no manifest knows it"
    if "data/evidence.json" not in listed:
        yield "data/evidence.json: no manifest knows it"


def body_in(record: bytes) -> bytes:
    """The body of the response in a WARC record of one gzip member."""
    content = zlib.decompress(record, GZIP)
    warc, _, rest = content.partition(b"\r\n\r\n")
    fields = dict(line.split(": ", 1) for line in warc.decode("utf-8").split("\r\n")[1:])
    payload = rest[: int(fields["Content-Length"])]
    # What a browser made of a response, archived after it, stands there without headers of HTTP.
    return payload if fields["WARC-Type"] == "conversion" else payload.partition(b"\r\n\r\n")[2]


def quotation(
    piece: dict[str, Any], files: dict[str, bytes], responses: dict[tuple[int, int], bytes]
) -> Iterator[str]:
    """What is wrong with a quotation."""
    text = files.get("data/texts/" + piece["article_id"] + ".txt", b"").decode("utf-8", "surrogatepass")
    if piece["begins_at"] is not None and text[piece["begins_at"] : piece["ends_at"]] != piece["quote"]:
        yield "does not stand in its text"
    place = piece["archive"]
    if place is None:
        return
    key = (place["offset"], place["length"])
    if key not in responses:
        records = files["data/" + place["file"]]
        responses[key] = body_in(records[key[0] : key[0] + key[1]])
    if hashlib.sha256(responses[key]).hexdigest() != piece["page_sha256"]:
        yield "its archived page is another"


def problems(files: dict[str, bytes]) -> Iterator[str]:
    """Everything that is wrong, a line each."""
    yield from checksums(files)
    responses: dict[tuple[int, int], bytes] = {}
    for piece in json.loads(files["data/evidence.json"])["quotations"]:
        try:
            for problem in quotation(piece, files, responses):
                yield piece["passage_id"] + ": " + problem
        except (KeyError, ValueError, zlib.error) as error:
            yield piece["passage_id"] + ": its record cannot be read (" + str(error) + ")"


def main(arguments: list[str]) -> int:
    """Check the pack that is named, or the one that this script lies in."""
    place = arguments[0] if arguments else Path(__file__).resolve().parents[1]
    files = files_of(place)
    found = list(problems(files))
    described = json.loads(files["data/evidence.json"])
    quotations = described["quotations"]
    proved = sum(piece["archive"] is not None for piece in quotations)
    result = "as they were packed" if not found else f"{len(found)} things are wrong"
    said = [f"WRONG {line}" for line in found]
    said.append(
        f"{len(files)} files, {len(quotations)} quotations of {described['narrative']['name']}, "
        f"{proved} with their archived page: {result}"
    )
    sys.stdout.write("\n".join(said) + "\n")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
