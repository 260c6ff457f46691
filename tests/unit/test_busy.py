"""How busy a web process finds itself: by its webhooks and what is in work, without flicker and without bound."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

import pytest

from adapters.load import DOWN_SECONDS, LEVELS, MOST_WEBHOOKS, Load, Waiting, asked_for
from operations.weighing import GIVEN_UP_SECONDS, Weighed

QUICK, SLOW, SO_SO = 0.02, 0.6, 0.4
Start = Callable[..., object]


@dataclass
class Process:
    """Ten webhooks a second, each as quick as the test says."""

    now: float = 1000.0
    load: Load = field(init=False)

    def __post_init__(self) -> None:
        self.load = Load(Waiting(), lambda: self.now)

    def answers(self, seconds: float, took: float, looked_at: bool = True) -> int:
        for _ in range(round(seconds * 10)):
            self.now += 0.1
            self.load.begun()
            self.load.over(True, took)
            if looked_at:
                assert self.load.level in LEVELS
        return self.load.level


@pytest.mark.parametrize(
    ("slowest", "many", "level"), [(0.1, 3, 0), (0.5, 3, 1), (0.1, 10, 1), (0.8, 3, 2), (0.1, 18, 3), (2.0, 0, 3)]
)
def test_a_level_is_asked_for_by_what_takes_long_or_by_how_much_is_in_work(
    slowest: float, many: int, level: int
) -> None:
    assert asked_for(slowest, many) == level


def test_up_takes_a_second_down_eight_calm_ones() -> None:
    process = Process()
    assert process.answers(1.0, SLOW) == 0
    assert process.answers(0.5, SLOW) == 1
    assert process.answers(DOWN_SECONDS, QUICK) == 1
    assert process.answers(4.0, QUICK) == 0, "three seconds until what was slow is out of sight, then eight calm ones"


def test_calm_seconds_do_not_count_for_going_up() -> None:
    """One slow moment after seven calm seconds: it has lasted no second yet."""
    process = Process()
    process.answers(1.5, SLOW)
    assert process.answers(9.0, QUICK) == 1
    assert process.answers(0.5, 1.0) == 1
    assert process.answers(1.0, 1.0) == 2, "once it has"


def test_busy_seconds_do_not_count_for_going_down() -> None:
    process = Process()
    process.answers(1.5, SLOW)
    assert process.answers(20.0, SO_SO) == 1, "neither calm nor busier: it stays"
    assert process.answers(DOWN_SECONDS + 2, QUICK) == 1


def test_who_relapses_is_believed_calm_ever_later() -> None:
    """Shedding is what makes it calm: each time it ends the pages come back and make it busy again."""
    process, steps, before = Process(), 0, 0
    for _ in range(300):
        level = process.answers(1.0, QUICK if process.load.level else SLOW)
        steps, before = steps + (level != before), level
    assert steps <= 16, "every eleven seconds it would be thirty times and more"


def test_a_process_that_no_page_asks_keeps_no_more_than_it_judges() -> None:
    process = Process()
    for _ in range(MOST_WEBHOOKS * 3):
        process.load.begun()
        process.load.over(True, QUICK)
    assert len(process.load._webhooks) <= MOST_WEBHOOKS
    process.answers(10.0, QUICK, looked_at=False)
    assert len(process.load._webhooks) <= 40, "what is older than the window is let go without a page's look"


def test_the_level_follows_the_webhooks_though_no_page_looks() -> None:
    process = Process()
    assert process.answers(3.0, SLOW, looked_at=False) >= 1
    assert process.answers(30.0, QUICK, looked_at=False) == 0


def test_who_was_left_alone_while_busy_is_calm_after_a_while_without_anybody() -> None:
    process = Process()
    assert process.answers(9.0, 2.0) == 3
    process.now += 60
    assert process.load.level == 0


# --- what counts as a webhook ------------------------------------------------------------------------------------


def asked(process: Process, path: str, status: str) -> int:
    def app(_environ: dict[str, object], start_response: Start) -> Iterable[bytes]:
        start_response(status, [])
        return [b""]

    told: list[str] = []
    weighed = Weighed(app, process.load, Waiting())
    weighed({"PATH_INFO": path}, lambda status, *_more: told.append(status))  # type: ignore[arg-type]
    assert told == [status]
    assert process.load.in_work == 0
    return len(process.load._webhooks)


@pytest.mark.parametrize("status", ["400 BAD REQUEST", "403 FORBIDDEN", "404 NOT FOUND", "413 TOO LARGE"])
def test_what_was_refused_at_the_door_does_not_make_callers_webhooks_look_quick(status: str) -> None:
    assert asked(Process(), "/voice/incoming", status) == 0


@pytest.mark.parametrize(
    ("path", "counted"),
    [
        ("/voice/incoming", 1),
        ("/sms/incoming", 1),
        ("/voice/sound/music.wav", 0),
        ("/console/part", 0),
        ("/healthz", 0),
    ],
)
def test_answered_webhooks_are_the_measure(path: str, counted: int) -> None:
    assert asked(Process(), path, "200 OK") == counted
    assert asked(Process(), path, "500 INTERNAL SERVER ERROR") == counted


@pytest.mark.parametrize(("waited", "worked"), [(GIVEN_UP_SECONDS - 0.1, 1), (GIVEN_UP_SECONDS, 0)])
def test_whoever_has_given_up_is_not_worked_for(waited: float, worked: int) -> None:
    process, waiting, told, done = Process(), Waiting(), list[str](), list[str]()
    waiting.joined()
    waiting.begins(waited)

    def app(environ: object, start_response: Start) -> list[bytes]:
        done.append("work")
        start_response("200 OK", [])
        return [b""]

    weighed = Weighed(app, process.load, waiting)
    weighed({"PATH_INFO": "/voice/incoming"}, lambda status, *_more: told.append(status))  # type: ignore[arg-type]
    assert len(done) == worked
    assert told == ["200 OK" if worked else "503 Service Unavailable"]
    assert process.load.in_work == 0
