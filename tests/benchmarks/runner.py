"""Finds the pieces, plays them one after the other and shows what they say."""

from __future__ import annotations

import ast
import json
import os
import platform
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import Any

from config.clock import Clock
from tests.benchmarks.measured import ROOT, Measured, measured

LIBRARIES = ("numpy", "scipy", "onnxruntime", "scikit-learn", "sqlalchemy", "trafilatura", "scrapy")
PAGE = ROOT / "docs" / "benchmarks.md"


class UnknownPiece(Exception):
    """A name that no piece has; the message lists the names."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A module that measures something."""

    name: str
    module: str
    summary: str
    takes: tuple[str, ...] = ()
    soak: bool = False
    tiny: tuple[str, ...] | None = None

    def arguments(self, *, data: Path | None, out: Path) -> list[str]:
        """What it is told of what it wants to know."""
        found = ["--data", str(data)] if "data" in self.takes and data else []
        return [*found, "--out", str(out / self.name)] if "out" in self.takes else found


def pieces(folder: Path = Path(__file__).parent) -> dict[str, Piece]:
    """Every piece by name, read from the sources: none is imported."""
    found = (_piece(path) for path in sorted(folder.glob("*.py")))
    return {piece.name: piece for piece in found if piece is not None}


def _piece(path: Path) -> Piece | None:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    stated: dict[str, Any] = {}
    for node in tree.body:
        if isinstance(node, ast.Assign | ast.AnnAssign) and node.value is not None:
            target = node.targets[0] if isinstance(node, ast.Assign) else node.target
            if isinstance(target, ast.Name) and target.id in ("NAME", "TAKES", "SOAK", "TINY"):
                stated[target.id] = ast.literal_eval(node.value)
    if "NAME" not in stated:
        return None
    tiny = tuple(stated["TINY"]) if "TINY" in stated else None
    return Piece(
        stated["NAME"], f"tests.benchmarks.{path.stem}", (ast.get_docstring(tree) or "").partition("\n")[0],
        tuple(stated.get("TAKES", ())), stated.get("SOAK", False), tiny,
    )  # fmt: skip


def chosen(only: Sequence[str], *, soak: bool) -> list[Piece]:
    """The pieces named; none named: all short ones, or all long ones.

    Raises:
        UnknownPiece: there is none of such a name.
    """
    known = pieces()
    for name in only:
        if name not in known:
            raise UnknownPiece(f"no piece is called {name!r}; there are {', '.join(known)}")
    return [known[name] for name in only] or [piece for piece in known.values() if piece.soak == soak]


def play(piece: Piece, *, data: Path | None, out: Path) -> dict[str, Any]:
    """Figures of one piece with its cost; `error` in their place where it failed."""
    if "data" in piece.takes and data is None:
        return {"left_out": "needs a data folder; name it with --data or DRUMBEAT_DATA"}
    out.mkdir(parents=True, exist_ok=True)
    done = measured([sys.executable, "-m", piece.module, *piece.arguments(data=data, out=out)])
    return {"cost": done.cost, **_figures(done)}


def _figures(done: Measured) -> dict[str, Any]:
    try:
        figures = done.answer
    except ValueError as problem:
        return {"error": f"ended with {done.code} and without a JSON object on its last line ({problem})"}
    return figures if not done.code else {**figures, "error": f"ended with {done.code}"}


def is_met(target: Mapping[str, Any]) -> bool:
    """Whether a target is reached."""
    value = target["value"]
    return bool(value <= target["at_most"] if "at_most" in target else value >= target["at_least"])


def flat(figures: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, str]]:
    """(dotted name, value as text) of nested figures; targets are left out."""
    for name, value in figures.items():
        if name == "targets":
            continue
        if isinstance(value, Mapping):
            yield from flat(value, f"{prefix}{name}.")
        else:
            yield (
                f"{prefix}{name}",
                json.dumps(value, ensure_ascii=False) if isinstance(value, list) else str(value),
            )


def table(name: str, figures: Mapping[str, Any]) -> str:
    """The figures of a piece as lines for a terminal, targets last."""
    rows = list(flat(figures))
    width = max((len(key) for key, _ in rows), default=0)
    lines = [f"  {key:<{width}}  {value}" for key, value in rows]
    return "\n".join([name, *lines, *(f"  {_target_line(item)}" for item in figures.get("targets", ()))])


def _target_line(item: Mapping[str, Any]) -> str:
    word = "at most" if "at_most" in item else "at least"
    limit = item["at_most"] if "at_most" in item else item["at_least"]
    return f"{'met   ' if is_met(item) else 'MISSED'} {item['figure']}: {item['value']} ({word} {limit})"


def surroundings(clock: Clock) -> dict[str, Any]:
    """Machine, date and versions, which belong to every figure."""
    commit = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    return {
        "date": clock.now().date().isoformat(),
        "machine": f"{_processor()}, {os.cpu_count()} cores, {_memory_gb()} GB",
        "python": platform.python_version(),
        "commit": commit.stdout.strip() or "unknown",
        "versions": {name: metadata.version(name) for name in LIBRARIES},
    }


def _processor() -> str:
    file = Path("/proc/cpuinfo")
    text = file.read_text(encoding="utf-8") if file.exists() else ""
    names = [line.partition(":")[2].strip() for line in text.splitlines() if line.startswith("model name")]
    return names[0] if names else platform.machine()


def _memory_gb() -> int:
    return round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30)


def written(page: str, piece: Piece, figures: Mapping[str, Any], where: Mapping[str, Any]) -> str:
    """The page with this piece's section put in place of the former one, or at its end."""
    versions = ", ".join(f"{name} {version}" for name, version in where["versions"].items())
    lines = [
        f"<!-- piece {piece.name} -->",
        f"## {piece.name}",
        "",
        piece.summary,
        "",
        f"{where['date']}, {where['machine']}, Python {where['python']}, commit {where['commit']}; "
        f"{versions}.",
        "",
        "| figure | value |",
        "|---|---|",
        *(f"| {key} | {value} |" for key, value in flat(figures)),
        *(f"| target | {_target_line(item)} |" for item in figures.get("targets", ())),
        f"<!-- end {piece.name} -->",
    ]
    section = "\n".join(lines)
    start, end = page.find(lines[0]), page.find(lines[-1])
    if start >= 0 and end >= 0:
        return page[:start] + section + page[end + len(lines[-1]) :]
    return f"{page.rstrip()}\n\n{section}\n"
