"""What the provider charges for, counted from the record by kind, on both databases."""

from datetime import timedelta

from sqlalchemy import insert

from adapters.schema import call, text_message
from adapters.tariff import Used
from callbacks import limit_store
from callbacks import store as promises
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


def town_number(town: Town) -> str:
    return str(town.within(lambda tx: promises.number_id(tx.connection, NUMBER, town.clock.now())))
