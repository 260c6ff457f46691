"""Accounts where two act at the same instant, on both databases: the last administrator stays, no try is lost."""

from concurrent.futures import ThreadPoolExecutor

from argon2 import PasswordHasher
from sqlalchemy import func, insert, select

from adapters.schema import agent, audit_event, session, sign_in_failure
from console.accounts import account_store
from console.accounts import deeds as accounts
from console.accounts.account_model import Forbidden, Wanted
from console.model import Opened, Wait
from console.signing_in import openid_pages, sign_in
from console.signing_in.back_off import FREE_TRIES
from console.signing_in.openid import Identity
from console.signing_in.passwords import Argon2Passwords
from tests.support.services import Town

CHEAP = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
PASSWORD = "kallavesi-2026"
HASH = CHEAP.hash(PASSWORD)


def account(town: Town, name: str, role: str = "administrator") -> str:
    row = {"id": name, "sign_in": name, "name": name, "password_hash": HASH, "role": role, "departments": "[]"}
    with town.services.database.write() as tx:
        tx.connection.execute(insert(agent).values(**row, languages='["fi"]', demo=False, active=True))
    return name


def test_two_administrators_who_demote_each_other_leave_one(town: Town) -> None:
    for _ in range(4):
        first, second = (account(town, f"olli{town.new_sid()[-6:]}") for _ in range(2))
        with ThreadPoolExecutor(2) as both:
            done = list(both.map(lambda pair: demote(town, *pair), [(first, second), (second, first)]))
        with town.services.database.read() as connection:
            left = account_store.administrators(connection)
        assert len(left) == 1, done
        assert accounts.close(town.services, "nobody", left[0]) == Forbidden("last")
        account(town, helper := f"apu{town.new_sid()[-6:]}")
        assert accounts.close(town.services, helper, left[0]) is None
        with town.services.database.write() as tx:
            account_store.change(tx.connection, helper, {"active": False})


def demote(town: Town, by: str, whom: str) -> object:
    return accounts.change(town.services, by, whom, Wanted(whom, whom, "agent", ("housing",), ("fi",), "", ""))


def test_a_burst_of_wrong_passwords_counts_whole(town: Town) -> None:
    account(town, "aino", "agent")
    passwords = Argon2Passwords(CHEAP)
    with ThreadPoolExecutor(8) as crowd:
        tries = list(crowd.map(lambda _: sign_in.sign_in(town.services, passwords, "aino", "wrong"), range(16)))
    assert sum(isinstance(one, Wait) for one in tries) >= 16 - FREE_TRIES
    assert len(town.every(sign_in_failure)) == FREE_TRIES
    assert [row["deed"] for row in town.every(audit_event)] == ["sign_in_held_back"]
    town.clock.pass_(seconds=10)
    assert isinstance(sign_in.sign_in(town.services, passwords, "aino", PASSWORD), Opened)
    assert town.every(sign_in_failure) == []


def test_one_subject_is_bound_once_however_many_come_with_it(town: Town) -> None:
    account(town, "aino@city.example", "agent")
    identity = Identity("s-1", "aino@city.example")
    with ThreadPoolExecutor(4) as crowd:
        opened = list(crowd.map(lambda _: openid_pages.admitted(town.services, identity), range(4)))
    assert all(isinstance(one, Opened) for one in opened)
    with town.services.database.read() as connection:
        assert connection.scalar(select(func.count()).select_from(session)) == 4
    assert [row["deed"] for row in town.every(audit_event)].count("openid_bound") == 1
    assert openid_pages.admitted(town.services, Identity("s-2", "aino@city.example")) is None
