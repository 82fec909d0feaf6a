"""Charts drawn: SVG for pages, PNG for mail, by vl-convert inside this process - no browser, no network."""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator
from typing import Any

from markupsafe import Markup, escape

from drumbeat.shown.charts import VEGA_LITE, Chart
from drumbeat.shown.language import reader

SIGNATURE = 8
"""Bytes that every PNG begins with."""
LOCALES = {"fr": "fr-FR"}
"""Language -> locale of axes; English is what charts have of themselves."""


def to_svg(chart: Chart, *, element_id: str) -> Markup:
    """The chart as an SVG element for an HTML page: one image with title and description; `element_id` is
    unique in the page.
    """
    import vl_convert

    svg = vl_convert.vegalite_to_svg(chart.spec, vl_version=VEGA_LITE, allowed_base_urls=[], **_locale())
    head, body = re.match(r"<svg ([^>]*)>(.*)</svg>\s*$", svg, re.DOTALL).groups()  # type: ignore[union-attr]
    size = re.search(r'width="[\d.]+" height="[\d.]+" viewBox="[^"]*"', head)[0]  # type: ignore[index]
    body = re.sub(r' (?:aria-[a-z]+|role|class|pointer-events|font-family)="[^"]*"', "", body)
    title, described = escape(chart.title), escape(chart.description)
    return Markup(  # noqa: S704 - vl-convert's own drawing, and two escaped texts
        f'<svg class="chart" role="img" aria-labelledby="{element_id}-t {element_id}-d" {size}>'
        f'<title id="{element_id}-t">{title}</title><desc id="{element_id}-d">{described}</desc>{body}</svg>'
    )


def _locale() -> dict[str, Any]:
    """How numbers and months on axes are written (names of d3-format and d3-time-format)."""
    name = LOCALES.get(reader().language)
    return {"format_locale": name, "time_format_locale": name} if name else {}


def to_png(chart: Chart, *, scale: float = 2.0) -> bytes:
    """The chart as a PNG picture on white, `scale` pixels per unit."""
    import vl_convert

    return _packed(
        vl_convert.vegalite_to_png(
            chart.spec | {"background": "white"},
            vl_version=VEGA_LITE,
            scale=scale,
            allowed_base_urls=[],
            **_locale(),
        )
    )


def _packed(png: bytes) -> bytes:
    """The same picture with its pixels compressed well: an eighth of what vl-convert,
    made for speed, gives.
    """
    chunks = list(_chunks(png))
    pixels = b"".join(body for kind, body in chunks if kind == b"IDAT")
    packed = [(kind, body) for kind, body in chunks if kind != b"IDAT"]
    packed.insert(-1, (b"IDAT", zlib.compress(zlib.decompress(pixels), 9)))
    return png[:SIGNATURE] + b"".join(map(_chunk, packed))


def _chunks(png: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Kind and content of each chunk of a PNG: size, kind, content, checksum."""
    at = SIGNATURE
    while at < len(png):
        size = int.from_bytes(png[at : at + 4], "big")
        yield png[at + 4 : at + 8], png[at + 8 : at + 8 + size]
        at += 12 + size


def _chunk(parts: tuple[bytes, bytes]) -> bytes:
    kind, body = parts
    return len(body).to_bytes(4, "big") + kind + body + zlib.crc32(kind + body).to_bytes(4, "big")
