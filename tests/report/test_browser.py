"""The report and the mail in a real browser: nothing refused, nothing too wide, Arabic from the right."""

from __future__ import annotations

from base64 import b64encode
from pathlib import Path

import pytest

from drumbeat.alerts.compose import compose
from drumbeat.alerts.stage import deliveries_of
from drumbeat.report.view import report_view
from drumbeat.report.write import as_html
from tests.alerts.mailroom import SENDER, make_alert, workspace
from tests.report.browser import look, needs_browser
from tests.report.sample import at, digest

pytestmark = [pytest.mark.browser, pytest.mark.slow, needs_browser]


@pytest.mark.parametrize("width", [1200, 800, 360])
def test_report_in_a_browser(tmp_path: Path, width: int) -> None:
    """No console message, no script, nothing wider than the window, Arabic right to left and the rest left to
    right.
    """
    found, console = look(as_html(report_view(digest(), as_of=at(23, 6))), tmp_path, width=width)
    assert console == []
    assert found["wide"] == []
    assert found["scroll"] <= found["client"]
    assert found["scripts"] == 0
    assert {tuple(pair) for pair in found["quotes"]} == {
        ("ru", "ltr"),
        ("ar", "rtl"),
        ("ha", "ltr"),
        ("fr", "ltr"),
        ("", "ltr"),
    }
    assert ["ar", "rtl"] in found["headings"]
    assert found["styled"] == "0px"


def test_faults_would_be_seen(tmp_path: Path) -> None:
    """The eye is really open: a script that the page's policy refuses is noticed, and a line that is too
    wide.
    """
    faults = f'<script>1</script><p class="nowrap">{"wide " * 400}</p></main>'
    found, console = look(
        as_html(report_view(digest(), as_of=at(23, 6))).replace("</main>", faults), tmp_path, width=800
    )
    assert found["scripts"] == 1
    assert found["scroll"] > found["client"]
    assert any("Content Security Policy" in line for line in console)


@pytest.mark.parametrize("width", [700, 360])
def test_mail_in_a_browser(tmp_path: Path, width: int) -> None:
    """The HTML part fits a telephone, shows its picture, and runs nothing."""
    alert = make_alert()
    message = compose(alert, deliveries_of(alert, workspace(tmp_path).settings.mail)[0], sender=SENDER)
    page = next(part.get_content() for part in message.walk() if part.get_content_type() == "text/html")
    for picture in (part for part in message.walk() if part.get_content_type() == "image/png"):
        source = f"data:image/png;base64,{b64encode(picture.get_content()).decode()}"
        page = page.replace(f"cid:{picture['Content-ID'].strip('<>')}", source)
    found, console = look(page, tmp_path, width=width)
    assert console == []
    assert found["wide"] == []
    assert found["scripts"] == 0
    assert min(found["pictures"]) > 500
    assert ["ar", "rtl"] in found["quotes"]
