"""T24, T25, T38: two clocks, a clock that stands still or dies, and a calendar that jumps."""

from datetime import timedelta

from tests.chaos.fault import Fault, Scene
from tests.chaos.nights import falls_due, is_over, once_each

STANDSTILL_SECONDS = 6.0
DAYS = (  # moments that a city's clocks go through: three o'clock in spring and autumn, a leap day, a year's end
    "2027-03-28T02:59:30+02:00",
    "2027-10-31T03:59:30+03:00",
    "2028-02-28T23:59:30+02:00",
    "2026-12-31T23:59:30+02:00",
)
STEPS_SECONDS = (-90.0, 3600.0, -1.0, 90.0)


def two_clocks(scene: Scene) -> None:
    """Both tick; then one stands still, then one is killed: the other does everything, and nothing twice. The night's
    work falls due under both, under one, and under one that is killed in it."""
    with scene.city.two_clocks():
        scene.counts["clocks"] += 2
        for _ in range(2):
            falls_due(scene)
            scene.wait(scene.seconds / 8)
        with scene.city.frozen("clock"):
            scene.counts["frozen"] += 1
            falls_due(scene)
            scene.wait(STANDSTILL_SECONDS)
        while scene.wait(2.0):
            falls_due(scene)
            scene.city.kill("clock")
            scene.counts["clocks killed"] += 1
        is_over(scene)


def clock_dies_at_a_tick(scene: Scene) -> None:
    """The only dispatcher, killed again and again: what was due meanwhile is done when it is back."""
    while scene.wait(scene.random.uniform(1.5, 4.0)):
        falls_due(scene)
        scene.city.kill("clock")
        scene.counts["clocks killed"] += 1
    is_over(scene)


def clock_steps(scene: Scene) -> None:
    """The machine's time is set: back by a minute and a half, on by an hour, and back to what is right."""
    for step in STEPS_SECONDS:
        moment = scene.city.business_moment() + timedelta(seconds=step)
        scene.city.clock(moment.isoformat(), scene.city.rate)
        scene.counts[f"step {step:+.0f} s"] += 1
        falls_due(scene)
        if not scene.wait(scene.seconds / (len(STEPS_SECONDS) + 1)):
            break
    is_over(scene)


def calendar_turns(scene: Scene) -> None:
    """Summer time begins and ends, a leap day, a new year: each moment gone through with people on the line."""
    usual = scene.city.rate
    before = scene.city.business_moment()
    try:
        for moment in DAYS:
            scene.city.clock(moment, 60.0)
            scene.counts["turns of the calendar"] += 1
            falls_due(scene)
            if not scene.wait(scene.seconds / (len(DAYS) + 1)):
                break
        is_over(scene)
    finally:
        scene.city.clock((before + timedelta(seconds=scene.seconds)).isoformat(), usual)


FAULTS = (
    Fault("T24", "two dispatchers; one stands still, one is killed", two_clocks, once_each),
    Fault("T25", "the time is set back 90 s, on an hour, and right again", clock_steps, once_each),
    Fault("T38", "summer and winter time, leap day, new year with callers", calendar_turns, once_each),
    Fault("T39", "the only dispatcher is killed again and again", clock_dies_at_a_tick, once_each),
)
