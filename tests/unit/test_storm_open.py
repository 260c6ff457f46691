"""The open storm's own bookkeeping: who was let in, who hung up at the door, who was cut off there."""

from typing import Any

from tests.load.leg import Leg
from tests.load.pace import Pace
from tests.load.wire import Timed
from tests.storm import told
from tests.storm.flood import Door, at_the_door, bars, is_over
from tests.storm.run import Plan, Storm
from tests.support.own_loop import to_its_end

PACE = Pace.starting("2026-11-24T10:00:00+02:00", 1)
KNOCK = "https://c.example/voice/step/incoming?a=1&d=2&n=x#rc=2"


class Seen:
    """What the light provider has seen, as far as this asks."""

    def __init__(self, *cut_off: Leg) -> None:
        self.network = self
        self.errors_found = [{"call_sid": leg.sid, "code": 11200} for leg in cut_off]
        self.webhooks = [{"url": KNOCK.replace("d=2", "d=7")}]  # of the search for the capacity: not this storm's
        self.webhooks += [
            {"url": KNOCK},
            {"url": KNOCK.replace("incoming", "wait")},
            {"url": KNOCK.replace("&d=2", "")},
        ]


def leg(let_in: bool = False, over: bool = False) -> Leg:
    one = Leg("+358401234567", "+358171234567", "inbound", PACE)
    if let_in:
        one.note("gather")
    one.status = "completed" if over else "in-progress"
    return one


def test_each_caller_is_counted_once_by_what_became_of_her() -> None:
    cut_off = leg(over=True)
    legs = [leg(let_in=True), leg(let_in=True, over=True), leg(over=True), cut_off, leg()]
    live: Any = Seen(cut_off)
    door = at_the_door(live, legs, 1)
    assert (len(door.let_in), door.hung_up, door.cut_off, door.left_standing) == (2, 1, 1, 1)
    assert (dict(door.knocks), door.music) == ({2: 1}, 1)


def test_it_waits_until_nobody_stands_at_the_door() -> None:
    class Quiet(Seen):
        async def quiet(self, seconds: float, when: Any) -> bool:
            self.asked = bool(when())
            return self.asked

    for legs, over in (([leg(let_in=True), leg(over=True)], True), ([leg(let_in=True), leg()], False)):
        live: Any = Quiet()
        to_its_end(is_over(live, legs))
        assert live.asked is over


def kept(door: Door, *hooks: Timed) -> dict[str, bool]:
    storm = Storm(Plan(60, "sqlite", 1, 1, 120, 0.8, 3.0, 4.0), door=door, checked={"promises heard": 1})
    return {what.lstrip("0123456789.% "): holds for what, holds in bars(storm, hooks)}


def test_a_door_answer_makes_no_menu_look_quick() -> None:
    quick = [Timed("menu", 0.0, 0.0, 0.01, 200, "incoming")] * 1000
    slow = [Timed("menu", 0.0, 0.0, 3.0, 200, "language")] * 5
    held = kept(Door(), *quick, *slow)
    assert not held["menu p99 of callers let in 3000 ms, bar 1000"]


def test_less_than_is_carried_keeps_nobody_at_the_door() -> None:
    """The closed form: who is asked to wait presses no key, and so makes no menu slow."""
    storm = Storm(Plan(60, "sqlite", 1, 1, 120, 0.8), capacity=60.0, checked={"promises heard": 1})
    menu = Timed("menu", 0.0, 0.0, 0.01, 200, "language")
    assert all(holds for _, holds in told.bars_of(storm, [menu]))
    at_the_door = Timed("door", 0.0, 0.0, 0.01, 200, "incoming")
    assert [what for what, holds in told.bars_of(storm, [menu, at_the_door]) if not holds] == [
        "1 times somebody kept at the door"
    ]


def test_every_bar_breaks_by_what_it_is_about() -> None:
    assert all(kept(Door(), Timed("menu", 0.0, 0.0, 0.1, 200, "language")).values())
    for broken in (
        kept(Door(left_standing=1)),
        kept(Door(cut_off=1)),
        kept(Door(), Timed("news", 0.0, 0.0, 0.1, 503, "status")),
        kept(Door(), Timed("wait", 0.0, 0.0, 15.0, 0, "wait")),
    ):
        assert list(broken.values()).count(False) == 1


def test_a_webhook_that_is_refused_is_a_bar_of_both_forms() -> None:
    fine, refused = (Timed("news", 0.0, 0.0, 0.01, status, "status") for status in (204, 503))
    closed = Storm(Plan(60, "sqlite", 1, 1, 120, 0.8), capacity=60.0, checked={"promises heard": 1})
    assert all(holds for _, holds in told.bars_of(closed, [fine]))
    assert [what for what, holds in told.bars_of(closed, [fine, refused]) if not holds] == [
        "1 webhooks answered with a failure"
    ]
    assert not kept(Door(), fine, refused)["webhooks answered with a failure"]
