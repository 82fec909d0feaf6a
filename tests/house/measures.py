"""What the house counts in a source file: content of functions, branches, long lines, constants, public
names. No business logic.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
ROOMS = ("config", "storage", "crawler", "analysis", "drumbeat")
LINE = 110

Function = ast.FunctionDef | ast.AsyncFunctionDef
_BRANCHES = (ast.If, ast.For, ast.AsyncFor, ast.While, ast.ExceptHandler, ast.IfExp, ast.Assert)


@cache
def files(room: str) -> tuple[Path, ...]:
    """The sources of a room."""
    return tuple(sorted((ROOT / room).rglob("*.py")))


@cache
def tree_of(path: Path) -> ast.Module:
    """The parsed file."""
    return ast.parse(path.read_text(encoding="utf-8"), str(path))


def place(path: Path, name: str) -> str:
    """How a ledger names a thing: `file:name`."""
    return f"{path.relative_to(ROOT).as_posix()}:{name}"


def functions(path: Path) -> Iterator[Function]:
    """Every function of a file, methods and inner ones too."""
    return (
        node for node in ast.walk(tree_of(path)) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    )


def syntax_nodes(function: Function) -> int:
    """Nodes of the body without its docstring: how much there is to read, however the lines are broken."""
    body = function.body[1:] if ast.get_docstring(function) else function.body
    return sum(1 for statement in body for _ in ast.walk(statement))


def complexity(function: Function) -> int:
    """McCabe's number, with a branch for every comprehension and its conditions, every `and` and `or`, every
    case.
    """
    return 1 + sum(map(_branches, ast.walk(function)))


def _branches(node: ast.AST) -> int:
    if isinstance(node, _BRANCHES):
        return 1
    if isinstance(node, ast.comprehension):
        return 1 + len(node.ifs)
    if isinstance(node, ast.BoolOp):
        return len(node.values) - 1
    return len(node.cases) if isinstance(node, ast.Match) else 0


def long_lines(path: Path) -> list[int]:
    """Numbers of the lines over the limit, docstrings and comments included."""
    lines = path.read_text(encoding="utf-8").splitlines()
    return [number for number, line in enumerate(lines, 1) if len(line) > LINE]


@dataclass(frozen=True, slots=True)
class Constant:
    """A number that a module states, with what stands beside it."""

    name: str
    words: str
    """Its docstring, that of the constants it is stated with, and the comments on its lines."""


def numeric_constants(path: Path) -> Iterator[Constant]:
    """Numbers in capitals at module level; a docstring holds for the constants stated directly above it,
    without a blank line.
    """
    lines = path.read_text(encoding="utf-8").splitlines()
    group: list[tuple[str, ast.stmt]] = []
    for node in tree_of(path).body:
        names = _numeric_names(node)
        if names and group and not _adjoin(group[-1][1], node):
            yield from _closed(group, "", lines)
            group = []
        if names:
            group += [(name, node) for name in names]
        elif group:
            yield from _closed(group, _docstring(node) if _adjoin(group[-1][1], node) else "", lines)
            group = []
    yield from _closed(group, "", lines)


def _closed(group: list[tuple[str, ast.stmt]], docstring: str, lines: list[str]) -> Iterator[Constant]:
    for name, node in group:
        own = lines[node.lineno - 1 : node.end_lineno]
        comments = " ".join(line.partition("#")[2] for line in own)
        before = lines[node.lineno - 2].strip() if node.lineno > 1 else ""
        yield Constant(
            name, " ".join([docstring, comments, before if before.startswith("#") else ""]).strip()
        )


def _adjoin(former: ast.stmt, node: ast.stmt) -> bool:
    return node.lineno <= (former.end_lineno or former.lineno) + 1


def _docstring(node: ast.stmt) -> str:
    value = node.value if isinstance(node, ast.Expr) else None
    return value.value if isinstance(value, ast.Constant) and isinstance(value.value, str) else ""


def _numeric_names(node: ast.stmt) -> list[str]:
    """Names in capitals to which a statement gives numbers."""
    targets = (
        node.targets
        if isinstance(node, ast.Assign)
        else [node.target]
        if isinstance(node, ast.AnnAssign)
        else []
    )
    value = getattr(node, "value", None)
    if not targets or value is None or not _is_number(value):
        return []
    names = [
        part for target in targets for part in (target.elts if isinstance(target, ast.Tuple) else [target])
    ]
    return [
        name.id
        for name in names
        if isinstance(name, ast.Name) and re.fullmatch(r"_?[A-Z][A-Z0-9_]*", name.id)
    ]


def _is_number(value: ast.expr) -> bool:
    """A number, arithmetic of numbers, a duration of numbers, or a tuple of such."""
    if isinstance(value, ast.Constant):
        return isinstance(value.value, int | float) and not isinstance(value.value, bool)
    if isinstance(value, ast.UnaryOp):
        return _is_number(value.operand)
    if isinstance(value, ast.BinOp):
        return _is_number(value.left) and _is_number(value.right)
    if isinstance(value, ast.Tuple):
        return bool(value.elts) and all(map(_is_number, value.elts))
    if isinstance(value, ast.Call):
        given = [*value.args, *(keyword.value for keyword in value.keywords)]
        return bool(given) and all(map(_is_number, given))
    return False


def public_names(path: Path) -> Iterator[str]:
    """Modules, and the classes and functions (methods too) that others may name."""
    relative = path.relative_to(ROOT)
    yield from (part for part in relative.with_suffix("").parts[1:] if not part.startswith("_"))
    for node in ast.walk(tree_of(path)):
        named = isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef)
        if named and not node.name.startswith("_"):  # type: ignore[attr-defined]
            yield node.name  # type: ignore[attr-defined]


def parts_of(name: str) -> set[str]:
    """The words of a name, in small letters: `update_events` and `UpdateEvents` have the same."""
    return {word.lower() for word in re.findall(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])", name)}
