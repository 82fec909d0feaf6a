"""The house rules, as far as a machine can hold them."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from importlib import metadata
from itertools import chain
from pathlib import Path

import pytest

from config.schedule import Schedule
from config.settings import Section, Settings

ROOT = Path(__file__).resolve().parents[2]
ROOMS = ("config", "storage", "crawler", "analysis", "drumbeat")
FILES = sorted(path for room in ROOMS for path in (ROOT / room).rglob("*.py"))
TESTS = sorted((ROOT / "tests").rglob("test_*.py"))

BODY_LIMIT = 50
FILE_LIMIT = 250
LONG_WITH_REASON: dict[str, str] = {}
"""`file:function` -> why its body is longer than the limit."""
CLOCK_READERS = {"config/clock.py": "the one clock"}


def tree_of(path: Path) -> ast.Module:
    """The parsed file."""
    return ast.parse(path.read_text(encoding="utf-8"), str(path))


def functions(tree: ast.AST) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    """Every function of a file."""
    return (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))


def body_lines(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Lines of the body without its docstring."""
    body = node.body[1:] if ast.get_docstring(node) else node.body
    return (body[-1].end_lineno or 0) - body[0].lineno + 1 if body else 0


def code_lines(path: Path) -> int:
    """Lines that are neither blank, comment nor docstring."""
    text = path.read_text(encoding="utf-8")
    lines = {
        number
        for number, line in enumerate(text.splitlines(), 1)
        if line.strip() and not line.strip().startswith("#")
    }
    for node in ast.walk(tree_of(path)):
        for child in (
            getattr(node, "body", [])
            if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef)
            else []
        ):
            if (
                isinstance(child, ast.Expr)
                and isinstance(child.value, ast.Constant)
                and isinstance(child.value.value, str)
            ):
                lines -= set(range(child.lineno, (child.end_lineno or child.lineno) + 1))
    return len(lines)


def test_functions_are_short() -> None:
    """No function body is longer than the limit without a written reason."""
    long = {
        f"{path.relative_to(ROOT)}:{node.name}": body_lines(node)
        for path in FILES
        for node in functions(tree_of(path))
        if body_lines(node) > BODY_LIMIT
    }
    assert {name: size for name, size in long.items() if name not in LONG_WITH_REASON} == {}


def test_files_are_small() -> None:
    """No file holds more lines of code than the house allows."""
    assert {
        str(path.relative_to(ROOT)): code_lines(path) for path in FILES if code_lines(path) > FILE_LIMIT
    } == {}


def test_public_things_are_documented() -> None:
    """Every module, and every public class and function at module level, has a docstring."""
    silent = []
    for path in FILES:
        tree = tree_of(path)
        if tree.body and not ast.get_docstring(tree):
            silent.append(str(path.relative_to(ROOT)))
        for node in tree.body:
            named = isinstance(
                node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef
            ) and not node.name.startswith("_")
            if named and not ast.get_docstring(node):  # type: ignore[arg-type]
                silent.append(f"{path.relative_to(ROOT)}:{node.name}")  # type: ignore[attr-defined]
    assert silent == []


def test_every_test_says_what_it_holds() -> None:
    """Each test has a docstring."""
    silent = [
        f"{path.relative_to(ROOT)}:{node.name}"
        for path in TESTS
        for node in functions(tree_of(path))
        if node.name.startswith("test_") and not ast.get_docstring(node)
    ]
    assert silent == []


def test_only_the_clock_reads_the_time() -> None:
    """Nothing but config/clock.py asks for the present moment; politeness uses the monotonic clock."""
    pattern = re.compile(
        r"\bdatetime\.(now|utcnow|today)\b|\bdate\.today\b|\btime\.(time|time_ns|localtime|gmtime|ctime)\b|\bfrom time import (?!monotonic)"
    )
    readers = {
        str(path.relative_to(ROOT)) for path in FILES if pattern.search(path.read_text(encoding="utf-8"))
    }
    assert readers <= set(CLOCK_READERS)


def test_broad_excepts_are_borders() -> None:
    """A broad `except` stands only where a comment names it a border."""
    unnamed = []
    for path in FILES:
        lines = path.read_text(encoding="utf-8").splitlines()
        broad = [
            node for node in ast.walk(tree_of(path)) if isinstance(node, ast.ExceptHandler) and is_broad(node)
        ]
        unnamed += [
            f"{path.relative_to(ROOT)}:{node.lineno}"
            for node in broad
            if "border" not in f"{lines[node.lineno - 1]} {comment_above(lines, node.lineno - 1)}"
        ]
    assert unnamed == []


def comment_above(lines: list[str], place: int) -> str:
    """The line above one, if it is a comment."""
    above = lines[place - 1].strip() if place else ""
    return above if above.startswith("#") else ""


def is_broad(node: ast.ExceptHandler) -> bool:
    """Whether it catches everything, alone or among others."""
    caught = node.type.elts if isinstance(node.type, ast.Tuple) else [node.type]
    return any(
        item is None or (isinstance(item, ast.Name) and item.id in ("Exception", "BaseException"))
        for item in caught
    )


def test_imports_keep_the_rooms_apart() -> None:
    """The import contracts hold."""
    result = subprocess.run(
        [Path(sys.executable).parent / "lint-imports"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert result.returncode == 0, result.stdout + result.stderr


def test_nobody_else_owns_our_names() -> None:
    """No installed distribution provides a top-level package named like one of our rooms."""
    owners = metadata.packages_distributions()
    assert {
        room: owners.get(room, []) for room in ROOMS if set(owners.get(room, [])) - {"drumbeat-monitor"}
    } == {}


def test_what_is_imported_is_declared() -> None:
    """Each library that a room imports stands in pyproject.toml: what only another library brings along may
    go with it.
    """
    owners = metadata.packages_distributions()
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    wanted = [*project["dependencies"], *chain.from_iterable(project["optional-dependencies"].values())]
    declared = {re.split(r"[^A-Za-z0-9-]", line)[0] for line in wanted}
    missing = {}
    for path in FILES:
        for name in imported(tree_of(path)) - sys.stdlib_module_names - set(ROOMS):
            if (
                not {owner.lower().replace("_", "-").replace(".", "-") for owner in owners.get(name, [name])}
                & declared
            ):
                missing[name] = str(path.relative_to(ROOT))
    assert missing == {}


def imported(tree: ast.Module) -> set[str]:
    """Top-level names of the modules that a file imports."""
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            found.add((node.module or "").partition(".")[0])
    return found


def test_the_lock_file_is_complete_and_neutral() -> None:
    """Every pin has hashes, no index address is named, and torch is not there."""
    text = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    pins = re.findall(r"^([A-Za-z0-9_.-]+)==\S+.*?(?=^\S|\Z)", text, re.MULTILINE | re.DOTALL)
    assert len(pins) > 100
    assert "://" not in text
    assert not {"torch", "sentence-transformers", "transformers"} & set(pins)
    assert "hatchling" in pins
    blocks = re.split(r"^(?=[A-Za-z0-9])", text, flags=re.MULTILINE)[1:]
    assert all("--hash=sha256:" in block for block in blocks)


@pytest.mark.slow
def test_help_is_light() -> None:
    """`drumbeat --help` loads no model library, no spider and no web server, and costs at most 0.3
    CPU-seconds.
    """
    script = (
        "import resource, sys\n"
        "sys.argv = ['drumbeat', '--help']\n"
        "from drumbeat.cli.main import main\n"
        "try:\n    main()\nexcept SystemExit:\n    pass\n"
        "used = resource.getrusage(resource.RUSAGE_SELF)\n"
        "print(used.ru_utime + used.ru_stime, *sorted(name.partition('.')[0] for name in sys.modules), file=sys.stderr)\n"
    )
    runs = [
        subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True)
        for _ in range(5)
    ]
    seconds = min(float(run.stderr.split()[0]) for run in runs)
    heavy = {
        "bertopic",
        "umap",
        "hdbscan",
        "onnxruntime",
        "scrapy",
        "twisted",
        "trafilatura",
        "sklearn",
        "scipy",
        "pandas",
        "fastapi",
        "numpy",
        "sqlalchemy",
    }
    assert heavy & set(runs[0].stderr.split()[1:]) == set()
    assert seconds <= 0.3


@pytest.mark.parametrize(
    "model", [*(type(section) for _, section in Settings()), Schedule], ids=lambda model: model.__name__
)
def test_every_setting_does_something(model: type[Section]) -> None:
    """What a user can set is read outside of its declaration; a setting that nothing reads would silently do
    nothing.
    """
    code = "\n".join(
        path.read_text(encoding="utf-8")
        for path in FILES
        if path.name not in ("settings.py", "schedule.py", "init.py")
    )
    assert [name for name in model.model_fields if not re.search(rf"\.{name}\b", code)] == []
