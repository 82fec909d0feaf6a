"""Who is told of what, why, and when."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest

from config.errors import ConfigError
from config.init import init_workspace
from config.load import load_workspace
from config.rules import RecipientConfig, RuleConfig
from drumbeat.alerts.planning import Plan, after_quiet_hours, digests, last_moment, told_at_once
from drumbeat.alerts.rules import matches
from storage.records import Alert, AlertMark
from tests.alerts.mailroom import NOW, SENDER, Room, Server, make_alert, serving
from tests.report.sample import evidence, narrative, spike

ADDRESS = "desk@example.org"


def rule(**changes: Any) -> RuleConfig:
    """A rule."""
    return RuleConfig.model_validate({"id": "r1"} | changes)


def recipient(**changes: Any) -> RecipientConfig:
    """A recipient."""
    return RecipientConfig.model_validate({"address": ADDRESS} | changes)


def told(**changes: Any) -> dict[str, Any]:
    """The evidence of an alert."""
    return evidence(narrative=narrative(**changes).to_dict())


@pytest.mark.parametrize(
    ("conditions", "is_meant"),
    [
        ({}, True),
        ({"narratives": [12]}, True),
        ({"narratives": [7]}, False),
        ({"watch": ["understands-concerns"]}, False),
        ({"themes": ["Security"]}, True),
        ({"themes": ["health"]}, False),
        ({"kinds": ["claim"]}, True),
        ({"kinds": ["event", "form"]}, False),
        ({"countries": ["XB"]}, True),
        ({"countries": ["FR"]}, False),
        ({"languages": ["ar-EG"]}, True),
        ({"languages": ["zh"]}, False),
        ({"ownership": ["state"]}, True),
        ({"sources": ["severia-wire", "other"]}, True),
        ({"sources": ["other"]}, False),
        ({"min_ratio": 3}, True),
        ({"min_ratio": 3.2}, False),
        ({"min_outlets": 6}, True),
        ({"min_outlets": 7}, False),
        ({"countries": ["XB"], "languages": ["zh"]}, False),
        ({"about": ["XB"]}, True),
    ],
)
def test_what_a_rule_means(conditions: dict[str, Any], is_meant: bool) -> None:
    """Every condition that is given must hold, one value of each is enough; a rule without any means all."""
    assert matches(rule(**conditions), told(label="Severia and its neighbours")) is is_meant


def test_a_watched_statement_is_meant_by_its_id() -> None:
    """And by the kinds `watched` and `claim`."""
    found = told(kind="watched", statement_id="understands-concerns", judged=None)
    assert matches(rule(watch=["understands-concerns"]), found)
    assert matches(rule(kinds=["watched"]), found)
    assert matches(rule(kinds=["claim"]), found)


@pytest.mark.parametrize(
    ("label", "is_meant"),
    [
        ("Mali expels the envoy", True),
        ("Бамако: в Мали прошли переговоры", True),
        ("وفد من مالي يصل", True),
        ("Malice in the palace", False),
    ],
)
def test_a_country_is_named_in_any_language(label: str, is_meant: bool) -> None:
    """By its name in several languages, as a whole word."""
    assert matches(rule(about=["ML"]), told(label=label, quotes=())) is is_meant


def alert_of(number: int, *, at: datetime = NOW, theme: str | None = "security") -> Alert:
    """The alert of another narrative."""
    frozen = evidence(narrative=narrative(number, theme=theme).to_dict(), spike=spike(number).to_dict())
    return make_alert(
        alert_id=f"{number:016x}",
        spike_id=f"{number}-2026-11-19",
        narrative_id=number,
        created_at=at,
        evidence=frozen,
    )


def plan(
    *people: RecipientConfig, rules: tuple[RuleConfig, ...] = (), marks: tuple[AlertMark, ...] = ()
) -> Plan:
    """Settings."""
    return Plan(rules={item.id: item for item in rules}, recipients=people, marks=list(marks), sender=SENDER)


def test_one_mail_for_what_belongs_together() -> None:
    """Two alerts of a theme come as one mail, one of another theme alone; ungrouped, each comes alone."""
    alerts = [alert_of(1), alert_of(2), alert_of(3, theme="health")]
    made = told_at_once(plan(recipient()), alerts, NOW)
    assert [(item.kind, len(found)) for item, found in made] == [
        (None, 0),
        (None, 0),
        (None, 1),
        ("group", 1),
    ]
    assert [item["alert_id"] for item in made[3][0].evidence["items"]] == [
        alerts[0].alert_id,
        alerts[1].alert_id,
    ]
    apart = told_at_once(plan(recipient(grouped=False)), alerts, NOW)
    assert [len(found) for _, found in apart] == [1, 1, 1]
    assert told_at_once(plan(recipient()), alerts, NOW)[3][0].alert_id == made[3][0].alert_id


def test_the_reason_names_the_rule() -> None:
    """A delivery says which rule brought it; where none means it, there is none."""
    given = plan(
        recipient(rules=["r1", "s1"]),
        rules=(rule(narratives=[99]), rule(id="s1", title="Sahel", narratives=[1])),
    )
    made = told_at_once(given, [alert_of(1), alert_of(2)], NOW)
    assert [[item.reason for item in found] for _, found in made] == [["rule “Sahel”"], []]


def test_muted_is_not_told() -> None:
    """By a mark of this reader or of everybody, or by a day in the settings."""
    mute = AlertMark(
        mark_id="m",
        kind="mute",
        alert_id="x",
        narrative_id=1,
        at=NOW,
        actor="x",
        until=NOW + timedelta(days=1),
    )
    made = told_at_once(plan(recipient(), marks=(mute,)), [alert_of(1)], NOW)
    assert made[0][1] == []
    other = replace(mute, recipient="other@example.org")
    assert len(told_at_once(plan(recipient(), marks=(other,)), [alert_of(1)], NOW)[0][1]) == 1
    assert told_at_once(plan(recipient(mute_until=date(2026, 11, 20))), [alert_of(1)], NOW)[0][1] == []
    assert len(told_at_once(plan(recipient(mute_until=date(2026, 11, 19))), [alert_of(1)], NOW)[0][1]) == 1


@pytest.mark.parametrize(
    ("now", "end"),
    [
        (datetime(2026, 11, 19, 21, 59, tzinfo=UTC), None),
        (datetime(2026, 11, 19, 22, 0, tzinfo=UTC), datetime(2026, 11, 20, 6, tzinfo=UTC)),
        (datetime(2026, 11, 20, 3, 0, tzinfo=UTC), datetime(2026, 11, 20, 6, tzinfo=UTC)),
        (datetime(2026, 11, 20, 6, 0, tzinfo=UTC), None),
    ],
)
def test_quiet_hours_over_midnight(now: datetime, end: datetime | None) -> None:
    """What comes in them waits for their end."""
    who = recipient(quiet_from=time(22), quiet_until=time(6), zone="Africa/Bamako")
    assert after_quiet_hours(who, now) == end


def test_quiet_hours_follow_the_clocks() -> None:
    """On the night in which clocks go back an hour (25 October 2026, Paris), 7 o'clock is 7 o'clock."""
    who = recipient(quiet_from=time(22), quiet_until=time(7), zone="Europe/Paris")
    assert after_quiet_hours(who, datetime(2026, 10, 24, 21, tzinfo=UTC)) == datetime(
        2026, 10, 25, 6, tzinfo=UTC
    )
    assert after_quiet_hours(who, datetime(2026, 10, 23, 21, tzinfo=UTC)) == datetime(
        2026, 10, 24, 5, tzinfo=UTC
    )


def test_daily_and_weekly_moments() -> None:
    """The newest moment by the reader's clock, through a change of clocks."""
    daily = recipient(when="daily", at=time(7), zone="Europe/Paris")
    assert last_moment(daily, datetime(2026, 10, 25, 5, 30, tzinfo=UTC)) == datetime(
        2026, 10, 24, 5, tzinfo=UTC
    )
    assert last_moment(daily, datetime(2026, 10, 25, 6, tzinfo=UTC)) == datetime(2026, 10, 25, 6, tzinfo=UTC)
    weekly = recipient(when="weekly", weekday="mon", at=time(8), zone="Africa/Dakar")
    assert last_moment(weekly, datetime(2026, 11, 23, 7, 59, tzinfo=UTC)) == datetime(
        2026, 11, 16, 8, tzinfo=UTC
    )
    assert last_moment(weekly, datetime(2026, 11, 23, 8, tzinfo=UTC)) == datetime(2026, 11, 23, 8, tzinfo=UTC)


def test_a_digest_has_what_came_since_the_last_one() -> None:
    """Each alert in one digest, made once however often the stage runs; an empty one is not sent."""
    daily = plan(recipient(when="daily", at=time(7)))
    day = datetime(2026, 11, 19, 7, tzinfo=UTC)
    alerts = [alert_of(n, at=day - timedelta(hours=hours)) for n, hours in ((1, 30), (2, 24), (3, 1), (4, 0))]
    (first,) = digests(daily, alerts, day + timedelta(minutes=5))
    (again,) = digests(daily, alerts, day + timedelta(hours=5))
    assert first == again
    assert [item["alert_id"] for item in first[0].evidence["items"]] == [
        alerts[1].alert_id,
        alerts[2].alert_id,
    ]
    assert digests(daily, alerts, day + timedelta(days=3)) == []
    assert told_at_once(daily, [alert_of(1)], NOW)[0][1] == []


def test_a_mail_about_several(room: Room, server: Server) -> None:
    """It waits for its hour, goes out once over real SMTP, and says of each alert what its own mail would."""
    alerts = [alert_of(1), alert_of(2)]
    quiet = recipient(quiet_from=time(8), quiet_until=time(10))
    made = told_at_once(plan(quiet), alerts, NOW)
    room.store.alerts.set_state(room.one().delivery_id, "sent", at=NOW, attempts=1)
    room.store.alerts.create_all(made)
    with serving(server) as port:
        assert room.deliver(port) == {"waiting": 1}
        room.clock.advance(timedelta(hours=1))
        assert room.deliver(port) == {"sent": 1}
        assert room.deliver(port) == {}
    (mail,) = server.mails
    assert mail["Subject"].startswith("[Drumbeat] 2 alerts: ")
    texts = {part.get_content_type(): part for part in mail.walk()}
    plain: EmailMessage = texts["text/plain"]  # type: ignore[assignment]
    assert plain.get_content().count("3.1 times the 6.9 expected") == 2
    assert "Why you: you get every alert" in plain.get_content()


ALERTS = """
[[rule]]
id = "sahel"
countries = ["ML", "NE"]
ownership = ["state"]

[[recipient]]
address = "desk@example.org"
rules = ["sahel"]
when = "weekly"
weekday = "fri"
at = 08:30:00
zone = "Africa/Bamako"
mute_until = 2026-12-01

[[edition]]
id = "french"
language = "fr"
recipients = ["chef@example.org"]
"""


def test_the_file_of_rules(tmp_path: Path) -> None:
    """Rules, recipients and editions are read; what is wrong names file, entry and value."""
    init_workspace(tmp_path)
    file = tmp_path / "alerts.toml"
    assert load_workspace(tmp_path, {}).rules == ()
    file.write_text(ALERTS, encoding="utf-8")
    found = load_workspace(tmp_path, {})
    assert (found.rules[0].countries, found.recipients[0].at, found.editions[0].language) == (
        ("ML", "NE"),
        time(8, 30),
        "fr",
    )
    for wrong, words in (
        (ALERTS.replace('rules = ["sahel"]', 'rules = ["sahara"]'), "there is no rule 'sahara'"),
        (ALERTS.replace("Africa/Bamako", "Africa/Bamaco"), "IANA"),
        (ALERTS + '[[rule]]\nid = "sahel"\n', "stands twice"),
        (ALERTS.replace("[[edition]]", "[[editions]]"), "unknown table 'editions'"),
    ):
        file.write_text(wrong, encoding="utf-8")
        with pytest.raises(ConfigError, match=words):
            load_workspace(tmp_path, {})
