"""An agent under load: she looks at her desk twice a second, as a page would, and does what it asks of her."""

from tests.rig.agent import Agent
from tests.rig.robot import Robot

LOOK_SECONDS = 0.4


class Worker(Robot):
    def __init__(self, agent: Agent) -> None:
        self.lost = False  # her browser has died; it looks at nothing
        super().__init__(agent)

    def _work(self) -> None:
        while not self._stopped.wait(LOOK_SECONDS):
            if not self.lost:
                self._tries()
