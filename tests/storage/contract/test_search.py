"""Search by words."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from analysis.embedding.centring import centred
from storage import search_index
from storage.engine import Database
from storage.records import MeanTable, SearchFilters
from storage.schema import articles
from storage.search_index import index_again, index_articles
from storage.store import Store
from tests.storage.makers import BUILD, DAY, add_articles, add_passages, article, hours, source, unit

ALL = SearchFilters()


def found(store: Store, query: str, filters: SearchFilters = ALL) -> list[str]:
    """Titles of what a query finds, best first."""
    titles = {item.article_id: item.title for item in store.articles.between(hours(-99), hours(99))}
    return [titles[hit.article_id] for hit in store.search.text(query, filters=filters, limit=50)]


@pytest.mark.parametrize(
    ("query", "text"),
    [
        ("securite", "La Sécurité nationale"),
        ("SÉCURITÉ", "la securite"),
        ("محمد", "قال مُحَمَّد ذلك"),
        ("امن", "أمن المنطقة"),
        ("российские", "Российские власти"),
        ("secur*", "security concerns"),
        ('"security concerns"', "about security concerns today"),
        ("co-operation", "military co-operation grows"),
        ("安全", "毛里塔尼亚理解俄罗斯的安全关切"),
        ("俄罗斯 安全", "毛里塔尼亚理解俄罗斯的安全关切"),
        ("ความมั่นคง", "ประเด็นความมั่นคงของรัสเซีย"),
        ("सुरक्षा", "रूस की सुरक्षा चिंताएँ"),
        ("ﬁnance", "finance ministers"),
        ("straße", "STRASSE"),
        ("covid19 2026", "covid19 in 2026"),
        ("علی", "قال على ذلك"),
        ("dansanda", "ɗansanda a Kano"),
    ],
)
def test_words_are_found_in_any_script(store: Store, query: str, text: str) -> None:
    """Case, accents and vowel marks do not matter, phrases and beginnings do; the same on both engines."""
    add_articles(store, [article("1", body=text), article("2", body="something else entirely")])
    assert found(store, query) == ["Title 1"]


def test_an_index_of_older_folding_is_made_again(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """What was indexed before letters were one is found by every spelling once the index was renewed, however
    many articles there are; what no folding touches is left alone.
    """
    texts = {"1": "ايران و تركيه", "2": "اير\u0640ان", "3": "plain words", "4": "IŞIK ŁÓDŹ", "5": "۲۰۲۶"}
    add_articles(store, [article(key, title=key, body=text) for key, text in texts.items()])
    database: Database = store._database
    numbers = {title: number for number, title in _numbers(database)}
    with database.write() as connection:
        index_articles(connection, dict.fromkeys(numbers.values(), ("", "stale")))
        monkeypatch.setattr("storage.search_index._AGAIN", 2)
        index_again(connection)
    assert sorted(found(store, "ایران")) == ["1", "2"]
    assert found(store, "ışık lodz") == ["4"]
    assert found(store, "2026") == ["5"]
    assert found(store, "stale") == ["3"]


def _numbers(database: Database) -> list[tuple[int, str]]:
    with database.read() as connection:
        rows = connection.execute(sa.select(articles.c.article_no, articles.c.title))
        return [(row.article_no, row.title) for row in rows]


@pytest.mark.parametrize("query", ['"concerns security"', "secure", "security absent", "全安"])
def test_what_is_not_there_is_not_found(store: Store, query: str) -> None:
    """All terms must stand, phrases in their order, words whole."""
    add_articles(store, [article("1", body="security concerns 安全")])
    assert found(store, query) == []


@pytest.mark.parametrize(
    "query",
    ["", "   ", '"', '""', "*", "'", "\\", "a'b\\c", "(", ")", "AND", "OR NOT", "NEAR(a b)", "title:x", "a:*",
      "& | !", "<->", "^a", "{a}",
     "a\x00b", "\ud800", "-", "--", ";", "%", "100%", "$1", ":x", "😀", "a" * 5000, "word " * 500, '"' * 99,
     "é*", "x*y*", "1e5 0x1f 1.5"],
)  # fmt: skip
def test_no_query_is_an_error(store: Store, query: str) -> None:
    """Whatever is typed, the answer is a list."""
    add_articles(store, [article("1")])
    assert isinstance(store.search.text(query, filters=ALL, limit=5), list)


def test_operators_are_words(store: Store) -> None:
    """What an engine would read as syntax is looked for as text."""
    add_articles(store, [article("1", body="either this or that"), article("2", body="this")])
    assert found(store, "this OR") == ["Title 1"]


def test_a_title_weighs_more(store: Store) -> None:
    """An article about a word comes before one that mentions it."""
    add_articles(
        store,
        [
            article("1", title="Weather", body="Bread and rain. " + "More rain. " * 3),
            article("2", title="Bread", body="Prices of it rise. " * 3),
        ],
    )
    assert found(store, "bread") == ["Bread", "Weather"]


def test_filters_narrow(store: Store) -> None:
    """Time, source, country and language narrow the search; the limit holds."""
    store.sources.sync([source("alpha", country="XA"), source("beta", country="XB")])
    add_articles(
        store,
        [
            article("1"),
            article("2", source_id="beta"),
            article("3", language="fr"),
            article("4", counted_at=hours(9)),
        ],
    )
    assert sorted(found(store, "mauritania", SearchFilters(start=hours(1)))) == ["Title 4"]
    assert sorted(found(store, "mauritania", SearchFilters(start=DAY, end=hours(9)))) == [
        "Title 1",
        "Title 2",
        "Title 3",
    ]
    assert found(store, "mauritania", SearchFilters(countries=("XB",))) == ["Title 2"]
    assert found(store, "mauritania", SearchFilters(languages=("fr",), source_ids=("alpha",))) == ["Title 3"]
    assert len(store.search.text("mauritania", filters=ALL, limit=2)) == 2


def test_ties_go_by_id(store: Store) -> None:
    """Equally good articles come in the order of their ids."""
    add_articles(store, [article(str(number), title="Same", body="the same text") for number in range(6)])
    ids = [hit.article_id for hit in store.search.text("same", filters=ALL, limit=9)]
    assert ids == sorted(ids)


def test_a_snippet_shows_the_place(store: Store) -> None:
    """The snippet is a stretch of the article around the first term."""
    add_articles(store, [article("1", body="word " * 200 + "the NEEDLE lies here " + "word " * 200)])
    hit = store.search.text("needle", filters=ALL, limit=1)[0]
    assert "the NEEDLE lies here" in hit.snippet
    assert len(hit.snippet) < 300
    assert hit.snippet.startswith("… ")
    assert hit.snippet.endswith(" …")


def test_endless_bodies_are_indexed_in_part(store: Store) -> None:
    """A body larger than an engine's index entry is stored whole and found by its beginning."""
    body = "beginning " + " ".join(f"{number:x}жы" for number in range(250_000))
    add_articles(store, [article("1", body=body)])
    assert found(store, "beginning") == ["Title 1"]
    stored = store.articles.get(article("1").article_id)
    assert stored is not None
    assert stored.body == body


@pytest.mark.parametrize(
    "nobody",
    [
        SearchFilters(source_ids=("nobody",)),
        SearchFilters(countries=("ZZ",)),
        SearchFilters(languages=("xx",)),
        SearchFilters(start=hours(10**5)),
        SearchFilters(end=hours(-(10**5))),
    ],
)
def test_filters_that_let_nothing_through_find_nothing(store: Store, nobody: SearchFilters) -> None:
    """No candidates is an empty answer by words and by meaning, and vectors of nothing can be compared with a
    query's.
    """
    add_passages(store, ["1", "2"], vectors=[unit(1), unit(0, 1)])
    table = MeanTable(version=1, build=BUILD, made_at=DAY, means={"*": unit(1)}, counts={"*": 2})
    assert store.search.text("mauritania", filters=nobody, limit=9) == []
    assert (centred(store, [], table) @ unit(1)).shape == (0,)


def test_an_empty_store_is_searched(store: Store) -> None:
    """Nothing is found where nothing is."""
    assert store.search.text("mauritania", filters=ALL, limit=9) == []
    assert store.vectors.by_language(BUILD, per_language=9) == {}
    assert not store.vectors.any(BUILD)


def many(store: Store) -> None:
    """Five articles with a word, one more without; the third has it in its title."""
    texts = ["word", "word", "word", "word", "word", "other"]
    rows = [
        article(str(place), title="word" if place == 2 else "plain", body=f"{text} {place}")
        for place, text in enumerate(texts)
    ]
    for row in rows:
        add_articles(store, [row])


def test_of_very_many_the_newest_are_ranked(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """As many as are ranked, the newest by number, come back; the title still counts among them."""
    many(store)
    whole = [hit.article_id for hit in store.search.text("word", filters=ALL, limit=9)]
    assert len(whole) == 5
    monkeypatch.setattr(search_index, "RANKED", {"sqlite": 3, "postgresql": 3})
    kept = [hit.article_id for hit in store.search.text("word", filters=ALL, limit=9)]
    assert kept == [key for key in whole if key in {article(place).article_id for place in "234"}]
    assert kept[0] == article("2").article_id
    assert [hit.article_id for hit in store.search.text("word", filters=ALL, limit=1)] == kept[:1]


@pytest.mark.parametrize(("most", "told"), [(4, 4), (5, None), (6, None)])
def test_it_is_told_that_not_all_were_ranked(
    store: Store, monkeypatch: pytest.MonkeyPatch, most: int, told: int | None
) -> None:
    """Only where more articles have the words than are ranked."""
    many(store)
    monkeypatch.setattr(search_index, "RANKED", {"sqlite": most, "postgresql": most})
    assert store.search.ranked_at_most("word", filters=ALL) == told
    assert store.search.ranked_at_most("other", filters=ALL) is None
    assert store.search.ranked_at_most("...", filters=ALL) is None


def test_a_filter_comes_before_the_newest(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """What a filter leaves out takes no place among those that are ranked."""
    add_articles(store, [article("1", body="word", counted_at=hours(-9))])
    many_later = [article(str(place), body="word", counted_at=hours(1)) for place in range(2, 6)]
    for row in many_later:
        add_articles(store, [row])
    monkeypatch.setattr(search_index, "RANKED", {"sqlite": 2, "postgresql": 2})
    early = SearchFilters(end=hours(-1))
    found = store.search.text("word", filters=early, limit=9)
    assert [hit.article_id for hit in found] == [article("1").article_id]
    assert store.search.ranked_at_most("word", filters=early) is None
    assert store.search.ranked_at_most("word", filters=SearchFilters(start=hours(0))) == 2
