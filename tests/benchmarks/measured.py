"""What a command costs: processor seconds and peak memory of its whole process tree. Import nothing large
beside it.

A child's peak cannot be told from its parent's memory at the moment of the fork, so whoever measures stays
small.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True, slots=True)
class Measured:
    """One command, ended."""

    code: int
    output: str
    cpu_seconds: float
    """User and system time, children that were waited for included."""
    peak_mb: int
    """Of the largest process."""
    wall_seconds: float

    @property
    def answer(self) -> dict[str, Any]:
        """The JSON object on the last line, or else the whole output as one.

        Raises:
            ValueError: neither is one.
        """
        lines = self.output.strip().splitlines()
        try:
            found = json.loads(lines[-1] if lines else "")
        except ValueError:
            found = json.loads(self.output)
        if not isinstance(found, dict):
            raise ValueError(f"the last line is no JSON object: {lines[-1][:200]}")
        return found

    @property
    def cost(self) -> dict[str, float]:
        """As figures."""
        return {
            "cpu_s": round(self.cpu_seconds, 2),
            "peak_mb": self.peak_mb,
            "wall_s": round(self.wall_seconds, 1),
        }


def measured(command: Sequence[str], *, env: Mapping[str, str] | None = None) -> Measured:
    """Run a command to its end; its standard error goes where ours goes."""
    begun = time.monotonic()
    child = subprocess.Popen(
        command,
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT), **(env or {})},
        stdout=subprocess.PIPE,
        text=True,
    )
    assert child.stdout is not None
    output = child.stdout.read()
    _, status, used = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    child.stdout.close()
    return Measured(
        child.returncode,
        output,
        used.ru_utime + used.ru_stime,
        used.ru_maxrss // 1024,
        time.monotonic() - begun,
    )


def python(module: str, *arguments: str, env: Mapping[str, str] | None = None) -> Measured:
    """`python -m module arguments`.

    Raises:
        RuntimeError: it failed.
    """
    done = measured([sys.executable, "-m", module, *arguments], env=env)
    if done.code:
        raise RuntimeError(f"{module} {' '.join(arguments)} ended with {done.code}: {done.output[-2000:]}")
    return done


def stage(
    name: str, workspace: Path, as_of: str, *more: str, env: Mapping[str, str] | None = None
) -> Measured:
    """One stage as a user runs it.

    Raises:
        RuntimeError: it failed.
    """
    return python("drumbeat", name, "--workspace", str(workspace), "--as-of", as_of, "--json", *more, env=env)


def target(
    figure: str, value: float, *, at_most: float | None = None, at_least: float | None = None
) -> dict[str, Any]:
    """A figure with its target, for the key `targets`."""
    limit = {"at_most": at_most} if at_most is not None else {"at_least": at_least}
    return {"figure": figure, "value": round(value, 4), **limit}
