"""One contestant of `tests.benchmarks.cleaning`, in a process of its own: python cleaning_peer.py KIND FOLDER

FOLDER holds pages as `N.html` and their addresses in `urls.json`. Every line on standard input is a JSON list
of page numbers; the answer is a line with the processor seconds they took and their texts. An empty line ends
it; the last answer is what ending took, workers included. Of this file only the kind that is asked for
imports anything, so that a peer runs in an environment that holds nothing else.
"""

from __future__ import annotations

import json
import logging
import resource
import sys
import time
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

Extract = Callable[[bytes, str], str]
_NO_DATE = b"<html><body><p class='date'>xyzzy 5 qqq 2011 zz</p><p>One sentence on a page.</p></body></html>"
"""A line that might be a date: trafilatura's reader of dates loads its languages for it, which is not
counted."""


def trafilatura() -> Extract:
    """trafilatura with metadata, as it is."""
    import trafilatura

    def extract(body: bytes, url: str) -> str:
        found: Any = trafilatura.bare_extraction(
            body, url=url or None, with_metadata=True, include_comments=False
        )
        return str(found.text or "") if found is not None else ""

    return extract


def newspaper4k() -> Extract:
    """newspaper4k, as it is, from bytes that are there."""
    import newspaper

    def extract(body: bytes, url: str) -> str:
        article = newspaper.Article(url or "http://unknown.example/page", fetch_images=False)
        article.download(input_html=body.decode("utf-8", "replace"))
        article.parse()
        return str(article.text)

    return extract


def ours() -> Extract:
    """The cleaning's extraction alone: text, title, authors and the page's claims of date and language."""
    from crawler.cleaning.extract import Extraction, extract_page

    def extract(body: bytes, url: str) -> str:
        found = extract_page(body, url=url)
        return found.body if isinstance(found, Extraction) else ""

    return extract


KINDS: dict[str, Callable[[], Extract]] = {
    "trafilatura": trafilatura,
    "newspaper4k": newspaper4k,
    "ours": ours,
}


class Alone:
    """A function over pages, one after the other."""

    def __init__(self, extract: Extract, folder: Path) -> None:
        self._extract, self._folder = extract, folder
        self._urls: list[str] = json.loads((folder / "urls.json").read_text(encoding="utf-8"))
        self._text(_NO_DATE, "")

    def clean(self, numbers: list[int]) -> tuple[float, list[str]]:
        """Processor seconds and texts."""
        bodies = [(self._folder / f"{number}.html").read_bytes() for number in numbers]
        start = time.process_time()
        texts = [self._text(body, self._urls[number]) for number, body in zip(numbers, bodies, strict=True)]
        return time.process_time() - start, texts

    def end(self) -> float:
        """Nothing is left to be done."""
        return 0.0

    def _text(self, body: bytes, url: str) -> str:
        try:
            return self._extract(body, url)
        except Exception:  # noqa: BLE001 - border: what a contestant cannot read is an empty answer
            return ""


def contestant(kind: str, folder: Path) -> Any:
    """Whoever answers to a kind."""
    if kind == "door":
        from tests.benchmarks.cleaning_door import Door

        return Door(folder)
    return Alone(KINDS[kind](), folder)


def main() -> None:
    """Answer until told to end."""
    warnings.simplefilter("ignore")
    logging.disable(logging.CRITICAL)
    one = contestant(sys.argv[1], Path(sys.argv[2]))
    print(json.dumps("ready"), flush=True)
    for line in sys.stdin:
        if not line.strip():
            break
        seconds, texts = one.clean(json.loads(line))
        print(json.dumps({"seconds": seconds, "texts": texts}), flush=True)
    print(json.dumps({"seconds": one.end(), "texts": []}), flush=True)


def children_seconds() -> float:
    """Processor seconds of processes that were started here and have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


if __name__ == "__main__":
    main()
