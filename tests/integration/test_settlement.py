"""The report of a closing time: what became of everybody who was still waiting, counted once; nothing is left over."""

from datetime import UTC, datetime, timedelta
from operator import methodcaller
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from adapters.schema import line_event, metadata, settlement
from callbacks import settlement_store
from callbacks.settlement_store import Report
from desks import service, wishes
from desks.line.closing import NO_CHOICE
from desks.line.waiting import Line
from queue_workers import after_hours
from tests.integration.test_closing_time import CLOSES, LAST_CLOSES
from tests.support.services import Town, empty_record

LONG_AGO = datetime(2026, 1, 1, tzinfo=UTC)


def settle(town: Town) -> None:
    """As the clock does, second after second, until nothing moves; no further than a minute."""
    for _ in range(60):
        if not after_hours.settle(town.services):
            return
        town.clock.pass_(seconds=1)
    raise AssertionError("the settlement does not come to an end")


def of(town: Town, desk: str = "housing") -> Report:
    """The latest report of the desk."""
    with town.services.database.read() as connection:
        return next(r for r in settlement_store.reports(connection, LONG_AGO, None) if r.desk == desk)


def orphans(town: Town) -> int:
    now = town.clock.now()
    with town.services.database.read() as connection:
        return sum(settlement_store.orphans(connection, d.id, now) for d in town.rules.departments)


def at(town: Town, moment: datetime) -> None:
    town.clock.business = moment


def test_a_quiet_closing_is_settled_at_once_and_reported_once(town: Town) -> None:
    at(town, CLOSES)
    for _ in range(3):
        after_hours.settle(town.services)
    report = of(town)
    assert (report.closed_at, report.settled_at) == (CLOSES, CLOSES)
    assert (report.finished, report.led_on, report.handed_over, report.carried_over, report.orphans) == (0,) * 5
    assert len(town.every(settlement, desk="housing")) == 1


def test_an_open_desk_has_no_report_of_today(town: Town) -> None:
    at(town, CLOSES - timedelta(seconds=1))
    after_hours.settle(town.services)
    assert town.every(settlement, desk="housing") == []


def test_callers_who_are_answered_in_the_grace_and_those_who_choose(town: Town) -> None:
    at(town, CLOSES - timedelta(minutes=3))
    town.agent("aino")
    town.agent("ilta", desks=("extended",))
    lines = []
    for _ in range(4):
        lines.append(town.caller())
        town.clock.pass_(seconds=1)
    at(town, CLOSES)
    after_hours.settle(town.services)  # ten minutes of grace, five a talk: two stay
    assert (of(town).led_on, of(town).settled_at) == (2, None)
    for line in lines[:2]:
        token = town.offered("aino")
        town.accept(token)
        town.act(methodcaller("caller_joined", line))
        town.clock.pass_(minutes=2)
        service.heartbeat(town.services, "aino")
        assert service.note_outcome(town.services, "aino", token, "done")
        town.clock.pass_(minutes=1)
        service.heartbeat(town.services, "aino")
    for line in lines[2:]:
        town.act(methodcaller("caller_hung_up", line))
    settle(town)
    report = of(town)
    assert (report.finished, report.led_on) == (2, 2)
    assert report.settled_at is not None


def test_who_is_promised_a_time_because_no_other_desk_is_open_could_not_choose(town: Town) -> None:
    """The evening desk is open to those only whose language somebody there speaks, and to nobody who waits at it."""
    at(town, CLOSES - timedelta(minutes=3))
    town.agent("ilta", desks=("extended",), languages=("fi",))
    choosing, without = town.caller(), [town.caller(language="sv"), town.caller(language="sv")]
    at(town, CLOSES)
    after_hours.settle(town.services)
    assert (of(town).led_on, of(town).carried_over, of(town).untold) == (1, 2, 0)
    notes = [town.every(line_event, caller_id=one)[-1]["note"] for one in (choosing, *without)]
    assert notes == [None, NO_CHOICE, NO_CHOICE]
    evening = town.caller(desk="extended")
    at(town, LAST_CLOSES + timedelta(minutes=30))  # nobody finishes her within the grace
    after_hours.settle(town.services)
    assert (of(town, "extended").led_on, of(town, "extended").carried_over) == (0, 1)
    assert town.stay(evening)["state"] == "closing"


def test_whose_own_turn_comes_before_the_clocks_look_counts_as_well(town: Town) -> None:
    at(town, CLOSES - timedelta(minutes=3))
    town.agent("ilta", desks=("extended",), languages=("fi",))
    lines = [town.caller(), town.caller(language="sv")]
    at(town, CLOSES + timedelta(minutes=11))
    with town.services.database.write() as tx:
        closed = [Line(town.services, tx, town.rules).close(one) for one in lines * 2]
    assert closed == [True, True, False, False]
    assert (of(town).led_on, of(town).carried_over) == (1, 1)
    assert [town.every(line_event, caller_id=one)[-1]["note"] for one in lines] == [None, NO_CHOICE]


def test_requests_handed_over_and_carried_over(town: Town) -> None:
    at(town, CLOSES - timedelta(minutes=30))
    town.agent("ilta", desks=("extended",))
    for _ in range(3):
        town.request()
    at(town, CLOSES)
    settle(town)
    assert (of(town).handed_over, of(town).carried_over) == (3, 0)
    at(town, LAST_CLOSES)
    settle(town)
    evening = of(town, "extended")
    assert (evening.carried_over, evening.untold, evening.orphans) == (3, 3, 0)
    assert town.items() == ["untold"] * 3


def test_with_a_sender_nothing_is_untold(texting_town: Town) -> None:
    town = texting_town
    at(town, LAST_CLOSES - timedelta(minutes=30))
    town.request()
    at(town, LAST_CLOSES)
    settle(town)
    report = of(town)
    assert (report.carried_over, report.untold) == (1, 0)


def test_what_comes_back_after_the_settlement_is_counted_too(town: Town) -> None:
    """An agent held it at closing time and gave it back later."""
    at(town, CLOSES - timedelta(minutes=1))
    town.agent("aino")
    request = town.request()
    token = town.offered("aino")
    at(town, CLOSES)
    settle(town)
    assert (of(town).carried_over, of(town).settled_at is not None) == (0, True)
    town.act(lambda c: c.give_back(token, "declined"))
    settle(town)
    assert (of(town).carried_over, of(town).settled_at is not None) == (1, True)
    assert town.promise(request)["due_at"] > town.clock.now()


def test_a_reader_sees_the_reports_of_her_own_desks(town: Town) -> None:
    at(town, LAST_CLOSES)
    settle(town)
    with town.services.database.read() as connection:
        mine = settlement_store.reports(connection, CLOSES, ("housing",))
        later = settlement_store.reports(connection, LAST_CLOSES, None)
    assert [(r.desk, r.closed_at) for r in mine] == [("housing", CLOSES)]
    assert [r.desk for r in later] == ["extended"]


def test_more_than_one_look_can_take_is_settled_all_the_same(town: Town) -> None:
    at(town, LAST_CLOSES - timedelta(minutes=30))
    many = after_hours.AT_ONCE + 7
    for _ in range(many):
        town.request()
    at(town, LAST_CLOSES)
    settle(town)
    assert of(town).carried_over == many
    assert orphans(town) == 0


def test_an_interpreters_time_is_a_persons_as_soon_as_the_desk_has_closed(texting_town: Town) -> None:
    town = texting_town
    at(town, CLOSES - timedelta(hours=2))
    request = town.request()
    wishes.with_interpreter(town.services, "aino", request, CLOSES - timedelta(minutes=15), "Dari")
    before = (town.promise(request)["window_start_at"], town.promise(request)["window_end_at"])
    at(town, CLOSES)
    settle(town)
    assert "interpreter" in town.items()
    assert (town.promise(request)["window_start_at"], town.promise(request)["window_end_at"]) == before
    assert (of(town).orphans, orphans(town)) == (0, 0)


# --- whatever was waiting -----------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def lasting(tmp_path_factory: pytest.TempPathFactory) -> Town:
    return Town.over(empty_record("sqlite", Path(tmp_path_factory.mktemp("settlement"))))


@pytest.fixture(scope="module")
def lasting_with_texts(tmp_path_factory: pytest.TempPathFactory) -> Town:
    return Town.over(empty_record("sqlite", Path(tmp_path_factory.mktemp("texts"))), SMS_SENDER="+358175550100")


TOPICS = st.sampled_from(["housing", "parking", "daycare", "employment", "water", "library"])
WAITING = st.fixed_dictionaries(
    {
        "topic": TOPICS,
        "language": st.sampled_from(["fi", "sv", "en"]),
        "minutes": st.integers(15, 240),
        "made": st.integers(0, 600),  # minutes before the last closing
        "then": st.sampled_from(["left", "missed", "held", "text", "interpreter", "talking"]),
    }
)


@settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    waiting=st.lists(WAITING, min_size=1, max_size=6),
    evening=st.booleans(),
    texts=st.booleans(),
    days=st.integers(0, 4),
    looks=st.lists(st.integers(0, 900), max_size=4),
)
def test_nothing_is_ever_left_over(
    lasting: Town, lasting_with_texts: Town, waiting: list[dict[str, object]], evening: bool, texts: bool, days: int,
    looks: list[int],
) -> None:  # fmt: skip
    """After the settlement nothing is due at a closed desk without a new time or a person who knows of it."""
    town = lasting_with_texts if texts else lasting
    forget(town)
    end = LAST_CLOSES + timedelta(days=days)
    at(town, end - timedelta(minutes=600))
    agents = iter(f"agent{n}" for n in range(100))
    if evening:
        town.agent("ilta", desks=("extended",), languages=("fi", "sv", "en"))
    events = [(int(str(w["made"])), w) for w in waiting] + [(look, None) for look in looks]
    for before, wish in sorted(events, key=lambda each: -each[0]):
        moment = end - timedelta(minutes=before)
        town.clock.business = max(town.clock.business, moment)
        if wish is None:
            settle(town)
        else:
            _comes(town, wish, next(agents))
    town.clock.business = max(end, town.clock.business)
    settle(town)
    assert orphans(town) == 0
    with town.services.database.read() as connection:
        reports = settlement_store.reports(connection, LONG_AGO, None)
    assert all(report.orphans == 0 and report.settled_at is not None for report in reports)
    assert len({(r.desk, r.closed_at) for r in reports}) == len(reports)


def _comes(town: Town, wish: dict[str, object], name: str) -> None:
    topic, language = str(wish["topic"]), str(wish["language"])
    request = town.request(topic, language, int(str(wish["minutes"])))
    desk = str(town.promise(request)["desk"])
    match wish["then"]:
        case "text":
            wishes.answer_by(town.services, "service", request, "text")
        case "interpreter":
            wishes.with_interpreter(town.services, "service", request, town.clock.now() + timedelta(minutes=30), "Dari")
        case "missed" | "held" | "talking":
            town.agent(name, desks=(desk,), languages=(language,))
            town.deal()
            held = town.held(name)
            if held is not None and wish["then"] != "held":
                town.accept(held["token"], "CA" + held["token"])
                news = "no-answer" if wish["then"] == "missed" else "completed"
                town.act(lambda c: c.ring_over(held["token"], news))
            service.set_presence(town.services, name, "offline")


def forget(town: Town) -> None:
    with town.services.database.write() as tx:
        for table in reversed(metadata.sorted_tables):
            tx.connection.execute(table.delete())
