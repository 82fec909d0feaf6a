"""The dashboard with accounts: who gets in, who may change what, and what other sites cannot do."""

from __future__ import annotations

import csv
import io
import re
from base64 import b64encode
from collections.abc import Callable, Iterator

import pytest
from argon2 import PasswordHasher
from fastapi.testclient import TestClient

from config.clock import FixedClock
from config.errors import ConfigError
from config.settings import DashboardSettings
from config.workspace import Workspace
from drumbeat.corrections import decisions_in_force
from drumbeat.people import passwords
from drumbeat.people.accounts import Accounts
from drumbeat.web.access import COOKIE, OPEN, inside, needs_accounts
from drumbeat.web.app import make_app
from drumbeat.web.login import TRIES, TRIES_OF_ADDRESS, WITHIN
from storage.records import Role
from storage.store import Store
from tests.storage import makers

WORDS = "four quiet words here"
NOW = makers.hours(48)
Client = Callable[[str | None], TestClient]
FORM = re.compile(r'name="csrf" value="([0-9a-f]{64})"')


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hash with the least work."""
    monkeypatch.setattr(
        passwords, "_hasher", lambda: PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    )
    passwords._nobodys.cache_clear()


@pytest.fixture
def client(store: Store, workspace: Workspace) -> Iterator[Client]:
    """Makes a client of the dashboard, signed in as a role; None: nobody."""
    store.narratives.save([makers.narrative(1, label="One"), makers.narrative(2, label="Two")])
    alert = makers.alert()
    store.alerts.create(alert, [makers.delivery(alert)])
    accounts = Accounts(store, FixedClock(NOW), by="test")
    for role in ("reader", "analyst", "editor", "admin"):
        accounts.add(role, role, WORDS)
    opened: list[TestClient] = []

    def of(role: str | None) -> TestClient:
        app = make_app(store=store, workspace=workspace, clock=FixedClock(NOW))
        made = TestClient(app, base_url="http://127.0.0.1", follow_redirects=False)
        made.__enter__()
        opened.append(made)
        if role:
            assert made.post("/login", data={"name": role, "password": WORDS}).status_code == 303
        return made

    yield of
    for made in opened:
        made.__exit__(None, None, None)


def csrf_of(client: TestClient) -> str:
    """What the forms of a signed-in browser carry."""
    found = FORM.search(client.get("/account").text)
    assert found is not None
    return found[1]


def test_without_an_account_nothing_is_shown(client: Client) -> None:
    """Every route but those that are open says so, each in its own way; none answers with content."""
    nobody = client(None)
    for route in nobody.app.routes:  # type: ignore[attr-defined]  # an ASGI application of FastAPI
        path = re.sub(r"\{[a-z_]+(?::[a-z]+)?\}", "1", getattr(route, "path", ""))
        if not path or path.startswith(OPEN):
            continue
        for method in sorted(getattr(route, "methods", None) or {"GET"}):
            answer = nobody.request(method, path)
            assert answer.status_code in (303, 401), (method, path)
            assert "One" not in answer.text
    assert (
        nobody.get("/narratives?kind=claim").headers["location"] == "/login?next=%2Fnarratives%3Fkind%3Dclaim"
    )
    assert nobody.get("/api/digest").headers["www-authenticate"] == "Bearer"
    assert nobody.get("/feeds/alerts.atom").headers["www-authenticate"].startswith("Basic")


def test_signing_in_leads_on_within_the_dashboard_and_out_again(client: Client) -> None:
    """No script and no form of another site has the cookie; after signing out it opens nothing."""
    browser = client(None)
    answer = browser.post(
        "/login", data={"name": "reader", "password": WORDS, "next": "/narratives?kind=claim"}
    )
    assert answer.headers["location"] == "/narratives?kind=claim"
    assert answer.headers["cache-control"] == "no-store"
    cookie = answer.headers["set-cookie"].lower()
    assert "httponly" in cookie and "samesite=lax" in cookie
    page = browser.get("/narratives")
    assert page.status_code == 200
    secret = browser.cookies[COOKIE]
    assert browser.post("/logout", data={"csrf": csrf_of(browser)}).headers["location"] == "/login"
    browser.cookies.set(COOKIE, secret)
    assert browser.get("/narratives").status_code == 303


@pytest.mark.parametrize(
    "target",
    [
        "https://evil.example/",
        "//evil.example",
        "/\\evil.example",
        "\\\\evil.example",
        "javascript:alert(1)",
        "/\tevil",
        "http:evil",
        "",
        "/a\\b",
        " //evil.example",
        "/\n/evil.example",
    ],
)
def test_no_sign_in_leads_to_another_site(client: Client, target: str) -> None:
    """What is no address of ours leads to the overview."""
    assert inside(target) == "/"
    answer = client(None).post("/login", data={"name": "reader", "password": WORDS, "next": target})
    assert answer.headers["location"] == "/"


def test_guessing_has_to_wait(client: Client, store: Store, workspace: Workspace) -> None:
    """After wrong passwords of an account the right one waits too; of many accounts, all; for a time."""
    browser = client(None)
    for _ in range(TRIES):
        assert browser.post("/login", data={"name": "reader", "password": "wrong"}).status_code == 403
    assert browser.post("/login", data={"name": "reader", "password": WORDS}).status_code == 429
    assert browser.post("/login", data={"name": "analyst", "password": WORDS}).status_code == 303
    for number in range(TRIES_OF_ADDRESS):
        browser.post("/login", data={"name": f"n{number}", "password": "wrong"})
    assert browser.post("/login", data={"name": "admin", "password": WORDS}).status_code == 429
    tries = browser.app.state.tries  # type: ignore[attr-defined]  # an ASGI application of FastAPI
    assert not tries.are_too_many("admin", "testclient", NOW + WITHIN)


@pytest.mark.parametrize(
    ("role", "may"), [("reader", False), ("analyst", True), ("editor", True), ("admin", True)]
)
def test_deciding_needs_the_role(client: Client, store: Store, role: Role, may: bool) -> None:
    """Who may finds the forms on the page, and is named in the decision; who may not finds none, and is
    refused.
    """
    browser = client(role)
    assert (
        "Not this" in browser.get("/narratives/1").text or 'id="decide"' in browser.get("/narratives/1").text
    ) is may
    form = {"csrf": csrf_of(browser), "what": "rename", "text": "Another name"}
    answer = browser.post("/narratives/1/decide", data=form)
    assert answer.status_code == (303 if may else 403)
    found = decisions_in_force(store, 1)
    assert [(item.value, item.actor) for item in found] == ([("Another name", role)] if may else [])


def test_each_decision_of_the_page_is_made_and_taken_back(client: Client, store: Store) -> None:
    """The forms of a narrative's page, as a browser sends them, with what is left empty."""
    browser = client("analyst")
    form = {"csrf": csrf_of(browser), "text": "", "other": "", "until": ""}
    made = (
        {"what": "pin"},
        {"what": "mute", "until": "2026-04-01"},
        {"what": "note", "text": "<b>look</b> again"},
        {"what": "kind", "text": "event"},
        {"what": "merge", "other": "2"},
    )
    for said in made:
        assert browser.post("/narratives/1/decide", data=form | said).status_code == 303, said
    assert {item.kind for item in decisions_in_force(store, 1)} == {"pin", "mute", "note", "kind", "merge"}
    page = browser.get("/narratives/1").text
    assert "&lt;b&gt;look&lt;/b&gt;" in page
    for item in decisions_in_force(store, 1):
        undo = form | {"what": "undo", "text": item.correction_id}
        assert browser.post("/narratives/1/decide", data=undo).status_code == 303
    assert decisions_in_force(store, 1) == []


@pytest.mark.parametrize(
    "said",
    [
        {"what": "merge"},
        {"what": "merge", "other": "1"},
        {"what": "merge", "other": "x"},
        {"what": "merge", "other": "99999999999"},
        {"what": "mute", "until": "tomorrow"},
        {"what": "rename", "text": " "},
        {"what": "kind", "text": "rumour"},
        {"what": "undo", "text": "nothing"},
        {"what": "reject", "passage": "none"},
        {"what": "explode"},
        {},
    ],
)
def test_what_cannot_be_decided_is_said(client: Client, store: Store, said: dict[str, str]) -> None:
    """In words, with nothing done."""
    browser = client("analyst")
    answer = browser.post("/narratives/1/decide", data={"csrf": csrf_of(browser)} | said)
    assert answer.status_code == 422
    assert "Traceback" not in answer.text
    assert decisions_in_force(store) == []


@pytest.mark.parametrize(
    "headers",
    [
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
        {"origin": "https://evil.example"},
        {"origin": "null"},
        {"origin": "http://127.0.0.1.evil.example"},
    ],
)
def test_another_site_changes_nothing(client: Client, store: Store, headers: dict[str, str]) -> None:
    """Even with the right form of the right browser; nor does it sign anybody in."""
    browser = client("admin")
    form = {"csrf": csrf_of(browser), "what": "pin"}
    assert browser.post("/narratives/1/decide", data=form, headers=headers).status_code == 403
    assert (
        browser.post("/login", data={"name": "reader", "password": WORDS}, headers=headers).status_code == 403
    )
    assert decisions_in_force(store) == []


def test_a_form_without_its_secret_or_with_anothers_changes_nothing(client: Client, store: Store) -> None:
    """Every form that changes something."""
    other, browser = client("analyst"), client("admin")
    for csrf in ("", "0" * 64, csrf_of(other), "ä"):
        for path, form in (
            ("/narratives/1/decide", {"what": "pin"}),
            ("/alerts/a/mark", {"kind": "ack"}),
            ("/account/tokens", {"title": "x", "scope": "decide"}),
            ("/account/password", {"old": WORDS, "new": WORDS + "!"}),
            ("/accounts", {"name": "new", "role": "admin", "password": WORDS}),
            ("/accounts/reader", {"role": "admin"}),
            ("/logout", {}),
        ):
            assert browser.post(path, data={"csrf": csrf, **form}).status_code == 403, path
    assert decisions_in_force(store) == []
    assert [row.role for row in store.accounts.all()] == ["admin", "analyst", "editor", "reader"]


def test_a_token_reads_and_decides_as_far_as_its_scope(client: Client, store: Store) -> None:
    """As a bearer, and as the password of a feed reader; a foreign one opens nothing."""
    accounts = Accounts(store, FixedClock(NOW), by="test")
    read, write = (accounts.give_token("analyst", "x", scope, 7) for scope in ("read", "decide"))
    program = client(None)
    basic = "Basic " + b64encode(f"any:{read}".encode()).decode()
    assert program.get("/api/narratives", headers={"authorization": f"Bearer {read}"}).status_code == 200
    assert program.get("/feeds/narratives/2.atom", headers={"authorization": basic}).status_code == 200
    for wrong in ("Bearer x", "Basic x", f"Bearer {read}x", "Basic " + b64encode(b"\xff").decode()):
        assert program.get("/api/narratives", headers={"authorization": wrong}).status_code == 401
    path, said = "/api/narratives/1/decisions", {"what": "rename", "text": "By a program"}
    for token, status in ((read, 403), (write, 200)):
        answer = program.post(path, json=said, headers={"authorization": f"Bearer {token}"})
        assert answer.status_code == status
    assert [item.actor for item in decisions_in_force(store, 1)] == ["analyst"]
    assert program.post(path, json={}, headers={"authorization": f"Bearer {write}"}).status_code == 422


def test_an_admin_keeps_accounts_and_others_do_not(client: Client, store: Store) -> None:
    """Made, changed, shut out; the trail says who, and spreadsheets run nothing of it."""
    admin, analyst = client("admin"), client("analyst")
    for path in ("/accounts", "/trail", "/trail?table=true"):
        assert analyst.get(path).status_code == 403
        assert admin.get(path).status_code == 200
    csrf = csrf_of(admin)
    new = {"csrf": csrf, "name": "amina", "role": "analyst", "password": WORDS}
    assert admin.post("/accounts", data=new).status_code == 303
    assert "there is one" in admin.post("/accounts", data=new).text
    assert admin.post("/accounts/amina", data={"csrf": csrf, "disabled": "true"}).status_code == 303
    assert "the last" in admin.post("/accounts/admin", data={"csrf": csrf, "role": "reader"}).text
    csrf = csrf_of(analyst)
    note = {"csrf": csrf, "what": "note", "text": '=HYPERLINK("http://evil.example")'}
    analyst.post("/narratives/1/decide", data=note)
    rows = list(csv.DictReader(io.StringIO(admin.get("/trail?table=true").text)))
    assert {("admin", "account made", "amina"), ("analyst", "narrative note", "1")} <= {
        (row["actor"], row["what"], row["subject"]) for row in rows
    }
    assert not any(str(cell).startswith(("=", "+", "@")) for row in rows for cell in row.values())


def test_changing_ones_password_needs_the_old_one_and_signs_out(client: Client) -> None:
    """Elsewhere too."""
    browser, elsewhere = client("reader"), client("reader")
    csrf = csrf_of(browser)
    wrong = browser.post("/account/password", data={"csrf": csrf, "old": "wrong", "new": WORDS + "!"})
    assert "Nothing was changed" in wrong.text
    short = browser.post("/account/password", data={"csrf": csrf, "old": WORDS, "new": "short"})
    assert short.status_code == 422
    right = browser.post("/account/password", data={"csrf": csrf, "old": WORDS, "new": WORDS + "!"})
    assert right.headers["location"] == "/login"
    assert browser.get("/").status_code == elsewhere.get("/").status_code == 303


def test_a_token_is_shown_once(client: Client) -> None:
    """In the answer to the form, and on no later page."""
    browser = client("reader")
    shown = browser.post(
        "/account/tokens", data={"csrf": csrf_of(browser), "title": "feed", "scope": "read"}
    ).text
    token = re.search(r"drumbeat_[\w-]{20,}", shown)
    assert token is not None
    assert token[0] not in browser.get("/account").text


def test_alerts_are_marked_on_their_page(client: Client, store: Store) -> None:
    """By who may, under their name."""
    browser = client("analyst")
    alert = makers.alert().alert_id
    form = {"csrf": csrf_of(browser), "kind": "false"}
    assert browser.post(f"/alerts/{alert}/mark", data=form).status_code == 303
    assert [(mark.kind, mark.actor) for mark in store.alerts.marks()] == [("false", "analyst")]
    assert browser.post("/alerts/none/mark", data=form).status_code == 422


@pytest.mark.parametrize(
    ("host", "setting", "has_some", "needs"),
    [
        ("127.0.0.1", "auto", False, False),
        ("::1", "auto", False, False),
        ("localhost", "auto", False, False),
        ("127.0.0.1", "auto", True, True),
        ("0.0.0.0", "auto", True, True),
        ("0.0.0.0", "off", False, False),
        ("0.0.0.0", "auto", False, None),
        ("desk.example", "auto", False, None),
        ("127.0.0.1", "on", False, None),
    ],
)
def test_nobody_is_listened_to_from_outside_without_accounts(
    store: Store, host: str, setting: str, has_some: bool, needs: bool | None
) -> None:
    """Where they are needed and there is none, the message names the command; None: it refuses."""
    settings = DashboardSettings.model_validate({"host": host, "accounts": setting})
    if has_some:
        Accounts(store, FixedClock(NOW), by="test").add("admin", "admin", WORDS)
    if needs is None:
        with pytest.raises(ConfigError, match="drumbeat accounts add"):
            needs_accounts(settings, store)
    else:
        assert needs_accounts(settings, store) is needs
