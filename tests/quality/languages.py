"""Language identification, against py3langid alone in the same run."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

from analysis.embedding.languages import language_key
from crawler.cleaning.language import identify
from tests.quality.data import read_rows, write_rows
from tests.quality.metrics import from_counts, mean
from tests.quality.result import Floor, Result
from tests.quality.workers import each

NEEDS = {
    "sib200": "langid/sib200.jsonl.gz",
    "masakhanews": "topics/masakhanews.jsonl.gz",
    "mafand": "parallel/mafand.jsonl.gz",
    "waddle": "html/waddle/truth.jsonl.gz",
    "itn": "stories/itn.jsonl.gz",
}
_MEMBERS = {
    "ar": "acm acq aeb afb ajp apc apd ars ary arz ayn", "zh": "yue lzh wuu gan hak nan cdo", "no": "nb nn",
    "ms": "id min bjn zsm",
    "fa": "prs pes", "sh": "hr bs sr cnr", "lv": "ltg", "ak": "tw twi", "pa": "pnb", "tl": "fil", "az": "azb",
}  # fmt: skip
LARGER = {member: whole for whole, members in _MEMBERS.items() for member in members.split()}
"""Members of macrolanguages (ISO 639-3): news does not always let one tell which, and nothing later depends
on it.
"""

Text = tuple[str, str, str]
"""(id, language, text)"""


def texts_of(data: Path, name: str) -> list[Text]:
    """The labelled texts of a set."""
    rows = read_rows(data / NEEDS[name])
    if name == "mafand":
        return [
            (f"{row['id']}:{side}", row[f"lang_{side}"], row[f"text_{side}"]) for row in rows for side in "ab"
        ]
    if name == "waddle":
        return [(row["id"], row["lang"], row["text"]) for row in rows]
    return [
        (row["id"], row["lang"], f"{row.get('title') or ''} {row['text']}".strip())
        for row in rows
        if row.get("main", True)
    ]


def measure(data: Path, out: Path, *, name: str) -> Result:
    """The product's answers and py3langid's own."""
    texts = texts_of(data, name)
    answers = each(tell_both, [text for _, _, text in texts], f"langid-{name}")
    own = {row[0]: language for row, (language, _) in zip(texts, answers, strict=True)}
    alone = {row[0]: language for row, (_, language) in zip(texts, answers, strict=True)}
    write_rows(out / f"langid-{name}.jsonl", [{"id": key, "lang": language} for key, language in own.items()])
    write_rows(
        out / f"langid-{name}-py3langid.jsonl",
        [{"id": key, "lang": language} for key, language in alone.items()],
    )
    return compared(texts, own, alone)


def compared(texts: Sequence[Text], own: dict[str, str], alone: dict[str, str]) -> Result:
    """Figures of both, py3langid's accuracy being the floor."""
    figures, baseline = language_figures(texts, own), language_figures(texts, alone)
    floor = Floor("accuracy", figures["accuracy"], baseline["accuracy"])
    return Result({**figures, "py3langid": baseline, "wrong": _worst(texts, own)}, [floor])


def language_figures(texts: Sequence[Text], answers: dict[str, str]) -> dict[str, float]:
    """Accuracy, mean F1 of the true languages, and the share left open; at the level of macrolanguages."""
    right: Counter[str] = Counter()
    missed: Counter[str] = Counter()
    wrong: Counter[str] = Counter()
    for key, language, _ in texts:
        true, found = whole(language), whole(answers[key])
        if true == found:
            right[true] += 1
        else:
            missed[true] += 1
            wrong[found] += 1
    f1 = mean(
        from_counts(right[language], wrong[language], missed[language]).f1
        for language in sorted({*right, *missed})
    )
    opened = mean(float(answer == "und") for answer in answers.values())
    return {
        "texts": len(texts),
        "accuracy": right.total() / len(texts),
        "macro_f1": f1,
        "undetermined": opened,
    }


def whole(tag: str) -> str:
    """The language of a tag or a FLORES code, or the macrolanguage that it belongs to."""
    key = language_key(tag)
    return LARGER.get(key, key)


def tell_both(text: str) -> tuple[str, str]:
    """(the product's answer, py3langid's)."""
    return identify(text).language, str(_py3langid().classify(text)[0])


def _worst(texts: Sequence[Text], answers: dict[str, str]) -> list[str]:
    found = Counter(
        f"{language}>{answers[key]}" for key, language, _ in texts if whole(language) != whole(answers[key])
    )
    return [f"{pair} {count}" for pair, count in found.most_common(10)]


@cache
def _py3langid() -> Any:
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    return LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
