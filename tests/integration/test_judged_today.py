"""What the board holds of a day's verdicts is what a count of the whole day would find, at any minute."""

from collections import Counter
from datetime import datetime, timedelta

from sqlalchemy import insert, update

from adapters.schema import promise_told
from desks.supervision.judged import HELD, SETTLED, JudgedToday
from tests.support.services import Town


def is_judged(town: Town, verdict: str, ago: timedelta = timedelta(0)) -> str:
    now, request = town.clock.now(), town.request()
    town.within(lambda tx: tx.connection.execute(promise_told.delete().where(promise_told.c.request_id == request)))
    row = {"id": request, "request_id": request, "at": now, "who": "caller", "via": "voice", "words": "w"}
    window = {"kind": "slot", "window_start_at": now, "window_end_at": now, "judged_at": now - ago, "verdict": verdict}
    town.within(lambda tx: tx.connection.execute(insert(promise_told).values(**row, **window)))
    return request


def counted(town: Town, by: JudgedToday, since: datetime) -> Counter[tuple[str, str, str]]:
    with town.services.database.read() as connection:
        found = by.counted(connection, ("housing",), since, town.clock.now())
        assert by.counted(connection, ("streets",), since, town.clock.now()) == Counter()
    return found


def test_each_verdict_is_counted_once_and_at_once(town: Town) -> None:
    held, begin = JudgedToday(), town.clock.now()
    for n in range(1, 13):
        is_judged(town, "kept")
        found = counted(town, held, begin)
        assert found == counted(town, JudgedToday(), begin) == Counter({("housing", "fi", "kept"): n})
        town.clock.pass_(seconds=25)


def test_what_was_counted_is_not_counted_again_within_the_minute_and_a_correction_is_told_after_it(town: Town) -> None:
    held, begin = JudgedToday(), town.clock.now() - timedelta(hours=1)
    old = is_judged(town, "kept", ago=SETTLED + HELD)
    assert counted(town, held, begin) == Counter({("housing", "fi", "kept"): 1})
    broken = update(promise_told).where(promise_told.c.id == old).values(verdict="broken")
    town.within(lambda tx: tx.connection.execute(broken))
    town.clock.pass_(seconds=HELD.total_seconds() - 1)
    assert counted(town, held, begin) == Counter({("housing", "fi", "kept"): 1})
    town.clock.pass_(seconds=2)
    assert counted(town, held, begin) == Counter({("housing", "fi", "broken"): 1})


def test_a_new_day_begins_at_nothing(town: Town) -> None:
    held, begin = JudgedToday(), town.clock.now() - timedelta(hours=1)
    is_judged(town, "late", ago=SETTLED + HELD)
    assert counted(town, held, begin) == Counter({("housing", "fi", "late"): 1})
    assert counted(town, held, town.clock.now()) == Counter()
