"""What a supervisor tries is what the real webhooks then do: the same route, the same words, for any made-up call.

Topic, language, moment, who is on duty, the line's length and the caller's number are drawn; then agents of the record
sign in to the same desks, the clock is set to the same moment, and the signed webhooks of a real call are answered.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from xml.etree import ElementTree

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from adapters.schema import metadata, offer, waiting_caller
from desks import store as desks_store
from desks.line.waiting import outlook
from ivr.dialogue.asking import LANGUAGE_KEYS
from ivr.heard import heard, reachable, rings
from ivr.step_url import Step, url_of
from routing_rules.model import LANGUAGES, Language, Ruleset, When
from routing_rules.model import RoutingRule as Rule
from routing_rules.routes import Route, StaffedDesk, ToDuty, ToLine, ToNumber
from routing_rules.trying.trial import Trial, local_moment, tried
from tests.support.services import BASE, Town, empty_record, sample_rules
from tests.support.telephone import Telephone
from tests.unit.test_decide import HELSINKI

NAME = {"fi": "Sääntö", "sv": "Regel", "en": "Rule"}
RULES: Ruleset = replace(
    sample_rules(),
    rules=(
        Rule("north", NAME, When(topics=("library",), areas=("+35816",)), department="advice"),
        Rule("abroad", NAME, When(topics=("school-holidays",), areas=("+46",)), department="advice"),
        Rule("swedish", NAME, When(topics=("schools",), languages=("sv",)), department="culture"),
        Rule("busy", NAME, When(topics=("housing", "general"), wait_minutes=20), department="culture"),
        Rule("at-once", NAME, When(topics=("buses",), first=datetime(2026, 12, 24).date()), duty="faults"),  # noqa: DTZ001
        *sample_rules().rules,
    ),
)
TOPICS = tuple(topic.id for topic in reachable(RULES))
DESKS = tuple(d.id for d in RULES.departments if d.kind == "console")
NUMBERS = ("+358401234567", "+358161234567", "+358175551234", "+46701234567", "anonymous", "")
# an ordinary week, Christmas, the days on which the clocks change, Good Friday and midsummer
DAYS = ("2026-11-24", "2026-11-28", "2026-12-06", "2026-12-24", "2027-01-01", "2027-03-26", "2027-03-28", "2027-06-25",
        "2027-07-05", "2027-10-31")  # fmt: skip
EDGES = (0, 179, 180, 239, 479, 480, 719, 720, 899, 900, 929, 930, 1019, 1020, 1199, 1200, 1380, 1439)


@dataclass(frozen=True)
class Made:
    """A made-up call: what a supervisor writes on the page."""

    topic: str
    language: Language
    at: datetime
    staffed: tuple[StaffedDesk, ...]
    number: str
    wait: int | None


def _moment(day: str, minute: int) -> datetime:
    return local_moment(datetime.fromisoformat(day).date(), minute, HELSINKI)


desks = st.builds(StaffedDesk, st.sampled_from(DESKS), st.sets(st.sampled_from(LANGUAGES), min_size=1).map(frozenset))
own_desk_first = st.lists(desks, max_size=4, unique_by=lambda one: one.desk).map(tuple)
moments = st.builds(_moment, st.sampled_from(DAYS), st.one_of(st.sampled_from(EDGES), st.integers(0, 1439)))
calls = st.builds(
    Made,
    st.sampled_from(TOPICS),
    st.sampled_from(LANGUAGES),
    moments,
    own_desk_first,
    st.sampled_from(NUMBERS),
    st.sampled_from((None, None, 3, 25, 60)),
)


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    one = Town.over(empty_record("sqlite", tmp_path_factory.mktemp("try")), rules=RULES)
    yield one
    one.services.database.dispose()


@pytest.fixture(scope="module")
def telephone(town: Town) -> Telephone:
    return Telephone.at(town)


OFFICE = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)
FI, ALL = frozenset({"fi"}), frozenset(LANGUAGES)


@settings(
    max_examples=80, deadline=None, derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)  # fmt: skip
@given(calls)
@example(Made("library", "fi", OFFICE, (StaffedDesk("advice", FI),), "+358161234567", None))
@example(Made("schools", "sv", OFFICE, (StaffedDesk("culture", ALL),), "", None))
@example(Made("housing", "fi", OFFICE, (StaffedDesk("housing", FI), StaffedDesk("culture", FI)), "", 25))
@example(Made("housing", "sv", OFFICE, (StaffedDesk("housing", FI),), "+358401234567", 3))
@example(Made("parking", "en", OFFICE, (StaffedDesk("streets", ALL),), "+358401234567", 60))  # more than can be served
@example(Made("water", "fi", OFFICE + timedelta(hours=13), (), "", None))
@example(Made("health", "sv", OFFICE, (), "", None))
@example(Made("school-holidays", "sv", OFFICE, (StaffedDesk("advice", ALL),), "+46701234567", None))
@example(Made("school-holidays", "sv", OFFICE, (), "+46701234567", None))  # nobody there: a time is offered
@example(Made("housing", "fi", OFFICE, (StaffedDesk("housing", FI),), "", 25))  # those who answer are not there
@example(Made("general", "en", OFFICE + timedelta(hours=14), (), "+358401234567", None))
def test_try_is_what_the_webhook_then_does(town: Town, telephone: Telephone, made: Made) -> None:
    _furnished(town, made)
    trial, (first, then) = _tried(town, made)
    route = tried(RULES, trial).route
    telephone.number, telephone.sid = made.number, town.new_sid()
    topic = RULES.topic(made.topic)
    general = topic.id == RULES.general_topic
    assert _posted(telephone, Step("language"), _key(made.language), town) == first
    menu = Step("topic", made.language, "" if general else topic.parent or "")
    assert _posted(telephone, menu, "0" if general else topic.key or "", town) == then
    assert _led(town, telephone, route, made.wait), route


def _tried(town: Town, made: Made) -> tuple[Trial, tuple[str, str]]:
    who = rings(town.services, RULES, made.number if made.number.startswith("+") else "")
    trial = Trial(made.at, made.language, made.topic, made.staffed, who.area, made.wait)
    with town.services.database.read() as connection:
        told = heard(town.services, connection, RULES, trial, who)
    return trial, (_plain(" ".join(told.first)), _plain(" ".join(told.then)))


def _posted(telephone: Telephone, step: Step, key: str, town: Town) -> str:
    """The words of the real answer."""
    arrived = int(town.clock.now().timestamp() * 1000)
    whole = replace(step, version=RULES.version, arrived=arrived, nonce=f"n{town.calls}")
    document = telephone.post(url_of(BASE, whole), Digits=key)
    return _plain(" ".join("".join(say.itertext()) for say in ElementTree.fromstring(document).iter("Say")))


def _plain(text: str) -> str:
    return re.sub(r"\s+", " ", text).strip()


def _key(language: str) -> str:
    return next(key for key, named in LANGUAGE_KEYS.items() if named == language)


def _led(town: Town, telephone: Telephone, route: Route, wait: int | None) -> bool:
    """What the caller was really led to: a desk's line, or a number that is rung."""
    stays = [(row["desk"], row["language"]) for row in town.every(waiting_caller)]
    rung = re.findall(r"<Number[^>]*>([^<]+)", telephone.heard[-1])
    match route:
        case ToLine(desk):
            overloaded = not stays and (wait or 0) >= RULES.department(desk).overload_wait_minutes
            return rung == [] and (overloaded or [stay[0] for stay in stays] == [desk])
        case ToNumber(_, number):
            return (stays, rung) == ([], [number])
        case ToDuty(duty):
            return (stays, rung) == ([], [duty.numbers[0]])
    return (stays, rung) == ([], [])


def _furnished(town: Town, made: Made) -> None:
    """The record as it is at that moment: the same people on duty, and talks that make the wait what it is."""
    with town.services.database.write() as tx:
        for table in reversed(metadata.sorted_tables):
            tx.connection.execute(table.delete())
    town.clock.business = made.at
    for one in made.staffed:
        town.agent(one.desk, (one.desk,), tuple(sorted(one.languages)))
    if made.wait is not None:
        _talks_of(town, made)


def _talks_of(town: Town, made: Made) -> None:
    ended = made.at - timedelta(hours=1)
    for one in made.staffed:
        town.within(
            lambda tx, desk=one.desk: tx.connection.execute(  # type: ignore[misc]
                offer.insert().values(
                    token=f"t-{desk}", agent_id=desk, state="ended", fence=1, clause="place",
                    own_telephone=False, made_at=ended - timedelta(hours=2), made_machine=0.0, desk=desk,
                    accepted_at=ended - timedelta(minutes=made.wait or 0), connected_at=ended, ended_at=ended,
                )
            )
        )  # fmt: skip
    with town.services.database.read() as connection:
        duty = desks_store.duty(connection, town.clock.machine(), made.at)
        for one in made.staffed:
            assert outlook(connection, RULES, duty, made.at, one.desk, None).wait_minutes == made.wait
