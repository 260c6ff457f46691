"""No sequence of requests, by anybody, blocks an urgent one or makes an accepted one disappear.

Whatever was asked, keyed in, withheld, cancelled, moved, missed, paused, stopped or closed before: whoever rings about
an urgent matter is put through, waits in the line or holds a promise of her own; and every accepted request is still
dealt, listed, or over for a reason with a name.
"""

import shutil
from collections.abc import Iterator
from dataclasses import replace
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from adapters.database import Transaction
from adapters.schema import callback_event, callback_request
from callbacks.making import Made, SameOpen
from callbacks.model import Refused
from callbacks.planning import slots_for
from callbacks.service import Promises
from routing_rules.model import Limits, Ruleset
from tests.support.happenings import AGENTS, DESKS, NUMBERS, TOPICS, Happenings
from tests.support.orderly import orderly
from tests.support.services import empty_record, sample_rules
from tests.support.telephone import Telephone

ASKED = "/voice/step/topic?lang=fi&n=o&t=housing-building-water&try=1&v=1"
NARROW = Limits(requests_per_number_day=2, rings_per_number_day=3, requests_per_hour=6, rings_per_hour=4)
WITHHELD = "anonymous"
ROUND = count(1)
ANY = st.integers(0, 9)
ASK = st.tuples(
    st.just("asks"), st.sampled_from(NUMBERS), st.sampled_from(TOPICS), st.none() | st.sampled_from(("", *NUMBERS)),
    st.integers(0, 2), st.booleans(),
)  # fmt: skip
DEED = st.one_of(
    ASK,
    ASK,
    st.tuples(st.just("rings"), st.sampled_from(NUMBERS), st.sampled_from(TOPICS)),
    st.tuples(st.just("cancels"), ANY),
    st.tuples(st.just("moves"), ANY, ANY),
    st.tuples(st.just("misses"), ANY),
    st.tuples(st.just("stops"), st.booleans()),
    st.tuples(st.just("pauses"), st.sampled_from(DESKS), st.booleans()),
    st.tuples(st.just("answers_by"), ANY, st.sampled_from(("ring", "text"))),
    st.tuples(st.just("turns"), st.sampled_from(sorted(AGENTS)), st.sampled_from(("available", "offline"))),
    st.tuples(st.just("goes_on"), st.sampled_from((1.0, 30.0, 300.0, 900.0))),
)
NOBODY = [("turns", name, "offline") for name in AGENTS]
Deeds = list[tuple[Any, ...]]


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("urgent")
    empty_record("sqlite", folder)
    return folder / "record.db"


def narrow(duties: bool) -> Ruleset:
    """Caps that are met at once; without a duty service an urgent caller may have to be promised a ring."""
    rules = replace(sample_rules(), limits=NARROW)
    return rules if duties else replace(rules, duties=(), duty=None)


def town_at(empty: Path, rules: Ruleset) -> Iterator[Happenings]:
    record = empty.with_name(f"{next(ROUND)}.db")
    shutil.copy(empty, record)
    town = Happenings.begun(f"sqlite:///{record}", rules)
    yield town
    town.services.database.dispose()


def does(town: Happenings, deed: tuple[Any, ...]) -> Made | SameOpen | Refused | None:
    name, *how = deed
    if name == "asks":
        to, topic, by, person, soon = how
        return town.asks(to, topic, by=by, person=person, soon=soon)
    if name == "misses":
        rung_in_vain(town, *how)
    else:
        getattr(town, name)(*how)
    return None


def rung_in_vain(town: Happenings, which: int) -> None:
    town.falls_due(which)
    town.deals()
    for agent in AGENTS:
        town.accepts(agent)
        town.news(agent, "no-answer")


@settings(max_examples=12, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(deeds=st.lists(DEED, max_size=14), number=st.sampled_from((*NUMBERS, WITHHELD)), duties=st.booleans())
@example(deeds=[("stops", True)], number=NUMBERS[0], duties=True)
@example(deeds=[*NOBODY, ("stops", True)], number=WITHHELD, duties=False)
@example(deeds=[*NOBODY, *[("asks", NUMBERS[1], "water", "", 1, False)] * 8], number=NUMBERS[1], duties=False)
def test_an_urgent_caller_is_never_refused(empty: Path, deeds: Deeds, number: str, duties: bool) -> None:
    for town in town_at(empty, narrow(duties)):
        accepted = {made.request_id for deed in deeds if isinstance(made := does(town, deed), Made)}
        orderly(town)
        known = {row["id"] for row in town.every(callback_request)}
        assert accepted <= known, "an accepted request has disappeared"
        urgently_served(town, number)
        orderly(town)
        still_there(town, accepted)


def urgently_served(town: Happenings, number: str) -> None:
    """She rings now: a person at once, the line, or a promise of her own."""
    town.services.stops.refresh(town.services.database)
    before = {row["id"] for row in town.every(callback_request)}
    telephone = Telephone.at(town, number=number, sid=town.new_sid())
    telephone.post(ASKED, Digits="3")
    for _ in range(6):
        heard = telephone.heard[-1]
        if "<Dial" in heard or "<Enqueue" in heard or "<Hangup" in heard:
            break
        keys = "0401234999" if "/step/key-number" in telephone.next_url() else "1"
        telephone.presses(keys)
    heard = telephone.heard[-1]
    made = [row for row in town.every(callback_request) if row["id"] not in before]
    assert "<Dial" in heard or "<Enqueue" in heard or [row["topic"] for row in made] == ["water"], heard


def still_there(town: Happenings, accepted: set[str]) -> None:
    """What was accepted may only have ended by somebody who is named."""
    for event in town.every(callback_event):
        if event["request_id"] in accepted and event["to_state"] in ("done", "cancelled", "expired"):
            assert event["who"] in ("caller", "service", "ester", *AGENTS)


def test_a_full_calendar_refuses_others_and_no_urgent_one(empty: Path) -> None:
    """Somebody fills every slot of the desk that an urgent matter shares with others."""
    rules = narrow(duties=False)
    works = next(d for d in rules.departments if d.id == "waterworks")
    tiny = replace(works, callbacks=replace(works.callbacks, handling_minutes=30.0, open_days=2))
    rules = replace(rules, departments=tuple(tiny if d.id == "waterworks" else d for d in rules.departments))
    for town in town_at(empty, rules):
        for deed in NOBODY:
            does(town, deed)
        fill(town, "water-bill")
        other = Telephone.at(town, number="+358405579998", sid=town.new_sid())
        assert "Emme voi juuri nyt luvata" in other.post(ASKED, Digits="4")
        urgently_served(town, "+358405579997")


def fill(town: Happenings, topic: str) -> None:
    """Until no slot of the desk has room."""

    def one_more(tx: Transaction) -> bool:
        now = town.clock.now()
        free = slots_for(tx.connection, town.rules, topic, "fi", now)
        for window in free[:1]:
            Promises(town.services, tx, town.rules).make(
                e164=f"+35840556{next(ROUND):04}", topic=topic, language="fi", kind="slot", window=window,
                line_time=now, call_sid=town.new_sid(),
            )  # fmt: skip
        return bool(free)

    while town.within(one_more):
        assert len(town.every(callback_request)) < 200
    assert town.every(callback_request)
