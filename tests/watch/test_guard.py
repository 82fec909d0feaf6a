"""Required entities."""

from __future__ import annotations

import pytest

from analysis.watch.guard import Guard
from storage.text import for_names


@pytest.mark.parametrize(
    ("spelling", "texts"),
    [
        ("Mauritanie", ["LA MAURITANIE a répondu", "l'Mauritanie", "(Mauritanie)"]),
        ("Côte d'Ivoire", ["en Cote d'ivoire", "La Côte d\u2019Ivoire", "Côte\nd'Ivoire"]),
        (
            "Niger",
            ["l'Niger", "Niger's army", "Niger\u2019s army", "Nigers Armee", "Niger-Bénin", "Ni\u00adger"],
        ),
        ("Houthi", ["the Houthis said"]),
        ("EU", ["the EU's envoy", "EU-Africa"]),
        ("U.S.", ["the U.S. Senate"]),
        ("США", ["власти США", "США–Россия"]),
        ("Россия", ["по словам России", "с Россией", "Россию", "РОССИЯ"]),
        ("Нигер", ["в Нигере", "из Нигера", "Нигером", "армия Нигера"]),
        ("Нигерия", ["в Нигерии", "Нигерию", "Нигерией"]),
        ("Мали", ["в Мали"]),
        ("Чад", ["в Чаде", "Чаду"]),
        ("Куба", ["на Кубе", "Кубы", "Кубой"]),
        ("Беларусь", ["в Беларуси", "с Беларусью"]),
        ("Израиль", ["Израиля", "Израилем"]),
        ("Китай", ["в Китае", "Китаем", "Китая"]),
        ("Египет", ["в Египте", "Египтом", "Египет"]),
        ("Саудовская Аравия", ["в Саудовской Аравии", "Саудовскую Аравию"]),
        ("Объединённые Арабские Эмираты", ["Объединенных Арабских Эмиратов"]),
        ("Зеленский", ["Зеленского", "Зеленским"]),
        ("Путин", ["Путина", "Путиным"]),
        ("талибы", ["талибов", "талибам"]),
        ("Россия*", ["Россияне"]),
        ("російськ*", ["російської"]),
        ("Україна", ["в Україні", "України", "Україною"]),
        ("Київ", ["до Києва", "у Києві", "Києвом", "Києву"]),
        ("Харків", ["Харкова", "у Харкові", "Харковом"]),
        ("Тернопіль", ["з Тернополя", "Тернополем"]),
        ("Кременець", ["Кременця", "у Кременці"]),
        ("Білорусь", ["Білорусі", "з Білоруссю"]),
        ("Беларусь", ["Беларусі", "Беларуссю", "в Беларуси"]),
        ("Польща", ["Польщею", "Польщі", "Польщу"]),
        ("Польша", ["с Польшей", "Польши"]),
        ("Росія", ["Росії", "Росією", "Росію"]),
        ("Китай", ["Китаєм", "Китаї", "Китаю"]),
        ("Лондон", ["у Лондоні", "Лондонові"]),
        ("Прага", ["у Празі", "Праги"]),
        ("Америка", ["в Америці"]),
        ("Туреччина", ["Туреччини", "Туреччиною"]),
        ("Рівне", ["у Рівному", "Рівного"]),
        ("Суми", ["до Сум", "у Сумах"]),
        ("Чернівці", ["Чернівців", "Чернівцях"]),
        ("Хмельницький", ["Хмельницького", "у Хмельницькому"]),
        ("Біла Церква", ["Білої Церкви", "у Білій Церкві"]),
        ("Кривий Ріг", ["Кривого Рогу"]),
        ("Запоріжжя", ["у Запоріжжі", "Запоріжжям"]),
        ("Магілёў", ["у Магілёве", "Магілёва"]),
        ("Русија", ["Русије", "Русији", "Русијом"]),
        ("Кијев", ["у Кијеву", "Кијева"]),
        ("Афины", ["из Афин", "в Афинах"]),
        ("موريتانيا", ["وقالت لموريتانيا", "وموريتانيا", "بموريتانيا"]),
        ("النيجر", ["في النيجر", "للنيجر", "وبالنيجر", "والنيجر"]),
        ("ألمانيا", ["المانيا", "لألمانيا", "وألمانيا"]),
        ("عراق", ["العراق", "للعراق"]),
        ("روسيا", ["روســيا", "رُوسيا"]),
        ("روسي*", ["الروسية"]),
        ("ميريديا", ["مِيرِيديا"]),
        ("روسیه", ["روسيه", "روسیه\u200cای"]),
        ("רוסיה", ["ברוסיה", "ושברוסיה"]),
        ("Ρωσία", ["της Ρωσίας"]),
        ("რუსეთ", ["რუსეთის"]),
        ("俄罗斯", ["对俄罗斯的关切"]),
        ("ኢትዮጵያ", ["በኢትዮጵያ"]),
        ("러시아", ["러시아는"]),
        ("Russi*", ["la Russie", "Russian", "Russia"]),
        ("russi*", ["russian", "Russian", "RUSSIANS"]),
    ],
)
def test_a_name_is_found_in_every_dress(spelling: str, texts: list[str]) -> None:
    """Case, accents, vowel signs, apostrophes, declension and what Arabic and Hebrew put before a name do not
    hide it.
    """
    assert [text for text in texts if not Guard([[spelling]]).lets(text)] == []


@pytest.mark.parametrize(
    ("spelling", "texts"),
    [
        ("Niger", ["Nigeria", "nigérian", "Algeria"]),
        ("Guinea", ["guineafowl"]),
        ("Mali", ["malicious", "Malinga", "Somalia"]),
        ("Oman", ["a woman of Rome", "Romans"]),
        ("Congo", ["congolais"]),
        ("EU", ["Europe and the feud", "eu não sei"]),
        ("UN", ["un homme", "UNESCO"]),
        ("US", ["he told us", "USA"]),
        ("Xi", ["Xinjiang", "Mexico", "xis"]),
        ("Нигер", ["в Нигерии", "Нигерия", "нигерийский", "Нигерией"]),
        ("Мали", ["малина", "мальчик", "Сомали", "малый"]),
        ("Иран", ["тиран", "иранский"]),
        ("Индия", ["индиец", "Индиана"]),
        ("Самоа", ["самой", "само"]),
        ("Київ", ["Кий", "Київщина"]),
        ("Мали", ["Мал да удал"]),
        ("Гаити", ["Гаит"]),
        ("مالي", ["وزارة المالية", "إجمالي الناتج", "شمالي البلاد"]),
        ("عمان", ["النعمان", "عمانية"]),
        ("النيجر", ["نيجيريا", "النيجرية"]),
        ("רוסיה", ["פרוסיה"]),
    ],
)
def test_a_part_of_another_word_is_no_name(spelling: str, texts: list[str]) -> None:
    """Niger is not Nigeria, Mali no financial matter, and the abbreviations of powers are not the little
    words of a language.
    """
    assert [text for text in texts if Guard([[spelling]]).lets(text)] == []


@pytest.mark.parametrize(
    ("spelling", "text"),
    [
        ("Того", "До того как начались переговоры"),
        ("Чад", "в чаду и дыму"),
        ("Mali", "a mali cup of tea"),
        ("Mali", "les mali et les biens"),
        ("Chad", "a hanging chad on the ballot"),
        ("Turkey", "They roast a turkey every year"),
        ("Saudi Arabia", "in saudi arabia"),
        ("Того", "Того он не знал\nВ статье до того момента ничего нет."),
        ("Turkey", "Turkey is a dry bird. Brine the turkey for a day."),
        ("Turkey", "How To Roast Turkey Without Fear\nA turkey is a dry bird."),
        ("Того", "ДО ТОГО КАК НАЧАЛИСЬ ПЕРЕГОВОРЫ\nДо того как они начались, прошло два дня."),
        ("Того", "Он сказал: «Того не знаю», и с того дня молчит."),
        ("UN", "UN HOMME ARRÊTÉ\nLe suspect est un homme de 40 ans."),
    ],
)
def test_what_is_written_small_is_a_word(spelling: str, text: str) -> None:
    """A name is found with a capital only.

    Where every word has one, not if the text writes the word small as well.
    """
    assert not Guard([[spelling]]).lets(text)


@pytest.mark.parametrize(
    ("spelling", "text"),
    [
        ("Того", "Власти Того до того дня молчали"),
        ("Того", "Того объявило о выборах"),
        ("Чад", "ЧАД ЗАКРЫЛ ГРАНИЦУ"),
        ("Чад", "«Чад закрыл границу», — сказал министр"),
        ("Turkey", "Turkey said on Monday that it would wait."),
        ("Turkey", "Why Turkey Prices Rise This Year"),
        ("Turkey", "They ate turkey, then flew to Turkey."),
        ("Mali", "MALI: ARMY SEIZES POWER\nThe army took over."),
        ("Saudi Arabia", "Saudi Arabia said so, and the saudi arabia hashtag grew."),
        ("US", "US officials said. They told us."),
        ("UN", "UN experts gave us un rapport"),
        ("Preußen", "in PREUSSEN"),
        ("İzmir", "in Izmir"),
        ("Ñuble", "en Ñuble"),
        ("талибы", "Талибов и талибов"),
    ],
)
def test_a_capital_counts_unless_the_text_speaks_against_it(spelling: str, text: str) -> None:
    """Inside a sentence a capital is proof; at its start, in a headline and in capitals it is believed."""
    assert Guard([[spelling]]).lets(text)


def test_every_group_must_be_named_somewhere() -> None:
    """One group in the title and one in the passage will do; one alone will not.

    No groups let all through.
    """
    guard = Guard([["Meridia", "Méridie"], ["Severia"]])
    assert guard.lets("Visit to Méridie", "The envoy of Severia arrived.")
    assert not guard.lets("Visit to Méridie", "The envoy arrived.")
    assert Guard([]).lets("anything")


def test_marks_are_no_wildcards() -> None:
    """A spelling is taken by its letters, whatever they mean elsewhere."""
    assert not Guard([["U.A.E"]]).lets("UxAxE")
    assert for_names("Ÿ") == "y"
