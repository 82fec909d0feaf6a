"""A blind sample: are what is shown as claims claims, and do their passages say them? Two readers mark the
same items without seeing each other's marks or what the product thought.

    draw    n narratives that are shown as claims, one passage of each -> two sheets and RUBRIC.txt
    score   both sheets, filled in -> precision of each reader with its interval, agreement, Cohen's kappa
"""

from __future__ import annotations

import csv
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from drumbeat.export import by_kind
from storage.errors import StorageError
from storage.records import Narrative
from storage.store import Store

COLUMNS = ("item", "question", "label", "text", "mark")
READERS = ("reader-1.csv", "reader-2.csv")
YES, NO, UNSURE = "y", "n", "u"
RUBRIC = """\
Mark every line on your own; do not look at the other reader's sheet and do not ask the product.

claim     Does the label assert something that can be believed or contested (who is to blame, who helps, what
          is behind it), so that others could repeat it of another event?
          y  it asserts      n  it only reports, names a subject, asks or announces      u  cannot be told
passage   Does the text say, in its own words, what the label says, or report that somebody says it?
          y  it does         n  it is about something else, or only about the same subject  u  cannot be told

Write y, n or u into the last column of each line. u counts as neither.
"""


@dataclass(frozen=True, slots=True)
class Score:
    """What two readers found for one question."""

    question: str
    yes: tuple[int, int]
    """Of each reader."""
    marked: tuple[int, int]
    """y and n of each reader."""
    both: int
    """Items that both marked with y or n."""
    agreed: int
    kappa: float | None
    """Cohen's; None where it is not defined."""

    def precision(self, reader: int) -> tuple[float, float, float]:
        """Share of yes with its 95 % interval (Wilson)."""
        from scipy.stats import binomtest

        yes, marked = self.yes[reader], self.marked[reader]
        if not marked:
            return 0.0, 0.0, 1.0
        interval = binomtest(yes, marked).proportion_ci(method="wilson")
        return yes / marked, float(interval.low), float(interval.high)


def draw(store: Store, folder: Path, *, count: int, seed: int) -> int:
    """Write the sheets of a blind sample; returns how many lines each has.

    Each reader gets the lines in an order of their own. A line names neither number nor grade.

    Raises:
        StorageError: no claim is shown, or the folder holds a sheet.
    """
    taken = [name for name in READERS if (folder / name).exists()]
    if taken:
        raise StorageError(f"{folder / taken[0]}: there is a sheet already; choose another folder")
    shown = _shown_claims(store)
    dice = random.Random(seed)  # noqa: S311  # a sample, no secret
    chosen = dice.sample(shown, min(count, len(shown)))
    lines = [line for row in chosen for line in _lines(store, row.narrative_id, row.label, dice)]
    folder.mkdir(parents=True, exist_ok=True)
    for name in READERS:
        _write(folder / name, dice.sample(lines, len(lines)))
    (folder / "RUBRIC.txt").write_text(RUBRIC, encoding="utf-8")
    return len(lines)


def _shown_claims(store: Store) -> list[Narrative]:
    claims = by_kind(store.narratives.all(), store.kinds.all(), only="claim")
    found = [row for row in claims if (row.kind, row.status) == ("discovered", "active")]
    if not found:
        raise StorageError("no narrative is shown as a claim yet; `drumbeat run` or `drumbeat refit` first")
    return found


def _lines(store: Store, number: int, label: str, dice: random.Random) -> list[dict[str, str]]:
    """Two questions on one narrative: its label, and one of its passages."""
    members = sorted(item.passage_id for item in store.narratives.assignments(narrative_id=number))
    rows = store.passages.many([dice.choice(members)]) if members else []
    asked = [("claim", "")] + [("passage", " ".join(row.text.split())) for row in rows]
    return [
        {"item": f"{number}-{question}", "question": question, "label": label, "text": text, "mark": ""}
        for question, text in asked
    ]


def _write(path: Path, lines: Sequence[Mapping[str, str]]) -> None:
    from drumbeat.shown.safe import csv_cell

    with path.open("w", encoding="utf-8", newline="") as file:
        sheet = csv.DictWriter(file, fieldnames=COLUMNS)
        sheet.writeheader()
        sheet.writerows({key: csv_cell(value) for key, value in line.items()} for line in lines)


def score(folder: Path) -> list[Score]:
    """What two filled sheets say, question by question.

    Raises:
        StorageError: a sheet is missing, is none, or holds another mark than y, n or u.
    """
    marks = [_marks(folder / name) for name in READERS]
    questions = sorted({question for question, _ in (key for sheet in marks for key in sheet)})
    return [_scored(question, *marks) for question in questions]


def _marks(path: Path) -> dict[tuple[str, str], str]:
    """(Question, item) -> mark of one reader; lines without a mark are left out."""
    if not path.is_file():
        raise StorageError(f"{path}: there is no such sheet; `drumbeat sample-check draw` writes it")
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    if not rows or not set(COLUMNS) <= rows[0].keys():
        raise StorageError(f"{path}: expected a sheet with the columns {', '.join(COLUMNS)}")
    found = {}
    for number, row in enumerate(rows, 2):
        mark = (row["mark"] or "").strip().lower()
        if mark not in ("", YES, NO, UNSURE):
            raise StorageError(f"{path}, line {number}: {mark!r} is no mark; expected y, n or u")
        if mark:
            found[row["question"], row["item"]] = mark
    return found


Marks = Mapping[tuple[str, str], str]


def _scored(question: str, one: Marks, other: Marks) -> Score:
    sheets = [_meant(question, sheet) for sheet in (one, other)]
    both = sorted(sheets[0].keys() & sheets[1].keys())
    pairs = [(sheets[0][key], sheets[1][key]) for key in both]
    yes = [sum(mark == YES for mark in sheet.values()) for sheet in sheets]
    return Score(
        question,
        (yes[0], yes[1]),
        (len(sheets[0]), len(sheets[1])),
        len(both),
        sum(a == b for a, b in pairs),
        kappa_of(pairs),
    )


def _meant(question: str, sheet: Marks) -> dict[tuple[str, str], str]:
    """The marks of one question that say yes or no."""
    return {key: mark for key, mark in sheet.items() if key[0] == question and mark != UNSURE}


def kappa_of(pairs: Sequence[tuple[str, str]]) -> float | None:
    """Cohen's kappa of two readers' marks (Cohen 1960): agreement beyond what their shares of yes give by
    chance; None of no pairs, and where chance alone agrees always.
    """
    if not pairs:
        return None
    count = len(pairs)
    agreed = sum(a == b for a, b in pairs) / count
    shares = [sum(pair[reader] == YES for pair in pairs) / count for reader in (0, 1)]
    chance = shares[0] * shares[1] + (1 - shares[0]) * (1 - shares[1])
    return None if chance >= 1.0 else (agreed - chance) / (1 - chance)
