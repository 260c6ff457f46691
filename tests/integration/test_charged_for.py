"""What the provider charges for, counted from the record by kind, on both databases."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import insert

from adapters.schema import call, listening, text_message, transfer
from adapters.tariff import Used
from callbacks import limit_store
from callbacks import store as promises
from callbacks.limits import minutes
from desks import service
from tests.support.services import Town

NUMBER = "+358401234567"


def test_what_the_provider_charges_for_is_counted_by_kind(town: Town) -> None:
    now, number = town.clock.now(), town_number(town)
    rings: list[tuple[str, str | None, int | None]] = [("CAx", number, 61), ("CAy", None, 10), ("CAz", None, None)]
    with town.services.database.write() as tx:
        for sid, whose, seconds in rings:
            row = {"call_sid": sid, "number_id": whose, "arrived_at": now, "seconds": seconds}
            tx.connection.execute(insert(call).values(**row))
        for body, message_sid in (("x" * 154, "SMa"), ("x", "SMb"), ("never sent", None)):
            text = {"id": f"t{len(body)}", "number_id": number, "language": "fi", "key": "k", "body": body}
            tx.connection.execute(insert(text_message).values(**text, created_at=now, message_sid=message_sid))
    town.agent("aino")
    town.request()
    token = town.talking("aino")
    town.clock.pass_(minutes=5)
    service.heartbeat(town.services, "aino")
    town.act(lambda c: c.agent_leg_ended(token, "completed"))
    later = town.clock.now() + timedelta(seconds=1)
    used = town.within(lambda tx: limit_store.used_since(tx.connection, now, later))
    assert (used.incoming, used.text_parts) == (4, 3)
    assert used.browser == 5
    assert town.within(lambda tx: limit_store.used_since(tx.connection, later, later)) == Used()


Talk = tuple[str, str, datetime]  # her token, the resident's call, since when


@pytest.fixture
def talk(town: Town) -> Talk:
    """A caller with an agent who answers in her browser."""
    town.agent("aino")
    town.agent("sirpa", telephone="+358175550123")
    town.agent("outi")
    line, began = town.caller(), town.clock.now()
    token = town.offered("aino")
    town.accept(token)
    return token, str(town.stay(line)["call_sid"]), began


def is_asked(town: Town, talk: Talk, outcome: str, until: int, leg: str | None = "CAp") -> None:
    """A partner, for so many minutes."""
    now = town.clock.now()
    row = {"id": f"{outcome}{leg}", "token": talk[0], "kind": "warm", "goal_kind": "partner", "goal": "p"}
    times = {"made_at": now, "made_machine": 0.0, "ended_at": now + timedelta(minutes=until)}
    ended = insert(transfer).values(**row, **times, state="back", outcome=outcome, leg_sid=leg)
    town.within(lambda tx: tx.connection.execute(ended))


def listens(town: Town, talk: Talk, who: str, until: int | None) -> None:
    now = town.clock.now()
    ended = None if until is None else now + timedelta(minutes=until)
    row = {"id": who, "token": talk[0], "supervisor_id": who, "mode": "listen", "leg_sid": "CAs"}
    heard = insert(listening).values(**row, made_at=now, made_machine=0.0, ended_at=ended)
    town.within(lambda tx: tx.connection.execute(heard))


def charged(town: Town, talk: Talk) -> tuple[list[tuple[int, bool]], int]:
    """After nine minutes: the legs to telephones, in minutes and whether mobile, and all minutes of browsers."""
    later = town.clock.now() + timedelta(minutes=9)
    legs = town.within(lambda tx: limit_store.legs_since(tx.connection, talk[2], later))
    browsers = town.within(lambda tx: limit_store.browser_minutes(tx.connection, talk[2], later))
    return sorted((minutes(leg), leg.mobile) for leg in legs), browsers


def test_a_partner_who_answers_is_paid_for_until_she_leaves(town: Town, talk: Talk) -> None:
    assert charged(town, talk) == ([], 9)
    is_asked(town, talk, "taken_back", 2)
    is_asked(town, talk, "no-answer", 2)
    is_asked(town, talk, "taken_back", 2, leg=None)
    assert charged(town, talk) == ([(2, True)], 9)


def test_a_partner_whom_the_resident_was_handed_to_until_the_residents_call_is_over(town: Town, talk: Talk) -> None:
    is_asked(town, talk, "handed_on", 1)
    assert charged(town, talk) == ([(9, True)], 9)
    over = {"ended_at": town.clock.now() + timedelta(minutes=6), "arrived_at": town.clock.now()}
    town.within(lambda tx: tx.connection.execute(insert(call).values(call_sid=talk[1], **over)))
    assert charged(town, talk) == ([(6, True)], 9)


def test_a_supervisor_who_listens_is_paid_for_on_a_telephone_and_in_the_browser(town: Town, talk: Talk) -> None:
    listens(town, talk, "sirpa", 3)
    listens(town, talk, "outi", None)
    assert charged(town, talk) == ([(3, False)], 9 + 9)


def town_number(town: Town) -> str:
    return str(town.within(lambda tx: promises.number_id(tx.connection, NUMBER, town.clock.now())))
