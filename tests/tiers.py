"""Which tests are fast: the unit tier is drawn by measurement, not by hand.

    python -m pytest --measure-tiers [PATHS]     measures what each test costs and needs, and keeps it in tests/tiers.json
    python -m tests unit                         plays the unit tier

A test is in the tier (marker `unit`) if it was measured, costs at most `LIMIT_MS` of processor time with its
own fixtures, needs neither a process, a connection, a database server nor a model, and carries none of the
markers of the slower tiers. While the tier is played, a test that reaches for one of these is stopped: it
must be measured again. Tests that were never measured are left to `make test`.
"""

from __future__ import annotations

import json
import sys
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[1]
RECORD = ROOT / "tests" / "tiers.json"
LIMIT_MS = 60
SLOWER = ("slow", "quality", "browser")
SERVER = "postgresql"
"""In the names of fixtures and cases that need the database server."""
_NEEDS = {
    "socket.connect": "connection",
    "socket.getaddrinfo": "connection",
    "subprocess.Popen": "process",
    "os.fork": "process",
    "os.posix_spawn": "process",
}
_WEIGHTS = (".onnx", "q4.bin")


class Outside(AssertionError):
    """A test of the unit tier reached outside; measure it again with `make tiers`."""


class Watch:
    """Sees what running code reaches for, through the interpreter's audit events (PEP 578)."""

    def __init__(self) -> None:
        self._seen: list[set[str]] = []
        self.forbidding = False

    def event(self, name: str, arguments: tuple[Any, ...]) -> None:
        """The hook; called for every audit event of the interpreter."""
        if not self._seen and not self.forbidding:
            return
        need = _NEEDS.get(name) or (_model(arguments) if name == "open" else None)
        if need is None:
            return
        for seen in self._seen:
            seen.add(need)
        if self.forbidding:
            raise Outside(f"a unit test needs a {need} ({name}); run `make tiers`")

    @contextmanager
    def seeing(self) -> Iterator[set[str]]:
        """What is needed inside of the block."""
        seen: set[str] = set()
        self._seen.append(seen)
        try:
            yield seen
        finally:
            # By identity: two that saw the same are equal.
            self._seen = [other for other in self._seen if other is not seen]


def _model(arguments: tuple[Any, ...]) -> str | None:
    path = arguments[0] if arguments else None
    return "model" if isinstance(path, str) and path.endswith(_WEIGHTS) else None


watch = Watch()
sys.addaudithook(watch.event)


def key_of(item: pytest.Item) -> str:
    """The test function, whatever the case."""
    return item.nodeid.partition("[")[0]


def needs_server(item: pytest.Item) -> bool:
    """Whether a case runs on the database server."""
    names = getattr(item, "fixturenames", ())
    return SERVER in item.nodeid or any(SERVER in name for name in names)


def fixture_keys(item: pytest.Item) -> list[str]:
    """Fixtures that a case uses, those with parameters with theirs."""
    parameters = getattr(getattr(item, "callspec", None), "params", {})
    return [
        fixture_key(name, parameters[name]) if name in parameters else name
        for name in getattr(item, "fixturenames", ())
    ]


def fixture_key(name: str, parameter: object) -> str:
    """A fixture with one of its parameters."""
    return f"{name}[{parameter}]"


def recorded() -> dict[str, Any]:
    """What was measured: `tests` -> [milliseconds, needs ...], `fixtures` -> needs."""
    if not RECORD.exists():
        return {"fixtures": {}, "tests": {}}
    found: dict[str, Any] = json.loads(RECORD.read_text(encoding="utf-8"))
    return found


def in_tier(item: pytest.Item, record: dict[str, Any]) -> bool:
    """The rule."""
    measured = record["tests"].get(key_of(item))
    if measured is None or measured[0] > LIMIT_MS or len(measured) > 1:
        return False
    if any(item.get_closest_marker(name) for name in SLOWER) or needs_server(item):
        return False
    return not any(record["fixtures"].get(key) for key in fixture_keys(item))


def unit_files() -> list[str]:
    """Files that hold tests of the tier, so that others need not be imported."""
    tests = recorded()["tests"]
    names = {
        key.partition("::")[0]
        for key, measured in tests.items()
        if len(measured) == 1 and measured[0] <= LIMIT_MS
    }
    return sorted(name for name in names if (ROOT / name).exists())


class Measuring:
    """The pytest plugin behind `--measure-tiers`."""

    def __init__(self) -> None:
        self._cost: defaultdict[str, int] = defaultdict(int)
        self._needs: defaultdict[str, set[str]] = defaultdict(set)
        self._fixtures: defaultdict[str, set[str]] = defaultdict(set)
        self._shared = 0.0

    @pytest.hookimpl(hookwrapper=True)
    def pytest_fixture_setup(self, fixturedef: Any, request: Any) -> Iterator[None]:
        """What a fixture needs; what those of a session or module cost is nobody's."""
        name = fixturedef.argname
        key = fixture_key(name, request.param) if hasattr(request, "param") else name
        begun, shared = time.process_time(), self._shared
        with watch.seeing() as seen:
            yield
        if fixturedef.scope != "function":
            # Shared fixtures inside of this one are counted once.
            self._shared = shared + time.process_time() - begun
        self._fixtures[key] |= seen

    @pytest.hookimpl(hookwrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Iterator[None]:
        """One case from its fixtures to its end."""
        begun, self._shared = time.process_time(), 0.0
        with watch.seeing() as seen:
            yield
        spent = time.process_time() - begun - self._shared
        if not needs_server(item):
            self._cost[key_of(item)] = max(self._cost[key_of(item)], round(1000 * spent))
            self._needs[key_of(item)] |= seen

    def pytest_sessionfinish(self) -> None:
        """Keep it, beside what was measured of other files before."""
        record = recorded()
        fixtures = record["fixtures"] | {key: sorted(needs) for key, needs in self._fixtures.items() if needs}
        tests = record["tests"] | {key: [cost, *sorted(self._needs[key])] for key, cost in self._cost.items()}
        present = {key: value for key, value in tests.items() if (ROOT / key.partition("::")[0]).exists()}
        kept = {"fixtures": dict(sorted(fixtures.items())), "tests": dict(sorted(present.items()))}
        lines = ",\n".join(f"{json.dumps(name)}: {_lines(kept[name])}" for name in sorted(kept))
        RECORD.write_text("{\n" + lines + "\n}\n", encoding="utf-8")


def _lines(entries: dict[str, Any]) -> str:
    """One entry a line, so that a change of one test is a change of one line."""
    return (
        "{\n"
        + ",\n".join(f"{json.dumps(key)}: {json.dumps(entries[key])}" for key in sorted(entries))
        + "\n}"
    )
