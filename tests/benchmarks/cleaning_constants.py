"""How much the constants of the extraction matter: text F1 with each of them halved and doubled.

    python -m tests.benchmarks.cleaning_constants --data DIR [--pages N] [--only NAME ...]

Printed for each constant: its value, and by how much the mean text F1 over the pages changes. DIR holds
`html/`. A constant whose half and double change nothing was chosen for safety on pages that are not in the
sample.
"""

from __future__ import annotations

import argparse
import copy
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from types import ModuleType
from typing import Any

from crawler.cleaning import blocks, body, headline, pruning, region
from crawler.cleaning.blocks import Block
from crawler.cleaning.markup import Element, body_of, decode, parse
from crawler.cleaning.metadata import PageClaims, read_claims
from tests.quality.data import Row, html_sets, pages_of, stable_sample
from tests.quality.metrics import mean, text_overlap

NAME = "cleaning-constants"
TAKES = ("data",)
SOAK = True
TINY = ("--pages", "2")
MODULES = (blocks, headline, pruning, region, body)
FACTORS = (0.5, 2.0)


@dataclass(frozen=True, slots=True)
class Prepared:
    """A page, parsed; and as far as the constants of `region` and `body` have no say."""

    truth: str
    tree: Element
    claims: PageClaims
    left: list[Block]
    place: int
    """Of the headline."""
    other: str
    kept: Element
    """The pruned tree, which the blocks lie in."""


def constants() -> dict[str, ModuleType]:
    """Every public number of the modules, by name; one that is imported counts where it is set."""
    found: dict[str, ModuleType] = {}
    for module in MODULES:
        for name, value in vars(module).items():
            if name.isupper() and isinstance(value, int | float) and not isinstance(value, bool):
                found.setdefault(name, module)
    return found


@contextmanager
def changed(name: str, factor: float) -> Iterator[None]:
    """One constant times a factor, wherever it is used."""
    holders = [module for module in MODULES if hasattr(module, name)]
    before = getattr(holders[0], name)
    try:
        for module in holders:
            setattr(module, name, type(before)(before * factor))
        yield
    finally:
        for module in holders:
            setattr(module, name, before)


def measure(data: Path, pages: int, only: list[str] | None = None) -> dict[str, Any]:
    """The figures of one run."""
    prepared = [page for page in map(_prepared, _jobs(data, pages)) if page is not None]
    before = _score(prepared, afresh=False)
    table: dict[str, Any] = {}
    for name, module in constants().items():
        if not only or name in only:
            row: dict[str, float] = {"value": getattr(module, name)}
            for factor in FACTORS:
                with changed(name, factor):
                    after = _score(prepared, afresh=module in (blocks, headline, pruning))
                row[f"x{factor:g}"] = round(after - before, 4)
            table[f"{module.__name__.rpartition('.')[2]}.{name}"] = row
    return {"pages": len(prepared), "text_f1": round(before, 4), "change": table}


def _jobs(data: Path, pages: int) -> list[tuple[Row, bytes]]:
    jobs = [job for name in html_sets(data) for job in pages_of(data, name) if job[0].get("text")]
    return stable_sample(jobs, lambda job: f"{job[0]['set']}/{job[0]['id']}", pages)


def _prepared(job: tuple[Row, bytes]) -> Prepared | None:
    tree = parse(decode(job[1]))
    return None if tree is None else _pruned(job[0]["text"], tree, read_claims(tree))


def _pruned(truth: str, tree: Element, claims: PageClaims) -> Prepared:
    kept = copy.deepcopy(tree)
    found = blocks.cut_blocks(body_of(kept))
    named = headline.find_headline(found, list(claims.titles))
    left = pruning.prune(kept, found, named)
    place = left.index(named) if named in left else 0
    return Prepared(truth, tree, claims, left, place, body.trafilatura_text(kept), kept)


def _score(prepared: list[Prepared], *, afresh: bool) -> float:
    """Mean F1; `afresh` from the tree, else from the blocks that are left of it."""
    pages = [_pruned(page.truth, page.tree, page.claims) for page in prepared] if afresh else prepared
    return mean(_f1(page.truth, _text(page)) for page in pages)


@lru_cache(maxsize=100_000)
def _f1(truth: str, text: str) -> float:
    return text_overlap(truth, text).f1


def _text(page: Prepared) -> str:
    region.score_blocks(page.left)
    found = region.find_region(page.left, page.place)
    said = {"description": page.claims.description, "stated": page.claims.stated_body}
    return body.choose_text(page.left, found, page.other, **said)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    folder = os.environ.get("DRUMBEAT_DATA")
    parser.add_argument("--data", type=Path, default=folder and Path(folder), required=folder is None)
    parser.add_argument(
        "--pages", type=int, default=200, help="a stable sample of so many with a reference text"
    )
    parser.add_argument("--only", nargs="+", metavar="NAME", help="these constants")
    options = parser.parse_args()
    print(json.dumps(measure(options.data, options.pages, options.only)))


if __name__ == "__main__":
    main()
