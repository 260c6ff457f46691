"""Talks with more than two, over HTTP through the emulator: consulted and handed on, handed on blind, a partner, a
supervisor who listens, an abusive call."""

from tests.rig.agent import Agent
from tests.rig.city import City
from tests.rig.fixtures import on_sqlite
from tests.rig.journeys import ends_and_notes, takes_callback, talks_with, waits_in_line
from tests.rig.resident import Resident
from tests.rig.waiting import until
from tests.rig.words import heard

TUESDAY_TEN = "2026-11-24T10:00:00+02:00"
WASTE = "+358175550170"
PATIENCE = 15.0


def hear_each_other(agent: Agent, *others: str) -> None:
    until(lambda: agent.talks_with() == set(others), PATIENCE, lambda: f"{agent.talks_with()} {agent.story()}")


def is_alone_with(resident: Resident, *others: str) -> None:
    until(
        lambda: set(resident.view().talking_with) == set(others),
        PATIENCE,
        lambda: f"{resident.number} talks with {resident.view().talking_with}\n{resident.story()}",
    )


@on_sqlite
def test_consulted_joined_by_all_three_and_handed_on(city: City) -> None:
    city.clock(TUESDAY_TEN, rate=10)
    aino, liisa = city.agent("aino").available(), city.agent("liisa").available()
    resident = talks_with(city, aino, "+358401234567")
    aino.does("transfer", kind="warm", goal_kind="desk", goal="extended", note="vuokra maksamatta")
    resident.hears(heard()["hold"])
    card = liisa.is_offered()
    assert (card.clause, card.fields["topic_path"]) == ("handed", aino.desk()["offer"]["topic_path"])
    liisa.accepts()
    hear_each_other(liisa, aino.leg())
    is_alone_with(resident)
    aino.does("transfer/join")
    hear_each_other(aino, liisa.leg(), resident.call_sid)
    aino.does("transfer/complete").puts_down()
    assert aino.is_idle()
    hear_each_other(liisa, resident.call_sid)
    liisa.hangs_up()
    resident.hears(heard()["thanks"]).call_ends()
    liisa.notes("done")
    city.eventually("SELECT 1 FROM waiting_caller WHERE state = 'done' AND handed_over_by IS NOT NULL")
    assert city.one("SELECT outcome FROM offer WHERE agent_id = 'aino'")["outcome"] == "transferred"
    assert city.one("SELECT state FROM transfer")["state"] == "done"


@on_sqlite
def test_a_callback_on_hold_then_to_another_desk_at_its_old_place(city: City) -> None:
    city.clock(TUESDAY_TEN, rate=10)
    aino = city.agent("aino").available()
    busy = talks_with(city, aino, "+358401000001")
    resident = takes_callback(waits_in_line(city.resident("+358401234567")))
    ends_and_notes(busy, aino)
    aino.accepts()
    resident.answers().hears(heard()["hello"]).is_joined()
    aino.is_joined()
    aino.does("hold", on="yes")
    resident.hears(heard()["hold"]).hears(heard()["hold"])
    aino.does("hold", on="no")
    hear_each_other(aino, resident.call_sid)
    assert aino.is_refused("transfer", kind="blind", goal_kind="desk", goal="extended") == "unstaffed"
    matti = city.agent("matti").available(answers=True)  # her ring is short at this pace, and workers are to die in it
    aino.does("transfer", kind="blind", goal_kind="desk", goal="extended", note="kysyy vuokrasta")
    city.kill("worker-1", "worker-2", "clock")
    resident.hears(heard()["handed_on"])
    aino.puts_down()
    hear_each_other(matti, resident.call_sid)
    stay = city.one("SELECT line_time_at, handed_over_by, desk FROM waiting_caller WHERE handed_over_by IS NOT NULL")
    request = city.one("SELECT line_time_at FROM callback_request")
    assert (stay["desk"], stay["line_time_at"]) == ("extended", request["line_time_at"])
    ends_and_notes(resident, matti)
    city.eventually("SELECT 1 FROM callback_request WHERE state = 'done'")


@on_sqlite
def test_a_partner_who_does_not_answer_and_then_does(city: City) -> None:
    city.clock(TUESDAY_TEN, rate=10)
    aino, waste = city.agent("aino").available(), city.resident(WASTE)
    resident = talks_with(city, aino, "+358401234567")
    aino.does("transfer", kind="blind", goal_kind="partner", goal="waste")
    waste.declines()
    city.eventually("SELECT 1 FROM transfer WHERE state = 'back' AND outcome = 'busy'")
    hear_each_other(aino, resident.call_sid)
    aino.does("transfer", kind="blind", goal_kind="partner", goal="waste")
    waste.answers()
    aino.puts_down()
    is_alone_with(resident, waste.call_sid)
    waste.hangs_up()
    resident.hears(heard()["thanks"]).call_ends()
    assert city.one("SELECT state FROM waiting_caller")["state"] == "done"


@on_sqlite
def test_the_agent_is_told_then_a_supervisor_hears_and_an_abusive_call_ends(city: City) -> None:
    city.clock(TUESDAY_TEN, rate=10)
    aino, sirkka = city.agent("aino").available(), city.agent("sirkka")
    resident = talks_with(city, aino, "+358401234567")
    token = str(aino.desk()["offer"]["token"])
    sirkka.supervises(token, "listen", mode="coach")
    assert aino.desk()["offer"]["listened_by"] == "Sirkka", "told before anything is heard"
    leg = sirkka.answers_telephone()
    hear_each_other(aino, resident.call_sid, leg)
    is_alone_with(resident, aino.leg())
    sirkka.supervises(token, "stop-listening")
    sirkka.puts_down()
    aino.does("abusive")
    resident.hears(heard()["abusive"]).call_ends()
    aino.puts_down()
    assert city.one("SELECT outcome FROM offer")["outcome"] == "abusive"
    deeds = [row["deed"] for row in city.sql("SELECT deed FROM audit_event WHERE subject_id = :t ORDER BY id", t=token)]
    assert deeds == ["coach", "stop_listening", "abusive_end"]
