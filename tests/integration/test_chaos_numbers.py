"""Histories numbered on past 2^31 in a city that serves run after run: no row is numbered below an earlier one."""

from collections.abc import Iterator

import pytest
from sqlalchemy import Connection, create_engine, text

from tests.chaos.faults_load import FIRST_NUMBER, NEWEST_MOVES, SEQUENCE_MOVES
from tests.support.postgres import fresh_database


@pytest.fixture(params=["sqlite", "postgresql"])
def history(request: pytest.FixtureRequest) -> Iterator[Connection]:
    engine = create_engine(fresh_database() if request.param == "postgresql" else "sqlite://")
    key = "BIGSERIAL" if request.param == "postgresql" else "INTEGER"
    with engine.begin() as connection:
        connection.execute(text(f"CREATE TABLE history (id {key} PRIMARY KEY, n INTEGER)"))
        yield connection
    engine.dispose()


def written(history: Connection, n: int) -> int:
    return int(history.execute(text("INSERT INTO history (n) VALUES (:n) RETURNING id"), {"n": n}).scalar_one())


def test_histories_are_numbered_on_once_and_never_back(history: Connection) -> None:
    moves = NEWEST_MOVES if history.dialect.name == "sqlite" else SEQUENCE_MOVES
    numbers = [written(history, 0)]
    for run in range(2):
        if run == 0 or history.dialect.name == "postgresql":  # SQLite begins anew where nothing was left of a run
            history.execute(text(moves.format(name="history", first=FIRST_NUMBER)))
        numbers += [written(history, n) for n in range(3)]
    assert numbers == sorted(set(numbers))
    assert all(number > FIRST_NUMBER for number in numbers[1:])
