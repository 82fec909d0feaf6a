"""There is a fast tier, it is drawn by measurement, and its tests need nothing outside of their process."""

from __future__ import annotations

import socket
import subprocess
import sys
from collections import Counter
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from tests import tiers
from tests.tiers import LIMIT_MS, Outside, Watch, in_tier, recorded

RECORD = recorded()
TIER = {key: cost for key, (cost, *needs) in RECORD["tests"].items() if not needs and cost <= LIMIT_MS}
FEWEST, MOST_SECONDS = 200, 9.0
"""Test functions of the tier at least, and processor seconds that they take together at most."""


def item(name: str = "tests/a/test_a.py::test_b", marks: tuple[str, ...] = (), **values: Any) -> Any:
    """A collected test, as far as the rule looks at it."""
    return SimpleNamespace(
        nodeid=name,
        fixturenames=[],
        get_closest_marker=lambda mark: mark if mark in marks else None,
        **values,
    )


def test_the_tier_is_there() -> None:
    """Hundreds of tests of many folders are in the tier, and together they take seconds."""
    folders = Counter(key.split("/")[1] for key in TIER)
    assert len(TIER) >= FEWEST
    assert len(folders) >= 8
    assert sum(TIER.values()) / 1000 <= MOST_SECONDS


@pytest.mark.parametrize(
    ("measured", "values", "inside"),
    [
        ([5], {}, True),
        ([LIMIT_MS + 1], {}, False),
        ([5, "process"], {}, False),
        ([5, "connection"], {}, False),
        ([5, "model"], {}, False),
        ([5], {"marks": ("slow",)}, False),
        ([5], {"name": "tests/a/test_a.py::test_b[postgresql]"}, False),
        (None, {}, False),
    ],
)
def test_the_rule(measured: list[object] | None, values: dict[str, Any], inside: bool) -> None:
    """Measured, cheap, without needs, without the marks of slower tiers and not on the server: all of that,
    or it is not in.
    """
    record = {"fixtures": {}, "tests": {"tests/a/test_a.py::test_b": measured} if measured else {}}
    assert in_tier(item(**values), record) is inside


def test_what_a_fixture_needs_its_tests_need() -> None:
    """A shared fixture is made once a session; all who use it need what it needed."""
    record = {
        "fixtures": {"engine": ["model"], "url[postgresql]": ["process"]},
        "tests": {"tests/a/test_a.py::test_b": [3]},
    }
    engine = item()
    engine.fixturenames = ["engine"]
    assert not in_tier(engine, record)
    plain = item(callspec=SimpleNamespace(params={"url": "sqlite"}))
    plain.fixturenames = ["url"]
    assert in_tier(plain, record)


def test_no_test_of_the_tier_is_on_the_server_or_reads_the_data_folder() -> None:
    """Nothing in the tier is named after the database server, and no fixture of it is known to need
    something.
    """
    assert [key for key in TIER if tiers.SERVER in key] == []
    assert all(RECORD["fixtures"].values())


def test_reaching_outside_is_seen_and_stopped() -> None:
    """A connection, a process and a model are seen; while the tier is played they end the test."""
    watch = Watch()
    with watch.seeing() as seen:
        watch.event("socket.connect", (None, ("127.0.0.1", 1)))
        watch.event("subprocess.Popen", ("x", [], None, None))
        watch.event("open", ("/cache/graph.onnx", "r", 0))
        watch.event("open", ("/etc/hosts", "r", 0))
    assert seen == {"connection", "process", "model"}
    watch.forbidding = True
    with pytest.raises(Outside, match="make tiers"):
        watch.event("socket.getaddrinfo", ("example.org", 80))


def test_the_interpreter_tells_of_connections() -> None:
    """The hook is in place: a real attempt to connect is seen."""
    with tiers.watch.seeing() as seen, socket.socket() as one:
        one.settimeout(0.01)
        with pytest.raises(OSError):
            one.connect(("127.0.0.1", 9))
    assert seen == {"connection"}


def test_only_files_of_the_tier_are_collected() -> None:
    """`make check` imports no file that holds no unit test."""
    files = tiers.unit_files()
    assert files
    assert all((Path(tiers.ROOT) / name).is_file() for name in files)
    assert {key.partition("::")[0] for key in TIER} >= set(files)


@pytest.mark.slow
def test_a_test_that_reaches_outside_fails_in_the_tier(tmp_path: Path) -> None:
    """Played with `-m unit`, a test that starts a process is stopped with a reason."""
    path = tiers.ROOT / "tests" / "house" / "test_tiers.py"
    assert path.exists()
    source = (
        "import pytest, subprocess, sys\n"
        "from tests.tiers import watch\n"
        "watch.forbidding = True\n"
        "subprocess.run([sys.executable, '-c', 'pass'])\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", source], cwd=tiers.ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode != 0
    assert "a unit test needs a process" in done.stderr
    assert tmp_path.exists()
