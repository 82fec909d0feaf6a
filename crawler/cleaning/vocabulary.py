"""Words by which pages name their parts, in the languages of our outlets.

Data: nothing here decides, `pruning.py` and `region.py` do.

All patterns are searched in `id` and `class` (or, where said, in visible text). A name alone never removes
the article: see the guards there.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final


def _any(*parts: str) -> str:
    return "|".join(parts)


COMMENTS: Final = re.compile(
    r"(?:^|[\s_\-/])(?:user|reader|article|post|news)?[_-]?(?:"
    + _any(
        # Romance, Germanic, Slavonic
        "comment(?!ary|ator)", "coment", "komment", "koment", "commenti", "reacties", "kommentare",
        "otzyv", "otziv", "obsuzhd", "opini[ae](?!l)", "diskuze", "hozzaszol",  # ru, pl, cs, hu
        # zh, tr, el, ar, fa in Latin letters
        "pinglun", "tucao", "yorum", "sxoli", "scholi", "taaliq", "nazar",
        "disqus", "livefyre", "discuss(?!ion-paper)", "guestbook", "talkback", "replies", r"respond\b",
    )
    + r")|(?<=[a-z])(?:Comment(?!ary|ator)|Opini[ae])|(?-i:(?<=[a-z])Comms?(?=[A-Z]|$|[\s_-]))",
    re.IGNORECASE,
)  # fmt: skip
"""Reader comments."""

COMMENTS_TEXT: Final = re.compile(
    r"^\W*(?:\d{1,5}\s+)?(?:(?:selected|recent|latest|user|reader|wybrane|ostatnie|twoje|последние|все"
    r"|derniers|tous les|alle|neueste|últimos|tutti i|son|todos los|all) )?(?:"
    + _any(
        "comments?", "commentaires?", "kommentare?", "comentarios?", "comentários?", "commenti",
        "komentarze?", "komentarzy", "reacties", "kommentarer", "komentáře", "hozzászólások",
        "комментари(?:и|ев|я)", "коментари", "коментарі", "отзывы", "σχόλια", "yorumlar", "تعليقات",
        "التعليقات", "نظرات", "دیدگاه(?:‌)?ها", "评论", "評論", "网友评论",
        "コメント", "댓글", "komentar", "maoni", "opinie",
    )
    + r")(?: ?[(\[]? ?\d{0,5} ?[)\]]?)?\W*$",
    re.IGNORECASE,
)  # fmt: skip
"""Lines that begin the readers' comments."""

COMMENTS_STATE: Final = re.compile(
    r"(?:no|has|hide|show|with|open|closed|enable|allow|disabled)[_-]?comments?|"
    r"comments?[_-]?(?:open|closed|off|on|enabled|count|link)",
    re.IGNORECASE,
)
"""Names that tell whether comments are allowed; bodies of pages carry them."""

CHROME: Final = re.compile(
    r"(?:^|[\s_\-])(?:"
    + _any(
        r"cookies?", "consent", "gdpr", "newsletter", r"subscri\w*", r"popup\w*", "modal", "login", "signin",
        "signup", "breadcrumbs?", r"share\w*", "sharing", r"social\w*", "navbar", "nav", "menu", "footer",
        "foot", r"sponsor\w*", "outbrain", "taboola", r"related\w*", r"recommend\w*", "assessment", "rating",
        "vote", "poll", "survey", "opros", "copyrights?", "legal", "disclaimer", "placeholder", "guidelines?",
        r"popover\w*", r"paywall(?!ed)\w*", "regwall", "adverts?", "advertisement", "ads?", r"banner\w*",
    )
    + r")(?:$|[\s_\-])",
    re.IGNORECASE,
)  # fmt: skip
"""What surrounds an article: navigation, sharing, consent, advertisement."""

CONSENT: Final = re.compile(
    r"cookie|consent|gdpr|onetrust|(?:^|[\s_-])ot-(?:sdk|content|accordion)|didomi|usercentrics|"
    r"qc-cmp|truste|sp_message|privacy-?(?:center|settings)",
    re.IGNORECASE,
)
"""Dialogues that ask for consent; their text can be longer than the article."""

TEASERS: Final = re.compile(
    _any(
        "teaser", "zajawk", "relat", "relac", "verwandt", "similar", "recomm", "recom",
        r"more-?(?:news|stories|about|on)", r"read-?(?:more|also|too)", "see-?also", "popular",
        r"most-?(?:read|view|comm)", "promo", "sidebar", "news-?list", r"list-?(?:item|news)", "anons",
        "announce",
    ),
    re.IGNORECASE,
)  # fmt: skip
"""Lists of other articles; believed only together with headline links."""

BODY: Final = re.compile(r"article|story|body|content|text|entry|post", re.IGNORECASE)
"""What the parts that hold the article are usually called."""

LEAD: Final = re.compile(
    r"lead|lede|chapo|intro|standfirst|summary|descri|subtitle|sub-?head|(?:^|[\s_-])(?:dek|deck)(?:$"
    r"|[\s_-])|"
    r"preface|perex|sapo|entradilla|"
    r"bajada|vorspann|anons|zajawk|ingress|excerpt|abstract",
    re.IGNORECASE,
)
"""The paragraph between the headline and the text."""

CAPTION: Final = re.compile(r"caption|credit|contentimage|podpis|legend", re.IGNORECASE)
PICTURE: Final = re.compile(
    r"(?:^|[\s_-])(?:pic|img|bild|foto)(?:s|box|ture|_?text)?(?:$|[\s_-])|caption|figure", re.IGNORECASE
)
"""Parts that hold a picture and what is said of it."""
META: Final = re.compile(r"byline|author|meta|publi(?:sh|c)ed|dateline|timestamp|updated", re.IGNORECASE)
IMAGE: Final = re.compile(r"image|photo|foto|picture|(?:^|[_-])img|thumb|gallery|galleria", re.IGNORECASE)

UPDATE: Final = re.compile(r"modif|updat|aktualis|actualiz|mis-?a-?jour", re.IGNORECASE)
"""Dates of a change."""
UPDATE_TEXT: Final = re.compile(
    r"^\W*(?:(?:last |zuletzt )?(?:updated?|modified|aktualisiert|actualizado|atualizado|aggiornato"
    r"|zaktualizowano|"
    r"güncelleme)|mis à jour|dernière|обновл|изменен|تحديث|آخر تحديث|به.?روز|更新)",
    re.IGNORECASE,
)
"""Lines that name the date of a change."""
OTHER_DATE_TEXT: Final = re.compile(
    r"regist(?:riert|ered)|joined|member since|mitglied seit|inscrit|miembro desde|beiträge|posts:|isbn|"
    r"erscheinungs|release date|version|born|geboren|né le|nacid|дата рождения|зарегистр|copyright|©",
    re.IGNORECASE,
)
"""Lines that name the date of something else: of an account, a book, a birth."""
PUBLISHED_TEXT: Final = re.compile(
    r"^\W*(?:(?:first |zuerst |artikel |beitrag |article |fecha de |data de |date de |дата )?(?:"
    + _any(
        "published",
        "posted",
        "veröffentlicht",
        "erschienen",
        "erstellt am",
        "eingestellt am",
        "publié",
        "posté",
        "mis en ligne",
        "parution",
        "publicado",
        "publicada",
        "publicación",
        "publicação",
        "publicat",
        "pubblicat",
        "pubblicazione",
        "opublikowan",
        "dodano",
        "publikováno",
        "publicerad",
        "publisert",
        "publiceret",
        "gepubliceerd",
        "julkaistu",
        "megjelent",
        "objavljen",
        "publikacji",
        "публикаци",
        "опубликован",
        "размещен",
        "δημοσιεύ",
        "yayın",
        "تاريخ النشر",
        "نشر في",
        "نُشر",
        "تاریخ انتشار",
        "发布",
        "發布",
        "发表",
        "發表",
        "公開日",
        "掲載",
        "게시",
        "입력",
        "dipublikasikan",
        "diterbitkan",
        "đăng ngày",
        "iliyochapishwa",
    )
    + r")|(?:date|datum|data|fecha|дата|tarih|التاريخ|تاريخ|日期|日付|날짜)\s*[:：]?\s+(?=\W*\d))|"
    r"(?:dieser|this|cet?|este|esta|questo|данная|эта|ten|ta)\s+"
    r"(?:artikel|beitrag|eintrag|article|post|entry|story|billet|artículo|entrada|articolo|запись|статья|wpis"
    r"|artykuł)\b.{0,60}\d",
    re.IGNORECASE,
)
"""Lines that say when the page was published, wherever they stand."""
SENTENCES: Final = re.compile(r"(?<=\D[.!?])\s+|(?<=[。！？؟।])\s*|\n+")
"""Where sentences part; a full stop behind a figure may belong to it."""
UNSEEN: Final = re.compile(
    r"(?:^|[\s_-])(?:sr-only|visually-?hidden|screen-?reader(?:-text|-only)?|offscreen|a11y-hidden|aural)(?:$"
    r"|[\s_-])",
    re.IGNORECASE,
)
"""Text for screen readers and nobody else."""
FOLD: Final = re.compile(
    r"continu|more|rest\b|remain|full|expand|collaps|trunc|fold|toggle|spoiler|accordion|tabs?-?(?:\d|pane"
    r"|content)|panel|"
    r"reveal|unlock|hidden-?(?:text|content|part)|readmore|article|story|entry|post-?(?:body|content)",
    re.IGNORECASE,
)
"""Parts that are folded away until the reader asks for them."""

WAY: Final = re.compile(
    r"bread-?_?crumb|(?:^|[\s_-])"
    r"(?:crumbs?|page-?trail|(?:main|sub|top|side|site)?-?(?:nav|navi|menu)|navigation)"
    r"(?:$|[\s_-])",
    re.IGNORECASE,
)
"""Parts that show the way to pages: their lines name other ones, or this one in passing."""

_ROLES: Final = {
    "comments": COMMENTS,
    "comments_state": COMMENTS_STATE,
    "chrome": CHROME,
    "consent": CONSENT,
    "teasers": TEASERS,
    "body": BODY,
    "lead": LEAD,
    "caption": CAPTION,
    "meta": META,
    "image": IMAGE,
    "picture": PICTURE,
    "unseen": UNSEEN,
    "way": WAY,
    "update": UPDATE,
    "fold": FOLD,
}


@lru_cache(maxsize=50_000)
def is_named(role: str, names: str) -> bool:
    """Whether the id and class of an element say that it has a role; a site's names stand on all its pages.

    Args:
        role: `comments`, `comments_state`, `chrome`, `consent`, `teasers`, `body`, `lead`, `caption`, `meta`,
            `image`, `picture`, `unseen`, `way`, `update` or `fold`.
    """
    return bool(_ROLES[role].search(names))


LEGAL_TEXT: Final = re.compile(
    r"©|\(c\) ?\d{4}|"
    + _any(
        "copyright", "all rights reserved", "tous droits", "alle rechte", "derechos reservados",
        "direitos reservados", "diritti riservati", "prawa zastrze", "prawem autorskim", "права защищены",
        "перепечат", "цитировани", "при использовании материал", "гиперссылк", "с разрешения редакции",
        "nie może być (?:powielan|kopiowan|rozpowszechnian)",
        "kopiowanie .{0,40}zabronion", "版权所有", "版權所有", "转载", "轉載", "未经", "责任编辑", "責任編輯", "本网站", "無断転載",
        "无断转载", "جميع الحقوق", "حقوق محفوظة",
        "کلیه حقوق", "πνευματικ", "δικαιώματα", "telif hak",
    ),
    re.IGNORECASE,
)  # fmt: skip
"""Copyright and reprint notices in visible text."""

CALL_TEXT: Final = re.compile(
    r"^\W*(?:"
    + _any(
        "share (?:this|on|via)", "tweet this", "follow us", "sign up", "subscribe", "read (?:more|also)",
        "see also", "also read", "partage[rz] (?:cet|sur)", "lire aussi", "suivez[- ]nous", "abonnez[- ]vous",
        "comparti[rlt]", "lea también", "leia (?:também|mais)", "síguenos", "teilen", "lesen sie auch",
        "mehr zum thema", "udostępnij", "czytaj (?:też|także|więcej)", "zobacz (?:też|także)", "podziel się",
        "поделиться", "читайте также", "подписывайтесь", "подпишитесь", "смотрите также",
        "διαβάστε (?:επίσης|ακόμη|ακόμα)", "paylaş", "ayrıca bak", "شارك", "اقرأ أيضا", "اقرأ المزيد",
        "تابعونا", "بیشتر بخوانید", "به اشتراک", "このニュースをシェア", "シェアする", "関連記事",
        "合わせて読みたい", "分享到", "分享至",
        "相关阅读", "相關閱讀", "相关新闻", "相關新聞", "延伸阅读", "延伸閱讀", "baca juga", "soma zaidi",
        "karanta kuma",
    )
    + ")",
    re.IGNORECASE,
)  # fmt: skip
"""Short lines that ask the reader to share, follow, subscribe or read something else."""

FOLD_TEXT: Final = re.compile(
    r"^\W*(?:"
    + _any(
        "read (?:more|on|the (?:full|rest|whole))", "(?:show|see|view|load) more", "continue reading",
        "expand", "full (?:story|article|text)",
        "lire (?:la suite|plus|l.article)", "voir plus", "afficher (?:la suite|plus)", "weiterlesen",
        "mehr (?:anzeigen|lesen)",
        "(?:leer|ver|mostrar) más", "seguir leyendo", "(?:ler|ver|mostrar) mais", "continue lendo",
        "(?:leggi|mostra) (?:tutto|di più|altro)", "continua a leggere",
        "czytaj (?:dalej|więcej)", "rozwiń", "pokaż więcej", "читать (?:далее|дальше|полностью|ещ[её])",
        "развернуть", "показать (?:полностью|ещ[её])", "подробнее",
        "اقرأ المزيد", "المزيد", "عرض المزيد", "ادامه (?:مطلب|خبر|متن)", "devamını (?:oku|gör)", "阅读全文",
        "展开", "閱讀全文", "展開", "続きを読む", "もっと見る", "더\\s?보기", "διαβάστε περισσότερα",
    )
    + ")",
    re.IGNORECASE,
)  # fmt: skip
"""Controls that show the rest of a text."""

LABEL_TEXT: Final = re.compile(
    r"\d{1,2}[:.]\d{2}(?!\d)|\d{1,2}[./-]\d{1,2}[./-]\d{2,4}|\d{4}[./年-]\d{1,2}[./月-]\d{1,2}|"
    r"^\W*(?:fot\.|fotos?\b|photo(?:graph)?s?\b|фото\b|bild(?:quelle)?\b|imagen\b|图片|資料|صورة|عکس|φωτ)",
    re.IGNORECASE,
)
"""Short lines between headline and text: when, and whose picture."""

NOT_FOUND_TEXT: Final = re.compile(
    r"^\W*(?:(?:error|erreur|fehler|ошибка|错误|خطأ)?\W*404\b|"
    + _any(
        "page (?:was )?not found", "not found$", "page introuvable", "page non trouvée",
        "seite (?:wurde )?nicht gefunden", "página no encontrada", "página não encontrada",
        "pagina non trovata", "страница не (?:найдена|существует)", "页面不存在", "找不到(?:网页|页面|頁面)",
        "الصفحة غير موجودة", "صفحه (?:مورد نظر )?(?:پیدا|یافت) نشد", "sayfa bulunamadı",
        "strona nie (?:istnieje|została)", "nie znaleziono strony", "halaman tidak ditemukan",
        "ukurasa haupatikani", "η σελίδα δεν βρέθηκε", "ページが見つかりません",
    )
    + ")",
    re.IGNORECASE,
)  # fmt: skip
"""Titles of error pages that servers send with status 200."""
