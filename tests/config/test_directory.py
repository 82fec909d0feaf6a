"""The shipped source directory: every row says what it is, where that stands, and what nobody could try."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

from babel import Locale

from config.init import DIRECTORY
from config.load import load_sources
from config.sources import OwnershipConfig, SourceConfig
from config.undetermined import UNDETERMINED

FILES = sorted(DIRECTORY.glob("*.toml"))
FILED = [(path.stem, source) for path in FILES for source in load_sources([path])]
ROWS = [source for _, source in FILED]
NON_COMMERCIAL = "citizenlab/test-lists"
"""CC BY-NC-SA: no row may rest on it."""
NO_LICENCE = " (no licence found)"
MOST_WITHOUT_A_LICENCE = 646
"""Outlets and addresses on a list whose repository states no licence (1,043 before a second list was looked
for); only fewer are allowed."""
MUST = """
ami.mr saharamedias.net alakhbar.info cridem.org essirage.net amap.ml ortm.ml lessor.ml maliweb.net
malijet.com abamako.com bamada.net aib.media rtb.bf sidwaya.info burkina24.com wakatsera.com
omegamedias.info anp.ne lesahel.org actuniger.com aps.sn lesoleil.sn seneweb.com dakaractu.com
aip.ci nannews.ng dailytrust.com lengosongo.cf ndjonisango.com mapnews.ma hespress.com aps.dz
elkhabar.com echoroukonline.com tap.info.tn mena.org.eg ahram.org.eg sputnikarabic.ae
francais.rt.com arabic.rt.com afrinz.ru afriquemedia.tv reseauinternational.net tass.com ria.ru
belta.by news.cn francais.cgtn.com arabic.cgtn.com chinadaily.com.cn people.cn globaltimes.cn
presstv.ir tasnimnews.com irna.ir farsnews.ir alalam.ir almayadeen.net aa.com.tr trtafrika.com
trtworld.com trtfrancais.com telesurtv.net prensa-latina.cu qna.org.qa wam.ae spa.gov.sa
aljazeera.net alarabiya.net rfi.fr france24.com bbc.com voaafrique.com voahausa.com dw.com
africanews.com jeuneafrique.com apanews.net allafrica.com atop.tg agpgabon.ga agpguinee.com
rtgguinee.info horoya.net panapress.com srna.rs mia.mk kabar.kg almasirah.net.ye report.az
"""
"""Domains, one by one."""
NOTICE = DIRECTORY.parents[2] / "NOTICE"


def test_it_reaches_the_world() -> None:
    """Hundreds of outlets in dozens of countries, those of the Sahel and around it included."""
    assert len(ROWS) > 300
    assert len({source.country for source in ROWS}) > 60
    assert {"MR", "ML", "NE", "TD", "CF", "BF", "SD"} <= {source.country for source in ROWS}


def test_a_row_stands_in_the_file_of_its_country() -> None:
    """The file is called by the country's code, which CLDR knows, and the row has a region."""
    assert [source.id for name, source in FILED if name != source.country.lower()] == []
    assert {source.country for source in ROWS} <= set(Locale("en").territories)
    assert [source.id for source in ROWS if not source.region] == []


def test_languages_are_known() -> None:
    """Each tag names a language of CLDR, none is left open, and a feed's language is one of its outlet's."""
    tags = {tag.split("-")[0] for source in ROWS for tag in source.languages}
    assert tags - set(Locale("en").languages) == set()
    assert UNDETERMINED not in tags
    spoken = [(source.id, feed, source.languages) for source in ROWS for feed in source.feeds]
    assert [who for who, feed, known in spoken if feed.language and feed.language not in known] == []


def test_every_fact_names_its_list() -> None:
    """Outlet and addresses carry the list that states them; none rests on a non-commercial list."""
    stated = [(source.id, name) for source in ROWS for name in lists_of(source)]
    assert [source for source, name in stated if not name or name.startswith(NON_COMMERCIAL)] == []


def test_the_notice_names_every_list() -> None:
    """Repositories and guides are named with their licence, those included that were asked in vain."""
    labels = [label.listed_in for source in ROWS for label in labels_of(source)]
    asked = [name for source in ROWS for name in (*lists_of(source), *source.not_listed_in)]
    names = {re.split("[@:(,]", name)[0].strip() for name in (*labels, *asked)}
    notice = NOTICE.read_text(encoding="utf-8")
    assert {name for name in names if name not in notice} == set()


def test_a_list_without_a_licence_says_so() -> None:
    """Whatever rests on a repository that the notice names without a licence is marked, and nothing else is;
    what a licensed list states as well rests on that one."""
    notice = NOTICE.read_text(encoding="utf-8")
    unlicensed = set(
        re.findall(r"[\w.-]+/[\w.-]+", notice.partition("no licence found:")[2].partition("\n\n")[0])
    )
    stated = [(source.id, name) for source in ROWS for name in lists_of(source)]
    wrong = {
        who for who, name in stated if (re.split("[@:]", name)[0] in unlicensed) != name.endswith(NO_LICENCE)
    }
    assert wrong == set()
    assert sum(name.endswith(NO_LICENCE) for _, name in stated) <= MOST_WITHOUT_A_LICENCE


def test_the_agencies_and_broadcasters_that_carry_a_governments_word_are_there() -> None:
    """Of the regions that the directory is for, one by one."""
    domains = {source.domain for source in ROWS}
    assert set(MUST.split()) - domains == set()


def lists_of(source: SourceConfig) -> Iterator[str]:
    """Where outlet and addresses stand."""
    yield source.listed_in
    yield from (feed.listed_in for feed in source.feeds)


def test_the_owner_is_told_by_a_dated_list_or_not_at_all() -> None:
    """There is a label with list and date, or the lists that were asked and do not name the outlet."""
    undated = [source.id for source in ROWS for label in labels_of(source) if not is_dated(label)]
    assert undated == []
    assert [source.id for source in ROWS if not source.ownership and not source.not_listed_in] == []
    assert [source.id for source in ROWS if source.also_labelled and not source.ownership] == []


def test_no_list_both_names_an_outlet_and_does_not() -> None:
    """A list that gives a label is not among those that were asked in vain."""
    both = {source.id: names_of(source) & set(source.not_listed_in) for source in ROWS}
    assert {source: names for source, names in both.items() if names} == {}


def labels_of(source: SourceConfig) -> list[OwnershipConfig]:
    """What the lists say of the owner, the preferred label first."""
    return [label for label in (source.ownership, *source.also_labelled) if label]


def is_dated(label: OwnershipConfig) -> bool:
    """Whether a label has words, a list and a day."""
    return bool(label.label and label.listed_in and label.as_of)


def names_of(source: SourceConfig) -> set[str]:
    """Repositories whose lists give a label."""
    return {label.listed_in.partition("@")[0] for label in labels_of(source)}


def test_nothing_claims_to_be_tried() -> None:
    """Nobody tried an address yet, and the row says until which day."""
    assert [source.id for source in ROWS if source.verified or not source.never_tried] == []


def test_addresses_lie_on_the_outlets_domain() -> None:
    """A domain is written without `www.`, and site and feeds are of that domain."""
    assert [source.domain for source in ROWS if source.domain.startswith("www.")] == []
    assert {source.id: hosts_outside(source) for source in ROWS if hosts_outside(source)} == {}


def hosts_outside(source: SourceConfig) -> set[str]:
    """Hosts of addresses that are not of the outlet's domain."""
    addresses = [*([source.site] if source.site else []), *(feed.url for feed in source.feeds)]
    hosts = {str(address.host) for address in addresses}
    return {host for host in hosts if host != source.domain and not host.endswith(f".{source.domain}")}


def test_nothing_stands_twice() -> None:
    """Every id, domain and address is there once."""
    counted = Counter(value for source in ROWS for value in (source.id, f"domain {source.domain}"))
    assert [value for value, times in counted.items() if times > 1] == []
    assert len(load_sources(FILES)) == len(ROWS)
