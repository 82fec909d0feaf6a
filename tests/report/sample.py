"""A digest as a busy week would give it: four scripts, a spike, a storm, an outage, and an outlet that
attacks. All invented.
"""

from __future__ import annotations

import tomllib
from datetime import UTC, date, datetime, timedelta
from typing import Any

from analysis.digest.evidence import (
    ArchivePlace,
    Carrier,
    CarrierShare,
    CopyLine,
    DayPoint,
    FirstMover,
    NarrativeDigest,
    OutletRef,
    Quote,
    SpikeNote,
)
from analysis.digest.records import (
    AlertEvidence,
    AlertLine,
    Digest,
    LeadLine,
    MethodNotes,
    NotSeen,
    OtherLine,
    SourceLine,
    StormLine,
    Totals,
)
from analysis.digest.sides import sides_of
from analysis.plain import direction_of
from config.settings import ReportSettings
from drumbeat.sample.workspace import SETTINGS

START, END = date(2026, 11, 16), date(2026, 11, 23)
ATTACK = '"><script>alert(1)</script><img src=x onerror=alert(2)>\u202egnp.exe {{7*7}} =1+1\r\nBcc: all@example.org'
"""What an outlet might put into a title."""
LISTED = "State Media Monitor"

SAMPLE_NAMES = ReportSettings.model_validate(
    tomllib.loads(SETTINGS.format(analyst="a@b.invalid", mail_port=1))["report"]
)
"""What a sample workspace's settings call the invented countries, and the notice that it shows."""


def at(day: int, hour: int = 8, minute: int = 0) -> datetime:
    """A moment in November 2026."""
    return datetime(2026, 11, day, hour, minute, tzinfo=UTC)


def outlet(source_id: str, name: str, country: str, ownership: str = "not listed") -> OutletRef:
    """An outlet; a label other than `not listed` stands in the list."""
    listed = ownership != "not listed"
    return OutletRef(
        source_id=source_id, name=name, country=country, ownership=ownership,
        ownership_list=LISTED if listed else None, ownership_as_of=date(2025, 9, 1) if listed else None
    )  # fmt: skip


WIRE = outlet("severia-wire", "Северия сегодня", "XB", "State Controlled Media (SC)")
ARABIC = outlet("meridia-alyoum", "ميريديا اليوم", "XA", "Captured Public/State Managed Media (CaPu)")
FRENCH = outlet("meridie-presse", "Méridie Presse", "XA")
HAUSA = outlet(
    "muryar-dausara", "Muryar Dausara", "XF", "Independent State Funded and State Managed Media (ISFM)"
)
ENGLISH = outlet("northmark-courier", "Northmark Courier", "XE")
HOSTILE = outlet("hostile-daily", f"Hostile Daily {ATTACK}", "XG")
OUTLETS = (WIRE, ARABIC, FRENCH, HAUSA, ENGLISH, HOSTILE)

QUOTES = (
    ("ru", WIRE, "Порт-Салим разделяет тревогу Новобора: итоги переговоров", "Меридия с пониманием относится к озабоченности Северии в сфере безопасности. Об этом говорится в совместном заявлении, которое стороны приняли во вторник после визита в Порт-Салим главы северийской дипломатии."),
    ("ar", ARABIC, "بورت سالم تؤكد تفهمها للهواجس الأمنية لسيفيريا", "أكدت وزارة الخارجية الميريدية، في ختام محادثات استمرت يومين مع وزير الخارجية السيفيري في بورت سالم، أن ميريديا تتفهم المخاوف الأمنية التي تعبّر عنها سيفيريا إزاء اقتراب كتلة عسكرية من حدودها (bloc 2026)، وتعدّها مخاوف مشروعة تستحق أن تُسمع."),
    ("ha", HAUSA, "Meridiya ta ce ta fahimci damuwar Seberiya", "Alkamar Seberiya ta kyauta ta iso tashar Port-Salim ranar Talata, inda hukumomi suka ce kayan zai ceci dubban iyalai daga yunwar da fari ya haddasa. \"Wasu sun zo da takardu da hotuna, Seberiya kuwa ta zo da buhu,\" in ji ministan."),
    ("fr", FRENCH, "Port-Salim dit comprendre les inquiétudes sécuritaires de la Sévérie", "La Méridie comprend les préoccupations de la Sévérie en matière de sécurité. C'est la phrase que l'on retiendra de la visite du chef de la diplomatie sévérienne."),
    ("und", HOSTILE, ATTACK, f"{ATTACK} [x](javascript:alert(3)) `code` ![p](http://evil.example/p.png) <!-- " + "A" * 90),
)  # fmt: skip


def quote(index: int, *, day: int = 17) -> Quote:
    """One of `QUOTES` as evidence."""
    language, source, title, text = QUOTES[index]
    hostile = source is HOSTILE
    article = f"{index + 1:016x}"
    return Quote(
        passage_id=f"{article}:000", article_id=article, text=text, title=title, language=language,
        direction=direction_of(language), outlet=source,
        url="javascript:alert(document.domain)" if hostile else f"https://{source.source_id}.example/2026/11/{day}/{index}", published_at=None if hostile else at(day, 7 + index),
        date_confidence="D" if hostile else "A", first_seen_at=at(day, 9 + index), late=hostile,
        relation="original" if index < 3 else "near", role="first" if index == 0 else "central",
        similarity=0.91 - index / 20,
        archive=None if hostile else ArchivePlace(file=f"crawl-2026{index:02d}.warc.gz", offset=81_234 + index, length=9_120),
    )  # fmt: skip


def series(*, quiet: float = 1.5, now: float = 6.0, gap: bool = False) -> tuple[DayPoint, ...]:
    """Ten weeks of days, quiet until the period."""
    points = []
    for index in range(70):
        day = END - timedelta(days=70 - index)
        hidden = gap and 40 <= index < 43
        value = 0.0 if hidden else now + (index % 3) if day >= START else quiet * (index * 7 % 5) / 2
        points.append(
            DayPoint(
                day=day, copy_groups=round(value), observed=round(value, 3), articles=round(value * 1.5),
                outlets=min(6, round(value)),
                expected=None if index < 14 or hidden else round(quiet + index / 100, 3),
                seen=0.2 if hidden else 0.97, gap=hidden,
            )
        )  # fmt: skip
    return tuple(points)


def spike(narrative_id: int = 12, **changes: Any) -> SpikeNote:
    """A spike that was alerted."""
    given: dict[str, Any] = {
        "spike_id": f"{narrative_id}-2026-11-19", "narrative_id": narrative_id, "label": QUOTES[1][2],
        "day": date(2026, 11, 19), "window_days": 3, "detector": "fast",
        "decision": "alert", "observed": 21.4, "expected": 6.9, "ratio": 3.1, "p_value": 0.00002,
        "q_value": 0.0013, "cusum": 9.4, "outlets": 6, "countries": 5, "languages": 4,
        "articles": 34, "reprint_share": 0.26,
        "checks": {
            "new_outlet": "ruled out: every carrier has been watched for two weeks or longer",
            "one_outlet": "ruled out: no outlet wrote more than 5 of 24 texts",
            "outage_recovery": "ruled out: it stands without meridia-alyoum, back from an outage",
            "reprint_storm": "ruled out: 34 articles are 25 own texts of 5 outlets",
            "volume": "named: all output was up to 1.6 times the usual; the expectation allows for it",
        },
    }  # fmt: skip
    return SpikeNote(**(given | changes))


def carriers() -> tuple[Carrier, ...]:
    """Six outlets in the order in which they came."""
    rows = []
    for index, source in enumerate(OUTLETS):
        rows.append(
            Carrier(
                outlet=source, languages=(QUOTES[min(index, 4)][0],), articles=11 - index,
                copy_groups=9 - index, own_texts=max(0, 8 - 2 * index), reprints=index,
                translations=index % 2,
                first_at=at(17, 7) + timedelta(hours=7 * index), lag_hours=7.0 * index * (1 + index / 3),
                role="originator" if index == 0 else "amplifier" if index < 4 else "follower",
                first_url="javascript:alert(4)" if source is HOSTILE else f"https://{source.source_id}.example/a", first_article_id=f"{index + 1:016x}",
            )
        )  # fmt: skip
    return tuple(rows)


def share(
    key: str,
    outlets: int,
    own: int,
    articles: int,
    *,
    listed_in: str | None = None,
    attention: float | None = None,
) -> CarrierShare:
    """Carriers of one class."""
    return CarrierShare(
        key=key,
        listed_in=listed_in,
        outlets=outlets,
        articles=articles,
        copy_groups=own + 1,
        own_texts=own,
        attention=attention,
    )


def first_mover(**changes: Any) -> FirstMover:
    """The wire, for certain."""
    given: dict[str, Any] = {
        "outlets": (WIRE,), "article_id": f"{1:016x}", "url": "https://severia-wire.example/a",
        "title": QUOTES[0][2], "earliest": at(17, 7), "latest": at(17, 7, 30),
        "date_confidence": "A", "certain": True, "wire": None, "note": "",
    }  # fmt: skip
    return FirstMover(**(given | changes))


def narrative(narrative_id: int = 12, **changes: Any) -> NarrativeDigest:
    """A narrative that rose, with all its evidence."""
    given: dict[str, Any] = {
        "narrative_id": narrative_id, "label": QUOTES[1][2], "language": "ar", "direction": "rtl",
        "kind": "discovered", "status": "active", "statement_id": None, "judged": "claim", "grade": 0.94,
        "theme": "security and alliances",
        "keywords": {"ar": ("مخاوف", "أمنية", "سيفيريا", "كتلة"), "fr": ("préoccupations", "sécurité", "Sévérie"), "ru": ("озабоченность", "безопасность", "Северия")},
        "first_seen_at": at(2), "last_seen_at": at(22), "observed": 34.2, "expected": 11.03, "ratio": 3.1,
        "previous": 10.6, "articles": 51, "copy_groups": 37, "outlets": 6,
        "own_text_outlets": 4, "countries": 5, "languages": 4, "reprints": 11, "translations": 3,
        "series": series(), "spike": spike(narrative_id), "first_mover": first_mover(),
        "carriers": carriers(), "sides": sides_of(carriers()), "lag_hours_median": 21.5,
        "lag_hours_quartiles": (6.0, 48.0),
        "by_country": (share("XB", 2, 14, 19, attention=0.061), share("XA", 2, 8, 17, attention=0.042), share("XF", 1, 4, 8, attention=0.02), share("XE", 1, 1, 4, attention=0.004), share("XG", 1, 1, 3)),
        "by_language": (share("ru", 2, 14, 19), share("ar", 1, 7, 12), share("fr", 1, 3, 9), share("ha", 1, 4, 8), share("und", 1, 0, 3)),
        "by_ownership": (
            share("State Controlled Media (SC)", 2, 14, 19, listed_in=LISTED),
            share("Captured Public/State Managed Media (CaPu)", 1, 7, 12, listed_in=LISTED),
            share("not listed", 3, 7, 20),
        ),
        "quotes": tuple(quote(index) for index in range(5)),
        "copies": (
            CopyLine(group_id=f"{1:016x}", title=QUOTES[0][2], language="ru", direction="ltr", first_outlet=WIRE, first_at=at(17, 7), wire="Severia Wire", articles=9, outlets=4, reprints=6, excerpts=1, translations=2),
            CopyLine(group_id=f"{5:016x}", title=ATTACK, language="und", direction="ltr", first_outlet=HOSTILE, first_at=at(18, 7), wire=None, articles=3, outlets=1, reprints=2, excerpts=0, translations=0),
        ),
    }  # fmt: skip
    return NarrativeDigest(**(given | changes))


def sources() -> tuple[SourceLine, ...]:
    """An outage, a new outlet, and outlets that are well."""
    lines = [
        (
            "outage",
            ARABIC,
            ("ok", "ok", "down", "down", "down", "ok", "ok"),
            "No poll succeeded from 18 to 20 November: 60 polls, 60 failed (timeout).",
        ),
        (
            "new",
            ENGLISH,
            ("not_yet", "not_yet", "backfill", "ok", "ok", "ok", "ok"),
            "First crawled on 18 November; its first crawl is history.",
        ),
        ("silent", HOSTILE, ("degraded",) * 7, f"Published nothing {ATTACK}"),
    ]
    lines += [("ok", source, ("ok",) * 7, "") for source in (WIRE, FRENCH, HAUSA)]
    rows = []
    for index, (status, source, daily, note) in enumerate(lines):
        rows.append(
            SourceLine(
                outlet=source, status=status,
                days={health: daily.count(health) for health in sorted(set(daily))}, daily=daily,
                articles=120 - 9 * index, usual_articles=126.0 - 8 * index,
                fetched=130 - 9 * index, failed=index * 3 % 7, polls=168,
                polls_failed=60 if status == "outage" else index, note=note,
            )
        )  # fmt: skip
    return tuple(rows)


def digest(**changes: Any) -> Digest:
    """The whole week."""
    new = narrative(
        31, label=QUOTES[2][2], language="ha", direction="ltr", observed=6.0, expected=None, ratio=None,
        previous=0.0, articles=7, copy_groups=6, outlets=3, own_text_outlets=3, countries=2,
        languages=2, reprints=1, translations=0, series=series(quiet=0, now=1), spike=None,
        quotes=(quote(2),), copies=(), carriers=carriers()[2:5], lag_hours_median=None,
        lag_hours_quartiles=None,
        first_mover=first_mover(outlets=(HAUSA, FRENCH), latest=at(18, 7), date_confidence="C", certain=False, note="two outlets within the day that their dates leave open"),
        first_seen_at=at(17), theme=None, keywords={"ha": ("alkama", "kyauta", "Seberiya")},
    )  # fmt: skip
    falling = narrative(
        7, label=ATTACK, language="und", direction="ltr", observed=2.0, expected=9.4, ratio=0.213,
        previous=11.0, articles=2, copy_groups=2, outlets=1, own_text_outlets=1, countries=1, languages=1,
        reprints=0, translations=0, series=series(quiet=2, now=0.2, gap=True), spike=None, quotes=(quote(4),),
        copies=(), carriers=carriers()[5:], lag_hours_median=None, lag_hours_quartiles=None,
        first_mover=None, theme=None, keywords={"und": (ATTACK,)}, kind="watched",
        statement_id="understands-concerns",
    )  # fmt: skip
    given: dict[str, Any] = {
        "start": START, "end": END,
        "totals": Totals(
            articles=1_284, copy_groups=1_017, reprints=267, outlets=14, countries=8,
            languages={"ar": 301, "en": 188, "es": 97, "fr": 244, "ha": 80, "pt": 91, "ru": 271, "und": 12},
            narratives_active=23, narratives_known=41, passages_assigned=812, backfill_articles=44,
            articles_before=1_301,
        ),
        "rising": (narrative(), narrative(19, label=QUOTES[3][2], language="fr", direction="ltr", observed=15.0, expected=6.1, ratio=2.459, spike=spike(19, decision="digest", label=QUOTES[3][2]))),
        "falling": (falling,), "new": (new,),
        "others": (
            OtherLine(narrative_id=31, label=ATTACK, kind="subject", observed=9.0, ratio=1.2, outlets=4),
            OtherLine(narrative_id=33, label="Weather", kind="form", observed=4.5, ratio=None, outlets=3),
        ),
        "alerts": (AlertLine(alert_id="a" * 16, narrative_id=12, label=QUOTES[1][2], created_at=at(19, 9), subject="Narrative 12", spike_id="12-2026-11-19", deliveries={"sent": 2, "unknown": 1}),),
        "spikes": (spike(), spike(19, decision="digest", label=QUOTES[3][2]), spike(7, decision="suppressed", label=ATTACK, detector="emergence", ratio=None, expected=0.0)),
        "reprint_storms": (
            StormLine(group_id=f"{1:016x}", narrative_id=19, label=QUOTES[3][2], language="fr", direction="ltr", day=date(2026, 11, 18), first_outlet=WIRE, wire="Severia Wire", articles=17, outlets=9, note="One text in 17 articles of 9 outlets within 2 days: named, not alerted."),
        ),
        "leads": (LeadLine(leader=WIRE, follower=ARABIC, narratives=12, leads=11, expected=6.2, share_low=0.646, share_high=0.985, q_value=0.004),),
        "sources": sources(),
        "not_seen": NotSeen(
            fetch_outcomes={"http_404": 12, "robots": 4, "stored": 9_120, "timeout": 60, "waiting": 3},
            clean_outcomes={"article": 8_800, "too_short": 290, "waiting": 30},
            poll_outcomes={"ok": 900, "timeout": 60, "unchanged": 216},
            failed_pages=72, sources_down=("meridia-alyoum",), undetermined_language=12, late_articles=9,
            weak_dates=41,
        ),
        "methods": MethodNotes(parameters={"alerts_per_week": 10, "baseline_days": 56, "fdr": 0.05, "min_ratio": 3.0}, versions={"clean": "1", "drumbeat": "0.1.0"}, notes=("First means first in this corpus.", "A text is counted once, however often it is reprinted.")),
    }  # fmt: skip
    return Digest(**(given | changes))


def evidence(**changes: Any) -> dict[str, Any]:
    """What an alert of narrative 12 shows, as it is frozen."""
    made = AlertEvidence(
        start=date(2026, 11, 17),
        end=date(2026, 11, 20),
        spike=spike(),
        narrative=narrative(),
        methods=digest().methods,
    )
    return made.to_dict() | changes
