"""The server, the reactor and workspaces of these tests."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from config.sources import SourceConfig
from tests.crawler.lab import Lab
from tests.crawler.reactor import ensure_reactor
from tests.crawler.server import LocalSite


@pytest.fixture(scope="session", autouse=True)
def _reactor() -> None:
    ensure_reactor()


@pytest.fixture(autouse=True)
def _no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    """The machine's own proxy is nobody's business here."""
    for name in ("http_proxy", "https_proxy", "all_proxy", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)


@pytest.fixture
def site() -> Iterator[LocalSite]:
    """A local server with nothing on it."""
    with LocalSite() as opened:
        yield opened


@pytest.fixture
def lab(tmp_path: Path) -> Iterator[Callable[..., Lab]]:
    """Makes workspaces and closes them."""
    made: list[Lab] = []

    def make(*sources: SourceConfig, **settings: Any) -> Lab:
        made.append(Lab(tmp_path / f"w{len(made)}", sources, **settings))
        return made[-1]

    yield make
    for each in made:
        each.close()
