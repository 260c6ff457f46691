"""A city whose housing service records its talks, and residents who have heard so."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from sqlalchemy import update

from adapters.schema import offer, recording, waiting_caller
from routing_rules.model import Ruleset
from tests.support.services import Town, sample_rules
from tests.support.talks import AGENT_LEG, RESIDENT_LEG, Talk

RECORDING = {"housing"}  # departments whose rules say that talks are recorded


def recording_rules(*departments: str) -> Ruleset:
    rules = sample_rules()
    chosen = set(departments) or RECORDING
    return replace(rules, departments=tuple(replace(d, records_talks=d.id in chosen) for d in rules.departments))


def live(town: Town, *, told: bool = True, declined: bool = False) -> Talk:
    line = town.caller()
    heard = {"recording_told_at": town.clock.now() if told else None, "recording_declined": declined}
    town.within(lambda tx: tx.connection.execute(update(waiting_caller).values(**heard)))
    town.agent("aino")
    token = town.offered("aino")
    town.accept(token, AGENT_LEG)
    town.act(lambda c: c.caller_joined(line))
    return Talk(town, token, str(town.stay(line)["call_sid"]), line, None)


def callback(town: Town, *, told: bool = True, declined: bool = False) -> Talk:
    request = town.request()
    town.agent("aino")
    token = town.offered("aino")
    town.accept(token, AGENT_LEG)
    heard = {"recording_told_at": town.clock.now() if told else None, "recording_declined": declined}
    leg = {"resident_call_sid": RESIDENT_LEG, **heard}
    town.within(lambda tx: tx.connection.execute(update(offer).where(offer.c.token == token).values(**leg)))
    town.act(lambda c: c.resident_answered(token))
    return Talk(town, token, RESIDENT_LEG, None, request)


BEGUN = {"live": live, "callback": callback}


def recorded(town: Town) -> Mapping[str, Any]:
    """The one recorded talk."""
    return town.one(recording, kind="talk")


def runs(town: Town) -> Mapping[str, Any]:
    """It has begun at the provider."""
    town.carry_out()
    row = recorded(town)
    assert (row["state"], row["wanted"]) == ("running", "on"), row
    return row


def kinds(town: Town) -> list[str]:
    """What the provider was asked for about recordings."""
    return [order.kind for order in town.gateway.orders if order.kind in ("record", "pause", "resume", "stop")]
