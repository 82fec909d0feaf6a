"""Every message of ours that readers are told: found in the templates and in the code, for the catalogues.

`python -m tests.report.messages` prints those that a catalogue lacks.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path
from typing import Any, Final

from jinja2 import Environment, nodes
from markupsafe import Markup

from analysis.digest import corpus, source_lines
from drumbeat.alerts import first_screen, health_mail, planning, report_mail
from drumbeat.report import blocks, phrases, publish, trajectories, view
from drumbeat.shown import charts, names
from storage.records.conditions import CONDITIONS

ROOT: Final = Path(__file__).parents[2]
Message = str | tuple[str, str]
"""A message, or its singular and plural."""
TEMPLATES: Final = ("alerts", "report", "shared")
"""Folders of templates that speak every language; the dashboard's own pages speak English."""
OUR_NAMES: Final = {"Drumbeat", "UTC", "CUSUM", "Markdown"}
CHECKED: Final = ("checks.py", "policy.py", "groups.py", "examined_day.py")
"""Modules of `analysis.spikes` whose findings are stored as sentences."""


def sources() -> Iterator[tuple[str, str]]:
    """The templates, each with its text."""
    for folder in TEMPLATES:
        for path in sorted((files("drumbeat") / "templates" / folder).iterdir(), key=str):
            if not path.name.endswith((".css", ".typ")):
                yield f"{folder}/{path.name}", path.read_text(encoding="utf-8")


def in_templates() -> Iterator[Message]:
    """Messages that templates say, and nouns that they count."""
    for _, text in sources():
        tree = Environment(autoescape=True).parse(text)
        for call in tree.find_all(nodes.Call):
            if isinstance(call.node, nodes.Name) and call.node.name == "say":
                yield _constant(call.args[0])
        for found in tree.find_all(nodes.Filter):
            if found.name == "count":
                one, *many = map(_constant, found.args)
                yield one, many[0] if many else f"{one}s"


def _constant(node: Any) -> str:
    assert isinstance(node, nodes.Const), "a message is said by its text"
    return str(node.value)


def unsaid(text: str) -> list[str]:
    """Words of ours that a template shows without saying them."""
    shown = []
    for output in Environment(autoescape=True).parse(text).find_all(nodes.Output):
        data = "".join(node.data if isinstance(node, nodes.TemplateData) else "\0" for node in output.nodes)
        shown.append(data)
    whole = re.sub(
        r"<style.*?</style>|<svg.*?</svg>|<code>.*?</code>", " ", "\0".join(shown), flags=re.DOTALL
    )
    visible = re.sub(r"<[^>]*>|&[a-z]+;|\b[pq]\b|\.(?:json|md|html)\b", " ", whole)
    return [word for word in re.findall(r"[^\W\d_]{2,}", visible) if word not in OUR_NAMES]


def in_code() -> Iterator[Message]:
    """Messages that modules say, and their nouns."""
    for path in sorted((ROOT / "drumbeat").rglob("*.py")):
        for call in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(call, ast.Call):
                yield from _said(call)


def _said(call: ast.Call) -> Iterator[Message]:
    name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
    texts = _strings(call)
    if name == "plural" and len(texts) == 2:
        yield texts[0], texts[1]
    # `speaker.say` takes the name of a phrase; `in_tables` has those.
    is_phrase = isinstance(call.func, ast.Attribute) and set(texts) <= phrases.PHRASES.keys()
    if name == "say" and len(texts) == 1 and not is_phrase:
        yield texts[0]


def _strings(call: ast.Call) -> list[str]:
    """Arguments that are texts as they stand."""
    constants = (arg.value for arg in call.args if isinstance(arg, ast.Constant))
    return [value for value in constants if isinstance(value, str)]


COUNTED: Final = (
    "text",
    "article",
    "distinct text",
    "outlet",
    "language",
    "feed",
    "alert",
    "day",
    "new passage",
    "own text",
    "week",
)
"""Nouns that modules count."""


def in_tables() -> Iterator[Message]:
    """Messages that stand in tables of the code."""
    yield from phrases.PHRASES.values()
    yield from phrases.PLURALS.values()
    yield from names.CHECKS.values()
    yield from (*view.METHOD, *trajectories.WORDS_EXPLAINED, view.FIGURES, view.DATES)
    yield from (*blocks.DECISIONS.values(), *publish.PARTS.values(), publish.WORDING, *publish.SECTIONS)
    yield from (*planning.YOUR.values(), planning.EVERY, health_mail.REASON, report_mail.REASON)
    yield from (*first_screen.FIRST.values(), first_screen.EVERYBODY)
    yield from (name.replace("_", " ") for name in CONDITIONS)
    yield from ((noun, f"{noun}s") for noun in COUNTED)
    yield from (("country", "countries"), ("copy", "copies"))
    yield from (*charts.TITLES.values(), *charts.KINDS)


def stored() -> Iterator[str]:
    """Sentences that are stored in English, with a mark in the place of each figure."""
    yield from corpus.NOTES
    yield from (text for pair in CONDITIONS.values() for text in pair)
    yield from (words.replace("{days}", "5 of 7 days (2026-02-10)") for _, words, _ in source_lines._KINDS)
    for name in CHECKED:
        yield from _checks(ast.parse((ROOT / "analysis" / "spikes" / name).read_text(encoding="utf-8")))


def _checks(tree: ast.Module) -> Iterator[str]:
    """What a module's checks find; pieces of a sentence with figures are no sentences."""
    nodes_of = list(ast.walk(tree))
    inside = {part for node in nodes_of if isinstance(node, ast.JoinedStr) for part in node.values}
    whole = (node for node in nodes_of if node not in inside)
    yield from filter(None, (found for node in whole for found in _findings(node)))


def _findings(node: ast.AST) -> Iterator[str]:
    """What a check found, as the code makes it."""
    if isinstance(node, ast.Call) and getattr(node.func, "id", "") in ("_ruled_out", "_named"):
        if isinstance(node.args[0], ast.Constant | ast.JoinedStr):
            yield _filled(node.args[0])
    elif isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") in ("text", "told"):
        yield _filled(node.value)
    elif isinstance(node, ast.Constant | ast.JoinedStr):
        text = _filled(node)
        if text.startswith(("named: ", "ruled out: ")) and not text.endswith(": 7.5"):
            yield text.partition(": ")[2]


def _filled(node: ast.expr) -> str:
    if isinstance(node, ast.Constant):
        return node.value if isinstance(node.value, str) else ""
    if not isinstance(node, ast.JoinedStr):
        return ""
    return "".join(str(part.value) if isinstance(part, ast.Constant) else "7.5" for part in node.values)


def messages() -> set[Message]:
    """All that a catalogue must have."""
    said = {*in_templates(), *in_code(), *in_tables()}
    return {text for text in said if text and not isinstance(text, Markup)}


if __name__ == "__main__":
    from drumbeat.shown.language import messages_of

    there = [item.id if isinstance(item.id, str) else tuple(item.id) for item in messages_of("fr") if item.id]
    nouns = {item[0] for item in there if isinstance(item, tuple)}
    for message in sorted(messages() - {*there, *nouns}, key=str):
        print(repr(message))
