"""Countries that texts name and are about: 200 texts read and labelled by hand, and `itn` in forty languages.

Texts are those of `countries.toml`. Thresholds were set on the half `fit`, the other is reported; the hand
that labelled the
texts also wrote the lists of names, so the half is no blind test of them.
"""

from __future__ import annotations

import tomllib
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

from analysis.places.gazetteer import gazetteer
from analysis.places.reading import TITLE, Named, Segment, read_article
from tests.quality.data import Row, html_sets, read_rows, write_rows
from tests.quality.result import Floor, Result

GOLDEN: Final = Path(__file__).with_name("countries.toml")
READ: Final = {"zh": 320}
"""Signs of a text that are read."""
READ_ELSE: Final = 900
FLOORS: Final = {"recall": 0.90, "precision": 0.95}
ITN_LANGUAGES: Final = 40


def measure(data: Path, out: Path) -> Result:
    """Recall and precision of named countries and of what texts are about, by half, and by language over
    both."""
    texts = dict(_texts(data))
    rows = [row | _found(*texts[row["id"]]) for row in golden() if row["id"] in texts]
    write_rows(out / "countries.jsonl", rows)
    figures: dict[str, Any] = {"texts": len(rows)}
    for part in ("fit", "report"):
        chosen = [row for row in rows if part_of(row["id"]) == part]
        figures |= {f"{part} {what}": scores(chosen, what) for what in ("named", "about")}
    by_language = defaultdict(list)
    for row in rows:
        by_language[row["lang"]].append(row)
    figures["languages"] = {
        lang: {what: scores(found, what) for what in ("named", "about")}
        for lang, found in by_language.items()
    }
    floors = [
        Floor(f"report {what}: {score}", figures[f"report {what}"][score], least)
        for what in ("named", "about")
        for score, least in FLOORS.items()
    ]
    return Result(figures, floors)


def measure_itn(data: Path, out: Path) -> Result:
    """Countries that half of a story's texts in five languages and more name, found in each language.

    A text may leave a country out that others name: a side figure, without floors.
    """
    stories: defaultdict[str, list[Row]] = defaultdict(list)
    for row in read_rows(data / "stories" / "itn.jsonl.gz"):
        if row["main"]:
            stories[row["story"]].append(row)
    hits: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for rows in (rows for rows in stories.values() if len(rows) >= 5):
        found = {
            row["lang"]: set(_found(row["lang"], "", row["text"])["found_named"].split()) for row in rows
        }
        votes = Counter(code for codes in found.values() for code in codes)
        agreed = {code for code, count in votes.items() if count >= len(found) / 2}
        for language, codes in found.items():
            hits[language].update(
                agreed=len(agreed),
                found=len(agreed & codes),
                alone=sum(votes[code] == 1 for code in codes),
                said=len(codes),
            )
    languages = {
        lang: {
            "recall": count["found"] / max(1, count["agreed"]),
            "alone": count["alone"] / max(1, count["said"]),
        }
        for lang, count in sorted(hits.items(), key=lambda item: -item[1]["agreed"])[:ITN_LANGUAGES]
    }
    total = sum(hits.values(), Counter())
    return Result(
        {
            "languages": languages,
            "recall": total["found"] / total["agreed"],
            "alone": total["alone"] / total["said"],
        }
    )


def golden() -> Iterator[Row]:
    """The labelled texts: id, language, and countries."""
    for language, rows in tomllib.loads(GOLDEN.read_text(encoding="utf-8")).items():
        for key, labels in rows.items():
            yield {"id": key, "lang": language, "may": "", "perhaps": "", **labels}


def part_of(key: str) -> str:
    """`fit` or `report`; translations of one story are on one side."""
    return "fit" if sha256(key.split(":")[1].encode()).digest()[0] % 2 else "report"


def scores(rows: Sequence[Row], what: str) -> dict[str, float]:
    """Recall and precision over all labels."""
    unsure = "may" if what == "named" else "perhaps"
    right = wanted = said = 0
    for row in rows:
        aside = set(row[unsure].split())
        label, found = set(row[what].split()) - aside, set(row[f"found_{what}"].split()) - aside
        right, wanted, said = right + len(label & found), wanted + len(label), said + len(found)
    return {"recall": right / max(1, wanted), "precision": right / max(1, said), "labels": wanted}


def _found(language: str, title: str, text: str) -> Row:
    segments = [Segment(TITLE, title), Segment(0, text)]
    names = read_article(segments, language, gazetteer())
    return {
        "found_named": _codes(item for item in names if item.mentions),
        "found_about": _codes(item for item in names if item.about),
    }


def _codes(names: Iterable[Named]) -> str:
    return " ".join(item.name.removeprefix("country:") for item in names if item.name.startswith("country:"))


def _texts(data: Path) -> Iterator[tuple[str, tuple[str, str, str]]]:
    """Id -> language, title and text of every text that may be labelled."""
    stories: defaultdict[tuple[str, str], list[str]] = defaultdict(list)
    for row in read_rows(data / "parallel" / "ntrex.jsonl.gz"):
        stories[row["story"], row["lang"]].append(row["text"])
    for (story, language), parts in stories.items():
        yield f"ntrex:{story}:{language}", _cut(language, "", "\n".join(parts).replace("\r", "\n"))
    for name, folder in (("itn", "stories"), ("masakhanews", "topics"), ("cltls", "narratives")):
        for row in read_rows(data / folder / f"{name}.jsonl.gz"):
            yield f"{name}:{row['id']}", _cut(row["lang"], row.get("title") or "", row["text"])
    for name in html_sets(data):
        for row in read_rows(data / "html" / name / "truth.jsonl.gz"):
            language = (row.get("lang") or row.get("lang_auto") or "?")[:2]
            yield f"html:{row['id']}", _cut(language, row.get("title") or "", row.get("text") or "")


def _cut(language: str, title: str, text: str) -> tuple[str, str, str]:
    most = READ.get(language, READ_ELSE)
    if len(text) > most:
        text = text[:most] if language == "zh" else text[:most].rpartition(" ")[0]
    return language, title, text
