"""Words that tell a language from the one it is taken for: the commonest particles of each.

For languages that py3langid does not know or takes for a relative. A word stands in a list only if the
languages named beside it do not have it, or hardly. Shares are of the words of a text; measured on SIB-200
and
MAFAND (`python -m tests quality --only langid-sib200 langid-mafand`): a sentence has 25 words.
"""

from __future__ import annotations

import re
from collections.abc import Set
from dataclasses import dataclass
from typing import Final

ANY: Final = frozenset[str]()
"""Whatever the answer was."""
LEAST_WORDS: Final = 2
"""One word may be a name (chosen, not measured)."""
_WORD: Final = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")


@dataclass(frozen=True, slots=True)
class Marks:
    """The words of a language, and what it is taken for without them."""

    language: str
    taken_for: Set[str]
    words: Set[str]
    share: float

    def may_be(self, answer: str) -> bool:
        """Whether the language is ever taken for the answer."""
        return not self.taken_for or answer in self.taken_for


def _marks(language: str, taken_for: str, words: str, share: float = 0.1) -> Marks:
    return Marks(
        language, frozenset(taken_for.split()) if taken_for else ANY, frozenset(words.split()), share
    )


LATIN: Final = (
    _marks(
        "ny",
        "sw sn xh lg zu rw rn bem",
        "ndi ndipo amene omwe zomwe koma komanso chifukwa kapena ndiponso pomwe ngati monga anthu zimene "
        "limene "
        "yomwe kwambiri izi linali anali iye iwo ake nthawi pamene dziko kukhala lomwe "
        "adali zambiri zinthu wina "
        "amakhala awiri",
        0.07,
    ),
    _marks(
        "wo",
        "ff so om gcf gcr jv kab ext ku lb et cs sk",
        "ci ak bi yi ñu mu ngir nekk dafa mooy benn ay bu wala moom lool amul amna ñi ñoo gi daal mën bokk "
        "ñeel bépp askan dalal nit",
        0.16,
    ),
    _marks(
        "bm",
        "kik ak ha kg",
        "nin min ye kelen walasa nka camaw waati kun bɛ tɛ ka kɛ kɛra fɔlɔ bɛɛ ani kɔnɔ",
        0.15,
    ),
    _marks(
        "mos",
        "gcf so bcl ha sw kab gn yo guw kik wo ff bm ak ln mos",
        "sẽn tɩ wã rãmb pʋgẽ yaa nins kẽer tõe fãa yɩlẽ tẽng sẽ bãmb wʋsgo wakat tõnd",
        0.12,
    ),
    _marks("tn", "st", "mo jwa kgotsa gore ko ga nne mme kana go ntlha gape", 0.08),
    _marks("tn", "nso", "jwa kgotsa ko ntlha mme nne dikgang tshedimosetso", 0.04),
    _marks(
        "sg",
        "ln gcf lij ig yo sw ha",
        "tî sô ayeke nî âla pëpe mbênî gï tënë azo alîngbi ti so pepe mbeni tene ala ndo",
        0.12,
    ),
)
ARABIC: Final = (
    _marks(
        "az",
        "fa uz",
        "بیر اولان چوخ اوچون ایله اولور اولوب لاپ اؤز ائله اونون سونرا گؤره بو دیر دی اولاری اولار دا ده "
        "اولماق ایدی بیری سی کی لارین لرین لر دن ائلدی ائلیر سورا اونا",
        0.05,
    ),
)
HEBREW: Final = (_marks("yi", "he", "די און איז פון מיט דער אין צו זיי האט פֿון נישט דאס ווערט אויף וואס"),)
ETHIOPIC: Final = (
    _marks(
        "ti",
        "am",
        "እቲ እታ እዩ እያ እዮም ናብ ካብ ኣብ አብ ናይ ነቲ ካብቲ ኣብቲ ምስ ድማ ዘሎ ኮይኑ እዞም ነዚ ከምኡ ብምዃኑ ዝነበረ ይኹን ክሳብ",
        0.06,
    ),
)
_BY_SCRIPT: Final = {"latin": LATIN, "arabic": ARABIC, "hebrew": HEBREW, "ethiopic": ETHIOPIC}

_SOUTH_SLAVIC: Final = frozenset(("bs", "hr", "sr"))
_EKAVIAN: Final = re.compile(
    r"\b(?:posle|pre|gde|negde|uvek|ovde|dve|obe|deca|dece|deci|decu|cena\w{0,3}|reka|reke|reci|reku"
    r"|reč\w{0,3}|"
    r"vreme\w{0,4}|mesto|mesta|mestu|mesec\w{0,4}|ceo|cela|celo|cele|svet|sveta|svetu|svetsk\w{1,4}|"
    r"nedelj\w{1,4}|ponedelj\w{1,4}|sednic\w{1,4}|predsedni\w{1,6}|posed\w{1,6}|bezbedn\w{1,8}|primen\w{1,6}|"
    r"promen\w{1,5}|izmen\w{1,5}|zahtev\w{0,6}|uspeh\w{0,4}|uspe\w{1,5}|smernic\w{1,4}|savet\w{0,6}|levo"
    r"|leve|levic\w{1,4}|"
    r"beleži\w{0,5}|ocen\w{1,6}|procen\w{1,6}|deo|dela|sledeć\w{1,4}|poslednj\w{1,4}|telo|tela|hleb\w{0,3}"
    r"|mleko|"
    r"leto|leta|videti|želeo|hteo|voleo|živeo|živeti|razumeti|verovatno|vera|vere|čovek\w{0,4}|"
    r"nemačk\w{1,4}|evropsk\w{1,4}\s+uniji|medved\w{0,3}|zvezd\w{1,4}|belo|bele|beograd\w{0,4}"
    r"|saopšt\w{1,8}|opštin\w{1,4})\b"
)
_IJEKAVIAN: Final = re.compile(
    r"\b(?:poslije|prije|gdje|negdje|uvijek|ovdje|dvije|obje|djec\w{1,3}|cijen\w{1,4}|rijek\w{1,3}"
    r"|riječ\w{0,3}|"
    r"vrijeme\w{0,4}|mjest\w{1,4}|mjesec\w{0,4}|cijel\w{1,3}|svijet\w{0,3}|svjetsk\w{1,4}|nedjelj\w{1,4}"
    r"|ponedjelj\w{1,4}|"
    r"sjednic\w{1,4}|predsjedni\w{1,6}|bezbjedn\w{1,8}|primjen\w{1,6}|promjen\w{1,5}|izmjen\w{1,5}"
    r"|zahtjev\w{0,6}|"
    r"uspjeh\w{0,4}|uspje\w{1,5}|smjernic\w{1,4}|savjet\w{0,6}|vijeće|lijev\w{1,4}|ljevic\w{1,4}"
    r"|ocjen\w{1,6}|procjen\w{1,6}|"
    r"dio|dijel\w{1,4}|sljedeć\w{1,4}|posljednj\w{1,4}|tijel\w{1,4}|mlijeko|vidjeti|željeo|htio|volio"
    r"|živio|živjeti|"
    r"razumjeti|vjerovatno|vjerojatno|vjer\w{1,3}|čovjek\w{0,4}|njemačk\w{1,4}|medvjed\w{0,3}"
    r"|zvijezd\w{1,4}|bijel\w{1,3}|"
    r"priopć\w{1,8}|općin\w{1,4}|tisuć\w{1,3})\b"
)


def marked(text: str, answer: str, script: str | None) -> str | None:
    """The language that a text's words name instead of `answer`; None where they name none.

    Args:
        text: in lower case.
        script: that most of the text stands in.
    """
    if script == "latin" and answer in _SOUTH_SLAVIC:
        return _serbian(text)
    rules = [rule for rule in _BY_SCRIPT.get(script or "", ()) if rule.may_be(answer)]
    words = _WORD.findall(text) if rules else []
    best, language = max(
        ((_share(words, rule) / rule.share, rule.language) for rule in rules), default=(0.0, "")
    )
    return language if best >= 1.0 else None


def _share(words: list[str], rule: Marks) -> float:
    found = sum(word in rule.words for word in words)
    return found / len(words) if found >= LEAST_WORDS else 0.0


def _serbian(text: str) -> str | None:
    """Serbian, where more words have the `e` of its eastern form than the `ije` of its western neighbours."""
    eastern, western = len(_EKAVIAN.findall(text)), len(_IJEKAVIAN.findall(text))
    return "sr" if eastern > western else None
