"""A city with a long past, written in bulk: so many calls that are over, and as many requests that are still open.

By the database itself, with INSERT ... SELECT: a million of each in minutes. Times come from a small table of moments,
whose columns know how each database writes them. The past lies within every time that rows are kept; the open windows
lie in the coming fortnight's office hours, at nine desks.
"""

import json
from datetime import UTC, datetime, timedelta

from argon2 import PasswordHasher
from sqlalchemy import Column, Integer, MetaData, Table, insert, text

from adapters.database import Database
from adapters.schema import UtcTime, agent, presence
from tests.rig.people import EVERY_DESK, PASSWORD

NOW = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)  # a Tuesday, ten o'clock in Helsinki: every desk is open
PAST_DAYS, PAST, FUTURE = 25, 4_000, 80  # ``moments``: below PAST they are gone by; FUTURE hours lie ahead
OFFICE = range(6, 13)  # hours UTC
AT_ONCE = 200  # open requests that are due now
AGENTS = 40
_DESKS = [desk for desk in EVERY_DESK if desk != "extended"]

_SEQ = "WITH RECURSIVE seq(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM seq WHERE n < :rows)"
_PAST = f"JOIN moments m ON m.k = 3 + seq.n % {PAST - 3}"
_DESK = "CASE n % 8 " + " ".join(f"WHEN {at} THEN '{desk}'" for at, desk in enumerate(_DESKS[:8])) + " END"
_LANGUAGE = "CASE WHEN n % 10 < 7 THEN 'fi' WHEN n % 10 < 9 THEN 'sv' ELSE 'en' END"

STATEMENTS = (
    f"""INSERT INTO phone_number (id, e164, created_at) {_SEQ}
        SELECT 'n' || n, '+3584' || (10000000 + n), m.at FROM seq {_PAST}""",
    f"""INSERT INTO call (call_sid, number_id, language, ruleset_version, topic, arrived_at, ended_at, status, seconds)
        {_SEQ} SELECT 'CB' || n, 'n' || n, {_LANGUAGE}, 1, 'housing', m.at, m.later, 'completed', 90
        FROM seq {_PAST}""",
    f"""INSERT INTO receipt (call_sid, step, nonce, answer, made_machine) {_SEQ}
        SELECT 'CB' || n, 'number', 'n', '<Response><Say>promised, promised, promised, promised</Say></Response>',
        1000000.0 + n FROM seq""",
    f"""INSERT INTO status_event (call_sid, status, sequence, came_machine) {_SEQ}
        SELECT 'CB' || n, 'completed', 0, 1000000.0 + n FROM seq""",
    f"""INSERT INTO route_decision (call_sid, at, ruleset_version, topic, language, route, desk, facts) {_SEQ}
        SELECT 'CB' || n, m.at, 1, 'housing', 'fi', 'line', {_DESK}, '{{}}' FROM seq {_PAST}""",
    f"""INSERT INTO waiting_caller (id, call_sid, number_id, topic, language, service_language, department, desk,
        urgent, state, line_time_at, joined_at, ended_at, answered_at, fence, ruleset_version, outcome,
        recording_declined, wait_expected_minutes)
        {_SEQ} SELECT 'w' || n, 'CB' || n, 'n' || n, 'housing', {_LANGUAGE}, {_LANGUAGE}, {_DESK}, {_DESK}, false,
        'done', m.at, m.at, m.later, m.later, 1, 1, 'talked', false, 5 FROM seq {_PAST}""",
    f"""INSERT INTO callback_request (id, code, number_id, person, topic, language, department, desk, ruleset_version,
        urgent, state, kind, line_time_at, due_at, window_start_at, window_end_at, promise_words, told, attempts, fence,
        origin_call_sid, keyed_in, created_at, closed_at, outcome, contact)
        {_SEQ} SELECT 'r' || n, '' || (100000 + n % 900000), 'n' || n, 1, 'parking', {_LANGUAGE}, {_DESK}, {_DESK}, 1,
        false, 'done', 'slot', m.at, m.at, m.at, m.later, 'told', true, 1, 1, 'CB' || n, false, m.at, m.later, 'talked',
        'ring' FROM seq {_PAST}""",
    f"""INSERT INTO callback_event (request_id, at, event, from_state, to_state, fence, who) {_SEQ}
        SELECT 'r' || n, m.at, 'done', 'connected', 'done', 1, 'service' FROM seq {_PAST}""",
    f"""INSERT INTO promise_told (id, request_id, at, who, via, words, kind, window_start_at, window_end_at, verdict,
        judged_at, rung_at) {_SEQ} SELECT 'p' || n, 'r' || n, m.at, 'caller', 'voice', 'told', 'slot', m.at, m.later,
        'kept', m.later, m.later FROM seq {_PAST}""",
    f"""INSERT INTO offer (token, agent_id, caller_id, desk, state, clause, fence, own_telephone, made_at, made_machine,
        accepted_at, connected_at, talk_ended_at, ended_at, ended_machine, outcome, on_hold, recording_declined,
        agent_call_sid, resident_call_sid)
        {_SEQ} SELECT 't' || n, 'a' || (n % {AGENTS}), 'w' || n, {_DESK}, 'ended', 'place', 1, false, m.at, 1000000.0,
        m.at, m.at, m.later, m.later, 1000000.0 + n, 'done', false, false, 'CL' || n, 'CR' || n FROM seq {_PAST}""",
    f"""INSERT INTO outbox (id, kind, ref, due_machine, made_machine, tries, done_machine, result) {_SEQ}
        SELECT 'o' || n, 'ring_agent', 't' || n, 1000000.0, 1000000.0, 1, 1000001.0, 'done' FROM seq""",
    f"""INSERT INTO callback_request (id, code, number_id, person, topic, language, department, desk, ruleset_version,
        urgent, state, kind, line_time_at, due_at, window_start_at, window_end_at, promise_words, told, attempts, fence,
        keyed_in, created_at, contact)
        {_SEQ} SELECT 'q' || n, '' || (100000 + n % 900000), 'n' || n, 1, 'housing', {_LANGUAGE}, {_DESK}, {_DESK}, 1,
        false, 'requested', CASE WHEN n <= {AT_ONCE} THEN 'asap' ELSE 'slot' END,
        CASE WHEN n <= {AT_ONCE} THEN p.at ELSE m.at END, m.at, m.at, m.later, 'told', true, 0, 0, false, p.at, 'ring'
        FROM seq
        JOIN moments m ON m.k = CASE WHEN n <= {AT_ONCE} THEN n % 3 ELSE {PAST} + n % {FUTURE} END
        JOIN moments p ON p.k = 3 + n % {PAST - 3}""",
    f"""INSERT INTO callback_event (request_id, at, event, from_state, to_state, fence, who) {_SEQ}
        SELECT 'q' || n, m.at, 'made', '', 'requested', 0, 'caller' FROM seq {_PAST}""",
    f"""INSERT INTO promise_told (id, request_id, at, who, via, words, kind, window_start_at, window_end_at) {_SEQ}
        SELECT 'pq' || n, 'q' || n, p.at, 'caller', 'voice', 'told', 'slot', m.at, m.later FROM seq
        JOIN moments m ON m.k = CASE WHEN n <= {AT_ONCE} THEN n % 3 ELSE {PAST} + n % {FUTURE} END
        JOIN moments p ON p.k = 3 + n % {PAST - 3}""",
)
_SIZE = {
    "sqlite": "SELECT page_count * page_size FROM pragma_page_count(), pragma_page_size()",
    "postgresql": "SELECT pg_database_size(current_database())",
}
_moments = Table(
    "moments", MetaData(), Column("k", Integer, primary_key=True), Column("at", UtcTime), Column("later", UtcTime)
)


def fill(url: str, rows: int) -> float:
    """``rows`` past calls and as many open requests, in a migrated record; then what a database learns in time.
    Returns the size of the record in megabytes."""
    database = Database(url, deadline=3600.0)
    with database.write() as tx:
        if not database.is_sqlite:  # every row is right by its making: asking for each other row takes most of the time
            tx.connection.execute(text("SET LOCAL session_replication_role = replica"))
        _moments.create(tx.connection)
        tx.connection.execute(insert(_moments), _all_moments())
        tx.connection.execute(insert(agent), [_agent(at) for at in range(AGENTS)])
        tx.connection.execute(insert(presence), [_presence(at) for at in range(AGENTS)])
        for statement in STATEMENTS:
            tx.connection.execute(text(statement), {"rows": rows})
        _moments.drop(tx.connection)
    with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        if not database.is_sqlite:  # which learns nothing: nobody ever tells it to
            connection.execute(text("VACUUM ANALYZE"))
        size = float(connection.scalar(text(_SIZE["sqlite" if database.is_sqlite else "postgresql"])) or 0)
    database.dispose()
    return size / 1024 / 1024


def _all_moments() -> list[dict[str, object]]:
    """The first three: a window that runs just now. Then the past, the newest first; then hours that are to come."""
    gap = timedelta(days=PAST_DAYS) / PAST
    past = [(k, NOW - gap * (k + 1), NOW - gap * (k + 1) + timedelta(minutes=3)) for k in range(3, PAST)]
    running = [(k, NOW - timedelta(minutes=10 * k), NOW + timedelta(hours=1)) for k in range(3)]
    hours = (NOW.replace(hour=0) + timedelta(hours=at) for at in range(24, 24 * 30))
    office = [at for at in hours if at.weekday() < 5 and at.hour in OFFICE][:FUTURE]
    ahead = [(PAST + k, at, at + timedelta(hours=2)) for k, at in enumerate(office)]
    return [{"k": k, "at": at, "later": later} for k, at, later in (*running, *past, *ahead)]


def _agent(at: int) -> dict[str, object]:
    hashed = PasswordHasher(time_cost=1, memory_cost=1024, parallelism=1).hash(PASSWORD)
    return {
        "id": f"a{at}", "sign_in": f"a{at}@city.example", "name": f"A{at}", "password_hash": hashed, "telephone": None,
        "role": "supervisor" if at == 0 else "agent", "departments": json.dumps(EVERY_DESK), "demo": False,
        "languages": json.dumps(("fi", "sv", "en")), "active": True,
    }  # fmt: skip


def _presence(at: int) -> dict[str, object]:
    """On duty in name only: no sign of life, until a measurement gives one."""
    return {"agent_id": f"a{at}", "state": "offline", "since_at": NOW, "idle_since_at": NOW, "heartbeat_machine": 0.0}
