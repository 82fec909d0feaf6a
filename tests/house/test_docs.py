"""Pages for builders and readers tell of what is there: every link, path, module, name, command and target is
followed.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from tests.house.measures import ROOMS, ROOT, tree_of

PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md"))]
TOPS = (*ROOMS, "tests", "docs")
_FILES = (".toml", ".db")
_QUOTED = re.compile(r"`([^`\n]+)`")
_LINK = re.compile(r"\[[^\]]*\]\(([^)#\s]+)(?:#[^)]*)?\)")


def quoted(page: Path) -> list[str]:
    """What stands between backticks, and the lines of indented or fenced blocks."""
    text = page.read_text(encoding="utf-8")
    fenced = "\n".join(re.findall(r"^```[a-z]*\n(.*?)^```", text, re.MULTILINE | re.DOTALL))
    blocks = [*fenced.splitlines(), *re.findall(r"^ {4}(.+)$", text, re.MULTILINE)]
    return [*_QUOTED.findall(re.sub(r"^```.*?^```", "", text, flags=re.MULTILINE | re.DOTALL)), *blocks]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_somewhere(page: Path) -> None:
    """Every relative link of a page leads to a file or folder."""
    links = [link for link in _LINK.findall(page.read_text(encoding="utf-8")) if "://" not in link]
    assert [link for link in links if not (page.parent / link).exists()] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_paths_exist(page: Path) -> None:
    """Every path into the repository that a page names is there; a star stands for something."""
    assert [path for text in quoted(page) for path in paths_in(text) if not list(ROOT.glob(path))] == []


def paths_in(text: str) -> Iterator[str]:
    """Paths below the top folders."""
    for path in re.findall(rf"(?<![\w/.-])((?:{'|'.join(TOPS)})/[\w./*-]+)", text):
        yield path.rstrip("./") if path.endswith(("/", ".")) else path


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_names_exist(page: Path) -> None:
    """Every module, class and function that a page names with its full name is there."""
    names = [
        name
        for text in quoted(page)
        for name in re.findall(rf"(?<![\w/.-])((?:{'|'.join(TOPS)})(?:[.:]\w+)+)", text)
    ]
    assert [name for name in names if not name.endswith(_FILES) and not exists(re.split(r"[.:]", name))] == []


def exists(parts: list[str]) -> bool:
    """Whether `package.module.Name.member` can be found in the sources."""
    for length in range(len(parts), 0, -1):
        path = ROOT.joinpath(*parts[:length])
        for module in (path.with_suffix(".py"), path / "__init__.py"):
            if module.is_file():
                return _has(tree_of(module), parts[length:])
    return False


def _has(tree: ast.Module | ast.ClassDef, names: list[str]) -> bool:
    if not names:
        return True
    first, *rest = names
    inner = next(
        (node for node in ast.walk(tree) if isinstance(node, ast.ClassDef) and node.name == first), None
    )
    if inner is not None and rest:
        return _has(inner, rest)
    return first in set(_stated(tree))


def _stated(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            yield node.name
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node.id
        elif isinstance(node, ast.alias):
            yield node.asname or node.name


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_commands_exist(page: Path) -> None:
    """Every `drumbeat`, `make` and `python -m` command that a page shows can be given."""
    assert [text for text in quoted(page) if wrong_command(text)] == []


def wrong_command(text: str) -> bool:
    """Whether a text is a command of ours that nobody obeys."""
    words = text.split("|")[0].split() if "|" not in text.split(" ")[0] else []
    while words and re.fullmatch(r"[A-Z_]+=\S*|\$|PYTHONPATH=\S*", words[0]):
        words.pop(0)
    if words[:1] == ["make"] and len(words) > 1:
        return words[1] not in targets()
    if words[:2] == ["python", "-m"] and len(words) > 2 and words[2].split(".")[0] in TOPS:
        return not exists(words[2].split("."))
    if words[:1] == ["drumbeat"] and len(words) > 1 and re.fullmatch(r"[a-z][a-z-]*", words[1]):
        return not obeyed(words[1:])
    return False


@cache
def targets() -> set[str]:
    """Targets of the Makefile."""
    return set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))


@cache
def _commands() -> Any:
    import typer

    from drumbeat.cli.main import app

    return typer.main.get_command(app)


def obeyed(words: list[str]) -> bool:
    """Whether the words begin with a command; inside of a group, with one of its commands."""
    here = _commands()
    for word in words:
        inner = getattr(here, "commands", None)
        if inner is None or not re.fullmatch(r"[a-z][a-z-]*", word):
            return True
        if word not in inner:
            return False
        here = inner[word]
    return True


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("make check", False),
        ("make everything", True),
        ("python -m tests.benchmarks --list", False),
        ("python -m tests.nothing", True),
        ("drumbeat init DIR", False),
        ("drumbeat sources list", False),
        ("drumbeat sources dance", True),
        ("drumbeat dance", True),
        ("DRUMBEAT_DATA=DIR make test", False),
        ("git commit", False),
    ],
)
def test_a_wrong_command_is_seen(text: str, wrong: bool) -> None:
    """A command, target or module that is not there is told from one that is."""
    assert wrong_command(text) is wrong


def test_a_wrong_name_is_seen() -> None:
    """Modules, classes, methods and constants are found, others are not."""
    assert exists(["drumbeat", "stages", "STAGES"])
    assert exists(["storage", "records", "Article"])
    assert exists(["config", "workspace", "Workspace", "database_url"])
    assert not exists(["drumbeat", "stages", "NOTHING"])
    assert not exists(["drumbeat", "nothing"])


def test_every_stage_and_room_is_explained() -> None:
    """The architecture page names every stage, and every part of every room."""
    from drumbeat.stages import STAGES

    page = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    assert [name for name in STAGES if f"`{name}`" not in page] == []
    parts = [
        f"{room}/{path.name}"
        for room in ROOMS
        for path in sorted((ROOT / room).iterdir())
        if (path / "__init__.py").exists()
    ]
    assert [part for part in parts if part not in page] == []
