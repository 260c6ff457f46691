"""Quick switches over the real record: every process follows, callers are settled, callbacks withheld, and each ends by
itself. On both databases."""

from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from functools import partial
from threading import Event
from zoneinfo import ZoneInfo

import pytest

from adapters.database import Transaction
from adapters.schema import callback_request, rules_switch, waiting_caller
from queue_workers import after_hours
from routing_rules.document import dump
from routing_rules.model import PlannedNotice, Ruleset
from routing_rules.opening_hours import is_open
from routing_rules.service import RulesHolder, publish_first
from routing_rules.switches import service
from routing_rules.switches.checks import WantedSwitch
from routing_rules.switches.model import Kind, Switch
from tests.support.known import asks, call, reaches, requests
from tests.support.messages import Speaker
from tests.support.services import SAMPLE, Town, sample_rules

NO_NEW_ONES = {
    "1": "Emme voi juuri nyt ottaa vastaan uusia soittopyyntöjä.",
    "2": "Vi kan inte ta emot en ny begäran om samtal just nu.",
    "3": "We cannot take new callback requests just now.",
}
HOUR = timedelta(hours=1)


@pytest.fixture
def city(town: Town) -> Town:
    """Its rules are published: the switches are read beside them."""
    publish_first(town.services.database, SAMPLE.read_text(encoding="utf-8"), "olli", "first", town.clock.now())
    follow(town)
    return town


def follow(town: Town) -> None:
    assert town.services.rules.refresh(town.services.database, town.clock.now())


def wanted(town: Town, kind: Kind, department: str | None = None, topic: str = "", goal: str = "") -> WantedSwitch:
    until, sure = town.clock.now() + HOUR, frozenset({"extended_desk"})
    return WantedSwitch(kind, department, topic or None, goal or None, until, "Vesi on poikki.", sure)


def switch(town: Town, kind: Kind, department: str | None = None, topic: str = "", goal: str = "") -> str:
    one = wanted(town, kind, department, topic, goal)
    made = service.make(town.services.database, town.rules, one, "sirpa", None, town.clock.now())
    assert isinstance(made, service.On), made
    follow(town)
    return made.switch.id


def housing_is_open(town: Town, rules: Ruleset) -> bool:
    return is_open(rules.department("housing").hours, town.clock.now(), ZoneInfo(rules.time_zone))


# --- every process follows ---------------------------------------------------------------------------------------


def test_another_process_follows_and_the_end_needs_nobody(city: Town) -> None:
    elsewhere = RulesHolder()
    elsewhere.refresh(city.services.database, city.clock.now())
    assert housing_is_open(city, elsewhere.current())
    switch(city, "close", "housing")
    assert elsewhere.refresh_if_stale(city.services.database, 1e6, city.clock.now())
    held = elsewhere.current()
    assert not housing_is_open(city, held)
    assert not housing_is_open(city, elsewhere.version(held.version)), "a call in progress is closed to, too"
    city.clock.pass_(minutes=59)
    assert not housing_is_open(city, held)
    city.clock.pass_(minutes=1)
    assert housing_is_open(city, held), "the moment stands in the value: nothing has to end it"
    elsewhere.refresh(city.services.database, city.clock.now())
    assert elsewhere.current().department("housing").hours.closures == ()


def test_one_that_is_ended_early_is_over_at_once(city: Town) -> None:
    one = switch(city, "close", "housing")
    city.clock.pass_(minutes=5)
    now = city.clock.now()
    assert service.end(city.services.database, city.rules, one, "sirpa", None, now) is True
    assert service.end(city.services.database, city.rules, one, "seppo", None, now) is False
    follow(city)
    assert housing_is_open(city, city.rules)
    row = city.one(rules_switch, id=one)
    assert (row["ended_at"], row["ended_by"]) == (now, "sirpa")


def test_a_department_is_closed_once_by_two_who_press_at_the_same_moment(city: Town) -> None:
    one = wanted(city, "close", "housing")
    press = partial(service.make, city.services.database, city.rules, one, "sirpa", None, city.clock.now())
    second_is_through = Event()

    def second() -> object:
        made = press()
        second_is_through.set()
        return made

    with ThreadPoolExecutor(1) as pool:
        others: list[Future[object]] = []

        def before_the_commit(tx: Transaction, made: Switch) -> None:
            others.append(pool.submit(second))
            assert not second_is_through.wait(0.3), "the second waits until the first is committed"

        assert isinstance(press(also=before_the_commit), service.On)
        assert others[0].result() == service.Refused({"department": "taken"})
    assert len(city.every(rules_switch)) == 1


# --- a department closed now -------------------------------------------------------------------------------------


def test_who_waits_at_a_closed_department_is_settled_as_at_closing_time(city: Town) -> None:
    lines = [city.caller(), city.caller()]
    elsewhere = city.caller(topic="daycare", desk="families")
    assert after_hours.settle(city.services) == 0
    switch(city, "close", "housing")
    assert after_hours.settle(city.services) == len(lines)
    assert [city.stay(line)["state"] for line in lines] == ["closing", "closing"]
    assert sorted(city.ordered("ask_to_choose")) == sorted(lines)
    assert city.stay(elsewhere)["state"] == "waiting"


def test_a_due_callback_of_a_closed_department_goes_to_the_extended_desk(city: Town) -> None:
    request = city.request()
    city.agent("ilta", desks=("extended",))
    switch(city, "close", "housing")
    assert after_hours.settle(city.services) == 1
    row = city.promise(request)
    assert (row["desk"], row["department"], row["state"]) == ("extended", "housing", "requested")


def test_a_due_callback_gets_a_time_after_the_closure_where_nobody_else_is_on_duty(city: Town) -> None:
    request = city.request()
    switch(city, "close", "housing")
    assert after_hours.settle(city.services) == 1
    assert city.promise(request)["window_start_at"] >= city.clock.now() + HOUR
    city.clock.pass_(minutes=60)
    assert after_hours.settle(city.services) == 0, "the desk is open again: nothing is moved twice"


def test_agents_present_finish_who_they_can_before_the_grace_is_over(city: Town) -> None:
    lines = []
    for _ in range(4):
        lines.append(city.caller())
        city.clock.pass_(seconds=10)
    city.agent("aino")
    switch(city, "close", "housing")
    after_hours.settle(city.services)
    assert [city.stay(line)["state"] for line in lines] == ["waiting", "waiting", "closing", "closing"]


# --- a topic sent elsewhere --------------------------------------------------------------------------------------


def test_new_callers_and_new_promises_of_a_diverted_topic_go_to_the_other_department(city: Town) -> None:
    before = city.request()
    switch(city, "divert", topic="housing", goal="families")
    made = city.promise(asks(city))
    assert (made["topic"], made["desk"]) == ("housing", "families")
    city.agent("aino", desks=("housing",))
    city.agent("fanni", desks=("families",))
    reaches(call(city, "+358401234569"), "housing")
    assert [row["desk"] for row in city.every(waiting_caller)] == ["families"]
    assert city.promise(before)["desk"] == "housing", "what was promised before is kept by whoever promised it"


# --- no callbacks offered ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("withheld", [True, False])
def test_a_callback_instead_of_the_wait_is_offered_only_while_nothing_is_withheld(city: Town, withheld: bool) -> None:
    city.agent("aino", desks=("housing", "extended"))
    telephone = call(city)
    reaches(telephone, "housing")
    if withheld:
        switch(city, "withhold", "housing")
    assert ("<Leave" in telephone.post(telephone.wait_url(), Digits="1")) != withheld


def test_who_waits_at_the_extended_desk_when_it_is_closed_leaves_with_a_promise(city: Town) -> None:
    city.agent("aino", desks=("housing", "extended"))
    telephone = call(city)
    reaches(telephone, "housing")
    wait, left = telephone.wait_url(), telephone.next_url()
    switch(city, "withhold")
    switch(city, "close", "housing")
    switch(city, "close", "extended")
    city.clock.pass_(minutes=11)  # the grace is over
    after_hours.settle(city.services)
    telephone.post(wait)
    assert "Soitamme numeroon" in telephone.post(left, QueueResult="leave")
    assert [row["state"] for row in requests(city)] == ["requested"], (
        "withheld, but a closing desk leaves nobody without"
    )


@pytest.mark.parametrize("language", ["1", "2", "3"])
def test_a_withheld_departments_caller_hears_the_other_ways(city: Town, language: str) -> None:
    switch(city, "withhold", "housing")
    telephone = call(city, language=language)
    assert NO_NEW_ONES[language] in reaches(telephone, "housing")
    assert requests(city) == []
    other = call(city, "+358401234568", language)
    assert NO_NEW_ONES[language] not in reaches(other, "daycare")


def test_the_whole_citys_callbacks_are_withheld_but_for_urgent_matters(city: Town) -> None:
    switch(city, "withhold")
    assert NO_NEW_ONES["1"] in reaches(call(city), "parking")
    request = city.request("water")  # urgent
    assert city.promise(request)["state"] == "requested"
    telephone = call(city)
    assert NO_NEW_ONES["1"] not in telephone.heard[-1]
    for key in ("4", "1", "3"):  # another matter, housing and water, the water fault
        said = telephone.presses(key)
    assert NO_NEW_ONES["1"] not in said


def test_the_promise_being_confirmed_when_the_switch_is_made_is_not_made(city: Town) -> None:
    telephone = call(city)
    reaches(telephone, "housing")
    telephone.presses("1")
    switch(city, "withhold", "housing")
    assert NO_NEW_ONES["1"] in telephone.presses("1")
    assert city.every(callback_request) == []


def test_a_message_left_while_withheld_promises_no_ring(city: Town) -> None:
    switch(city, "withhold", "housing")
    speaker = Speaker.at(city)
    speaker.is_led_to_the_tone()
    speaker.speaks()
    assert "Soitamme" not in speaker.telephone.presses("1")
    assert requests(city) == []


def test_callbacks_are_offered_again_when_the_time_is_over(city: Town) -> None:
    switch(city, "withhold", "housing")
    city.clock.pass_(minutes=61)
    assert asks(city)


# --- planned notices ---------------------------------------------------------------------------------------------


def test_a_planned_notice_is_heard_from_its_beginning_to_its_end(town: Town) -> None:
    begins = town.clock.now() + HOUR
    words = {"fi": "Vesi katkeaa tunniksi.", "sv": "Vattnet stängs av.", "en": "The water is off."}
    planned = PlannedNotice("n1", words, begins, begins + HOUR)
    document = dump(replace(sample_rules(), notices=(planned,)))
    publish_first(town.services.database, document, "olli", "first", town.clock.now())
    follow(town)
    heard = []
    for _ in range(3):
        heard.append(words["fi"] in "".join(call(town).heard))
        town.clock.pass_(minutes=60)
    assert heard == [False, True, False]
