"""Chromium, where it is installed, as an eye: what the console says, and how wide and
which way things are.
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from html import escape, unescape
from pathlib import Path
from typing import Any

import pytest

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
needs_browser = pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine")

MEASURE = """
addEventListener('load', () => {
  const inner = document.querySelector('iframe').contentDocument, root = inner.documentElement;
  const wide = [...inner.querySelectorAll('body *')].filter(e => e.getBoundingClientRect().right > root.clientWidth + 1 && !e.closest('.skip, .hidden, svg')).map(e => e.outerHTML.slice(0, 120));
  const way = name => [...inner.querySelectorAll(name)].map(e => [e.getAttribute('lang'), getComputedStyle(e).direction]);
  const result = {scroll: root.scrollWidth, client: root.clientWidth, wide, quotes: way('blockquote'), headings: way('h3 bdi'), styled: getComputedStyle(inner.body).margin,
    scripts: inner.querySelectorAll('script, [onload], [onerror]').length, pictures: [...inner.images].map(i => i.naturalWidth)};
  const told = document.body.appendChild(document.createElement('pre'));
  told.id = 'result';
  told.textContent = JSON.stringify(result);
});
"""


def look(page: str, folder: Path, *, width: int) -> tuple[dict[str, Any], list[str]]:
    """Show a page in a frame of this width; what was measured, and every line of the console.

    The page is not touched: a document around it measures it, so that its own policy holds.
    """
    around = folder / "around.html"
    around.write_text(
        f'<!doctype html><meta charset="utf-8"><body style="margin:0"><script>{MEASURE}</script>'
        f'<iframe style="border:0;width:{width}px;height:3000px" srcdoc="{escape(page)}"></iframe>',
        encoding="utf-8",
    )
    assert CHROMIUM
    done = subprocess.run(
        [CHROMIUM, "--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--enable-logging=stderr", f"--user-data-dir={folder / 'profile'}",
         f"--window-size={width + 40},3000", "--virtual-time-budget=5000", "--dump-dom", around.as_uri()],
        capture_output=True, text=True, timeout=120, check=True,
    )  # fmt: skip
    found = re.search(r'<pre id="result">(.*?)</pre>', done.stdout, re.DOTALL)
    assert found, done.stderr[-2000:]
    return json.loads(unescape(found[1])), [line for line in done.stderr.splitlines() if "CONSOLE" in line]
