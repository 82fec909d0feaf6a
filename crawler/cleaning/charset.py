"""The character set of a page that names none, or names a wrong one: told from the bytes.

Sets of several bytes a character are tried first: under the right one, a large share of the characters is
among the commonest of its language, under a wrong one hardly any (the distribution method of Li and Momoi
2001). Western, Central European, Turkish and Baltic sets are told by the alphabets whose letters they give.
The rest is left to charset_normalizer, which reads only what is not markup.
"""

from __future__ import annotations

import re
import string
from typing import Final

_HANS: Final = (
    "的一是在不了有和人这中大为上个国我以要他时来用们生到作地于出就分对成会可主发年动同工也能下过子说产种面而方后"
    "多定行学法所民得经十三之进着等部度家电力里如水化高自二理起小物现实加量都两体制机当使点从业本去把性好应开它"
    "合还因由其些然前外天政四日那社义事平形相全表间样与关各重新线内数正心反你明看原又么利比或但质气第向道命此变"
)
_HANT: Final = (
    "的一是在不了有和人這中大為上個國我以要他時來用們生到作地於出就分對成會可主發年動同工也能下過子說產種面而方後"
    "多定行學法所民得經十三之進著等部度家電力裡如水化高自二理起小物現實加量都兩體制機當使點從業本去把性好應開它"
    "合還因由其些然前外天政四日那社義事平形相全表間樣與關各重新線內數正心反你明看原又麼利比或但質氣第向道命此變"
)
_KANA: Final = (
    "".join(map(chr, range(0x3041, 0x3094))) + "ーンスルトイリラドアクッレコンタシ日本年月人大一中国"
)
_HANGUL: Final = (
    "이다는의에을가고한지로를사은기도서대자하어시인리과해아들일전나정부장주제구국수그원상보라했있성세안면비연만년조선"
    "경공동계등습니며것여으된할당위오게방내무회통신화관민재미소개발우치산유체행여업중요실모"
)
_COMMON: Final = {
    "gb18030": frozenset(_HANS),
    "big5": frozenset(_HANT),
    "euc_kr": frozenset(_HANGUL),
    "shift_jis": frozenset(_KANA),
    "euc_jp": frozenset(_KANA),
}
"""Characters that make up some 40 % of the running text of a language in that set."""
_LEAST_COMMON: Final = 0.15
"""Share from which a set is believed: the right one gives 0.3 to 0.6, a wrong one at most 0.06 on a sentence
of
news in each (chosen, not measured)."""
_LEAST_CHARACTERS: Final = 12
"""Fewer characters beyond ASCII tell nothing (chosen, not measured)."""
_EASTERN: Final = (
    "ąćęłńóśźż", "áčďéěíňóřšťúůýž", "áéíóöőúüű", "ăâîşţ", "čćđšž", "áäčďéíĺľňóôŕšťúýž",
)  # fmt: skip
_ALPHABETS: Final = {
    "cp1252": (
        "éèàùâêîôûëïüçœæ", "äöüß", "áéíóúñü", "áâãàçéêíóôõúü", "åäöéæø", "àèéìòù", "íðþæöáéýúó", "éëïöüó",
    ),
    "cp1250": _EASTERN,
    "iso8859_2": _EASTERN,
    "cp1254": ("çğıöşüâî",),
    "cp1257": ("āčēģīķļņšūž", "ąčęėįšųūž", "äõöüšž"),
}  # fmt: skip
"""Letters beyond ASCII of languages that are sent in a set; of equals, the first is taken."""
_SIGNS: Final = frozenset("«»“”„’‘‚–—…\xa0€©®°·§•™")
_LEAST_OF_ALPHABET: Final = 0.97
"""Share of the letters that have to be of one alphabet: the rest are foreign names (chosen, not measured)."""
_WESTERN_MOST: Final = 0.4
"""Share of the letters beyond ASCII that no Western language reaches (chosen, not measured)."""
_HIGH: Final = bytes(range(0x80, 0x100))
"""Bytes beyond ASCII, by definition."""
_PLAIN_LETTERS: Final = string.ascii_letters.encode()
_FAULTY_SHARE: Final = 1 / 300
"""Share of damaged characters up to which a set fits (chosen, not measured)."""
_SAMPLE_BYTES: Final = 20_000
"""Bytes that are read: decides speed only."""
_BRACKETS: Final = re.compile(rb"[<>]+")
_WEB_ENCODINGS: Final = (
    "cp1250", "cp1251", "cp1252", "cp1253", "cp1254", "cp1255", "cp1256", "cp1257", "cp1258", "iso8859_2",
    "iso8859_5", "iso8859_6", "iso8859_7", "koi8_r", "koi8_u", "cp874", "gb18030", "big5", "euc_kr",
    "shift_jis", "euc_jp",
)  # fmt: skip
"""What pages were ever sent in; without this limit, detection prefers Mac and DOS sets."""


def detect(body: bytes) -> str | None:
    """The character set that the bytes speak for; None where they speak for none."""
    sample = _beyond_ascii(body)
    if (found := _of_several_bytes(sample) or _of_alphabets(sample)) is not None:
        return found
    from charset_normalizer import from_bytes

    best = from_bytes(sample, cp_isolation=list(_WEB_ENCODINGS)).best()
    return None if best is None else best.encoding


def is_implausible(body: bytes) -> bool:
    """Whether so much of a page lies beyond ASCII that no set of Western letters can be right."""
    sample = _beyond_ascii(body)
    beyond = len(sample) - len(sample.translate(None, _HIGH))
    plain = len(sample) - len(sample.translate(None, _PLAIN_LETTERS))
    return beyond > _WESTERN_MOST * (beyond + plain)


def is_faulty(text: str) -> bool:
    """Whether too many characters could not be decoded."""
    return text.count("\ufffd") > max(3, len(text) * _FAULTY_SHARE)


def _beyond_ascii(body: bytes) -> bytes:
    """Runs of text that hold other bytes than ASCII, without the markup round them."""
    runs = _BRACKETS.split(body[: 10 * _SAMPLE_BYTES])
    return b"\n".join(run for run in runs if not run.isascii())[:_SAMPLE_BYTES]


def _of_several_bytes(sample: bytes) -> str | None:
    shares = {name: _common_share(sample, name) for name in _COMMON}
    best = max(shares, key=shares.__getitem__)
    return best if shares[best] >= _LEAST_COMMON else None


def _common_share(sample: bytes, name: str) -> float:
    """Share of the characters beyond ASCII that are among the commonest; 0 where the bytes do not fit."""
    text = sample.decode(name, "replace")
    beyond = [character for character in text if character > "\x7f"]
    if len(beyond) < _LEAST_CHARACTERS or is_faulty(text):
        return 0.0
    return sum(character in _COMMON[name] for character in beyond) / len(beyond)


def _of_alphabets(sample: bytes) -> str | None:
    shares = {name: _share_of_alphabet(sample.decode(name, "replace"), name) for name in _ALPHABETS}
    best = max(shares, key=shares.__getitem__)
    return best if shares[best] >= _LEAST_OF_ALPHABET else None


def _share_of_alphabet(text: str, name: str) -> float:
    """The largest share of the characters beyond ASCII, common signs aside, that one alphabet holds."""
    letters = [letter for letter in text.lower() if letter > "\x7f" and letter not in _SIGNS]
    if not letters:
        return 0.0
    return max(sum(letter in alphabet for letter in letters) for alphabet in _ALPHABETS[name]) / len(letters)
