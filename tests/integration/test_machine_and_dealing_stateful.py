"""Machine and dealing under any interleaving: residents, agents, crashes, closings, news that comes late or doubled.

The real services on SQLite. After every step the record is orderly, nobody is dealt outside hours or against a stop,
and no place in the line gets worse by a later arrival.
"""

import shutil
from collections import Counter
from pathlib import Path
from tempfile import mkdtemp

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from adapters.voice_gateway import Result
from tests.support.dealt import dealt_rightly, places
from tests.support.handing_over import GOALS, HandingOver
from tests.support.happenings import AGENTS, DESKS, MISSES, NUMBERS, TOPICS
from tests.support.orderly import orderly
from tests.support.provider import BUSY_PROVIDER, LOST, REFUSED
from tests.support.services import empty_record

FOLDER = Path(mkdtemp(prefix="one-number-"))
EMPTY = FOLDER / "record.db"
ANY = st.integers(0, 9)
GOAL = st.sampled_from(GOALS)
FAILURES = st.sampled_from([BUSY_PROVIDER, LOST, REFUSED])
NAMES = st.sampled_from(sorted(AGENTS))
A_NUMBER, A_TOPIC = st.sampled_from(NUMBERS), st.sampled_from(TOPICS)


ROUND = ("deal", "rung", "accept")
WORK = (  # what an agent and the provider do of one matter, as far as it gets
    ("deal",),
    ("deal", "rung"),
    ROUND,
    (*ROUND, "meet"),
    (*ROUND, "answered"),
    (*ROUND, "meet", "answered", "over"),
    (*ROUND, "meet", "answered", "over", "done"),
    (*ROUND, "meet", "answered", "bad_moment"),
    (*ROUND, "answered", "machine"),
    (*ROUND, "no-answer"),
    (*ROUND, "no-answer"),
    (*ROUND, "busy"),
    (*ROUND, "over"),
    ("deal", "decline", "deal"),
    ("over", "cancelled"),
    ("done",),
)

HANDED = st.sampled_from(  # how a transfer goes on
    [
        (),
        ("rung",),
        ("rung", "accept"),
        ("rung", "accept", "complete"),
        ("rung", "accept", "take_back"),
        ("rung", "accept", "join", "over"),
        ("complete", "rung", "accept"),
        ("over",),
        ("rung", "take_back"),
    ]
)


class City(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        if not EMPTY.exists():
            empty_record("sqlite", FOLDER)
        record = FOLDER / f"{id(self)}.db"
        shutil.copy(EMPTY, record)
        self.record, self.refusals = record, 0
        self.town = HandingOver.begun(f"sqlite:///{record}")

    @initialize(hour=st.sampled_from([0, 0, 0, 4, 11]))
    def begins(self, hour: int) -> None:
        """10.00, 14.00 or 21.00 in Helsinki."""
        self.town.goes_on(hour * 60)

    # --- residents -----------------------------------------------------------------------------------------------

    @rule(number=A_NUMBER, topic=A_TOPIC, swedish=st.booleans())
    def rings(self, number: str, topic: str, swedish: bool) -> None:
        urgent = self.town.rules.topic(topic).urgent
        before, needed = places(self.town)
        came = self.town.rings(number, topic, swedish)
        first = urgent or (came is not None and self.town.stay(came)["request_id"] is not None)  # an old place
        after, needed_now = places(self.town)
        for line_id, place in before.items():
            worse = after[line_id] > place
            assert not worse or first or needed_now > needed, "a later arrival took an earlier caller's place"

    @rule(number=A_NUMBER, topic=A_TOPIC, soon=st.booleans(), person=st.integers(0, 2), by=st.none() | A_NUMBER)
    def asks(self, number: str, topic: str, soon: bool, person: int, by: str | None) -> None:
        self.town.asks(number, topic, by=by, person=person, soon=soon)

    @rule(which=ANY, deed=st.sampled_from(["wish", "stay", "extended", "room", "room", "room", "hangup"]))
    def in_line(self, which: int, deed: str) -> None:
        self.town.in_line(which, deed)

    @rule(which=ANY)
    def promised_in_line(self, which: int) -> None:
        self.town.promised_in_line(which)

    @rule(which=ANY, slot=st.none() | ANY)
    def cancels_or_moves(self, which: int, slot: int | None) -> None:
        if slot is None:
            self.town.cancels(which)
        else:
            self.town.moves(which, slot)

    # --- agents --------------------------------------------------------------------------------------------------

    @rule(name=NAMES, deeds=st.sampled_from(WORK))
    def works(self, name: str, deeds: tuple[str, ...]) -> None:
        """A stretch of her work, cut off anywhere."""
        if deeds[0] == "deal":
            self.town.turns(name, "available")
        for deed in deeds:
            self._does(name, deed)
            self.town.moment(12)

    def _does(self, name: str, deed: str) -> None:
        match deed:
            case "deal":
                self._deals()
            case "rung":
                self.town.orders_done(8, twice=True)
            case "accept":
                self.town.accepts(name)
            case "meet":
                self.town.meets(name)
            case "decline":
                self.town.declines(name)
            case "done" | "machine" | "bad_moment" | "cancelled":
                self.town.notes(name, deed)
            case _:
                self.town.news(name, deed)

    @rule(name=NAMES, live=st.booleans(), kind=st.sampled_from(["warm", "blind"]), goal=GOAL, then=HANDED)
    def hands_over(self, name: str, live: bool, kind: str, goal: tuple[str, str], then: tuple[str, ...]) -> None:
        """A talk goes to somebody else, who is there or not; cut off anywhere."""
        self._talks(name, live)
        self.town.hands_over(name, kind, goal)
        self.town.moment(2)
        for deed in then:
            if deed == "rung":
                self.town.orders_done(8, twice=False)
            elif deed == "accept":
                for other in sorted(set(AGENTS) - {name}):
                    self.town.accepts(other)
            elif deed == "over":
                self.town.news(name, deed)
            else:
                self.town.goes_on_with(name, deed)

    def _talks(self, name: str, live: bool) -> None:
        """She is in a talk, if she can be; her colleagues come back then."""
        others = sorted(set(AGENTS) - {name})
        for other in others:
            self.town.turns(other, "break")
        topic = "water" if name == "cia" else "housing"
        if live:
            self.town.rings(NUMBERS[0], topic)
        else:
            self.town.asks(NUMBERS[1], topic, soon=True)
        self.works(name, (*ROUND, "meet", "answered"))
        for other in others:
            self.town.turns(other, "available")

    @rule(which=ANY)
    def resident_hangs_up(self, which: int) -> None:
        self.town.resident_hangs_up(which)

    @rule(name=NAMES, on=st.booleans())
    def holds(self, name: str, on: bool) -> None:
        self.town.holds(name, on)

    @rule(name=NAMES, word=st.sampled_from(["answered", "over", *MISSES]))
    def news(self, name: str, word: str) -> None:
        self.town.news(name, word)

    @rule(which=ANY, word=st.sampled_from(["completed", *MISSES]))
    def old_news(self, which: int, word: str) -> None:
        self.town.old_news(which, word)

    @rule(name=NAMES, presence=st.sampled_from(["available", "available", "away", "break", "offline", "dead"]))
    def turns(self, name: str, presence: str) -> None:
        if presence == "dead":
            self.town.dies(name)
        else:
            self.town.turns(name, presence)

    @rule(which=ANY, how=st.sampled_from(["again", "happened", "ring", "text"]))
    def a_person_decides(self, which: int, how: str) -> None:
        if how in ("ring", "text"):
            self.town.answers_by(which, how)
        else:
            self.town.resolves(which, how == "again")

    # --- supervisors, provider, clock ----------------------------------------------------------------------------

    @rule(desk=st.sampled_from([*DESKS, None]), on=st.booleans())
    def pauses_or_stops(self, desk: str | None, on: bool) -> None:
        """No desk: the whole city's ringing. Somebody asks right afterwards, and an agent is there."""
        if desk is None:
            self.town.stops(on)
        else:
            self.town.pauses(desk, on)
        self.town.asks(NUMBERS[2], "building-permits", soon=True)
        self.works("aino", ("deal",))

    @rule(
        most=st.integers(1, 8), twice=st.booleans(), fails=st.sampled_from([None, None, BUSY_PROVIDER, LOST, REFUSED])
    )
    def orders_done(self, most: int, twice: bool, fails: Result | None) -> None:
        if fails is not None:
            self.refusals += fails is BUSY_PROVIDER
            self.town.gateway.answers(fails)
        self.town.orders_done(most, twice)

    @rule(minutes=st.sampled_from([0.1, 0.5, 0.5, 1, 6, 30, 90, 300, 1_000]))
    def goes_on(self, minutes: float) -> None:
        self.town.goes_on(minutes)

    @rule(which=ANY, name=NAMES, deeds=st.sampled_from(WORK))
    def falls_due(self, which: int, name: str, deeds: tuple[str, ...]) -> None:
        """A promise's time has come, and somebody is there for it."""
        self.town.falls_due(which)
        self.works(name, deeds)

    @rule(number=A_NUMBER, name=st.sampled_from(["aino", "bo"]))
    def is_never_reached(self, number: str, name: str) -> None:
        """Whoever is rung to the last, if nobody else's matter comes before."""
        self.town.asks(number, "housing")
        newest = len(self.town.open_requests()) - 1
        for _ in range(3):
            self.town.falls_due(newest)
            self.works(name, (*ROUND, "no-answer"))

    # --- what holds ----------------------------------------------------------------------------------------------

    @invariant()
    def everything_is_orderly(self) -> None:
        orderly(self.town)

    @invariant()
    def no_agents_telephone_is_rung_twice_for_one_offer(self) -> None:
        """A provider that said "not now" has rung nobody, and is asked again."""
        rung = Counter(order.url for order in self.town.gateway.ordered("call"))
        assert sum(rung.values()) - len(rung) <= self.refusals, f"rung twice: {rung}"

    def _deals(self) -> None:
        before = {row["token"] for row in self.town.every_offer()}
        self.town.deals()
        for made in self.town.every_offer():
            if made["token"] not in before:
                dealt_rightly(self.town, made)

    def teardown(self) -> None:
        self.town.services.database.dispose()
        for left in FOLDER.glob(f"{self.record.name}*"):
            left.unlink()


City.TestCase.settings = settings(
    max_examples=10,
    stateful_step_count=30,
    deadline=None,
    derandomize=True,
    print_blob=True,
    suppress_health_check=list(HealthCheck),
)
TestMachineAndDealing = City.TestCase
