"""The queue and a matter's history, as they are read from a record that the service's own use cases have filled."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Connection, insert, select, update

from adapters.schema import callback_request, phone_number
from callbacks.model import Refused, Window
from callbacks.service import Promises
from desks.queue import listing as queue
from desks.queue import queue_store
from desks.queue.entry import FIRST, Mark, mark_of, read_mark
from desks.queue.listing import Wanted
from desks.queue.queue_store import Narrowed
from desks.queue.search import search
from desks.supervision import deeds as supervision
from tests.support.services import Town

HOUSING = ("housing",)
MANY = 120


def listed(town: Town, **narrowed: Any) -> list[tuple[str, str]]:
    page = queue.page(town.services, Wanted(narrowed.pop("scope", None), **narrowed), "fi")
    return [(one.part, one.id) for one in page.entries]


def change(town: Town, request: str, **values: Any) -> None:
    with town.services.database.write() as tx:
        tx.connection.execute(update(callback_request).where(callback_request.c.id == request).values(**values))


def number_of(town: Town, request: str) -> str:
    one = select(phone_number.c.e164).join(callback_request, callback_request.c.number_id == phone_number.c.id)
    with town.services.database.read() as connection:
        return str(connection.scalar(one.where(callback_request.c.id == request)))


# --- the order ---------------------------------------------------------------------------------------------------


def test_what_is_late_comes_first_then_the_order_of_dealing(town: Town) -> None:
    town.agent("aino", ("housing", "advice"))
    late = town.request(minutes=30)
    town.clock.pass_(minutes=40)
    first = town.caller()
    town.clock.pass_(minutes=1)
    second = town.caller()
    urgent = town.caller("water", desk="housing")
    assert listed(town)[:4] == [("overdue", late), ("line", urgent), ("line", first), ("line", second)]


def test_each_matter_stands_in_the_part_where_it_belongs(town: Town) -> None:
    town.agent("aino")
    held = town.request()
    town.offered("aino")
    letter, later, missed = town.request("building-permits"), town.request("daycare"), town.request("library")
    change(town, letter, contact="text")
    change(
        town, later, due_at=town.clock.now() + timedelta(hours=2), window_end_at=town.clock.now() + timedelta(hours=4)
    )
    change(town, missed, state="unreached")
    found = {id_: part for part, id_ in listed(town)}
    assert found == {held: "hand", letter: "written", later: "coming", missed: "unreached"}
    assert listed(town, part="written") == [("written", letter)]
    assert listed(town, part="needs_human") == []


def test_a_talk_shows_who_holds_it(town: Town) -> None:
    town.agent("aino")
    town.request()
    town.talking()
    page = queue.page(town.services, Wanted(None), "fi")
    assert [(one.state, one.agent) for one in page.entries] == [("connected", "aino")]


def test_desk_and_language_narrow_it_down(town: Town) -> None:
    finnish, swedish = town.request(), town.request(language="sv")
    other = town.caller("daycare", desk="families")
    assert {id_ for _, id_ in listed(town)} == {finnish, swedish, other}
    assert listed(town, language="sv") == [("line", swedish)]
    assert listed(town, desk="families") == [("line", other)]


def test_nobody_sees_another_departments_queue(town: Town) -> None:
    mine, theirs = town.request(), town.request("daycare")
    assert [id_ for _, id_ in listed(town, scope=HOUSING)] == [mine]
    assert [id_ for _, id_ in listed(town, scope=("families",))] == [theirs]
    assert listed(town, scope=()) == []
    change(town, theirs, desk="housing")  # answered there now: seen there too
    assert {id_ for _, id_ in listed(town, scope=HOUSING)} == {mine, theirs}


# --- page by page ------------------------------------------------------------------------------------------------


def pages(town: Town, wanted: Wanted) -> list[list[str]]:
    found, mark = list[list[str]](), None
    for _ in range(20):
        page = queue.page(town.services, wanted, "fi", mark)
        found.append([one.id for one in page.entries])
        if page.following is None:
            return found
        mark = read_mark(page.following)
        assert mark is not None
    raise AssertionError("the pages never end")


@pytest.mark.parametrize("hours", [-3, 0, 3], ids=["overdue", "line", "coming"])
def test_every_matter_stands_on_exactly_one_page(town: Town, hours: int) -> None:
    """Also where many of them stand at the very same moment."""
    now = town.clock.now()
    at = now + timedelta(hours=hours)
    first = town.promise(town.request())
    fresh = {"due_at": min(at, now) if hours <= 0 else at, "line_time_at": at}
    copies = [
        {**first, **fresh, "id": f"copy{n:04d}", "person": n + 2, "window_end_at": _end(now, hours, n)}
        for n in range(MANY)
    ]
    with town.services.database.write() as tx:
        tx.connection.execute(insert(callback_request), copies)
    supervision.close(town.services, "sirpa", str(first["id"]), "answered", "")
    made = [str(row["id"]) for row in copies]
    found = pages(town, Wanted(None))
    assert [len(page) for page in found] == [50, 50, 20]
    assert sorted(id_ for page in found for id_ in page) == sorted(made)


def _end(now: datetime, hours: int, n: int) -> datetime:
    """Seven end at each minute; overdue ones have ended."""
    return now + timedelta(hours=hours, minutes=n // 7 if hours < 0 else 30 + n // 7)


def test_a_matter_that_goes_between_two_pages_hides_no_other(town: Town) -> None:
    made = [town.request() for _ in range(51)]
    first = queue.page(town.services, Wanted(None), "fi")
    assert first.following is not None
    supervision.close(town.services, "sirpa", first.entries[-1].id, "answered", "")
    rest = queue.page(town.services, Wanted(None), "fi", read_mark(first.following))
    assert {one.id for one in (*first.entries, *rest.entries)} == set(made)


def test_a_mark_is_read_as_it_was_written() -> None:
    for part, moment in (("line", FIRST + timedelta(days=20_000, microseconds=1)), ("coming", FIRST)):
        mark = Mark(part, (3, moment, "a" * 32))  # type: ignore[arg-type]
        assert read_mark(mark_of(mark.part, mark.key)) == mark


@pytest.mark.parametrize(
    "written", ["", "line", "line.0.1", "closed.0.1.x", "line.x.1.a", "line.0.-1.a", "line.0.1.", "line.00.1.a",
                f"line.0.{'9' * 17}.a", f"line.0.1.{'a' * 33}", "line.0.١.a"],
)  # fmt: skip
def test_a_mark_of_nobody_is_no_mark(written: str) -> None:
    assert read_mark(written) is None


# --- looked up ---------------------------------------------------------------------------------------------------


def found(town: Town, asked: str, scope: tuple[str, ...] | None = None) -> list[str] | Refused:
    page = search(town.services, scope, asked, "fi")
    return page if isinstance(page, Refused) else [one.id for one in page.entries]


def test_a_matter_is_found_by_its_code_and_by_its_number(town: Town) -> None:
    request, other = town.request(), town.request("daycare")
    number = number_of(town, request)
    for asked in (
        str(town.promise(request)["code"]),
        number,
        number[-4:],
        f"0{number[4:6]} {number[6:]}",
        f"00{number[1:]}",
    ):
        assert found(town, asked) == [request], asked
    assert found(town, number[-4:], ("families",)) == []
    assert found(town, str(town.promise(request)["code"]), ("families",)) == []
    assert found(town, number_of(town, other)[-5:]) == [other]


def test_a_closed_matter_is_found_behind_the_open_ones(town: Town) -> None:
    request = town.request()
    supervision.close(town.services, "sirpa", request, "answered", "")
    now = town.clock.now()
    with town.services.database.write() as tx:
        again = Promises(town.services, tx, town.rules).make(
            e164=number_of(town, request), topic="daycare", language="fi", kind="asap",
            window=Window(now, now + timedelta(hours=1)), line_time=now, call_sid=town.new_sid(),
        )[0]  # fmt: skip
    assert found(town, number_of(town, request)) == [again, request]


def test_who_is_on_the_line_is_found_too(town: Town) -> None:
    caller = town.caller()
    with town.services.database.read() as connection:
        number = connection.scalar(select(phone_number.c.e164))
    assert found(town, str(number)) == [caller]
    assert found(town, str(number), ("families",)) == []


@pytest.mark.parametrize(
    ("asked", "refused"),
    [("aino", "digits"), ("12%4", "digits"), ("123", "short"), ("1" * 21, "long"), ("١٢٣٤", "digits")],
)
def test_what_is_no_number_is_refused(town: Town, asked: str, refused: str) -> None:
    town.request()
    assert found(town, asked) == Refused(refused)


# --- by the indexes ----------------------------------------------------------------------------------------------


def plan(connection: Connection, statement: Any) -> str:
    """On PostgreSQL without reading whole tables, however small they are in a test."""
    compiled = statement.compile(connection.engine, compile_kwargs={"literal_binds": True})
    if connection.dialect.name == "sqlite":
        return str(connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {compiled}").all())
    connection.exec_driver_sql("SET enable_seqscan = off")
    found = str(connection.exec_driver_sql(f"EXPLAIN {compiled}".replace("%", "%%")).all())
    connection.exec_driver_sql("RESET enable_seqscan")
    return found


def test_each_part_is_read_by_an_index(town: Town) -> None:
    """SQLite: by the one made for it. PostgreSQL chooses by its figures, of which an empty table has none: by any."""
    by, now = Narrowed(None, ("housing", "extended")), town.clock.now()
    wanted = {
        "ix_callback_request_due": queue_store.coming_query(by, now, None, 51),
        "ix_callback_request_due (desk=? AND due_at<?)": queue_store.overdue_query(by, now, None, 51),
        "ix_callback_request_written": queue_store.written_query(by, None, 51),
        "ix_callback_request_aside": queue_store.aside_query(replace(by, desks=()), None, 51),
        "ix_phone_number_last_four": queue_store.digits_query(Narrowed(None), "1234567", 50),
    }
    with town.services.database.read() as connection:
        for index, statement in wanted.items():
            found = plan(connection, statement)
            assert "Seq Scan on" not in found, found
            assert "SCAN callback_request'" not in found, found
            assert index in found or connection.dialect.name == "postgresql", found
