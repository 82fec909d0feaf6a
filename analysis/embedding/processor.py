"""Which kind of processor this is, as far as 8-bit arithmetic differs."""

from __future__ import annotations

import functools
import platform
from pathlib import Path
from typing import Literal

ProcessorClass = Literal["vnni", "avx512", "arm64", "other"]

_CPUINFO = Path("/proc/cpuinfo")


@functools.cache
def processor_class() -> ProcessorClass:
    """`vnni` and `arm64` multiply bytes exactly; `avx512` and `other` need weights of reduced range (see
    `graph.write_graph`).

    Flags are known on Linux only; elsewhere an x86 processor counts as `other`, which is always right and a
    little less exact.
    """
    flags = _CPUINFO.read_text(encoding="utf-8", errors="replace") if _CPUINFO.is_file() else ""
    return classify(platform.machine(), flags)


def classify(machine: str, cpuinfo: str) -> ProcessorClass:
    """The class of a `machine` (as `platform.machine` names it) with the flags in its /proc/cpuinfo."""
    if machine.lower() in {"arm64", "aarch64"}:
        return "arm64"
    flags = set(cpuinfo.split())
    if flags & {"avx512_vnni", "avx_vnni"}:
        return "vnni"
    return "avx512" if "avx512bw" in flags else "other"


def reduced_range(kind: ProcessorClass) -> bool:
    """Whether 8-bit weights must stay within +-63 on this kind of processor."""
    return kind in {"avx512", "other"}
