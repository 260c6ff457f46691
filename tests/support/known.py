"""Callers whose number has something open: how they come to it, and what the record then says."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from adapters.schema import callback_event, callback_request
from callbacks.making import Wanted
from callbacks.model import Window
from callbacks.store import number_id
from desks import service
from tests.support.services import Town
from tests.support.telephone import Telephone

NUMBER = "+358401234567"
TOPICS = {
    "housing": ("1", "1"),
    "parking": ("2", "3"),
    "employment": ("3", "5"),
    "daycare": ("3", "1"),
    "library": ("5", "1"),
}


def call(town: Town, number: str = NUMBER, language: str = "1") -> Telephone:
    """A new call, its language chosen."""
    telephone = Telephone.at(town, number=number, sid=town.new_sid())
    telephone.rings()
    telephone.presses(language)
    return telephone


def reaches(telephone: Telephone, topic: str) -> str:
    """From the topics to the offer of a time: nobody is on duty."""
    for key in TOPICS[topic]:
        telephone.presses(key)
    return telephone.heard[-1]


def asks(town: Town, topic: str = "housing", number: str = NUMBER, language: str = "1", window: str = "1") -> str:
    """A promise for the number that rings; its id. The number has none about this topic yet."""
    telephone = call(town, number, language)
    if "/step/known" in telephone.next_url():
        telephone.presses("4")
    reaches(telephone, topic)
    telephone.presses(window)
    telephone.presses("1")
    [made] = town.every(callback_request, origin_call_sid=telephone.sid)
    return str(made["id"])


def gives(telephone: Telephone, number: str) -> str:
    """Another number is keyed in and confirmed, from the offer's menu or the question for a number."""
    if "/step/offer" in telephone.next_url():
        telephone.presses("1")
    if "/step/number" in telephone.next_url():
        telephone.presses("2")
    telephone.presses(number)
    return telephone.presses("1") if "/step/number" in telephone.next_url() else telephone.heard[-1]


def requests(town: Town, **key: Any) -> list[Mapping[str, Any]]:
    return sorted(town.every(callback_request, **key), key=lambda row: row["created_at"])


def events(town: Town, request: str) -> list[str]:
    rows = sorted(town.every(callback_event, request_id=request), key=lambda row: row["id"])
    return [str(row["event"]) for row in rows]


def falls_due(town: Town, request: str) -> None:
    due = town.promise(request)["due_at"]
    town.clock.pass_(seconds=max(0.0, (due - town.clock.now()).total_seconds()))


def unreached(town: Town, topic: str = "housing", number: str = NUMBER) -> str:
    """Rung three times in vain; its id."""
    request = rung_in_vain(town, topic, number, times=3)
    assert town.promise(request)["state"] == "unreached"
    return request


def rung_in_vain(town: Town, topic: str = "housing", number: str = NUMBER, times: int = 1) -> str:
    """Its id; the agent who rang is free again."""
    request = asks(town, topic, number)
    town.agent("aino", desks=("housing", "families", "employment"))
    for _ in range(times):
        token = rings(town, request)
        town.act(lambda c, token=token: c.ring_over(token, "no-answer"))  # type: ignore[misc]
    return request


def rings(town: Town, request: str) -> str:
    """The agent's accept has had the resident rung; the offer's token."""
    falls_due(town, request)
    service.heartbeat(town.services, "aino")
    token = town.offered("aino")
    town.accept(token)
    return token


def named(heard: list[str], topic: str, town: Town) -> list[str]:
    """What was heard of a topic, or of the desk it belongs to."""
    rule = town.rules.topic(topic)
    words = [rule.about["fi"], rule.spoken["fi"], town.rules.department(rule.department or "").spoken["fi"]]
    return [word for word in words if any(word in document for document in heard)]


def keyed(town: Town, digits: str, number: str = "anonymous", topic: str = "housing", language: str = "1") -> Telephone:
    """A call that asks for a promise to a keyed-in number, as far as it gets."""
    telephone = call(town, number, language)
    if "/step/known" in telephone.next_url():
        telephone.presses("4")
    reaches(telephone, topic)
    gives(telephone, digits)
    return telephone


def wish(
    town: Town,
    topic: str,
    asker: str | None,
    tx: object = None,
    to: str = "+358405556667",
    live: bool = False,
    person: int = 1,
) -> Wanted:
    now = town.clock.now()
    known = number_id(tx.connection, asker, now) if asker is not None and tx is not None else None  # type: ignore[attr-defined]
    window = Window(now + timedelta(hours=3), now + timedelta(hours=5))
    return Wanted(
        to, topic, "fi", "slot", window, now, town.new_sid(), keyed_in=True, asker=known, person=person, live=live
    )
