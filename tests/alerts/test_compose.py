"""The mail of an alert: complete, the same every time, and deaf to what outlets write into titles."""

from __future__ import annotations

import json
from dataclasses import replace
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import html

from drumbeat.alerts.addresses import chat_name, mail_address, message_id, thread_id
from drumbeat.alerts.compose import chat_text, compose, subject_of
from drumbeat.alerts.first_screen import WORDS, count_words, first_screen
from drumbeat.alerts.links import Links
from drumbeat.alerts.problems import BadAddress
from drumbeat.alerts.stage import deliveries_of
from storage.records import Alert, Delivery
from tests.alerts.mailroom import SENDER, make_alert, workspace
from tests.report.sample import ATTACK, WIRE, evidence, first_mover, narrative, spike


def delivery_of(alert: Alert, tmp: Any = None) -> Delivery:
    """Its one delivery."""
    (delivery,) = deliveries_of(alert, workspace(tmp or __file__).settings.mail)  # type: ignore[arg-type]
    return delivery


def parsed(alert: Alert) -> EmailMessage:
    """The alert's mail as a mail program reads it."""
    message: EmailMessage = message_from_bytes(
        compose(alert, delivery_of(alert), sender=SENDER).as_bytes(), policy=policy.default
    )  # type: ignore[assignment]
    return message


def parts(message: EmailMessage) -> dict[str, EmailMessage]:
    """The parts by type."""
    return {part.get_content_type(): part for part in message.walk()}  # type: ignore[misc]


@pytest.fixture(scope="module")
def mail() -> EmailMessage:
    """The mail of the sample's alert."""
    return parsed(make_alert())


def test_structure(mail: EmailMessage) -> None:
    """Text first, then HTML that belongs together with its chart, the evidence as data last; every line
    short enough and plain ASCII on the wire.
    """
    assert [part.get_content_type() for part in mail.walk()] == [
        "multipart/mixed",
        "multipart/alternative",
        "text/plain",
        "multipart/related",
        "text/html",
        "image/png",
        "image/png",
        "application/json",
    ]
    raw = compose(make_alert(), delivery_of(make_alert()), sender=SENDER).as_bytes()
    assert raw.isascii()
    assert max(len(line) for line in raw.split(b"\r\n")) <= 998


def test_headers(mail: EmailMessage) -> None:
    """The headers tell machines that no answer is wanted, and carry the frozen time and identity."""
    assert (
        mail["Subject"]
        == "[Drumbeat] 3.1 times expected: بورت سالم تؤكد تفهمها للهواجس الأمنية لسيفيريا (narrative 12)"
    )
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["List-Id"] == "Drumbeat alerts <alerts.drumbeat.example.org>"
    assert mail["Date"].datetime.isoformat() == "2026-11-19T09:00:00+00:00"
    assert mail["Message-ID"] == delivery_of(make_alert()).message_id
    assert [name for name in mail if mail.keys().count(name) > 1] == []


def test_charts_are_inside(mail: EmailMessage) -> None:
    """The pictures that the HTML shows are the related parts, with text alternatives, and nothing is
    fetched from elsewhere.
    """
    page = html.fromstring(parts(mail)["text/html"].get_content())
    pictures = [part for part in mail.walk() if part.get_content_type() == "image/png"]
    shown = page.findall(".//img")
    assert [f"<{picture.get('src').removeprefix('cid:')}>" for picture in shown] == [
        part["Content-ID"] for part in pictures
    ]
    assert all(part.get_content().startswith(b"\x89PNG") for part in pictures)  # type: ignore[attr-defined]
    assert "21 texts against" in shown[0].get("alt")
    assert "Severia: 14 own texts, 5 copies" in shown[1].get("alt")
    assert page.xpath("//script|//link|//iframe|//form|//*[@*[starts-with(name(), 'on')]]") == []


def test_evidence_is_shown(mail: EmailMessage) -> None:
    """Both versions hold the counts, the first mover, the ruled-out explanations and quotes in the
    original; where they lie in the archive stands in the data only.
    """
    for kind in ("text/plain", "text/html"):
        body = parts(mail)[kind].get_content()
        text = body if kind == "text/plain" else html.fromstring(body).text_content()
        for words in (
            "3.1 times the 6.9 expected",
            "Северия сегодня",
            "a reprint storm",
            "Меридия с пониманием",
            "تتفهم المخاوف",
            "Alkamar",
            "Invented sample world",
        ):
            assert words in text, (kind, words)
        for words in ("0000000000000001:000", "crawl-202600.warc.gz", "at byte"):
            assert words not in text, (kind, words)
    attached = json.loads(parts(mail)["application/json"].get_content())
    assert attached["narrative"] == evidence()["narrative"]
    assert attached["narrative"]["quotes"][0]["archive"]["file"] == "crawl-202600.warc.gz"


def test_the_first_screen(mail: EmailMessage) -> None:
    """What is claimed, how much above expected, who first, who follows, the sides, why it rang, why you;
    120 words at most.
    """
    first = parts(mail)["text/plain"].get_content().split("Chart:")[0]
    for words in (
        "“بورت سالم تؤكد",
        "21 texts in 3 days to 19 Nov UTC, 3.1 times the 6.9 expected; 6 outlets, 5 countries, 4 languages.",
        "Меридия с пониманием",
        "First: Северия сегодня, 17 Nov.",
        "Méridie Presse (+23 h)",
        "2 state-controlled, 1 independent and 3 unlisted; the state-controlled first.",
        "not ruled out: a busy time in general",
        "Why you: you get every alert",
    ):
        assert words in first, words
    assert len(first.split()) <= WORDS


@given(st.integers(0, 60), st.integers(0, 40))
def test_the_first_screen_keeps_to_its_words(long: int, many: int) -> None:
    """However long labels, names and reasons are, and however many are first."""
    label, reason = "слово " * (long * 10), "because of rule " + "x y " * many
    outlets = tuple(replace(WIRE, name="имя " * long) for _ in range(many % 5 + 1))
    told = narrative(label=label, first_mover=first_mover(outlets=outlets, certain=False))
    screen = first_screen(evidence(narrative=told.to_dict()), reason)
    assert count_words(screen) <= WORDS


def test_mails_of_a_narrative_are_a_thread() -> None:
    """They refer to one message that is none of them; another narrative's to another."""
    one = parsed(make_alert())
    other = parsed(make_alert(evidence=evidence(narrative=narrative(13).to_dict())))
    assert one["References"] == one["In-Reply-To"] == thread_id(evidence(), sender=SENDER)
    assert one["References"] not in (one["Message-ID"], other["References"])


def test_links_stand_on_the_first_screen() -> None:
    """With an address, in both versions; without one, none."""
    alert = make_alert()
    links = Links(b"x" * 32, address="https://drumbeat.example.org", days=30).of(alert, delivery_of(alert))
    linked: EmailMessage = message_from_bytes(
        compose(alert, delivery_of(alert), sender=SENDER, links=links).as_bytes(), policy=policy.default
    )  # type: ignore[assignment]
    page = html.fromstring(parts(linked)["text/html"].get_content())
    for link in links.values():
        assert link in parts(linked)["text/plain"].get_content()
        assert link in page.xpath("//a/@href")
    assert "/act/" not in parts(parsed(alert))["text/html"].get_content()


def test_right_to_left(mail: EmailMessage) -> None:
    """Arabic stands in elements that say so; Latin quotes do not."""
    page = html.fromstring(parts(mail)["text/html"].get_content())
    directions = {quote.get("lang"): quote.get("dir") for quote in page.findall(".//blockquote")}
    assert directions == {"ru": "ltr", "ar": "rtl", "ha": "ltr", "fr": "ltr"}
    assert page.find(".//h1/bdi").get("dir") == "rtl"


def test_hostile_text_stays_text() -> None:
    """A label, a title and a quote that attack are words in both versions: no tag, no link, no header."""
    attacked = narrative(label=ATTACK, language="und", quotes=narrative().quotes[4:])
    frozen = evidence(narrative=attacked.to_dict(), spike=spike(label=ATTACK).to_dict())
    message = parsed(make_alert(evidence=frozen, subject=subject_of(frozen)))
    assert message.keys() == parsed(make_alert()).keys()
    assert "Bcc" not in message
    page = html.fromstring(parts(message)["text/html"].get_content())
    assert (
        page.xpath("//script|//img[not(starts-with(@src, 'cid:'))]|//a[not(starts-with(@href, 'http'))]")
        == []
    )
    assert "<script>alert(1)</script>" in page.text_content()
    assert "\u202e" not in parts(message)["text/plain"].get_content() + str(message["Subject"])


@settings(max_examples=30, deadline=None)
@given(
    st.text() | st.text(alphabet="\r\nBc: @<>\u202eأ=?").map(lambda text: f"x\r\nBcc: a@b.c\r\n\r\n{text}")
)
def test_no_label_makes_a_header(label: str) -> None:
    """Any label gives a subject of one line that leaves the other headers as they were."""
    frozen = evidence(narrative=narrative(label=label).to_dict())
    message = EmailMessage(policy=policy.SMTP)
    message["Subject"] = subject_of(frozen)
    message["To"] = "desk@example.org"
    back = message_from_bytes(message.as_bytes(), policy=policy.default)
    assert back.keys() == ["Subject", "To"]
    assert str(back["Subject"]).strip().startswith("[Drumbeat] 3.1 times expected")


def test_the_same_mail_every_time() -> None:
    """Composed twice, byte for byte the same: a repetition can be told from a second alert."""
    alert = make_alert()
    assert (
        compose(alert, delivery_of(alert), sender=SENDER).as_bytes()
        == compose(alert, delivery_of(alert), sender=SENDER).as_bytes()
    )


def test_emergence_has_no_ratio() -> None:
    """A spike without a history says so and divides by nothing."""
    frozen = evidence(
        spike=spike(detector="emergence", expected=0.0, ratio=None).to_dict(),
        narrative=narrative(expected=None, ratio=None, first_mover=None).to_dict(),
    )
    message = parsed(make_alert(evidence=frozen, subject=subject_of(frozen)))
    assert message["Subject"].startswith("[Drumbeat] new, 6 outlets: ")
    assert "no history to expect anything from" in parts(message)["text/plain"].get_content()


def test_message_ids_are_unlike() -> None:
    """Two recipients, and two workspaces with the same spike id, never share a Message-ID; a broken
    sender still gives one.
    """
    found = {
        message_id(name, frozen, sender=SENDER)
        for name in ("a", "b")
        for frozen in (evidence(), evidence(start="2026-11-10"))
    }
    assert len(found) == 4
    assert message_id("a", {}, sender="nobody").endswith("@drumbeat.invalid>")


@pytest.mark.parametrize(
    "text",
    [
        "desk@example.org",
        "The Desk <desk@example.org>",
        "desk+drumbeat@mail.example.org",
        "desk@localhost",
        "desk@пример.рф",
    ],
)
def test_good_addresses(text: str) -> None:
    """What people write as an address is one."""
    assert mail_address(text).addr_spec.isascii()


@pytest.mark.parametrize(
    "text",
    [
        "",
        "desk",
        "@example.org",
        "desk@",
        "a@b@c",
        "a b@example.org",
        "a@example.org,b@example.org",
        "a@example.org\nBcc: b@example.org",
        "desk@-x",
        "desk@exa mple.org",
        "desk@" + "a" * 300,
    ],
)
def test_bad_addresses(text: str) -> None:
    """Anything else is refused before it reaches a header."""
    with pytest.raises(BadAddress, match="no mail address"):
        mail_address(text)


def test_chat_names_hide_the_secret() -> None:
    """An Apprise address holds a token; its name in the store does not."""
    name = chat_name("tgram://123456:SECRET/chat")
    assert name.startswith("tgram:")
    assert "SECRET" not in name


def test_chat_gets_a_short_form(mail: EmailMessage) -> None:
    """What is claimed, how much, who first, the sides, a quotation, a link: a few lines."""
    title, body = chat_text(make_alert(), links={"open": "https://drumbeat.example.org/narratives/12"})
    assert title == mail["Subject"]
    assert len(body.split()) <= 80
    for words in (
        "3.1 times the 6.9 expected",
        "First: Северия сегодня",
        "https://drumbeat.example.org/narratives/12",
    ):
        assert words in body
