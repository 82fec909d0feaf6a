"""What all tests share: the data folder, the database server of a session, and the unit tier
(`tests/tiers.py`).
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from xdist.scheduler import LoadScopeScheduling

from tests.postgresql import server
from tests.tiers import Measuring, in_tier, recorded, watch

# Both look at a clock, which tells of the machine's other work as much as of ours.
settings.register_profile("suite", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("suite")

PLAYED = frozenset({"tests/acceptance/test_demo.py", "tests/acceptance/test_engines.py"})
"""Files that read the demos of a session, which take minutes."""


@pytest.fixture(scope="session")
def data() -> Path:
    """The data folder; a test without it is skipped, not passed."""
    folder = os.environ.get("DRUMBEAT_DATA")
    if not folder:
        pytest.skip("DRUMBEAT_DATA names no folder of evaluation data")
    return Path(folder)


@pytest.fixture(scope="session")
def postgresql() -> Iterator[str]:
    """The address of a PostgreSQL server with pgvector, started from its wheel for this session."""
    with server() as address:
        yield address


def pytest_addoption(parser: pytest.Parser) -> None:
    """`--measure-tiers`."""
    parser.addoption(
        "--measure-tiers", action="store_true", help="measure what tests cost and need (tests/tiers.json)"
    )


def pytest_configure(config: pytest.Config) -> None:
    """Measure if asked to."""
    if config.getoption("--measure-tiers"):
        config.pluginmanager.register(Measuring())


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark the tests of the unit tier; what takes minutes comes first, so that no process is left alone with
    it at the end.
    """
    record = recorded()
    for item in items:
        if in_tier(item, record):
            item.add_marker(pytest.mark.unit)
    items.sort(key=lambda item: item.path.parent.name != "acceptance")


class Together(LoadScopeScheduling):  # type: ignore[misc]  # ships no types
    """Keeps in one process what is made once: the tests of a file, and all that read the played demos."""

    def _split_scope(self, nodeid: str) -> str:
        file = nodeid.partition("::")[0]
        return "played" if file in PLAYED else file


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: object) -> Together:
    """How `make test` shares tests among processes."""
    return Together(config, log)


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Iterator[None]:
    """Where only the unit tier is played, its tests reach for nothing outside."""
    watch.forbidding = item.config.getoption("-m") == "unit"
    try:
        yield
    finally:
        watch.forbidding = False
