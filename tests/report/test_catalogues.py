"""Whatever readers are told is told in each language of the interface: no message without its entry, no
sentence of a template past the catalogues, stored sentences too.
"""

from __future__ import annotations

import re

import pytest

from drumbeat.report.editions import Edition
from drumbeat.report.view import report_view
from drumbeat.report.write import as_html, as_markdown, front_text
from drumbeat.shown import words
from drumbeat.shown.language import LANGUAGES, Language, messages_of, plural, retold, say, speaking
from tests.report.messages import messages, sources, stored, unsaid
from tests.report.sample import at, digest
from tests.report.test_findings import account

OTHERS = tuple(language for language in LANGUAGES if language != "en")
_SLOT = re.compile(r"\{[a-z_]+\}")


def _texts(message: str | tuple[str, ...] | list[str]) -> list[str]:
    return [message] if isinstance(message, str) else list(message)


@pytest.mark.parametrize("language", OTHERS)
def test_no_message_is_missing(language: Language) -> None:
    """Every message has its entry, whole, with the same slots."""
    known = {tuple(_texts(item.id)): item for item in messages_of(language) if item.id}
    nouns = {(one,) for one, *many in known if many}
    missing = [item for item in messages() if tuple(_texts(item)) not in known.keys() | nouns]
    assert missing == []
    for item in known.values():
        assert not item.fuzzy
        for text in _texts(item.string):
            assert text
            assert set(_SLOT.findall(text)) == set(_SLOT.findall(_texts(item.id)[0])), item.id


@pytest.mark.parametrize("name", [name for name, _ in sources()])
def test_no_template_speaks_past_the_catalogues(name: str) -> None:
    """What stands in a template outside of its expressions has no word of ours."""
    assert unsaid(dict(sources())[name]) == []


def test_unsaid_words_are_seen() -> None:
    """The check finds a sentence between tags, and none in what is said."""
    assert unsaid("<p>Hello there {{ say('x') }}</p>") == ["Hello", "there"]
    assert unsaid("<p>{{ say('Hello there') }}</p>") == []


@pytest.mark.parametrize("language", OTHERS)
def test_stored_sentences_are_retold(language: Language) -> None:
    """What checks, sources and notes say in English has an entry in the language."""
    with speaking(language):
        for text in stored():
            for part in text.split("; ") if retold(text) == text else [text]:
                assert retold(part) != part, part


def test_numbers_days_and_plurals_are_french() -> None:
    """Decimals, thousands, the first of a month, plurals from two on, a moment by another clock."""
    with speaking("fr", "Asia/Shanghai"):
        assert words.number(1234.0) == "1\u202f234"
        assert words.number(3.14) == "3,1"
        assert words.count(0, "text") == "0 texte"
        assert words.count(1.5, "text") == "1,5 texte"
        assert words.count(2, "text") == "2 textes"
        assert words.day("2026-03-01") == "1er mars 2026"
        assert words.period("2026-03-01", "2026-03-08") == "1er–7 mars 2026"
        assert words.moment("2026-02-10T23:30:00+00:00") == "11 févr. 2026, 07:30 UTC+8"
        assert words.finding("named: 7 of 9 articles are history loaded later").startswith("trouvé")
        assert plural("{n} outlet", "{n} outlets", 1) == "{n} média"
    assert words.number(3.14) == "3.1"
    assert say("Findings") == "Findings"


def test_a_french_report_is_french() -> None:
    """None of our English sentences is left in any text form of it."""
    shown = report_view(
        digest(), as_of=at(23, 6), account=account(), min_texts=4, edition=Edition(language="fr")
    )
    shown["digest"]["zone"] = "Africa/Bamako"
    text = as_html(shown) + as_markdown(shown) + front_text(shown)
    english = {
        one
        for item in messages_of("fr")
        for one, other in zip(_texts(item.id), _texts(item.string), strict=False)
        if item.id and one != other and len(one) > 12 and not _SLOT.search(one)
    }
    # What outlets wrote stays as it is.
    assert [one for one in sorted(english) if one in text] == []
