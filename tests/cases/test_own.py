"""Our own inputs of the kinds that crawlers and monitors get wrong: each comes out as it should."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.cases.main import played, rows_of

OWN = Path(__file__).parent / "own"


@pytest.fixture(autouse=True)
def _no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    """The machine's own proxy is nobody's business here."""
    for name in ("http_proxy", "https_proxy", "all_proxy", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)


@pytest.mark.parametrize("row", rows_of(OWN), ids=lambda row: str(row["id"]))
def test_own_case(row: dict[str, Any]) -> None:
    """What is expected of the case is what comes out."""
    result = played(row, OWN)
    assert result["ok"] is True, result["got"]
