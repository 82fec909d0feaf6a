"""How much the constants of language identification matter: accuracy with each of them halved and doubled.

    python -m tests.benchmarks.language_constants --data DIR [--texts N]

Each text is told four ways: by itself, with the right language declared by the page, with `en` declared three
times by a template, and with an outlet whose habit is the right language. Printed for each constant: its
value, and by how much each of the four accuracies changes (hundredths of a per cent are one text in ten
thousand). DIR holds `langid/`, `parallel/` and `topics/`.
"""

from __future__ import annotations

import argparse
import json
import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

from crawler.cleaning import language
from crawler.cleaning.language import identify
from tests.quality.data import stable_sample
from tests.quality.languages import Text, texts_of, whole
from tests.quality.metrics import mean

NAME = "language-constants"
TAKES = ("data",)
SOAK = True
TINY = ("--texts", "2")
SETS = ("sib200", "masakhanews", "mafand")
FACTORS = (0.5, 2.0)
CONSTANTS = (
    "MIN_LETTERS", "CLEAR", "DOUBT", "LONG", "ABSTAIN_SHORT", "ABSTAIN_LONG", "NEUTRAL", "FLOOR",
    "UNKNOWN_DECLARED", "HABIT_WEIGHT", "HABIT_MIN",
)  # fmt: skip
TEMPLATE = [("html", "en"), ("meta", "en_GB"), ("jsonld", "en")]

Told = Mapping[str, Any]
WAYS: dict[str, Callable[[str], Told]] = {
    "alone": lambda _: {},
    "declared": lambda true: {"declared": [("html", true)]},
    "template": lambda _: {"declared": TEMPLATE},
    "habit": lambda true: {"habit": {true: 50}},
}


class _Remembering:
    """py3langid, asked once a text: none of the constants changes what it says."""

    def __init__(self, known: Any) -> None:
        self.rank = cache(known.rank)


@contextmanager
def remembered() -> Iterator[None]:
    """Both classifiers answer a text the second time from memory."""
    former, votes = language._py3langid, language._langdetect_votes
    one = _Remembering(former())
    language._py3langid, language._langdetect_votes = lambda: one, cache(votes)  # type: ignore[assignment]
    try:
        yield
    finally:
        language._py3langid, language._langdetect_votes = former, votes


@contextmanager
def changed(name: str, factor: float) -> Iterator[None]:
    """One constant times a factor; `WEIGHTS` all together."""
    before = getattr(language, name)
    after = (
        {k: v * factor for k, v in before.items()}
        if isinstance(before, dict)
        else type(before)(before * factor)
    )
    setattr(language, name, after)
    try:
        yield
    finally:
        setattr(language, name, before)


def accuracies(texts: list[Text]) -> dict[str, float]:
    """Share of texts whose language is told, each way."""
    return {
        way: mean(
            float(whole(identify(text, **told(whole(true))).language) == whole(true))
            for _, true, text in texts
        )
        for way, told in WAYS.items()
    }


def measure(data: Path, count: int) -> dict[str, Any]:
    """The figures of one run."""
    texts = [row for name in SETS for row in stable_sample(texts_of(data, name), lambda row: row[0], count)]
    with remembered():
        before = accuracies(texts)
        table: dict[str, Any] = {}
        for name in (*CONSTANTS, "WEIGHTS"):
            table[name] = {"value": getattr(language, name)}
            for factor in FACTORS:
                with changed(name, factor):
                    after = accuracies(texts)
                table[name][f"x{factor:g}"] = {way: round(after[way] - before[way], 4) for way in WAYS}
    return {
        "texts": len(texts),
        "accuracy": {way: round(value, 4) for way, value in before.items()},
        "change": table,
    }


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    folder = os.environ.get("DRUMBEAT_DATA")
    parser.add_argument("--data", type=Path, default=folder and Path(folder), required=folder is None)
    parser.add_argument("--texts", type=int, default=1000, help="a stable sample of so many of each set")
    options = parser.parse_args()
    print(json.dumps(measure(options.data, options.texts)))


if __name__ == "__main__":
    main()
