"""Blocks as a Word document: languages, right-to-left paragraphs and runs, and a font for each family of
scripts, as WordprocessingML (ECMA-376, part 1, 17.3) has them.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import docx
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_BREAK
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Cm, Pt, RGBColor

from drumbeat.report.blocks import Block, Run

STYLES = {
    "title": "Title",
    "heading": "Heading 1",
    "small_heading": "Heading 2",
    "bullet": "List Bullet",
    "quote": "Quote",
}
SOFT = RGBColor(0x5A, 0x60, 0x68)
FONTS = {"ascii": "Noto Sans", "hAnsi": "Noto Sans", "cs": "Noto Sans Arabic", "eastAsia": "Noto Sans CJK SC"}
"""By family of scripts; a machine without them takes its own."""
EAST_ASIAN = ("zh", "ja", "ko")


def set_blocks(blocks: Iterable[Block], picture: Callable[[int], bytes]) -> Any:
    """A document of the blocks.

    Args:
        picture: gives the chart of a narrative as PNG.
    """
    document = docx.Document()
    _set_page(document)
    for block in blocks:
        _set(document, block, picture)
    return document


def _set_page(document: Any) -> None:
    section = document.sections[0]
    section.page_width, section.page_height = Cm(21), Cm(29.7)
    section.left_margin = section.right_margin = Cm(2)
    section.top_margin = section.bottom_margin = Cm(1.8)
    for name in ("Normal", *STYLES.values()):
        style = document.styles[name]
        fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
        for family, font in FONTS.items():
            fonts.set(qn(f"w:{family}"), font)
        for theme in ("asciiTheme", "hAnsiTheme", "cstheme", "eastAsiaTheme"):
            fonts.attrib.pop(qn(f"w:{theme}"), None)
    document.styles["Normal"].font.size = Pt(10)
    document.styles["Title"].font.size = Pt(22)
    document.styles["Normal"].paragraph_format.space_after = Pt(4)


def _set(document: Any, block: Block, picture: Callable[[int], bytes]) -> None:
    if block.kind == "table":
        _set_table(document, block)
    elif block.kind == "page":
        document.add_paragraph().add_run().add_break(WD_BREAK.PAGE)
    elif block.kind == "chart" and block.chart is not None:
        document.add_picture(io.BytesIO(picture(block.chart)), width=Cm(16))
    else:
        paragraph = document.add_paragraph(style=STYLES.get(block.kind))
        _fill(paragraph, block.runs, is_soft=block.kind == "soft")
        if block.is_rtl:
            _mark(paragraph._p.get_or_add_pPr(), "w:bidi")


def _set_table(document: Any, block: Block) -> None:
    table = document.add_table(rows=0, cols=len(block.rows[0]))
    table.style = "Light List"
    for cells in block.rows:
        row = table.add_row().cells
        for place, (cell, runs) in enumerate(zip(row, cells, strict=True)):
            _fill(cell.paragraphs[0], runs)
            if block.numeric[place : place + 1] == (True,):
                cell.paragraphs[0].alignment = WD_ALIGN_PARAGRAPH.RIGHT
            for run in cell.paragraphs[0].runs:
                run.font.size = Pt(8.5)


def _fill(paragraph: Any, runs: Sequence[Run], *, is_soft: bool = False) -> None:
    for piece in runs:
        run = paragraph.add_run(piece.text)
        if is_soft:
            run.font.size, run.font.color.rgb = Pt(8.5), SOFT
        properties = run._r.get_or_add_rPr()
        if piece.is_rtl:
            _mark(properties, "w:rtl")
        if piece.language:
            _set_language(properties, piece)


def _set_language(properties: Any, piece: Run) -> None:
    """The language, under the name that its family of scripts has."""
    family = "bidi" if piece.is_rtl else "eastAsia" if piece.language[:2] in EAST_ASIAN else "val"
    tag = OxmlElement("w:lang")
    tag.set(qn(f"w:{family}"), piece.language)
    properties.append(tag)


def _mark(properties: Any, name: str) -> None:
    properties.append(OxmlElement(name))
