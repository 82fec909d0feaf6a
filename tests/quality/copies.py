"""Near-duplicates: revisions of one news item, and headlines printed again."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import combinations, pairwise
from pathlib import Path

from crawler.copies.texts import group_texts
from tests.quality.data import Row, read_rows, write_rows
from tests.quality.metrics import Scores, folded, from_counts, words
from tests.quality.result import Floor, Result

SAME = 0.6
"""Revisions that share less of their words are not asked to be one."""
DIFFERENT = 0.5
"""Headlines that share less of their words must not be one."""
LARGEST = 200
"""Members of a group that are compared with each other."""
LARGEST_TRUE = 60


def measure_revisions(data: Path, out: Path) -> Result:
    """Wikipedia's news items as they were edited, in 45 languages."""
    rows = list(read_rows(data / "stories/itn.jsonl.gz"))
    found = group_texts({row["id"]: row["text"] for row in rows})
    write_rows(out / "dedup-itn.jsonl", [{"id": row["id"], "dup": found[row["id"]]} for row in rows])
    scores = pair_scores(
        rows,
        found,
        true_group=lambda row: row["revision_group"],
        must=lambda left, right: likeness(left["text"], right["text"]) >= SAME,
        must_not=lambda left, right: left["story"] != right["story"],
    )
    return _result(scores, f1=0.97, precision=0.98)


def measure_headlines(data: Path, out: Path) -> Result:
    """The same headline in several sections or outlets."""
    rows = [row for path in sorted((data / "headlines").glob("*.jsonl.gz"))[:1] for row in read_rows(path)]
    found = group_texts({row["id"]: row["headline"] for row in rows})
    write_rows(out / "dedup-headlines.jsonl", [{"id": row["id"], "dup": found[row["id"]]} for row in rows])
    scores = pair_scores(
        rows,
        found,
        true_group=lambda row: folded(row["headline"]),
        must=lambda left, right: True,
        must_not=lambda left, right: likeness(left["headline"], right["headline"]) < DIFFERENT,
    )
    return _result(scores, f1=0.97, precision=0.96)


def pair_scores(
    rows: Sequence[Row],
    found: Mapping[str, str],
    *,
    true_group: Callable[[Row], str],
    must: Callable[[Row, Row], bool],
    must_not: Callable[[Row, Row], bool],
) -> Scores:
    """Scores over the pairs that must be one and those that must not; every other pair is not counted."""
    together = missed = wrong = 0
    for left, right in _pairs(rows, true_group, LARGEST_TRUE):
        if must(left, right):
            same = found[left["id"]] == found[right["id"]]
            together, missed = together + same, missed + (not same)
    for left, right in _pairs(rows, lambda row: found[row["id"]], LARGEST):
        wrong += must_not(left, right)
    return from_counts(together, wrong, missed)


def likeness(left: str, right: str) -> float:
    """Jaccard likeness of words; of pairs of neighbours where most words are single characters."""
    one, other = _bag(left), _bag(right)
    return len(one & other) / len(one | other) if one | other else 1.0


def _bag(text: str) -> set[object]:
    found = words(text)
    single = sum(len(word) == 1 for word in found)
    return set(pairwise(found)) if single > len(found) / 2 else set(found)


def _pairs(rows: Sequence[Row], key: Callable[[Row], str], largest: int) -> Iterable[tuple[Row, Row]]:
    groups: defaultdict[str, list[Row]] = defaultdict(list)
    for row in rows:
        groups[key(row)].append(row)
    for group in groups.values():
        yield from combinations(group[:largest], 2)


def _result(scores: Scores, *, f1: float, precision: float) -> Result:
    figures = {"precision": scores.precision, "recall": scores.recall, "f1": scores.f1}
    return Result(figures, [Floor("f1", scores.f1, f1), Floor("precision", scores.precision, precision)])
