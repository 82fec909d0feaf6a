"""The report as PDF and Word: the same blocks, texts as texts, scripts set in their direction, the same
bytes.
"""

from __future__ import annotations

import builtins
import io
import re
import zipfile
from pathlib import Path
from typing import Any

import pytest

from drumbeat.report import documents
from drumbeat.report.blocks import blocks_of
from drumbeat.report.documents import DocumentsMissing, as_pdf, as_word
from drumbeat.report.write import write_report
from tests.report.sample import ATTACK, at, digest, narrative
from tests.report.test_findings import account, view


def mixed() -> dict[str, Any]:
    """A report with claims in Arabic, Russian quotations, Chinese, and an attack."""
    chinese = narrative(55, label="毛里塔尼亚理解俄罗斯的安全关切", language="zh")
    return view(digest(new=(chinese,)))


def word_xml(packed: bytes) -> str:
    """The text of a Word document, with its marks."""
    with zipfile.ZipFile(io.BytesIO(packed)) as given:
        assert given.testzip() is None
        return given.read("word/document.xml").decode()


@pytest.mark.slow
def test_a_pdf_of_pages() -> None:
    """A whole PDF of several pages, the same every time; an attack in a title is only text."""
    found = as_pdf(mixed())
    assert found.startswith(b"%PDF-")
    assert found.rstrip().endswith(b"%%EOF")
    assert as_pdf(mixed()) == found
    assert b"/JavaScript" not in found
    pages = len(re.findall(rb"/Type\s*/Page\b", found))
    assert pages == 0 or pages >= len(mixed()["narratives"]) + 2


@pytest.mark.slow
def test_word_knows_scripts() -> None:
    """Right-to-left paragraphs and runs, languages under the name of their family, the same bytes every
    time.
    """
    found = as_word(mixed())
    assert as_word(mixed()) == found
    xml = word_xml(found)
    for mark in (
        "<w:bidi/>",
        "<w:rtl/>",
        'w:lang w:bidi="ar"',
        'w:lang w:eastAsia="zh"',
        'w:lang w:val="ru"',
    ):
        assert mark in xml, mark
    for words in ("تتفهم المخاوف", "毛里塔尼亚理解", "Меридия с пониманием", "died down", "&lt;script&gt;"):
        assert words in xml, words
    assert "\u202e" not in xml


def test_both_are_made_of_what_the_page_says() -> None:
    """Every sentence of the front, every claim, every figure of the tables stands in the blocks."""
    shown = mixed()
    told = " ".join("".join(run.text for run in block.runs) for block in blocks_of(shown))
    for finding in shown["front"]["findings"]:
        for sentence in finding["sentences"]:
            assert sentence.text in told
    assert sum(block.kind == "chart" for block in blocks_of(shown)) == len(shown["narratives"])
    assert not any(
        run.is_rtl
        for block in blocks_of(shown)
        if block.kind == "soft" and block.is_rtl
        for run in block.runs
    )


@pytest.mark.slow
def test_they_are_written_beside_the_page(tmp_path: Path) -> None:
    """With the setting, each report has its further forms; a second time the same bytes."""
    found = []
    for _ in range(2):
        write_report(digest(), tmp_path, as_of=at(23, 6), account=account(), documents=("pdf", "docx"))
        found.append([(tmp_path / f"2026-W47.{form}").read_bytes() for form in ("pdf", "docx")])
    assert found[0] == found[1]


def test_without_the_packages(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is missing is named, with the command that gets it."""
    really = builtins.__import__

    def without(name: str, *rest: Any, **options: Any) -> Any:
        if name in ("typst", "drumbeat.report.word"):
            raise ImportError(name)
        return really(name, *rest, **options)

    monkeypatch.setattr(builtins, "__import__", without)
    for make in (documents.as_pdf, documents.as_word):
        with pytest.raises(DocumentsMissing, match=r"pip install 'drumbeat-monitor\[documents\]'"):
            make(mixed())


def test_attacks_reach_no_markup() -> None:
    """Typst gets texts as data: what would be markup there stands in no source."""
    blocks = blocks_of(view(digest(rising=(narrative(label=f"#panic() {ATTACK}", language="und"),))))
    plain = [documents._plain(block) for block in blocks]
    assert any("#panic()" in run["text"] for block in plain for run in block["runs"])
