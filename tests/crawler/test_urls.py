"""One spelling per page, and whose domain a host belongs to."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.urls import canonical, is_front_page, registered_domain, resolved


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("HTTP://Example.COM:80/a?utm_source=rss&b=1&fbclid=x#part", "http://example.com/a?b=1"),
        ("https://example.com", "https://example.com/"),
        ("https://example.com:443/?utm_medium=a", "https://example.com/"),
        ("https://example.com:8443/a", "https://example.com:8443/a"),
        ("/news/1", "http://base.org/news/1"),
        ("//other.org/x", "http://other.org/x"),
        ("  http://example.com/a\n b ", "http://example.com/a%20b"),
        ("http://пример.рф/путь?q=я", "http://xn--e1afmkfd.xn--p1ai/%D0%BF%D1%83%D1%82%D1%8C?q=%D1%8F"),
        ("http://[::1]:8080/x", "http://[::1]:8080/x"),
        ("http://example.com/a?b=2&a=1&a=0", "http://example.com/a?b=2&a=1&a=0"),
    ],
)
def test_canonical_spelling(address: str, expected: str) -> None:
    """Spellings that mean one page become one address; what may matter to the server stays."""
    assert canonical(address, "http://base.org/dir/") == expected


@pytest.mark.parametrize(
    "address",
    [
        "",
        "javascript:alert(1)",
        "mailto:a@b.org",
        "ftp://a.org/x",
        "data:text/html,x",
        "file:///etc/passwd",
        "http://user:word@a.org/",
        "http://a.org:99999/",
        "http://a.org:x/",
        "http://[::1/",
        "http://[2001:4860::1%25eth0]/",
        "http://" + "a" * 70 + ".org/",
        "http://a..org/",
        "http://a.org/" + "x" * 2000,
        "http://a.org/" + "я" * 400,
    ],
)
def test_what_is_no_page_is_none(address: str) -> None:
    """Other schemes, credentials, impossible hosts and endless addresses are refused, never raised."""
    assert canonical(address) is None


@given(st.text(max_size=60))
def test_any_text_is_survived(text: str) -> None:
    """Whatever stands in a link, the answer is a canonical address or None, and canonical means it does not
    change again."""
    found = canonical(text, "http://base.org/dir/")
    assert found is None or canonical(found) == found


@pytest.mark.parametrize(
    "name",
    [
        "utm_source", "UTM_Medium", "fbclid", "gclid", "yclid", "dclid", "msclkid", "igshid", "mkt_tok",
        "mc_cid", "mc_eid", "at_medium", "at_custom1", "xtor", "traffic_source", "_openstat", "pk_campaign",
    ],
)  # fmt: skip
def test_tracking_parameters_go(name: str) -> None:
    """One article that is linked with tracking parameters is one page."""
    assert canonical(f"http://a.org/x?id=7&{name}=abc") == "http://a.org/x?id=7"


@pytest.mark.parametrize(
    "name",
    [
        "cid",
        "eid",
        "uid",
        "news_uid",
        "source",
        "ref",
        "reference",
        "keyword",
        "session",
        "id",
        "art_id",
        "gl",
    ],
)
def test_parameters_that_may_name_an_article_stay(name: str) -> None:
    """What addresses an article on some site is kept, though it tracks readers on others."""
    assert canonical(f"http://a.org/x?{name}=12") == f"http://a.org/x?{name}=12"


def test_redirect_targets_keep_their_parameters() -> None:
    """A redirect that adds a tracking parameter is followed as it is, or it would lead back to itself."""
    assert resolved("/a?utm_source=x#f", "http://a.org/a") == "http://a.org/a?utm_source=x"


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        ("news.bbc.co.uk", "bbc.co.uk"),
        ("arabic.rt.com", "rt.com"),
        ("www.presidence.gov.ml", "presidence.gov.ml"),
        ("127.0.0.1", "127.0.0.1"),
        ("::1", "::1"),
        ("www.outlet.localhost", "outlet.localhost"),
        ("intranet", "intranet"),
        ("RT.com.", "rt.com"),
        ("www.outlet.blogspot.com", "outlet.blogspot.com"),
        ("outlet.github.io", "outlet.github.io"),
        ("blogspot.com", "blogspot.com"),
    ],
)
def test_registered_domain(host: str, expected: str) -> None:
    """The domain that was registered, by the public suffix list that comes with the package."""
    assert registered_domain(host) == expected


@pytest.mark.parametrize("path", ["", "/", "/fr", "/pt-BR/", "/index.php", "/ar/index.html", "/home"])
def test_front_pages(path: str) -> None:
    """A site's own address, or that of one of its languages, is no page in it."""
    assert is_front_page(f"http://a.org{path}")


@pytest.mark.parametrize("path", ["/?p=12", "/news", "/fr/12", "/index/12", "/fr-news"])
def test_pages_are_no_front_pages(path: str) -> None:
    """Numbers, sections and queries are not taken for a site's own address."""
    assert not is_front_page(f"http://a.org{path}")
