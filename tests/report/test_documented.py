"""The report's JSON is documented field by field."""

from __future__ import annotations

import re
from dataclasses import fields, is_dataclass
from pathlib import Path

from analysis.digest import evidence, records
from analysis.digest.records import AlertEvidence

DOCUMENT = Path(__file__).parents[2] / "docs" / "report-json.md"


def test_every_field_of_the_json_is_documented() -> None:
    """Each field of each record of a digest stands in docs/report-json.md, and nothing stands there that
    is no field.
    """
    known = [*vars(records).values(), *vars(evidence).values()]
    shown = [
        item for item in known if isinstance(item, type) and is_dataclass(item) and item is not AlertEvidence
    ]
    names = {field.name for record in shown for field in fields(record)} | {"format", "as_of", "notice"}
    names |= {"sentences", "text", "figures", "shown", "path", "counts", "account"}
    told = set(re.findall(r"`([a-z_0-9]+)`", DOCUMENT.read_text(encoding="utf-8")))
    assert names - told == set()
    assert told - names == {
        "null",
        "discovered",
        "fast",
        "slow",
        "emergence",
        "alert",
        "digest",
        "suppressed",
    }
