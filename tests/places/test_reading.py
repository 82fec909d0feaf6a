"""What texts name and are about: words, persons, clubs and datelines that are no country, and names that
are."""

from __future__ import annotations

import pytest

from analysis.places.gazetteer import gazetteer
from analysis.places.reading import TITLE, Segment, read_article


def named(text: str, language: str, *, title: str = "") -> set[str]:
    """Codes of the countries that a text names."""
    found = read_article([Segment(TITLE, title), Segment(0, text)], language, gazetteer())
    return {item.name[8:] for item in found if item.name.startswith("country:") and item.mentions}


def about(text: str, language: str, *, title: str = "") -> set[str]:
    """Codes of the countries that a text is about."""
    found = read_article([Segment(TITLE, title), Segment(0, text)], language, gazetteer())
    return {item.name[8:] for item in found if item.about}


@pytest.mark.parametrize(
    ("language", "text", "codes"),
    [
        ("en", "Troops crossed from Niger into Nigeria.", "NE NG"),
        ("en", "Equatorial Guinea and Guinea-Bissau signed, Guinea did not.", "GQ GW GN"),
        ("en", "A guinea pig sailed the Indian Ocean.", ""),
        ("en", "Said Chad Smith, who met Michael Jordan.", ""),
        ("en", "The army of Chad said that refugees fled to Jordan.", "TD JO"),
        ("en", "We ate the turkey. Turkey goes well with cranberries.", ""),
        ("en", "The South Sudanese government met envoys from Sudan.", "SS SD"),
        ("pl", "Byli mali i biedni.", ""),
        ("sw", "Wezi waliiba mali nyumbani.", ""),
        ("ar", "قدمت الدولة دعم مالي للمزارعين.", ""),
        ("ar", "وصل الجنود الروس إلى مالي والنيجر.", "RU ML NE"),
        ("ar", "غرقت السفينة في المحيط الهندي.", ""),
        ("ru", "До того как начались переговоры, он молчал.", ""),
        ("ru", "Власти Саудовской Аравии приняли российских дипломатов.", "SA RU"),
        ("zh", "货船在印度洋沉没。", ""),
        ("zh", "美国和俄罗斯的代表在北京会谈。", "US RU CN"),
        ("tr", "Çinlilerin Türkiye'deki yatırımları arttı.", "CN TR"),
        ("ha", "Gwamnatin Sudan ta Kudu ta gana da Najeriya.", "SS NG"),
        ("fr", "Le ministre ougandais est arrivé à Ouagadougou.", "UG BF"),
        ("he", "הנשיא נסע לרוסיה ולצרפת.", "RU FR"),
        ("fi", "Venäläiset ylittivät Ukrainan rajan.", "RU UA"),
    ],
)  # fmt: skip
def test_names_are_told_from_words(language: str, text: str, codes: str) -> None:
    """Each text names these countries and no other."""
    assert named(text, language) == set(codes.split())


def test_a_dateline_makes_no_article_about_its_country() -> None:
    """The town where the author sat is no subject."""
    text = "MOSCOW, 3 March (Interfax) - Farmers in Kenya wait for rain. Kenyan harvests failed."
    assert about(text, "en") == {"KE"}


def test_clubs_are_not_about_their_town() -> None:
    """A match of two clubs is about no country."""
    assert about("Manchester United beat Dynamo Kyiv and Leicester City.", "en") == set()


def test_a_country_named_once_among_many_is_no_subject() -> None:
    """An article on one country that names others in passing is about the one."""
    text = (
        "Mali's army left the town. Malian officers spoke in Bamako. " * 3
        + "Trade with Peru, Chile and Japan went on."
    )
    assert about(text, "en", title="Mali withdraws") == {"ML"}


def test_nothing_is_about_nothing() -> None:
    """An empty article has no names."""
    assert read_article([Segment(TITLE, ""), Segment(0, "")], "und", gazetteer()) == []
