"""Residents whom one release has on the line while another takes over, and what each of them must find there."""

from collections.abc import Callable

from tests.rig.agent import Agent
from tests.rig.journeys import asks_for_housing, takes_callback, waits_in_line
from tests.rig.resident import Resident
from tests.rig.robot import Robot
from tests.rig.waiting import until
from tests.rig.words import heard

TUESDAY_TEN, RATE = "2026-11-24T10:00:00+02:00", 10.0
LATER = 3600.0  # business seconds: the machine may be busy, and the clock goes ten times as fast


class OnTheLine:
    """Three residents of the older release: one talks, one waits, one was promised to be rung back."""

    def __init__(self, agent: Agent, resident: Callable[[str], Resident]) -> None:
        """The clock must go already; the agent is signed in and takes housing in Finnish and English."""
        self.agent = agent.available()
        self.talks = asks_for_housing(resident("+358401000001"))
        self.agent.accepts().is_joined()
        self.talks.is_joined()
        self.promised = takes_callback(waits_in_line(resident("+358401000002")))
        self.waits = waits_in_line(resident("+358401000003"), "en")

    def goes_on(self) -> None:
        assert self.talks.view().talking_with, self.talks.story()
        assert self.waits.view().in_queue, self.waits.story()
        assert self.promised.rings() == 0, self.promised.story()

    def are_served(self, *promised_later: Resident) -> None:
        """By the release that runs now; each is rung as often as she was promised, who came later in Swedish."""
        robot = Robot(self.agent)
        self.talks.hangs_up()
        self.promised.answers(within=LATER).hears(heard()["hello"]).is_joined()
        self.promised.hangs_up()
        self.waits.is_joined(within=LATER)
        self.waits.hangs_up()
        for each in promised_later:
            each.answers(within=LATER).hears(heard("sv")["hello"]).is_joined()
            each.hangs_up()
        until(self.agent.is_idle, LATER / RATE, lambda: f"never at rest: {self.agent.desk()}")
        robot.stops()
        assert [each.rings() for each in (self.talks, self.promised, self.waits)] == [0, 1, 0]
        assert {each.rings() for each in promised_later} <= {1}
        words = self.waits.transcript()
        chosen = next(n for n, word in enumerate(words) if heard("en")["topics"] in word.text)
        assert {word.language[:2] for word in words[chosen:] if word.language} == {"en"}, self.waits.story()
