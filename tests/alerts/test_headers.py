"""What a mail program shows of a header is what was meant, in every script and at every length."""

from __future__ import annotations

from email import message_from_bytes, policy
from email.header import decode_header, make_header
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import parseaddr

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drumbeat.alerts.headers import WIRE, unread
from drumbeat.shown.safe import header_text

SCRIPTS = {
    "Arabic": "موريتانيا تتفهم مخاوف روسيا الأمنية وتدعو إلى حوار شامل مع جميع الأطراف",
    "Russian": "Мавритания с пониманием относится к озабоченностям России в сфере безопасности",
    "Chinese": "毛里塔尼亚理解俄罗斯的安全关切 并呼吁 与各方进行全面对话",
    "Hindi": "मॉरिटानिया रूस की सुरक्षा चिंताओं को समझता है और संवाद का आह्वान करता है",
    "mixed": "Meridia (مخاوف) and 俄罗斯 = Россия, a? b_c: “quoted”",
    "literal": "a subject with =?utf-8?q?no_encoded_word?= in it and =? alone ?=",
    "long word": "x" * 300,
    "emoji": "👩‍👩‍👧‍👧 " * 30 + "end",
    "ASCII": "plain words " * 20 + "end",
}


def mail_of(subject: str, sender: Address | None = None) -> bytes:
    """A mail with this subject, as it is sent."""
    message = EmailMessage(policy=WIRE)
    message["From"] = sender or Address("", "drumbeat", "example.org")
    message["Subject"] = unread(subject)
    message.set_content("text")
    return message.as_bytes()


def subjects(raw: bytes) -> tuple[str, str]:
    """The subject as the new and as the old parser of the standard library read it."""
    new = str(message_from_bytes(raw, policy=policy.default)["Subject"])
    old = message_from_bytes(raw, policy=policy.compat32)["Subject"]
    return new, str(make_header(decode_header(old.replace("\r\n", "").replace("\n", ""))))


@pytest.mark.parametrize("script", SCRIPTS)
@pytest.mark.parametrize("length", [10, 40, 90, 200])
def test_a_subject_is_shown_as_written(script: str, length: int) -> None:
    """Spaces, `=?` and every letter survive, in lines of at most 78 characters of ASCII."""
    text = header_text(SCRIPTS[script], length)
    raw = mail_of(text)
    assert subjects(raw) == (text, text)
    assert raw.isascii()
    assert max(map(len, raw.split(b"\r\n"))) <= 78


@given(st.text(max_size=250))
def test_any_text_is_shown_as_written(text: str) -> None:
    """Whatever a header may hold comes back as it was."""
    meant = header_text(text, 200)
    assert subjects(mail_of(meant)) == (meant, meant)


@given(st.text(alphabet="=?utf-8bqQB_ яخ", max_size=120))
def test_what_looks_encoded_is_not_decoded(text: str) -> None:
    """Pieces of encoded words in a text are shown, not read."""
    meant = header_text(text, 200)
    assert subjects(mail_of(meant))[0] == meant


@pytest.mark.parametrize("script", SCRIPTS)
def test_a_name_before_an_address(script: str) -> None:
    """The name of a sender or recipient is kept as a subject is."""
    name = header_text(SCRIPTS[script], 80)
    raw = mail_of("x", Address(name, "desk", "example.org"))
    # The newer parser of Python 3.11 keeps the white space between two encoded words of a name.
    written = message_from_bytes(raw, policy=policy.compat32)["From"]
    shown = str(make_header(decode_header(written.replace("\r\n", "").replace("\n", ""))))
    assert parseaddr(shown) == (name, "desk@example.org") or shown == f"{name} <desk@example.org>"
    assert max(map(len, raw.split(b"\r\n"))) <= 78
