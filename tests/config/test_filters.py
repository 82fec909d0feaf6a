"""The one filter: alternatives inside of a field, conditions across fields."""

from __future__ import annotations

from datetime import date

import pytest
from pydantic import ValidationError

from config.filters import Filter, Told

TOLD = Told(
    countries=frozenset({"ML"}),
    languages=frozenset({"fr-ML"}),
    kinds=frozenset({"claim"}),
    day=date(2026, 3, 2),
)


@pytest.mark.parametrize(
    ("given", "meant"),
    [
        ({}, True),
        ({"countries": ["ml", "NE"]}, True),
        ({"countries": ["NE"]}, False),
        ({"languages": ["fr"]}, True),
        ({"languages": ["fr-FR"], "kinds": ["claim"]}, True),
        ({"languages": ["fr"], "kinds": ["event"]}, False),
        ({"about": ["RU"]}, False),
        ({"since": "2026-03-02", "until": "2026-03-02"}, True),
        ({"since": "2026-03-03"}, False),
    ],
)
def test_what_is_given_must_hold(given: dict[str, object], meant: bool) -> None:
    """An empty field narrows nothing; what is not known meets no condition."""
    assert Filter.model_validate(given).means(TOLD) is meant


@pytest.mark.parametrize(
    "given",
    [
        {"countries": ["Mali"]},
        {"kinds": ["rumour"]},
        {"colour": ["red"]},
        {"since": "2026-03-03", "until": "2026-03-02"},
    ],
)
def test_what_means_nothing_is_refused(given: dict[str, object]) -> None:
    """A wrong value, an unknown key and a period that ends before it begins are errors, not silence."""
    with pytest.raises(ValidationError):
        Filter.model_validate(given)
