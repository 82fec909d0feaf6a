"""Pages that are no article, articles that a script draws, and other articles on the page of one."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crawler.cleaning.extract import Extraction, Refusal, extract_page
from crawler.cleaning.jsonld import plain_text, read_json
from crawler.outcomes import CLEAN_OUTCOMES

TITLE = "Council repairs the old dam"
PROSE = (
    "The council met for six hours and decided to repair the old dam before the next flood season.",
    "Engineers had warned for years that the gates no longer close, and that nobody keeps the keys.",
    "The work will cost eleven million and employ two hundred people from the villages downstream.",
    "Fishermen asked for a ladder for the eels, which have not been seen above the dam for a decade.",
    "A first report is expected in spring, when the water is low enough to look at the foundations.",
)
OTHER = (
    "Bakers in the harbour town raised their prices for the third time since the flour mill closed.",
    "The mill had been the last of nine, and its owner says that the river no longer turns the wheel.",
    "Schools now buy their bread abroad, which arrives frozen and a week late, as parents complain.",
    "The mayor promised talks with the owners, but named no day, and left before questions were asked.",
)
HEAD = f'<meta charset="utf-8"><title>{TITLE} | The Vale</title><meta property="og:title" content="{TITLE}">'
MENU = "<nav><ul><li><a href='/'>Home</a></li><li><a href='/p'>Politics</a></li></ul></nav>"


def paragraphs(lines: tuple[str, ...] = PROSE) -> str:
    """Lines as paragraphs of HTML."""
    return "".join(f"<p>{line}</p>" for line in lines)


def page(body: str, head: str = HEAD) -> bytes:
    """A page with this in its body."""
    return f"<!doctype html><html><head>{head}</head><body>{MENU}{body}</body></html>".encode()


def body_of(raw: bytes) -> str:
    """The text of a page that has one."""
    found = extract_page(raw, url="https://vale.example/2")
    assert isinstance(found, Extraction), found
    return found.body


def outcome_of(raw: bytes) -> str:
    """How a page ends."""
    found = extract_page(raw, url="https://vale.example/2")
    return found.outcome if isinstance(found, Refusal) else "article"


def script(text: str, kind: str = "") -> str:
    """A script of a page."""
    return f"<script{f' type={kind}' if kind else ''}>{text}</script>"


STATE = {"page": {"menu": [{"title": "Home", "url": "/"}], "story": {"title": TITLE, "body": paragraphs()}}}
BLOCKS = [
    {"type": "paragraph", "children": [{"text": line[:20]}, {"text": line[20:], "bold": True}]}
    for line in PROSE
]
FUSION = {"headlines": {"basic": TITLE}, "content_elements": BLOCKS}
ROWS = json.dumps({"article": {"headline": TITLE, "content": paragraphs()}})


@pytest.mark.parametrize(
    "state",
    [
        script(json.dumps(STATE), "application/json"),
        script(f"window.__INITIAL_STATE__ = {json.dumps(STATE)};window.x=1"),
        script(f"var a = 1;\nFusion.globalContent={json.dumps(FUSION)};"),
        script(f"window.__APOLLO_STATE__ = JSON.parse({json.dumps(json.dumps(STATE))})"),
        script(
            f"window.__NUXT__=(function(a,b){{return "
            f"{{data:[{{title:{json.dumps(TITLE)},text:{json.dumps(paragraphs())}}}]}}}}(1,2))"
        ),
        script(f"self.__next_f.push([1,{json.dumps('1a:' + ROWS)}])"),
        script(json.dumps({"doc": {"title": TITLE, "blocks": BLOCKS}}), "application/json"),
        script(
            json.dumps({"a": [{"t": TITLE}, *({"x": line} for line in PROSE)]}), "application/vnd.data+json"
        ),
        script(
            json.dumps(STATE).replace('"', "&q;").replace("<", "&l;").replace(">", "&g;"), "application/json"
        ),
        "<div id='app' data-page='"
        + json.dumps(STATE).replace("&", "&amp;").replace("'", "&#39;")
        + "'></div>",
    ],
    ids=[
        "json",
        "assigned",
        "fusion",
        "parsed",
        "function",
        "stream",
        "rich",
        "foreign",
        "escaped",
        "attribute",
    ],
)
def test_an_article_in_the_pages_state_is_read(state: str) -> None:
    """Text that stands only in the JSON from which a script draws the page is the article, whoever's state it
    is."""
    assert body_of(page(f"<div id='root'></div>{state}")) == "\n".join(PROSE)


def test_a_state_completes_a_page_that_breaks_off() -> None:
    """Where the page shows the beginning and the state has the rest, the whole is taken; where the page is
    whole, its state changes nothing, however long."""
    longer = {"story": {"title": TITLE, "body": paragraphs((*PROSE, *OTHER))}}
    state = script(json.dumps(longer), "application/json")
    cut = f"<article><h1>{TITLE}</h1>{paragraphs(PROSE[:3])}<p>{PROSE[3][:60]}...</p></article>"
    assert body_of(page(cut + state)) == "\n".join((*PROSE, *OTHER))
    whole = f"<article><h1>{TITLE}</h1>{paragraphs()}</article>"
    assert body_of(page(whole + state)) == "\n".join(PROSE)


def test_the_state_of_something_else_is_no_article() -> None:
    """Messages, settings and other stories in a state make no article of a page without one."""
    state = {"i18n": {"m1": PROSE[0], "m2": PROSE[1]}, "config": {"help": paragraphs(OTHER)}}
    found = outcome_of(page(f"<div id='root'></div>{script(json.dumps(state), 'application/json')}"))
    assert found == "no_text"


STATED = " ".join(PROSE)


def ld(body: str) -> str:
    """JSON-LD with this as the literal of its `articleBody`."""
    return script(
        f'{{"@type": "NewsArticle", "headline": "{TITLE}", "articleBody": {body}}}', "application/ld+json"
    )


@pytest.mark.parametrize(
    "literal",
    [
        f'"The mayor said "enough" twice. {STATED}"',
        f'"{STATED}",',
        f'"{STATED}"',
        json.dumps(STATED.replace(" ", "  ")),
        json.dumps(f"&lt;p&gt;{STATED}&lt;/p&gt;"),
        json.dumps(f"&amp;lt;p&amp;gt;{STATED}&amp;lt;/p&amp;gt;"),
        json.dumps(STATED).replace("The work", "The\\' work").replace("\\'", "\\'"),
    ],
)
def test_damaged_json_ld_is_read(literal: str) -> None:
    """Bare quotes, trailing commas, escapes that JSON has not and markup escaped twice cost nothing."""
    text = body_of(page(f"<h1>{TITLE}</h1>", HEAD + ld(literal)))
    assert text.replace("The' work", "The work").endswith(STATED)
    assert "<" not in text
    assert "&" not in text


def test_json_ld_that_ends_too_early_is_read() -> None:
    """A script cut in the middle of the text gives what is there."""
    cut = ld(json.dumps(STATED)).replace('"}</script>', "</script>")
    assert body_of(page(f"<h1>{TITLE}</h1>", HEAD + cut)) == STATED


@pytest.mark.parametrize("stated", [STATED[:330] + "...", STATED[:335]])
def test_a_cut_stated_body_gives_way_to_the_page(stated: str) -> None:
    """An `articleBody` that breaks off within a sentence is not preferred to the paragraphs that go on."""
    shown = f"<article><h1>{TITLE}</h1>{paragraphs()}</article>"
    assert body_of(page(shown, HEAD + ld(json.dumps(stated)))) == "\n".join(PROSE)


def test_what_the_page_repeats_is_taken_once() -> None:
    """Paragraphs are taken in the order of the stated body: a teaser of the article's own words beside it is
    not a second lead."""
    box = f"<div class='x'><p>{PROSE[0]}</p></div>"
    shown = f"<main><h1>{TITLE}</h1>{paragraphs()}{box}</main>"
    assert body_of(page(shown, HEAD + ld(json.dumps(STATED)))) == "\n".join(PROSE)


def test_a_live_blog_in_json_is_its_updates() -> None:
    """The updates of a live blog whose page shows none are its text, one after the other."""
    updates = [
        {"@type": "BlogPosting", "headline": f"At {n}", "articleBody": line} for n, line in enumerate(PROSE)
    ]
    blog = {"@type": "LiveBlogPosting", "headline": TITLE, "liveBlogUpdate": updates}
    text = body_of(page(f"<h1>{TITLE}</h1>", HEAD + script(json.dumps(blog), "application/ld+json")))
    assert [line for line in text.splitlines() if line in PROSE] == list(PROSE)


@pytest.mark.parametrize(
    "second",
    [
        "<article><h1>Bakers raise prices</h1>{}</article>",
        "<div class='next-up'><article><h1>Bakers raise prices</h1>{}</article></div>",
        "<article><header><h2>Bakers raise prices</h2></header>{}</article>",
    ],
)
@pytest.mark.parametrize("times", [1, 4])
def test_the_next_article_is_not_part_of_the_first(second: str, times: int) -> None:
    """What an endless page shows below the article is left out, longer or not."""
    first = f"<article><h1>{TITLE}</h1>{paragraphs()}</article>"
    assert body_of(page(f"<main>{first}{second.format(paragraphs(OTHER)) * times}</main>")) == "\n".join(
        PROSE
    )


def test_the_next_article_without_its_element() -> None:
    """Two elements of one make that each begin with an `<h1>` are two articles; sections of one are not."""
    make = "<div class='post'><h1>{}</h1>{}</div>"
    two = make.format(TITLE, paragraphs()) + make.format("Bakers raise prices", paragraphs(OTHER))
    assert body_of(page(f"<main>{two}</main>")) == "\n".join(PROSE)
    parts = (
        f"<article><h1>{TITLE}</h1><section>{paragraphs()}</section><section><h2>Bread in the harbour "
        f"town</h2>{paragraphs(OTHER)}</section></article>"
    )
    assert body_of(page(parts)) == "\n".join((*PROSE, "Bread in the harbour town", *OTHER))


@pytest.mark.parametrize(
    "style",
    [
        "style='position:absolute; left:-9999px'",
        "style='text-indent:-5000px'",
        "style='font-size:0'",
        "style='display:none'",
        "style='visibility: hidden'",
        "style='height:0;overflow:hidden'",
        "class='visually-hidden'",
        "hidden",
    ],
)
def test_text_that_nobody_sees_is_not_text(style: str) -> None:
    """Words put there for machines, by whatever means they are hidden, are left out."""
    spam = f"<div {style}>{paragraphs(OTHER)}</div>"
    assert body_of(page(f"<article><h1>{TITLE}</h1>{paragraphs()}{spam}</article>")) == "\n".join(PROSE)


@pytest.mark.parametrize("control", ["Read more", "Lire la suite", "Читать далее", "اقرأ المزيد", "阅读全文"])
def test_text_that_is_folded_away_is_text(control: str) -> None:
    """Where the page has something that unfolds it, the hidden rest belongs to the article."""
    rest = f"<a href='#'>{control}</a><div class='x1' style='display:none'>{paragraphs(PROSE[2:])}</div>"
    assert body_of(page(f"<article><h1>{TITLE}</h1>{paragraphs(PROSE[:2])}{rest}</article>")) == "\n".join(
        PROSE
    )


WALLS = {
    "consent_wall": (
        "Wir und unsere Partner speichern Daten auf Ihrem Gerät, auch mit Cookies. Mit Ihrer Einwilligung "
        "verarbeiten wir und "
        "unsere Partner Daten. Einige Partner berufen sich auf ein berechtigtes Interesse. Alle Cookies "
        "akzeptieren oder ablehnen.",
        "Nous et nos partenaires stockons des cookies sur votre appareil. En cliquant sur accepter, vous "
        "donnez votre consentement. "
        "Vous pouvez retirer votre consentement ou vous opposer à l'intérêt légitime. Paramétrer les "
        "cookies ou accepter les cookies.",
    ),
    "bot_check": (
        "Проверяем ваш браузер перед переходом на сайт. Пожалуйста, включите JavaScript и cookies. "
        "Это нужно, чтобы убедиться, что вы не робот. Проверка безопасности займёт несколько секунд.",
        "Verifying you are human. This may take a few seconds, please wait while we check your connection "
        "and your browser. "
        "Performance & security by the network of this site. Ray ID 7f3a, please complete the security "
        "check.",
    ),
    "geo_block": (
        "Ce contenu n'est pas disponible dans votre pays. Cette page n'est pas accessible depuis votre "
        "région pour des raisons "
        "de droits. Merci de votre compréhension, la rédaction reste à votre disposition pour toute "
        "question sur ces droits.",
        "This video is not available in your country. Visitors from your region cannot watch it for "
        "reasons of rights that we "
        "regret very much. Our site is unavailable for legal reasons to visitors from your region since "
        "last autumn.",
    ),
    "login_wall": (
        "Sign in to continue reading. Already a subscriber? Forgot your password? Create a free account to "
        "read three articles "
        "a month. Subscribe to get unlimited access, cancel anytime. Not yet a registered user? Register "
        "to read on.",
        "Cet article est réservé aux abonnés. Déjà abonné ? Connectez-vous pour lire la suite. "
        "Abonnez-vous sans engagement. "
        "Mot de passe oublié ? Identifiez-vous pour accéder à tous les contenus, exclusivement pour nos "
        "abonnés.",
    ),
    "parked": (
        "This domain is for sale. Buy this domain today from its owner, who will be glad to hear from you "
        "about the name. "
        "The domain has expired and is parked free, courtesy of the registrar. The domain name may be for "
        "sale by its owner.",
    ),
}  # fmt: skip
CASES = [(name, text) for name, texts in WALLS.items() for text in texts]


@pytest.mark.parametrize(("outcome", "text"), CASES)
@pytest.mark.parametrize("under_headline", [True, False])
def test_walls_are_named(outcome: str, text: str, under_headline: bool) -> None:
    """A wall is refused by its own name, under the real headline too, and however long it is repeated for
    consent."""
    head = HEAD if under_headline else "<title>vale.example</title>"
    assert outcome_of(page(f"<div class='x'><p>{text}</p></div>", head)) == outcome
    assert outcome in CLEAN_OUTCOMES


@pytest.mark.parametrize(("outcome", "text"), CASES)
def test_the_words_of_a_wall_do_not_cost_an_article(outcome: str, text: str) -> None:
    """Beside an article, or at its end, the same words harm nothing."""
    raw = page(f"<article><h1>{TITLE}</h1>{paragraphs()}{paragraphs(OTHER)}<p>{text}</p></article>")
    assert outcome_of(raw) == "article"


@pytest.mark.parametrize(
    "lines",
    [
        ("Роскомнадзор ограничил доступ к сайту издания на территории страны.",
         "Доступ к сайту был ограничен по решению суда.",
         "Редакция назвала решение незаконным и обещала его обжаловать в вышестоящей инстанции, сообщил её "
         "главный редактор."),
        ("The regulator denied reporters access to the hearing on Monday.", "Access to the site of the "
        "paper was blocked in May.",
         "Lawyers for the paper said that they had not been told of the decision, and would go to court "
         "over it."),
        ("The company said that cookies will be phased out by the end of the year.",
         "Regulators had asked for a say on how partners store data.",
         "Advertisers fear losses, while groups for the rights of readers call it the end of an era of "
         "tracking."),
    ],
)  # fmt: skip
def test_news_about_walls_is_news(lines: tuple[str, ...]) -> None:
    """A short report about blocked sites or cookies is an article."""
    raw = page(
        f"<article><h1>Site blocked by the regulator, editors say</h1>{paragraphs(lines)}</article>",
        "<title>x</title>",
    )
    assert outcome_of(raw) == "article"


@pytest.mark.parametrize(
    "name", ["Page not found", "Page introuvable", "Страница не найдена", "الصفحة غير موجودة"]
)
def test_a_long_error_page_is_no_article(name: str) -> None:
    """An error page that shows other stories is an error page, if heading and window title say so."""
    head = f"<title>{name} | The Vale</title><meta property='og:title' content='{name}'>"
    assert (
        outcome_of(page(f"<main><h1>404 - {name}</h1>{paragraphs()}{paragraphs(OTHER)}</main>", head))
        == "soft_404"
    )
    assert (
        outcome_of(
            page(f"<main><h1>404 reasons to repair a dam</h1>{paragraphs()}{paragraphs(OTHER)}</main>", HEAD)
        )
        == "article"
    )


@pytest.mark.parametrize("item", [
    "<div class='c'><h3><a href='/{n}'>Another story of the harbour, number {n}</a></h3><p>{line}</p></div>",
    "<li><a href='/{n}'>Another story of the harbour, number {n}</a><br><br><span>2 "
    "March</span><p>{line}</p></li>",
])  # fmt: skip
@pytest.mark.parametrize("count", [6, 30])
def test_a_list_of_stories_is_no_article(item: str, count: int) -> None:
    """A section page, of which each paragraph stands under a linked headline, is refused as one."""
    lines = (PROSE + OTHER) * 4
    items = "".join(item.format(n=n, line=lines[n]) for n in range(count))
    head = "<title>Politics | The Vale</title>"
    assert outcome_of(page(f"<main><h1>Politics</h1>{items}</main>", head)) in (
        "section",
        "no_text",
        "too_short",
    )


def test_a_ticker_below_an_article_is_not_joined() -> None:
    """Following items under linked headlines are left out where the article before them is whole."""
    items = "".join(
        f"<p class='h'><a href='/{n}'>Another story of the harbour, number {n}</a></p><p>{line}</p>"
        for n, line in enumerate(OTHER * 2)
    )
    assert body_of(page(f"<div class='t'><h1>{TITLE}</h1>{paragraphs()}{items}</div>")) == "\n".join(PROSE)


def test_a_title_escaped_twice_is_plain() -> None:
    """References that were escaped again are read as what they stand for."""
    h1 = "Council &amp;amp; engineers: &amp;#8220;repair&amp;#8221; the dam"
    found = extract_page(page(f"<article><h1>{h1}</h1>{paragraphs()}</article>", "<title>x</title>"), url="")
    assert isinstance(found, Extraction)
    assert found.title == "Council & engineers: “repair” the dam"


def test_the_articles_own_json_ld_is_believed_before_related_ones() -> None:
    """Date and name come from the object that is called like the page, in whatever order objects stand."""
    related = {
        "@type": "NewsArticle",
        "headline": "Bakers raise prices",
        "datePublished": "2020-01-05T08:00:00Z",
    }
    own = {"@type": "NewsArticle", "headline": TITLE, "datePublished": "2026-03-02T07:00:00Z"}
    listed = {"@type": "ItemList", "itemListElement": [related]}
    orders: list[Callable[[], list[object]]] = [
        lambda: [listed, own],
        lambda: [related, own],
        lambda: [own, related],
    ]
    for order in orders:
        head = HEAD + "".join(script(json.dumps(item), "application/ld+json") for item in order())
        found = extract_page(page(f"<article><h1>{TITLE}</h1>{paragraphs()}</article>", head), url="")
        assert isinstance(found, Extraction)
        assert found.date_claims["jsonld"] == "2026-03-02T07:00:00Z"


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=30),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(
        st.sampled_from(["@type", "headline", "articleBody", "datePublished", "author", "name", "inLanguage",
                         "liveBlogUpdate", "itemListElement", "text", "children", "type", "title",
                         "isAccessibleForFree", "hasPart"]),
        inner, max_size=6),
    max_leaves=20,
)  # fmt: skip


@settings(max_examples=80, deadline=None)
@given(json_values, st.sampled_from(["application/ld+json", "application/json", ""]))
def test_no_claim_costs_the_page(value: object, kind: str) -> None:
    """Whatever stands in JSON-LD or state, in whatever type, the article of the page is found."""
    odd = script(("var x = " if not kind else "") + json.dumps(value).replace("</", "<\\/"), kind)
    typed = script(json.dumps({"@type": "NewsArticle", "headline": value, "author": value,
                               "datePublished": value,
                               "isAccessibleForFree": value, "hasPart": value}).replace("</", "<\\/"),
                               "application/ld+json")  # fmt: skip
    raw = page(f"<article><h1>{TITLE}</h1>{paragraphs()}</article>", HEAD + odd + typed)
    assert PROSE[1] in body_of(raw)


@settings(max_examples=100, deadline=None)
@given(st.dictionaries(st.text(max_size=5), st.text(max_size=40), max_size=4), st.integers(0, 200))
def test_json_is_read_or_not_but_never_raises(value: dict[str, str], place: int) -> None:
    """Good JSON is read as it is; cut or with a quote put in anywhere, it is read or left."""
    text = json.dumps(value, ensure_ascii=False)
    if text.strip() == text and not text.startswith(("{&quot;",)):
        assert read_json(text) == value
    read_json(text[:place])
    read_json(text[:place] + '"' + text[place:])


@given(st.text(max_size=200))
def test_plain_text_has_no_markup(text: str) -> None:
    """Whatever a string holds, no tag and no empty line is left of it."""
    plain = plain_text(text + "<p>a</p>&lt;b&gt;c&lt;/b&gt;")
    assert "<p>" not in plain
    assert all(line.strip() for line in plain.splitlines())
