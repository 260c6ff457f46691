"""Planned publications: at their moment, once, merged onto what is live then; or refused where somebody sees it."""

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta

import pytest
from sqlalchemy import Connection, update

from adapters.database import Database
from adapters.schema import audit_event, rules_plan, supervisor_item
from queue_workers import planned_rules
from queue_workers.scheduler import Dispatcher
from routing_rules.versions import drafts, publishing
from routing_rules.versions.model import Behind, Draft, Planned, Published, Refused, Stale
from routing_rules.versions.readying import Unchecked
from tests.support.rulebook import Change, Rulebook, grace, of, wait
from tests.support.services import Town


@pytest.fixture
def book(town: Town) -> Rulebook:
    return Rulebook(town)


@pytest.fixture
def database(town: Town) -> Database:
    return town.services.database


def planned(book: Rulebook, draft: Draft, minutes: float = 60, reason: str = "from Monday") -> object:
    now = book.town.clock.now()
    at = now + timedelta(minutes=minutes)
    done = publishing.plan(
        book.town.services.database, draft.id, draft.revision, "aino", reason, frozenset(), now, publish_at=at
    )
    return done.plan_id if isinstance(done, Planned) else done


def tick(book: Rulebook, minutes: float = 0) -> list[str]:
    """What became of each plan that was due."""
    book.town.clock.pass_(minutes=minutes)
    return [plan.state for plan in planned_rules.publish_due(book.town.services)]


def test_at_its_moment_and_not_before(book: Rulebook) -> None:
    draft = book.draft(grace("housing", 15))
    plan = planned(book, draft)
    assert tick(book, 59.9) == []
    assert book.live().version == 1
    assert tick(book, 0.1) == ["published"]
    found = book.live()
    assert (found.version, found.author, found.reason, found.source) == (2, "aino", "from Monday", draft.id)
    assert found.published_at == book.town.clock.now()
    assert book.town.rules.department("housing").grace_minutes == 15  # in this process at once
    assert tick(book, 1) == []
    row = book.town.one(rules_plan, id=plan)
    assert (row["state"], row["version"]) == ("published", 2)
    assert drafts.open_drafts(book.town.services.database) == ()
    noted = book.town.one(audit_event, deed="rules_plan_published")
    assert (noted["who"], noted["subject_id"]) == ("aino", "2")


def test_the_clock_itself_follows_within_its_second(book: Rulebook) -> None:
    """It deals and settles by the rules it holds."""
    book.published(book.draft(grace("housing", 15)))
    assert book.town.rules.version == 1
    Dispatcher(book.town.services).closing()
    assert book.town.rules.version == 2


def test_two_clocks_publish_it_once(book: Rulebook, database: Database) -> None:
    plan = planned(book, book.draft(grace("housing", 15)))
    book.town.clock.pass_(minutes=60)
    now, start = book.town.clock.now(), threading.Barrier(3)

    def clock(_: int) -> int:
        own = Database(database.url, deadline=5.0)  # as another process has it: no lock of ours between them
        start.wait()
        try:
            return len(publishing.publish_due(own, now))
        finally:
            own.dispose()

    with ThreadPoolExecutor(3) as pool:
        assert sorted(pool.map(clock, range(3))) == [0, 0, 1]
    assert book.count() == 2
    assert book.town.one(rules_plan, id=plan)["version"] == 2


def test_one_that_is_cancelled_while_the_clock_looks_stays_undone(book: Rulebook, database: Database) -> None:
    plan = planned(book, book.draft(grace("housing", 15)))
    assert isinstance(plan, str)
    book.town.clock.pass_(minutes=60)
    looking = Interrupted(database.url, lambda: publishing.cancel_plan(database, plan))
    try:
        assert publishing.publish_due(looking, book.town.clock.now()) == ()
    finally:
        looking.dispose()
    assert book.town.one(rules_plan, id=plan)["state"] == "cancelled"
    assert book.live().version == 1


class Interrupted(Database):
    """Somebody does something after its first look at the record."""

    def __init__(self, url: str, meanwhile: Callable[[], object]) -> None:
        super().__init__(url, deadline=5.0)
        self._meanwhile = [meanwhile]

    @contextmanager
    def read(self, until: float | None = None) -> Iterator[Connection]:
        with super().read() as connection:
            yield connection
        if self._meanwhile:
            self._meanwhile.pop()()


def test_one_that_somebody_has_published_by_hand_alarms_nobody(book: Rulebook) -> None:
    plan = planned(book, book.draft(grace("housing", 15)))
    book.published(book.draft(grace("housing", 15)))
    assert tick(book, 60) == ["published"]
    assert (book.live().version, book.town.one(rules_plan, id=plan)["version"]) == (2, 2)
    assert book.town.items() == []


def test_it_is_merged_onto_what_is_live_at_its_moment(book: Rulebook) -> None:
    planned(book, book.draft(grace("housing", 15)))
    book.published(book.draft(wait("housing", 30), grace("streets", 5)))
    assert tick(book, 60) == ["published"]
    rules = book.town.rules
    assert (rules.department("housing").grace_minutes, rules.department("housing").overload_wait_minutes) == (15, 30)
    assert rules.department("streets").grace_minutes == 5


def test_several_in_the_order_of_their_moments(book: Rulebook) -> None:
    planned(book, book.draft(wait("housing", 30)), minutes=60)
    planned(book, book.draft(grace("housing", 15)), minutes=30)
    assert tick(book, 120) == ["published", "published"]
    assert [change.place for change in book.live().changes] == ["departments.housing.overload_wait_minutes"]


def breaks_an_example(written: dict[str, object]) -> None:
    untrue = {"id": "e1", "at": "tuesday 10:00", "language": "fi", "topic": "housing", "leads_to": "line"}
    written["examples"] = [untrue | {"desk": "streets"}]


def removes_streets(written: dict[str, object]) -> None:
    """And all that names it."""
    for topic in written["topics"]:  # type: ignore[attr-defined]
        if topic.get("department") == "streets":
            topic["department"] = "housing"
    written["rules"], written["examples"] = [], []
    written["departments"] = [d for d in written["departments"] if d["id"] != "streets"]  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("mine", "meanwhile", "why"),
    [
        (grace("housing", 15), grace("housing", 20), "behind"),
        (grace("streets", 15), removes_streets, "behind"),
        (lambda written: of(written, "topics", "general").update(department="streets"), removes_streets, "unreadable"),
    ],
)
def test_what_no_longer_fits_is_refused_and_somebody_sees_it(
    book: Rulebook, database: Database, mine: Change, meanwhile: Change, why: str
) -> None:
    draft = book.draft(mine)
    plan = planned(book, draft)
    between = book.draft(meanwhile)
    done = book.publish(between)
    if isinstance(done, Unchecked):
        assert {finding.level for finding in done.findings} == {"warning"}
        done = book.publish(between, ticked=frozenset(finding.key for finding in done.findings))
    assert isinstance(done, Published)
    assert tick(book, 60) == ["refused"]
    assert tick(book, 1) == []
    assert book.live().version == 2
    (kept,) = publishing.plans(database, ("refused",))
    assert kept.refused[0] == why
    assert len(kept.refused) > 1, "and where"
    item = book.town.one(supervisor_item, kind="rules_plan")
    assert (item["detail"], item["closed_at"]) == (plan, None)
    assert drafts.get(database, draft.id) == draft  # open again, to be mended
    assert book.town.one(audit_event, deed="rules_plan_refused")["detail"] == why


def test_what_no_longer_checks_is_refused(book: Rulebook, database: Database) -> None:
    book.published(book.draft(lambda written: written.update(examples=[])))
    hers = book.draft(lambda written: of(written, "topics", "housing").update(department="streets"))
    planned(book, hers)
    example = {"id": "e1", "at": "tuesday 10:00", "language": "fi", "topic": "housing", "leads_to": "line"}
    book.published(book.draft(lambda written: written.update(examples=[example | {"desk": "housing"}])))
    assert tick(book, 60) == ["refused"]
    (kept,) = publishing.plans(database, ("refused",))
    assert kept.refused == ("unchecked", "example:examples.e1")
    assert book.town.items() == ["rules_plan"]


def test_one_that_fails_for_whatever_reason_stops_no_other(book: Rulebook, database: Database) -> None:
    broken = planned(book, book.draft(grace("streets", 15)), minutes=30)
    planned(book, book.draft(grace("housing", 15)), minutes=60)
    with database.write() as tx:
        tx.connection.execute(update(rules_plan).where(rules_plan.c.id == broken).values(document="no document"))
    book.published(book.draft(wait("housing", 30)))
    assert tick(book, 60) == ["refused", "published"]
    assert publishing.plans(database, ("refused",))[0].refused == ("failed",)
    assert book.town.one(supervisor_item, kind="rules_plan")["detail"] == broken
    assert book.town.rules.department("housing").grace_minutes == 15


def test_a_cancelled_plan_stays_undone_and_its_draft_opens(book: Rulebook, database: Database) -> None:
    draft = book.draft(grace("housing", 15))
    plan = planned(book, draft)
    assert book.save(draft, grace("housing", 20)) == Refused("not_open")
    assert book.publish(draft) == Refused("not_open")
    assert isinstance(plan, str)
    assert not isinstance(publishing.cancel_plan(database, plan), Refused)
    assert tick(book, 61) == []
    assert book.live().version == 1
    assert drafts.get(database, draft.id) == draft
    assert publishing.cancel_plan(database, plan) == Refused("not_open")
    assert publishing.cancel_plan(database, "nobody") == Refused("unknown_plan")


def test_what_cannot_be_planned(book: Rulebook) -> None:
    draft = book.draft(grace("housing", 15))
    assert planned(book, draft, minutes=0) == Refused("past")
    assert planned(book, draft, minutes=-1) == Refused("past")
    assert planned(book, draft, minutes=365 * 24 * 60) == Refused("far")
    assert planned(book, draft, reason=" ") == Refused("no_reason")
    newer = book.write(draft, grace("housing", 20))
    assert planned(book, draft) == Stale(newer)
    book.published(book.draft(grace("housing", 25)))
    assert isinstance(planned(book, newer), Behind)
    assert book.town.every(rules_plan) == []
