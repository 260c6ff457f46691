"""Whose matter is next. 24 November 2026 is a Tuesday; the clock of these tests stands at 8.40."""

from datetime import UTC, datetime, timedelta
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desks.line.dealing import (
    Deal,
    FreeAgent,
    InLine,
    MatterKind,
    OnDuty,
    Placed,
    needed_from,
    next_deal,
    order,
    place,
    shared_staff,
    whole_of,
)


def at(hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 11, 24, hour, minute, tzinfo=UTC)


NOW = at(8, 40)
EIGHT = at(8)
STAFF = {"housing": 4.0}
TALK = {"housing": 5.0}


def matter(
    id: str,
    kind: MatterKind,
    line_time: datetime,
    window_end: datetime | None = None,
    *,
    urgent: bool = False,
    desk: str = "housing",
    language: str = "fi",
    excluded: frozenset[str] = frozenset(),
) -> InLine:
    return InLine(id, kind, desk, desk, language, urgent, line_time, window_end, excluded)


def agent(id: str, idle: datetime = EIGHT, desks: str = "housing", languages: str = "fi") -> FreeAgent:
    return FreeAgent(id, frozenset(desks.split()), frozenset(languages.split()), idle)


def placed(*matters: InLine) -> list[Placed]:
    return order(matters, NOW, STAFF, TALK)


def told(rows: list[Placed]) -> list[tuple[str, str, int | None]]:
    return [(row.id, clause, number) for row, clause, number in rows]


@pytest.mark.parametrize(
    ("due", "agents", "handling", "minutes_before"),
    [
        (1, 4, 5, 15),  # 8 + 1.25: never less than 15
        (8, 4, 5, 18),
        (4, 1, 5, 28),
        (40, 4, 5, 45),  # 8 + 50: never more than 45
        (1, 0, 5, 45),  # nobody on duty
        (3, 0.5, 5, 38),  # half of one who serves two desks
    ],
)
def test_from_when_a_window_needs_its_turn(due: int, agents: float, handling: float, minutes_before: int) -> None:
    assert needed_from(at(10), due, agents, handling) == at(10) - timedelta(minutes=minutes_before)


def test_the_four_clauses_in_their_order() -> None:
    rows = placed(
        matter("slot-open", "slot", at(8), at(10)),
        matter("live-later", "live", at(8, 30)),
        matter("from-the-line", "asap", at(8, 20), at(9, 20)),
        matter("needed-slot", "slot", at(7), at(8, 55)),
        matter("urgent", "live", at(8, 39), urgent=True),
        matter("live-first", "live", at(8, 12)),
    )
    assert told(rows) == [
        ("urgent", "urgent", None),
        ("needed-slot", "needed", 1),
        ("live-first", "place", None),
        ("from-the-line", "place", None),
        ("live-later", "place", None),
        ("slot-open", "slot", None),
    ]


def test_a_retry_yields_as_a_slot_does() -> None:
    rows = placed(matter("retry", "retry", at(8), at(10)), matter("live", "live", at(8, 39)))
    assert [row.id for row, _, _ in rows] == ["live", "retry"]


def test_many_callbacks_due_by_then_are_needed_earlier() -> None:
    slots = [matter(f"s{n}", "slot", at(7), at(9)) for n in range(12)]
    alone = placed(matter("live", "live", at(8)), slots[0])
    crowd = placed(matter("live", "live", at(8)), *slots)
    assert told(alone)[0] == ("live", "place", None)  # 15 minutes before 9.00 is 8.45
    assert told(crowd)[0] == ("s0", "needed", 12)  # 8 + 12 x 5 / 4 = 23 minutes: 8.37


def test_only_callbacks_that_end_no_later_at_the_same_desk_are_due() -> None:
    rows = placed(
        matter("mine", "slot", at(7), at(8, 50)),
        matter("earlier", "asap", at(7), at(8, 45)),
        matter("later", "slot", at(7), at(10)),
        matter("elsewhere", "slot", at(7), at(8, 45), desk="parking"),
        matter("live", "live", at(7)),
    )
    numbers = {row.id: number for row, _, number in rows}
    assert numbers["mine"] == 2
    assert numbers["earlier"] == 1


def test_the_one_idle_longest_gets_the_first_matter_she_fits() -> None:
    line = [matter("swedish", "live", at(8, 1), language="sv"), matter("finnish", "live", at(8, 2))]
    finns = [agent("a", at(8, 30)), agent("b", at(8, 10))]
    assert next_deal(line, finns, NOW, finns, TALK) == Deal("finnish", "live", "b", "place", None)
    both = [*finns, agent("c", at(8, 35), languages="fi sv")]
    assert next_deal(line, both, NOW, both, TALK) == Deal("swedish", "live", "c", "place", None)


def test_nobody_is_kept_free_for_later_callers() -> None:
    only = [matter("slot", "slot", at(8), at(10))]
    staff = [agent("a")]
    assert next_deal(only, staff, NOW, staff, TALK) == Deal("slot", "slot", "a", "slot", None)


def test_another_desks_matter_waits_for_its_own() -> None:
    staff = [agent("a", desks="parking")]
    assert next_deal([matter("m", "live", at(8))], staff, NOW, staff, TALK) is None
    assert next_deal([matter("m", "live", at(8))], [], NOW, staff, TALK) is None
    assert next_deal([], staff, NOW, staff, TALK) is None


def test_a_declined_matter_goes_to_somebody_else() -> None:
    line = [matter("declined", "live", at(8), excluded=frozenset({"a"})), matter("next", "live", at(8, 5))]
    a, b = agent("a", at(8)), agent("b", at(8, 30))
    assert next_deal(line, [a, b], NOW, [a, b], TALK) == Deal("declined", "live", "b", "place", None)
    assert next_deal(line, [a], NOW, [a, b], TALK) == Deal("next", "live", "a", "place", None)  # b is busy


def test_a_declined_matter_comes_back_to_the_only_one_who_fits() -> None:
    line = [matter("declined", "live", at(8), excluded=frozenset({"a"}))]
    a, other = agent("a"), OnDuty("b", frozenset({"housing"}), frozenset({"sv"}))
    assert next_deal(line, [a], NOW, [a, other], TALK) == Deal("declined", "live", "a", "place", None)


def test_the_place_told() -> None:
    rows = placed(
        matter("needed", "slot", at(7), at(8, 50)),
        matter("first", "live", at(8, 1)),
        matter("elsewhere", "live", at(8, 2), desk="parking"),
        matter("callback", "asap", at(8, 3), at(9, 30)),
        matter("me", "live", at(8, 4)),
        matter("yields", "slot", at(8), at(10)),
        matter("after", "live", at(8, 5)),
    )
    assert [place(rows, id) for id in ("first", "me", "after")] == [2, 4, 5]
    assert place(rows, "elsewhere") == 1
    assert place(rows, "no longer in the line") == 1


def test_one_who_serves_two_desks_is_split_by_demand() -> None:
    staff = [agent("a", desks="housing parking"), agent("b", desks="housing")]
    assert shared_staff(staff, {}) == {"housing": 1.5, "parking": 0.5}
    line = [matter(f"h{n}", "live", at(8)) for n in range(3)] + [matter("p", "live", at(8), desk="parking")]
    assert shared_staff(staff, whole_of(line).waiting) == {"housing": 1.75, "parking": 0.25}


@st.composite
def lines(draw: st.DrawFn) -> list[InLine]:
    matters = []
    for n in range(draw(st.integers(0, 14))):
        kind = draw(st.sampled_from(["live", "asap", "slot", "retry"]))
        came = NOW - timedelta(minutes=draw(st.integers(0, 60)))
        end = None if kind == "live" else NOW + timedelta(minutes=draw(st.integers(-10, 120)))
        desk = draw(st.sampled_from(["housing", "parking"]))
        matters.append(matter(f"m{n:02}", kind, came, end, urgent=draw(st.booleans()), desk=desk))
    return matters


@given(lines(), st.randoms(use_true_random=False))
def test_the_order_is_total_and_does_not_depend_on_how_the_rows_came(line: list[InLine], random: Random) -> None:
    rows = placed(*line)
    shuffled = line[:]
    random.shuffle(shuffled)
    assert placed(*shuffled) == rows
    assert sorted(row.id for row, _, _ in rows) == [m.id for m in line]


@given(lines())
def test_urgent_first_and_nobody_who_rang_is_passed_by_one_who_rang_later(line: list[InLine]) -> None:
    rows = placed(*line)
    urgents = [row.urgent for row, _, _ in rows]
    assert urgents == sorted(urgents, reverse=True)
    for urgent in (True, False):
        rang = [row.line_time for row, _, _ in rows if row.kind == "live" and row.urgent is urgent]
        assert rang == sorted(rang)


@given(lines())
def test_a_callback_from_the_line_is_never_passed_by_a_later_live_caller(line: list[InLine]) -> None:
    rows = [row for row, _, _ in placed(*line)]
    for n, row in enumerate(rows):
        if row.kind == "asap":
            passed_by = [r for r in rows[:n] if r.kind == "live" and r.urgent == row.urgent]
            assert all((r.line_time, r.id) < (row.line_time, row.id) for r in passed_by)


@given(lines())
def test_the_clause_tells_the_truth(line: list[InLine]) -> None:
    for row, clause, number in placed(*line):
        assert (clause == "urgent") == row.urgent
        assert (number is not None) == (clause == "needed")
        if clause == "needed":
            assert row.window_end is not None
            assert row.window_end - timedelta(minutes=45) <= NOW
        if clause in ("place", "slot") and row.window_end is not None:
            assert row.window_end - timedelta(minutes=15) > NOW


@given(lines())
def test_the_whole_line_is_dealt_in_order_to_one_who_fits_everything(line: list[InLine]) -> None:
    staff = [agent("a", desks="housing parking")]
    left, times = line[:], 0
    while deal := next_deal(left, staff, NOW, staff, TALK):
        expected = order(left, NOW, shared_staff(staff, whole_of(left).waiting), TALK)[0][0]
        assert deal.matter_id == expected.id
        left = [m for m in left if m.id != deal.matter_id]
        times += 1
    assert times == len(line)


@given(lines())
def test_places_of_live_callers_at_a_desk_only_grow_along_the_line(line: list[InLine]) -> None:
    rows = placed(*line)
    for desk in ("housing", "parking"):
        told_places = [place(rows, row.id) for row, _, _ in rows if row.kind == "live" and row.desk == desk]
        assert told_places == sorted(set(told_places))
