"""Bytes to trees: every character set, damaged and hostile bytes, no errors."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crawler.cleaning.blocks import cut_blocks
from crawler.cleaning.extract import Extraction, Refusal, extract_page
from crawler.cleaning.letters import weight_of
from crawler.cleaning.markup import body_of, decode, parse
from crawler.outcomes import CLEAN_OUTCOMES

RUSSIAN = "Министр открыл длинный мост через реку и похвалил рабочих. " * 4
PAGE = "<html><head><meta charset='{name}'><title>x</title></head><body><p>{text}</p></body></html>"


@pytest.mark.parametrize("name", ["windows-1251", "koi8-r", "iso-8859-5", "utf-8", "utf-16"])
def test_a_declared_character_set_is_used(name: str) -> None:
    """The page's own declaration (or its byte order mark) is enough."""
    assert RUSSIAN in decode(PAGE.format(name=name, text=RUSSIAN).encode(name))


def test_the_header_is_believed_before_the_page() -> None:
    """HTTP's declaration wins over `<meta>`."""
    body = PAGE.format(name="iso-8859-1", text=RUSSIAN).encode("cp1251")
    assert RUSSIAN in decode(body, "text/html; charset=windows-1251")


def test_valid_utf8_is_utf8_whatever_was_declared() -> None:
    """A wrong declaration does not spoil a text that is valid UTF-8."""
    assert RUSSIAN in decode(
        PAGE.format(name="windows-1251", text=RUSSIAN).encode(), "text/html; charset=iso-8859-1"
    )


def test_a_set_that_does_not_fit_is_not_used() -> None:
    """A declaration under which the bytes make no text gives way to detection."""
    assert RUSSIAN in decode(PAGE.format(name="shift_jis", text=RUSSIAN).encode("cp1251"))


SENTENCES = {
    "gb18030": "总理星期二在首都会见了来访的代表团，双方就港口和铁路的建设交换了意见。",
    "big5": "總理星期二在首都會見了來訪的代表團，雙方就港口和鐵路的建設交換了意見。",
    "shift_jis": "首相は火曜日に首都で代表団と会談し、港と鉄道の建設について意見を交わした。",
    "euc_jp": "首相は火曜日に首都で代表団と会談し、港と鉄道の建設について意見を交わした。",
    "euc_kr": "총리는 화요일 수도에서 대표단을 만나 항구와 철도 건설에 대해 의견을 나누었다.",
    "cp1251": "Во вторник премьер принял в столице делегацию, стороны говорили о порте и железной дороге.",
    "koi8_r": "Во вторник премьер принял в столице делегацию, стороны говорили о порте и железной дороге.",
    "cp1256": "استقبل رئيس الوزراء يوم الثلاثاء في العاصمة وفدا زائرا وتبادل الجانبان الآراء حول بناء "
    "الميناء.",
    "cp1253": "Ο πρωθυπουργός δέχθηκε την Τρίτη στην πρωτεύουσα αντιπροσωπεία και συζήτησαν για το λιμάνι.",
    "cp1250": "Premier przyjął we wtorek w stolicy delegację, rozmawiano o budowie portów i dróg "
    "żelaznych, świetnie.",
    "iso8859_2": "Premier przyjął we wtorek w stolicy delegację, rozmawiano o budowie portów i dróg "
    "żelaznych.",
    "cp1252": "Le Premier ministre a reçu mardi une délégation : le port, les chemins de fer et l’été à "
    "Nîmes.",
    "cp1254": "Başbakan salı günü başkentte bir heyeti kabul etti; liman ve demiryolu inşası görüşüldü, "
    "dışarıda.",
    "cp874": "นายกรัฐมนตรีพบคณะผู้แทนที่เมืองหลวงเมื่อวันอังคารและหารือเรื่องท่าเรือ",
}


@pytest.mark.parametrize("name", SENTENCES)
@pytest.mark.parametrize("declared", ["", "iso-8859-1"])
def test_an_undeclared_set_is_told_from_one_sentence(name: str, declared: str) -> None:
    """Where the page names no character set, or the one that fits any bytes, the bytes decide; markup in
    between and repetition change nothing."""
    latin = name in ("cp1250", "iso8859_2", "cp1252", "cp1254")
    if declared and latin:
        pytest.skip("a Western declaration is plausible for Latin letters")
    text = SENTENCES[name]
    meta = f"<meta charset={declared}>" if declared else ""
    for times in (1, 30):
        paragraphs = "".join(f"<p class='x'>{text}</p>" for _ in range(times))
        page = f"<html><head>{meta}<script>{'var x;' * 900}</script></head><body>{paragraphs}</body></html>"
        assert text in decode(page.encode(name))


def test_a_long_run_of_plain_text_costs_nothing() -> None:
    """Detection is linear in the size of a page without any markup."""
    began = time.process_time()
    decode(b"plain words " * 100_000 + b"\xff\xe4\xf6\xfe")
    assert time.process_time() - began < 5


@pytest.mark.parametrize("end", ["</body></html>", "</html>", "</BODY >"])
def test_what_follows_an_early_end_is_on_the_page(end: str) -> None:
    """A document that was closed before its article goes on, as browsers show it."""
    tree = parse(f"<html><body><p>Menu</p>{end}<article><p>{RUSSIAN}</p></article></body></html>")
    assert [block.text for block in cut_blocks(body_of(tree))] == ["Menu", RUSSIAN.strip()]


def test_hundreds_of_open_elements_hide_no_text() -> None:
    """An article 1,000 levels deep is read."""
    depth = 1000
    page = (
        f"<html><body>{'<div>' * depth}<h1>Long "
        f"bridge</h1>{f'<p>{RUSSIAN}</p>' * 3}{'</div>' * depth}</body></html>"
    )
    found = extract_page(page.encode(), url="")
    assert isinstance(found, Extraction)
    assert found.body.count("Министр") == 12


@pytest.mark.parametrize(
    "name",
    ["base64", "idna", "punycode", "rot13", "utf-7", "unicode_escape", "undefined", "hex", "no-such-set"],
)
def test_what_is_no_character_set_is_not_used(name: str) -> None:
    """Codecs that Python has and the web has not are passed over, in header and page; they crash nothing
    and rewrite nothing."""
    page = PAGE.format(name=name, text=RUSSIAN + "C:\\new +AGE-")
    for sent in ("", f"text/html; charset={name}"):
        text = decode(page.encode("cp1251"), sent)
        assert RUSSIAN in text
        assert "C:\\new +AGE-" in text


def test_a_cut_utf8_page_stays_readable() -> None:
    """A page cut in the middle of a character loses that character only."""
    body = PAGE.format(name="utf-8", text=RUSSIAN).encode()[:-20]
    assert "Министр открыл" in decode(body[: body.rindex("р".encode()) + 1] + b"\xff")


def test_blocks_are_what_a_reader_sees() -> None:
    """Paragraphs, cells and double line breaks part blocks; scripts and fields are no text; links are
    weighed."""
    tree = parse(
        "<body><p>One <a href=x>two "
        "three</a></p><script>no</script>four<br>five<br><br>six<select><option>no</select></body>"
    )
    blocks = cut_blocks(tree)
    assert [(block.text, block.link_weight) for block in blocks] == [
        ("One two three", 9),
        ("four\nfive", 0),
        ("six", 0),
    ]
    assert weight_of("茶厂 tea") == 3 + 3 + 4


@pytest.mark.parametrize("tag", ["button", "noscript", "label"])
def test_an_article_caught_in_a_control_is_text(tag: str) -> None:
    """Where an end tag was forgotten, or the text stands there for readers without JavaScript, it is read all
    the same; a mere control is not."""
    text = "".join(f"<p>{sentence}</p>" for sentence in [RUSSIAN] * 4)
    caught = [block.text for block in cut_blocks(parse(f"<body><p>Menu</p><{tag}>Press {text}</body>"))]
    assert caught == ["Menu", "Press", *[RUSSIAN.strip()] * 4]
    beside = [
        block.text for block in cut_blocks(parse(f"<body>{text}<{tag}><p>Press</p>{RUSSIAN}</{tag}></body>"))
    ]
    assert beside == [RUSSIAN.strip()] * 4


def test_marks_that_nobody_sees_are_gone() -> None:
    """Soft hyphens and zero-width spaces, written as characters or as references, do not break words;
    joiners that shape letters stay."""
    tree = parse(
        "<body><p>Ver&shy;fas\u00adsungs&#173;be&#xAD;schwerde&#8203;&ZeroWidthSpace; می&zwnj;شود</p></body>"
    )
    assert [block.text for block in cut_blocks(tree)] == ["Verfassungsbeschwerde می\u200cشود"]


def test_deep_nesting_is_no_recursion() -> None:
    """Thousands of open elements are cut into blocks without running out of stack."""
    tree = parse("<body>" + "<div>" * 5000 + "text")
    assert [block.text for block in cut_blocks(tree)] in (["text"], [])


def test_comments_in_front_cost_nothing() -> None:
    """A page that begins with a hundred comments is told from a feed at once."""
    page = "<!---->" * 100 + "<html><body><p>" + RUSSIAN * 4
    began = time.process_time()
    assert isinstance(extract_page(page.encode(), url=""), Extraction)
    assert extract_page(page.replace("<html>", "<rss>").encode(), url="") == Refusal("not_html")
    assert time.process_time() - began < 5


@settings(max_examples=60, deadline=None)
@given(
    st.binary(max_size=400)
    | st.text(max_size=400).map(lambda text: f"<html><body>{text}</body></html>".encode())
)
def test_any_bytes_have_an_outcome(body: bytes) -> None:
    """Whatever a server sends ends as an article or a named refusal."""
    found = extract_page(body, url="http://a.example/x")
    assert isinstance(found, Extraction) or found.outcome in CLEAN_OUTCOMES


@pytest.mark.parametrize(
    ("body", "outcome"),
    [
        (b"", "empty"),
        (b" \n\t", "empty"),
        (b"%PDF-1.7\n<html>", "not_html"),
        (b'{"a": "<p>"}', "not_html"),
        (b"<?xml version='1.0'?><rss><channel><title>x</title></channel></rss>", "not_html"),
        (b"<html><body></body></html>", "no_text"),
        (b"<html><body><p>Only one short sentence stands here, and no more than this.</p></body></html>", "too_short"),
        ("<html><title>Страница не найдена</title><body><p>Вернитесь на главную страницу и попробуйте еще "
        "раз.</p></body></html>".encode(), "soft_404"),
    ],
)  # fmt: skip
def test_refusals_are_named(body: bytes, outcome: str) -> None:
    """Each way to be no article has its own name."""
    assert extract_page(body, url="http://a.example/x") == Refusal(outcome)


def test_dense_scripts_need_fewer_characters() -> None:
    """A hundred Chinese characters are an article where a hundred Latin ones are not."""
    chinese = "临江老茶厂改造完成后以图书馆的面貌重新开放，第一天有三千多名读者走进这座厂房。" * 2
    latin = "The old tea works reopened as a library on Monday morning, with readers. "
    assert isinstance(
        extract_page(f"<html><body><p>{chinese}</p></body></html>".encode(), url=""), Extraction
    )
    assert isinstance(extract_page(f"<html><body><p>{latin}</p></body></html>".encode(), url=""), Refusal)
