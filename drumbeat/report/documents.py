"""The report as PDF (Typst) and as Word (python-docx), set from the same blocks. Both are an extra:
`pip install drumbeat-monitor[documents]`.

Texts reach Typst as data, never as markup. The same report and moment give the same bytes.
"""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Mapping
from datetime import datetime
from importlib.resources import files
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

from config.errors import DrumbeatError
from drumbeat.report.blocks import Block, Run, blocks_of
from drumbeat.report.view import narrative_chart, spoken
from drumbeat.shown import drawing, words

FONT_PACKAGES: Final = ("fontpkg_noto_sans", "fontpkg_noto_sans_arabic", "noto_cjk_sans_otc")
"""Packages of the extra that hold nothing but fonts (SIL Open Font License)."""
EPOCH: Final = (1980, 1, 1, 0, 0, 0)
"""The first moment that a zip file can name."""
MISSING: Final = "PDF and Word need more packages: pip install 'drumbeat-monitor[documents]'"


class DocumentsMissing(DrumbeatError):
    """The packages that set PDF and Word are not installed; the message says how to get them."""


def as_pdf(view: Mapping[str, Any]) -> bytes:
    """The report as PDF.

    Raises:
        DocumentsMissing: Typst is not installed.
    """
    try:
        import typst
    except ImportError as problem:
        raise DocumentsMissing(MISSING) from problem
    with TemporaryDirectory() as name, spoken(view):
        folder = Path(name)
        data = {"moment": _moment(view), "language": view["edition"].language, "blocks": []}
        for block in blocks_of(view):
            data["blocks"].append(_plain(block))
            if block.chart is not None:
                _chart_file(view, block.chart, folder)
        (folder / "report.json").write_text(json.dumps(data, ensure_ascii=False), encoding="utf-8")
        source = (files("drumbeat") / "templates" / "report" / "report.typ").read_bytes()
        (folder / "report.typ").write_bytes(source)
        found: bytes = typst.compile(str(folder / "report.typ"), root=str(folder), font_paths=font_folders())
    return found


def font_folders() -> list[str]:
    """Where the fonts of the extra lie; the machine's own are found beside them."""
    specs = [spec for name in FONT_PACKAGES if (spec := find_spec(name)) is not None]
    return [place for spec in specs for place in spec.submodule_search_locations or ()]


def _moment(view: Mapping[str, Any]) -> list[int]:
    made = words.as_moment(view["as_of"])
    return [made.year, made.month, made.day, made.hour, made.minute, made.second]


def _plain(block: Block) -> dict[str, Any]:
    return {
        "kind": block.kind,
        "rtl": block.is_rtl,
        "runs": [_plain_run(run) for run in block.runs],
        "rows": [[[_plain_run(run) for run in cell] for cell in row] for row in block.rows],
        "numeric": list(block.numeric),
        "chart": f"c{block.chart}.svg" if block.chart is not None else "",
    }


def _plain_run(run: Run) -> dict[str, Any]:
    return {"text": run.text, "language": run.language.split("-")[0], "rtl": run.is_rtl}


def _chart_file(view: Mapping[str, Any], narrative_id: int, folder: Path) -> None:
    svg = drawing.to_svg(_chart(view, narrative_id), element_id=f"c{narrative_id}")
    (folder / f"c{narrative_id}.svg").write_text(str(svg), encoding="utf-8")


def _chart(view: Mapping[str, Any], narrative_id: int) -> Any:
    n = next(item for item in view["narratives"] if item["narrative_id"] == narrative_id)
    start, end = words.as_day(view["digest"]["start"]), words.as_day(view["digest"]["end"])
    return narrative_chart(n, start=start, end=end)


def as_word(view: Mapping[str, Any]) -> bytes:
    """The report as a Word document.

    Raises:
        DocumentsMissing: python-docx is not installed.
    """
    try:
        from drumbeat.report.word import set_blocks
    except ImportError as problem:
        raise DocumentsMissing(MISSING) from problem
    made = words.as_moment(view["as_of"]).replace(tzinfo=None)
    with spoken(view):
        document = set_blocks(blocks_of(view), lambda number: drawing.to_png(_chart(view, number)))
    return _dated(document, made)


def _dated(document: Any, made: datetime) -> bytes:
    """The document as bytes that hold no moment but the report's."""
    properties = document.core_properties
    properties.created = properties.modified = made
    properties.author = properties.last_modified_by = "Drumbeat"
    buffer = io.BytesIO()
    document.save(buffer)
    return _repacked(buffer.getvalue())


def _repacked(packed: bytes) -> bytes:
    """The same zip file with one moment for every part of it."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(packed)) as given, zipfile.ZipFile(buffer, "w") as made:
        for info in given.infolist():
            entry = zipfile.ZipInfo(info.filename, EPOCH)
            entry.compress_type = zipfile.ZIP_DEFLATED
            made.writestr(entry, given.read(info))
    return buffer.getvalue()
