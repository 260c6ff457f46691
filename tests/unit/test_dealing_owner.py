"""A matter goes back to the agent who began it, for a few minutes; and a declined one is not thrown to and fro."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desks.line.dealing import Deal, FreeAgent, InLine, MatterKind, OnDuty, next_deal, waits_for
from desks.line.line_store import DECLINE_MINUTES

NOW = datetime(2026, 11, 24, 8, 40, tzinfo=UTC)
SOON, LATE = NOW + timedelta(minutes=5), NOW + timedelta(hours=2)
HOUSING, FINNISH = frozenset({"housing"}), frozenset({"fi"})
NOBODY: frozenset[str] = frozenset()


def hers(id: str = "hers", kind: MatterKind = "retry", end: datetime = LATE, until: datetime = SOON) -> InLine:
    return InLine(id, kind, "housing", "housing", "fi", False, NOW, end, NOBODY, "aino", until)


def live(id: str = "live", minutes_ago: int = 1) -> InLine:
    return InLine(id, "live", "housing", "housing", "fi", False, NOW - timedelta(minutes=minutes_ago))


def free(id: str, idle_minutes: int = 1, languages: frozenset[str] = FINNISH) -> FreeAgent:
    return FreeAgent(id, HOUSING, languages, NOW - timedelta(minutes=idle_minutes))


def deal(line: Sequence[InLine], agents: Sequence[FreeAgent], busy: Sequence[str] = ()) -> Deal | None:
    on_duty = [*agents, *(OnDuty(one, HOUSING, FINNISH) for one in busy)]
    return next_deal(line, agents, NOW, on_duty, {})


def test_her_own_matter_comes_to_her_though_another_has_been_idle_longer() -> None:
    assert deal([hers()], [free("aino", 1), free("bo", 30)]) == Deal("hers", "retry", "aino", "owner", None)


def test_it_waits_for_her_while_she_talks_and_nobody_else_waits_for_it() -> None:
    assert deal([hers()], [free("bo")], busy=["aino"]) is None
    assert deal([hers(), live()], [free("bo")], busy=["aino"]) == Deal("live", "live", "bo", "place", None)


def test_it_keeps_its_place_in_the_order_for_her_too() -> None:
    assert deal([hers(), live()], [free("aino")]) == Deal("live", "live", "aino", "place", None)


@pytest.mark.parametrize("changed", ["off duty", "minutes over", "not her language", "declined", "no minutes"])
def test_otherwise_it_is_anybodys(changed: str) -> None:
    matter, busy = hers(), ["aino"]
    match changed:
        case "off duty":
            busy = []
        case "minutes over":
            matter = hers(until=NOW)
        case "not her language":
            matter = replace(matter, language="sv")
        case "declined":
            matter = replace(matter, excluded_agents=frozenset({"aino"}))
        case "no minutes":
            matter = hers(until=matter.line_time)
    bo = free("bo", languages=frozenset({"fi", "sv"}))
    assert deal([matter], [bo], busy) == Deal("hers", "retry", "bo", "slot", None)


def test_an_urgent_matter_waits_for_nobody() -> None:
    urgent = replace(hers(), urgent=True)
    assert deal([urgent], [free("bo")], busy=["aino"]) == Deal("hers", "retry", "bo", "urgent", None)
    assert deal([urgent], [free("aino", 1), free("bo", 30)]) == Deal("hers", "retry", "aino", "urgent", None)


def test_a_window_that_is_needed_now_waits_for_nobody() -> None:
    needed = hers(end=NOW + timedelta(minutes=10))
    assert deal([needed], [free("bo")], busy=["aino"]) == Deal("hers", "retry", "bo", "needed", 1)
    assert deal([needed], [free("aino", 1), free("bo", 30)]) == Deal("hers", "retry", "aino", "needed", 1)


@given(st.integers(-30, 30), st.booleans(), st.booleans(), st.booleans())
def test_nobody_waits_for_who_is_not_there(minutes: int, on_duty: bool, declined: bool, urgent: bool) -> None:
    matter = replace(hers(until=NOW + timedelta(minutes=minutes)), urgent=urgent)
    matter = replace(matter, excluded_agents=frozenset({"aino"} if declined else ()))
    there = [OnDuty("aino", HOUSING, FINNISH)] if on_duty else []
    assert (waits_for(matter, NOW, there) == "aino") == (on_duty and minutes > 0 and not declined)


Times = dict[tuple[str, str], list[datetime]]


@given(st.data(), st.integers(1, 4), st.integers(1, 4))
def test_a_declined_matter_is_never_thrown_to_and_fro(data: st.DataObject, agents: int, matters: int) -> None:
    """Everybody declines whatever she likes to, for an hour: nobody gets the same matter twice within five minutes,
    unless nobody else on duty fits it."""
    team = {f"a{n}": free(f"a{n}", n) for n in range(agents)}
    line = {f"m{n}": live(f"m{n}", n) for n in range(matters)}
    busy: set[str] = set()
    declined: Times = {}
    now = NOW
    for _ in range(40):
        there = [one for name, one in team.items() if name not in busy]
        found = next_deal(_as_seen(line, declined, now), there, now, list(team.values()), {})
        if found is not None and line:
            key = (found.matter_id, found.agent_id)
            again = [at for at in declined.get(key, []) if at > now - timedelta(minutes=DECLINE_MINUTES)]
            assert not again or agents == 1, "the same matter again at once"
            if data.draw(st.booleans(), label="declines"):
                declined.setdefault(key, []).append(now)
            else:
                busy.add(found.agent_id)
                del line[found.matter_id]
        now += timedelta(seconds=data.draw(st.integers(1, 120), label="seconds"))
        if data.draw(st.booleans(), label="somebody is free again"):
            busy -= {min(busy, default="")}


def test_when_all_have_declined_it_waits_out_the_first_ones_five_minutes() -> None:
    at, team = NOW, [free("aino", 5), free("bo", 3)]
    declined: Times = {}
    offers: list[tuple[str, float]] = []
    while at < NOW + timedelta(minutes=11):
        found = next_deal(_as_seen({"m": live("m")}, declined, at), team, at, team, {})
        if found is not None:
            declined.setdefault(("m", found.agent_id), []).append(at)
            offers.append((found.agent_id, (at - NOW) / timedelta(minutes=1)))
        at += timedelta(seconds=30)
    assert offers == [("aino", 0.0), ("bo", 0.5), ("aino", 5.0), ("bo", 5.5), ("aino", 10.0), ("bo", 10.5)]


def _as_seen(line: dict[str, InLine], declined: Times, now: datetime) -> list[InLine]:
    fresh = {
        matter: frozenset(
            agent
            for (of, agent), times in declined.items()
            if of == matter and max(times) > now - timedelta(minutes=DECLINE_MINUTES)
        )
        for matter in line
    }
    return [replace(matter, excluded_agents=fresh[name]) for name, matter in line.items()]
