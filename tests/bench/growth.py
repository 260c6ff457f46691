"""With a million past calls the callers wait no longer than with a thousand: open loop, thirty webhooks a second.

Both cities run at once on the same PostgreSQL and are asked in turns. The slowest hundredth decides, counted from the
moment each webhook was due to leave, not from the moment the client got round to it.
"""

from contextlib import ExitStack
from statistics import median

from sqlalchemy import text

from adapters.database import Database
from tests.bench.load import at_once, on_schedule
from tests.bench.served import Server, city_environment, server, stores
from tests.bench.steps import PROMISES, Make, of_step
from tests.support.postgres import fresh_database

SMALL, LARGE = 1_000, 1_000_000
PER_SECOND, BAR = 30.0, 1.2
ROUND_SECONDS = 8.0
WARM = 120
# Of each ten webhooks: the language key, a branch of the menu, a leaf topic, the confirmed promise.
MIX = (("1",), ("11",), ("11",), ("1",), ("11",), ("111",), ("11",), ("1",), PROMISES, ("11",))

_FILL = (
    """INSERT INTO phone_number (id, e164, created_at)
       SELECT 'n' || n, '+35850' || lpad(n::text, 7, '0'), now() - interval '1 day'
       FROM generate_series(1, :numbers) n""",
    """INSERT INTO call (call_sid, number_id, language, ruleset_version, topic, arrived_at, ended_at, status, seconds)
       SELECT 'CB' || lpad(to_hex(n), 32, '0'), 'n' || (1 + n % :numbers), 'fi', 1, 'housing',
              now() - n * interval '30 seconds', now() - n * interval '30 seconds', 'completed', 90
       FROM generate_series(1, :calls) n""",
    """INSERT INTO receipt (call_sid, step, nonce, answer, made_machine)
       SELECT 'CB' || lpad(to_hex(n), 32, '0'), 'number', 'n', repeat('<Say>promised</Say>', 20), 1000000.0 + n
       FROM generate_series(1, :calls) n""",
    """INSERT INTO status_event (call_sid, status, sequence, came_machine)
       SELECT 'CB' || lpad(to_hex(n), 32, '0'), 'completed', 0, 1000000.0 + n FROM generate_series(1, :calls) n""",
    """INSERT INTO callback_request (id, code, number_id, topic, language, department, desk, ruleset_version, urgent,
              state, kind, line_time_at, due_at, window_start_at, window_end_at, promise_words, told, origin_call_sid,
              keyed_in, created_at, closed_at, outcome)
       SELECT 'r' || n, lpad((n % 1000000)::text, 6, '0'), 'n' || (1 + n % :numbers), 'housing', 'fi', 'housing',
              'housing', 1, false, 'done', 'slot', at, at, at, at + interval '2 hours', 'told', true,
              'CB' || lpad(to_hex(n), 32, '0'), false, at, at, 'talked'
       FROM (SELECT n, now() - n * interval '30 seconds' AS at FROM generate_series(1, :calls) n) AS past""",
    """INSERT INTO callback_event (request_id, at, event, from_state, to_state, fence, who)
       SELECT 'r' || n, now(), 'done', 'connected', 'done', 1, 'service' FROM generate_series(1, :calls) n""",
    """INSERT INTO waiting_caller (id, call_sid, number_id, topic, language, service_language, department, desk, urgent,
              state, line_time_at, joined_at, ended_at, fence, ruleset_version, outcome)
       SELECT 'w' || n, 'CB' || lpad(to_hex(n), 32, '0'), 'n' || (1 + n % :numbers), 'housing', 'fi', 'fi', 'housing',
              'housing', false, 'done', now(), now(), now(), 1, 1, 'talked' FROM generate_series(1, :calls) n""",
)


def measure(rounds: int) -> bool:
    with ExitStack() as running:
        held = running.enter_context(stores())
        cities: dict[int, tuple[Server, list[Make]]] = {}
        for calls in (SMALL, LARGE):
            url = fresh_database()
            environment = city_environment(held, url, f"city-{calls}")
            _fill(url, calls)
            city = running.enter_context(server("wsgi:create_app()", environment, held.directory))
            cities[calls] = (city, [of_step(city, *ways) for ways in MIX])
            at_once(city.port, _mixed(cities[calls][1], WARM))
        slowest: dict[int, list[float]] = {SMALL: [], LARGE: []}
        for _ in range(rounds):
            for calls, (city, makes) in cities.items():
                taken = on_schedule(city.port, _mixed(makes, int(PER_SECOND * ROUND_SECONDS)), PER_SECOND)
                slowest[calls].append(_p99(taken))
    return _told(slowest, rounds)


def _fill(url: str, calls: int) -> None:
    """History as it is left behind: every call over, every promise kept; then what autovacuum would do in time."""
    database = Database(url, deadline=600.0)
    with database.write() as tx:
        for statement in _FILL:
            tx.connection.execute(text(statement), {"calls": calls, "numbers": max(100, calls // 4)})
    with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("VACUUM ANALYZE"))
    database.dispose()


def _mixed(makes: list[Make], requests: int) -> list[bytes]:
    return [makes[at % len(makes)](1)[0] for at in range(requests)]


def _p99(taken: list[float]) -> float:
    return sorted(taken)[int(len(taken) * 0.99) - 1] * 1000


def _told(slowest: dict[int, list[float]], rounds: int) -> bool:
    print(f"\np99 at {PER_SECOND:.0f} webhooks a second, {rounds} rounds of {ROUND_SECONDS:.0f} s for each, in turns")
    for calls, found in slowest.items():
        print(f"  {calls:>9} past calls {median(found):7.1f} ms   ({min(found):.1f}-{max(found):.1f})")
    ratio = median(slowest[LARGE]) / median(slowest[SMALL])
    holds = ratio <= BAR
    print(f"  a million / a thousand {ratio:5.2f}   bar {BAR:.2f}   {'holds' if holds else 'DOES NOT HOLD'}")
    return holds
