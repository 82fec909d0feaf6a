"""Outlets on content systems of many kinds, each with ten articles and what stands beside them: menus, lists,
pages of
the house. All invented.

A site is served by `publish`: every address on it answers with a real page, so that whatever is fetched by
mistake is stored
and seen.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from html import escape
from urllib.parse import quote

from tests.crawler.server import LocalSite, Page

TEXT = (
    "The ferry council met on Tuesday and heard pilots, traders and the fishing families of the delta. " * 6
)

FRENCH = (
    "Le bac de Koral reprend son service après deux ans", "Les pêcheurs du delta demandent un nouveau quai",
    "La récolte de mil dépasse les attentes à Sarou", "Un forage de plus pour les éleveurs du nord",
    "Le conseil régional vote son budget sans débat", "Trois écoles rouvrent dans la vallée du Nem",
    "La route de Tamba sera goudronnée cette année", "Des femmes de Koral fondent une coopérative",
    "Le marché aux bestiaux change de place en avril", "Une bibliothèque ambulante pour les villages",
)  # fmt: skip
ARABIC = (
    "العبارة تستأنف رحلاتها بعد عامين من التوقف", "صيادو الدلتا يطالبون برصيف جديد",
     "محصول الدخن يفوق التوقعات هذا العام",
    "بئر جديدة لمربي الماشية في الشمال", "المجلس الجهوي يصادق على ميزانيته", "إعادة فتح ثلاث مدارس في الوادي",
    "تعبيد الطريق الرابط بين المدينتين", "نساء الدلتا يؤسسن تعاونية للأسماك",
     "سوق الماشية ينتقل إلى مكان جديد",
    "مكتبة متنقلة تزور القرى البعيدة",
)  # fmt: skip
HAUSA = (
    "Jirgin ruwa ya dawo aiki bayan shekara biyu", "Masunta sun nemi sabon tashar jirgi",
     "Girbin gero ya wuce yadda aka zata",
    "An haka rijiya domin makiyaya na arewa", "Majalisar yanki ta amince da kasafin kudi",
     "An sake bude makarantu uku a kwarin",
    "Za a gyara hanyar Tamba a bana", "Matan Koral sun kafa kungiyar hadin kai",
     "Kasuwar dabbobi za ta koma sabon wuri",
    "Dakin karatu mai tafiya zuwa kauyuka",
)  # fmt: skip
CHINESE = (
    "停航两年后渡轮恢复通航", "三角洲渔民要求修建新码头", "今年小米收成好于预期", "北部牧民迎来新水井", "地区议会通过年度预算",
    "河谷三所学校重新开放", "两城公路今年开始铺设", "妇女成立渔业合作社", "牲畜市场四月迁往新址", "流动图书馆走进偏远村庄",
)  # fmt: skip


@dataclass(frozen=True)
class System:
    """One content system: how articles are addressed and listed, and what stands beside them."""

    name: str
    titles: tuple[str, ...]
    address: Callable[[int], str]
    card: Callable[[str, str, int], str]
    """Address, title and number in; the block of one article out."""
    beside: tuple[tuple[str, str], ...]
    """Links outside of menus: address and words."""
    menu: tuple[tuple[str, str], ...] = field(
        default=(("/politique", "Politique et société"), ("/culture", "Cultures d'ici et d'ailleurs"))
    )


def _heading(link: str, title: str, number: int) -> str:
    day = f"{1 + number} mars 2026"
    return (
        f'<article class="post post-{number}"><a href="{link}"><img src="/i/{number}.jpg" alt=""></a>'
        f'<h2 class="title"><a href="{link}" rel="bookmark">{title}</a></h2><span class="date">{day}</span>'
        f'<a href="/author/awa">Awa Diarra</a><a class="more" href="{link}">Lire la suite</a>'
        f'<a href="{link}#comments">Laisser un commentaire</a></article>'
    )


def _item(link: str, title: str, _number: int) -> str:
    return f'<li class="menu-item-news"><a class="titre" href="{link}">{title}</a></li>'


def _row(link: str, title: str, number: int) -> str:
    return f'<tr><td class="hour">{8 + number}:15</td><td class="what"><a href="{link}">{title}</a></td></tr>'


def _tile(link: str, title: str, number: int) -> str:
    return (
        f'<a class="Card_link__{number}x{number}" href="{link}"><div class="Card_body"><h3>{title}</h3>'
        f'<time datetime="2026-03-0{number % 9 + 1}T08:00:00Z">{number} h</time></div></a>'
    )


def _bare(link: str, title: str, _number: int) -> str:
    return f'<div class="bloc"><a href="{link}">{title}</a></div>'


SYSTEMS = (
    System(
        "wordpress", FRENCH, lambda n: f"/2026/03/{n + 1:02d}/koral-{n}/", _heading,
        (("/category/economie/", "Toute l'actualité économique du pays"), ("/page/2/",
         "Articles plus anciens de la semaine"),
         ("/tag/delta/", "Delta du fleuve et de ses pêcheurs"), ("/a-propos/",
          "Qui sommes-nous et que voulons-nous")),
    ),
    System(
        "wordpress-plain", FRENCH, lambda n: f"/?p={120 + n}", _heading,
        (("/?cat=4", "Toute l'actualité économique du pays"), ("/?paged=2",
         "Articles plus anciens de la semaine"),
         ("/?tag=delta", "Delta du fleuve et de ses pêcheurs"), ("/?page_id=2", "À propos")),
    ),
    System(
        "spip", FRENCH, lambda n: f"/spip.php?article{1412 + n}", _item,
        (("/spip.php?rubrique7", "Toutes les nouvelles de la région du fleuve"), ("/spip.php?mot12",
         "Eau, pêche et navigation du delta"),
         ("/spip.php?auteur3", "Tous les textes de notre rédaction"), ("/spip.php?page=plan",
          "Plan du site et des rubriques")),
    ),
    System(
        "drupal", FRENCH, lambda n: f"/?q=node/{n + 3}", _heading,
        (("/?q=taxonomy/term/9", "Toute l'actualité économique du pays"), ("/?q=user/login",
         "Se connecter à son compte de lecteur")),
    ),
    System(
        "joomla", FRENCH,
         lambda n: f"/index.php?option=com_content&view=article&id={n + 5}:koral&catid=2&Itemid=9", _row,
        (("/index.php?option=com_content&view=category&id=2&Itemid=9",
         "Toute l'actualité économique du pays"),
         ("/index.php?option=com_users&view=login", "Se connecter à son compte de lecteur"),
         ("/index.php?option=com_contact&view=contact&id=1", "Écrire à la rédaction du journal")),
    ),
    System(
        "own-script", FRENCH, lambda n: f"/C_Info.php?article={778 + n}", _bare,
        (("/C_Liste.php?categorie=4", "Toute l'actualité économique du pays"), ("/login.php",
         "Se connecter à son compte de lecteur")),
    ),
    System(
        "next", FRENCH, lambda n: f"/actualite/monde/{'abcdefghij'[n] * 3}", _tile,
        (("/topics/delta", "Delta du fleuve et de ses pêcheurs"), ("/newsletter",
         "Recevoir nos nouvelles chaque matin")),
    ),
    System(
        "arabic", ARABIC, lambda n: f"/{quote(ARABIC[n].replace(' ', '-'))}", _heading,
        (("/category/%D8%A7%D9%82%D8%AA%D8%B5%D8%A7%D8%AF", "كل أخبار الاقتصاد في البلاد والمنطقة"),
         ("/about-us", "من نحن وماذا نريد من هذا الموقع"), ("/page/2", "الأخبار السابقة من هذا الأسبوع")),
        (("/siyasa", "أخبار السياسة المحلية والدولية"),),
    ),
    System(
        "hausa", HAUSA, lambda n: f"/labarai/{n + 1}.html", _item,
        (("/tag/koral", "Duk labaran da suka shafi Koral"), ("/contact-us", "Rubuta mana ko ka kira mu yau"),
         ("/labarai/page/2", "Tsofaffin labarai na wannan mako")),
        (("/siyasa", "Labaran siyasa na gida"),),
    ),
    System(
        "chinese", CHINESE, lambda n: f"/c/{n + 1}{'0a9b8c7d6e'[n] * 6}/c.html", _bare,
        (("/tag/1", "三角洲渔民和渡轮的全部新闻报道"), ("/about.html", "关于我们以及本站的编辑方针")),
        (("/politics", "国内外政治新闻"),),
    ),
)  # fmt: skip


def publish(site: LocalSite, system: System, host: str) -> tuple[str, set[str]]:
    """Serve the outlet on a host; its section page, and the addresses of its articles."""
    articles = [system.address(number) for number in range(10)]
    cards = "".join(
        system.card(escape(link), title, number)
        for number, (link, title) in enumerate(zip(articles, system.titles, strict=True))
    )
    house = (
        ("/mentions-legales", "Mentions légales et conditions d'utilisation"),
        ("/contact", "Écrire à la rédaction"),
    )
    body = (
        f"<html><body><header><nav>{_links(system.menu)}</nav></header><main><ul>{cards}</ul></main>"
        f"<div class='side'>{_links(system.beside)}</div>"
        f"<div id='site-footer' class='footer'>{_links(house)}</div>"
        "<a href='https://social.test/share?u=x'>Partager cette page avec vos amis</a></body></html>"
    )
    for link, title in (*zip(articles, system.titles, strict=True), *system.menu, *system.beside, *house):
        text = f"<html><title>{title}</title><body><h1>{title}</h1><p>{TEXT}</p></body></html>"
        site.put(link, Page(text.encode()), host=host)
    section = site.put("/accueil", Page(body.encode()), host=host)
    return section, {f"http://{host}{link}" for link in articles}


def _links(links: tuple[tuple[str, str], ...]) -> str:
    return "".join(f'<a href="{escape(link)}">{words}</a> ' for link, words in links)
