"""A process killed in the middle of a transfer: the resident notices nothing but the wait."""

from tests.rig.agent import Agent
from tests.rig.city import City
from tests.rig.fixtures import on_sqlite
from tests.rig.hold import Saboteur
from tests.rig.journeys import ends_and_notes, talks_with
from tests.rig.resident import Resident
from tests.rig.waiting import until

TUESDAY_TEN = "2026-11-24T10:00:00+02:00"
WASTE = "+358175550170"
PATIENCE = 45.0


def hear_each_other(agent: Agent, resident: Resident) -> None:
    until(lambda: resident.call_sid in agent.talks_with(), PATIENCE, lambda: f"{agent.story()}\n{resident.story()}")


@on_sqlite
def test_the_worker_dies_once_the_partners_telephone_rings(city: City) -> None:
    """The order's answer is lost: the leg that rings is adopted by its token, and rung once."""
    city.clock(TUESDAY_TEN, rate=5)
    aino, waste = city.agent("aino").available(), city.resident(WASTE)
    resident = talks_with(city, aino, "+358401234567")
    saboteur = Saboteur(city.hold, "rest_created", lambda at: city.kill(at.process))
    aino.does("transfer", kind="blind", goal_kind="partner", goal="waste")
    saboteur.join()
    waste.answers(within=120)
    until(lambda: waste.call_sid in resident.view().talking_with, PATIENCE, resident.story)
    city.eventually("SELECT 1 FROM transfer WHERE state = 'done'")
    assert waste.rings() == 1
    waste.hangs_up()
    resident.call_ends()


@on_sqlite
def test_the_web_dies_when_the_colleague_accepts(city: City) -> None:
    """The provider asks again, and the second answer is the first one."""
    city.clock(TUESDAY_TEN, rate=5)
    aino, liisa = city.agent("aino").available(), city.agent("liisa").available()
    resident = talks_with(city, aino, "+358401234567")
    aino.does("transfer", kind="warm", goal_kind="desk", goal="extended")
    liisa.is_offered(within=120)
    saboteur = Saboteur(city.hold, "accepted", lambda at: city.kill_web_process(at.pid))
    liisa.accepts()
    saboteur.join()
    until(lambda: liisa.talks_with() == {aino.leg()}, PATIENCE, liisa.story)
    aino.does("transfer/complete")
    hear_each_other(liisa, resident)
    ends_and_notes(resident, liisa)
    assert city.one("SELECT state FROM transfer")["state"] == "done"
