"""Whose names a text may use: its own language's, and those of the language that its press borrows from."""

from __future__ import annotations

from functools import cache
from typing import Final

_BORROWS: Final = {
    "en": "ha sw yo ig so pcm zu xh sn ny lg rn rw om st tn ts ss ve nd sco fil tl ceb mi mt cy ga gd lus "
    "ak tw gaa ee kri luo ki kam mas",
    "fr": "wo bm ff ln kg sg mos ewe fon dyu ses dje mg oc br",
    "ru": "tt ba cv ce os sah udm kv myv mdf tg uz kk ky be",
    "sr": "hr bs sh cnr",
    "hr": "sr bs sh cnr sl",
    "id": "ms jv su min ban ace",
    "no": "nb nn da",
    "nb": "no nn da",
    "da": "no nb nn",
    "zh": "yue wuu lzh zh-yue zh-classical nan hak",
    "fa": "azb prs mzn glk tg",
    "ur": "pnb sd skr ks",
    "ar": "arz ary apc acm ajp",
    "be": "be-tarask",
    "ka": "xmf",
    "he": "yi",
    "hi": "mai bho awa mag",
    "es": "an ast gl ca eu qu ay gn",
    "pt": "kea mwl gl",
    "de": "lb als bar nds gsw",
    "uz": "kaa",
    "tr": "crh gag",
    "nl": "fy li af",
    "it": "scn vec lmo fur sc nap la co",
}  # fmt: skip
"""Language -> languages whose press uses its names too. By hand."""


@cache
def languages_read(language: str) -> frozenset[str] | None:
    """Languages whose forms are read in a text; None where its language is not known: all."""
    if language in ("", "und"):
        return None
    lent = {lender for lender, borrowers in _BORROWS.items() if language in borrowers.split()}
    return frozenset({language, language.partition("-")[0], *lent})
