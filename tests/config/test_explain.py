"""Messages about wrong values are in the words of the files, never in those of the program."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from config.errors import ConfigError
from config.explain import shown
from config.init import init_workspace
from config.load import load_workspace
from config.settings import Settings

SPEECH = re.compile(
    r"\b(str|int|bool|float|tuple|dict|NoneType|None|True|False|pydantic|string|boolean|instance|input should|ge|le)\b"
)
"""Names of types and values of Python, and words of its validator."""
WRONG = ("true", "-1", "1.5", '"x"', "[]", '[1, "a"]', "{ a = 1 }", "2026-01-01", "nan")
KEYS = [f"{section}.{key}" for section, model in Settings() for key in type(model).model_fields]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A fresh workspace."""
    init_workspace(tmp_path / "w")
    return tmp_path / "w"


@pytest.mark.parametrize("value", WRONG)
def test_no_message_names_a_type(folder: Path, value: str) -> None:
    """Whatever is written in place of a setting, the message is in plain words and shows the value as it was
    written.
    """
    for key in KEYS:
        section, _, name = key.partition(".")
        (folder / "drumbeat.toml").write_text(f"[{section}]\n{name} = {value}\n", encoding="utf-8")
        try:
            load_workspace(folder, {})
        except ConfigError as error:
            said = str(error).replace(str(folder), "")
            assert not SPEECH.search(said), said
            assert key in said


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[crawl]\nattempts = 1.5\n", "crawl.attempts = 1.5: expected a whole number"),
        ('[crawl]\nattempts = "many"\n', "crawl.attempts = 'many': expected a whole number"),
        ("[crawl]\ncontact = 3\n", "crawl.contact = 3: expected a text in quotes"),
        ("[crawl]\nverify_certificates = 7\n", "crawl.verify_certificates = 7: expected true or false"),
        ("[report]\nreader_languages = 3\n", "report.reader_languages = 3: expected a list in [brackets]"),
        ("crawl = 3\n", "crawl = 3: expected a table"),
        ("[spikes]\nfdr = 2\n", "spikes.fdr = 2: must be at most 1"),
        ('[mail]\nsecurity = "ssl"\n', "mail.security = 'ssl': expected one of 'starttls', 'tls' or 'none'"),
    ],
)
def test_what_was_expected_is_told(folder: Path, text: str, message: str) -> None:
    """The line names key, value and what would be right."""
    (folder / "drumbeat.toml").write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError, match=re.escape(message)):
        load_workspace(folder, {})


def test_a_source_is_explained_too(folder: Path) -> None:
    """A list where a text is wanted, and an entry that is no address, are told in words."""
    row = '[[source]]\nid = ["a"]\nname = "A"\ndomain = "a.example"\ncountry = "NO"\nlanguages = []\nfeeds = [{ url = "nowhere" }]\n'
    (folder / "sources.toml").write_text(row, encoding="utf-8")
    with pytest.raises(ConfigError) as caught:
        load_workspace(folder, {})
    lines = str(caught.value)
    assert "id = ['a']: expected a text in quotes" in lines
    assert "languages = []: needs at least 1 entry" in lines
    assert "feeds.0.url = 'nowhere': expected a web address" in lines
    assert not SPEECH.search(lines.replace(str(folder), ""))


def test_values_are_shown_as_they_are_written() -> None:
    """As in a settings file, and cut where they are long."""
    assert shown(True) == "true"
    assert shown([1, "a", {"b": False}]) == "[1, 'a', { b = false }]"
    assert shown(None) == "nothing"
    assert len(shown("x" * 1_000)) < 300
