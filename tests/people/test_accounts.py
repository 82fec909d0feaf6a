"""Accounts: who may do what, for how long, and what the trail keeps of it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from argon2 import PasswordHasher, Type, extract_parameters

from config.clock import FixedClock
from config.errors import ConfigError
from drumbeat.people import passwords
from drumbeat.people.accounts import IDLE, LONGEST_SIGN_IN, SEEN_EVERY, Accounts, fingerprint
from drumbeat.people.trail import trail
from storage.errors import StorageError
from storage.records import ROLES, AlertMark, Correction
from storage.store import Store
from tests.storage.makers import DAY, hours

WORDS = "four quiet words here"


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hash with the least work: what is tested is not how dear it is."""
    monkeypatch.setattr(
        passwords, "_hasher", lambda: PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    )
    passwords._nobodys.cache_clear()


def at(store: Store, *, later: timedelta = timedelta()) -> Accounts:
    """The accounts at a moment."""
    return Accounts(store, FixedClock(DAY + later), by="olga")


def test_a_right_password_signs_in_and_a_wrong_one_does_not(store: Store) -> None:
    """The secret leads back to the account; what is kept does not let anybody in."""
    accounts = at(store)
    accounts.add("amina", "analyst", WORDS)
    assert accounts.sign_in("amina", WORDS + "!") is None
    assert accounts.sign_in("nobody", WORDS) is None
    assert accounts.sign_in("AMINA'; --", WORDS) is None
    secret = accounts.sign_in("amina", WORDS)
    assert secret is not None
    found = accounts.signed_in(secret)
    assert found is not None
    assert found.name == "amina"
    assert accounts.signed_in(fingerprint(secret)) is None
    assert accounts.signed_in("") is None


def test_a_browser_is_forgotten_when_idle_and_after_two_weeks_whatever_it_does(store: Store) -> None:
    """Seen every hour it stays, but no longer than `LONGEST_SIGN_IN`."""
    at(store).add("amina", "reader", WORDS)
    idle, busy = at(store).sign_in("amina", WORDS), at(store).sign_in("amina", WORDS)
    assert idle and busy
    assert at(store, later=IDLE - timedelta(seconds=1)).signed_in(busy)
    assert at(store, later=IDLE).signed_in(idle) is None
    last = timedelta()
    while last < LONGEST_SIGN_IN and at(store, later=last).signed_in(busy):
        last += IDLE - SEEN_EVERY
    assert last > LONGEST_SIGN_IN - IDLE
    assert at(store, later=LONGEST_SIGN_IN).signed_in(busy) is None


def test_signing_out_a_new_password_and_being_shut_out_end_it(store: Store) -> None:
    """None of them leaves a browser signed in; a role changes at once."""
    accounts = at(store)
    accounts.add("root", "admin", WORDS)
    accounts.add("amina", "reader", WORDS)
    for end in (
        lambda secret: accounts.sign_out(secret),
        lambda _: accounts.set_password("amina", WORDS + " again"),
        lambda _: accounts.set_disabled("amina", disabled=True),
    ):
        accounts.set_disabled("amina", disabled=False)
        accounts.set_password("amina", WORDS)
        secret = accounts.sign_in("amina", WORDS)
        assert secret is not None
        end(secret)
        assert accounts.signed_in(secret) is None
    assert accounts.sign_in("amina", WORDS) is None


def test_a_token_works_until_its_end_or_until_it_is_taken_back(store: Store) -> None:
    """It bears its scope; two whose ids begin alike are not taken back by chance."""
    accounts = at(store)
    accounts.add("bot", "analyst", WORDS)
    read, write = (
        accounts.give_token("bot", "a feed", "read", 7),
        accounts.give_token("bot", "x", "decide", 7),
    )
    assert [scope for _, scope in filter(None, map(accounts.by_token, (read, write)))] == ["read", "decide"]
    assert at(store, later=timedelta(days=7)).by_token(read) is None
    with pytest.raises(StorageError, match="2 tokens begin with ''"):
        accounts.take_token_back("bot", "")
    accounts.take_token_back("bot", fingerprint(read)[:8])
    assert accounts.by_token(read) is None
    assert accounts.by_token(write)
    accounts.set_disabled("bot", disabled=True)
    assert accounts.by_token(write) is None


def test_somebody_always_may_change_accounts(store: Store) -> None:
    """The last admin is neither shut out nor made less."""
    accounts = at(store)
    accounts.add("root", "admin", WORDS)
    with pytest.raises(StorageError, match="the last"):
        accounts.set_role("root", "reader")
    with pytest.raises(StorageError, match="the last"):
        accounts.set_disabled("root", disabled=True)
    accounts.add("second", "admin", WORDS)
    accounts.set_role("root", "reader")


@pytest.mark.parametrize("name", ["", "A", "a b", "a/b", "../x", "a" * 65, "ä", "a\n"])
def test_a_name_that_cannot_be_one_is_refused(store: Store, name: str) -> None:
    """It becomes part of addresses and tables."""
    with pytest.raises(StorageError, match="small letters"):
        at(store).add(name, "reader", WORDS)


def test_names_are_taken_once_and_passwords_have_a_length(store: Store) -> None:
    """Both are said in words; nothing is written."""
    accounts = at(store)
    accounts.add("amina", "reader", WORDS)
    with pytest.raises(StorageError, match="there is one"):
        accounts.add("amina", "admin", WORDS)
    for wrong in ("short", "x" * 201):
        with pytest.raises(ConfigError, match="12 to 200 characters"):
            accounts.add("other", "admin", wrong)
    assert [(row.name, row.role) for row in store.accounts.all()] == [("amina", "reader")]
    with pytest.raises(StorageError, match="there is none"):
        accounts.set_role("other", "admin")


def test_each_role_may_what_those_before_it_may(store: Store) -> None:
    """And nothing of those after it."""
    for place, role in enumerate(ROLES):
        account = at(store).add(role, role, WORDS)
        assert [account.may(other) for other in ROLES] == [number <= place for number in range(len(ROLES))]


def test_the_trail_tells_every_change_in_order_and_never_a_secret(store: Store) -> None:
    """Accounts, decisions and marks, by whom and when."""
    accounts = at(store)
    accounts.add("amina", "reader", WORDS)
    accounts.set_role("amina", "analyst")
    secret, token = accounts.sign_in("amina", WORDS), accounts.give_token("amina", "a feed", "read", 7)
    accounts.sign_in("amina", "wrong " + WORDS)
    store.corrections.add(
        Correction(
            correction_id="rename-1", at=hours(1), kind="rename", narrative_id=1, value="new", actor="amina"
        )
    )
    store.alerts.mark(
        AlertMark(mark_id="ack-1", kind="ack", alert_id="a", narrative_id=1, at=hours(2), actor="amina")
    )
    found = trail(store, DAY, hours(2) + timedelta(seconds=1))
    told = {entry.what for entry in found}
    assert told >= {"account made", "account role", "signed in", "sign-in refused", "token made"}
    assert [(entry.what, entry.actor) for entry in found[-2:]] == [
        ("narrative rename", "amina"),
        ("alert ack", "amina"),
    ]
    assert [entry.at for entry in found] == sorted(entry.at for entry in found)
    role = next(entry for entry in found if entry.what == "account role")
    assert (dict(role.before), dict(role.after)) == ({"role": "reader"}, {"role": "analyst"})
    for hidden in (WORDS, str(secret), token):
        assert hidden not in repr(found)
    assert trail(store, hours(3), hours(4)) == []


def test_the_hash_is_argon2id_of_the_recommended_cost(monkeypatch: pytest.MonkeyPatch) -> None:
    """RFC 9106, the second recommended choice: 64 MiB, three passes."""
    monkeypatch.undo()
    cost = extract_parameters(passwords.hashed(WORDS))
    assert (cost.type, cost.memory_cost, cost.time_cost) == (Type.ID, 65536, 3)
