"""Why an event of a stream was missed: the first gate that kept it back."""

from __future__ import annotations

import re
from datetime import date
from types import SimpleNamespace
from typing import Any

import pytest

from config.settings import SpikeSettings
from tests.quality.stream_events import DatedEvent
from tests.quality.stream_misses import share_of_kinds, why_missed

EVENT = DatedEvent(date(2022, 3, 1), "Storm", re.compile("storm"))


def _row(number: int, text: str) -> SimpleNamespace:
    return SimpleNamespace(
        passage_id=f"p{number}", group_id=f"g{number}", source_id=f"o{number % 2}", text=text, late=False
    )


def _store(texts: list[str], spike: dict[str, Any] | None) -> Any:
    """A workspace of one daily group of all its texts; None: of no group."""
    rows = [_row(number, text) for number, text in enumerate(texts)]
    group = SimpleNamespace(
        day=EVENT.day, label="L", passages=[row.passage_id for row in rows], spike=spike or {}
    )
    groups = [] if spike is None else [group]
    return SimpleNamespace(
        passages=SimpleNamespace(window=lambda start, end: rows, many=lambda keys: rows),
        daily_groups=SimpleNamespace(between=lambda start, end: groups),
        spikes=SimpleNamespace(between=lambda start, end: []),
    )


TESTED = {"p_value": 0.001, "q_value": 0.2, "observed": 5.0, "expected": 1.0, "checks": {}}


@pytest.mark.parametrize(
    ("texts", "spike", "kind"),
    [
        (["storm"] * 3, TESTED, "too thin"),
        (["storm"] * 6, None, "no group"),
        (["storm"] * 6 + ["calm"] * 20, TESTED, "no group"),
        (["storm"] * 6, TESTED, "test"),
        (["storm"] * 6, TESTED | {"p_value": 1.0}, "group too small"),
        (["storm"] * 6, TESTED | {"q_value": 0.01}, "group too small"),
        (["storm"] * 6, TESTED | {"q_value": 0.01, "checks": {"one_outlet": "named: one"}}, "explained"),
        (["storm"] * 6, TESTED | {"checks": {"budget": "named: full"}}, "kept back"),
        (["storm"] * 6, TESTED | {"checks": {"narrative": "named: narrative 7 tells it"}}, "in a narrative"),
        (["storm"] * 6, TESTED | {"decision": "alert"}, "late"),
    ],
)
def test_the_first_gate_is_named(texts: list[str], spike: dict[str, Any] | None, kind: str) -> None:
    """Each gate has its kind, and the line begins with what was told."""
    miss = why_missed(_store(texts, spike), EVENT, SpikeSettings())
    assert miss.kind == kind
    assert miss.line.startswith(f"{texts.count('storm')} texts of 2 outlets")


def test_kinds_are_counted() -> None:
    """Most first."""
    thin = why_missed(_store(["storm"], None), EVENT, SpikeSettings())
    none = why_missed(_store(["storm"] * 6, None), EVENT, SpikeSettings())
    assert list(share_of_kinds([none, thin, thin]).items()) == [("too thin", 2), ("no group", 1)]
