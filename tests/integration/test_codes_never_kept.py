"""An identity code or a card's number survives nowhere: not in the record, not in a log, wherever it is keyed, said or
written. The whole record is read as text afterwards, as whoever stole it would."""

import io
import logging
from collections.abc import Iterator

import pytest
from sqlalchemy import Column, Table, Text, select

from adapters.logs import configure_logging
from adapters.schema import metadata, text_message
from adapters.schema.columns import FreeLine, FreeText
from ivr.dialogue.steps import STEPS
from ivr.step_url import Step, url_of
from tests.support.kept import past_of
from tests.support.services import BASE, Town
from tests.support.telephone import Telephone

IDENTITY, CARD = "131052-308T", "4242424242424242"
ASKS_FOR_A_NUMBER = {"key-number"}  # nine digits may be a telephone there: read back, deleted when the call ends
KEYED = ("131052308", CARD, "131052308#", "*131052308")
WRITTEN = f"hetu {IDENTITY}, kortti {CARD[:4]} {CARD[4:8]} {CARD[8:12]} {CARD[12:]} ja {CARD}"
NEVER = ("131052", "308T", CARD, "4242 4242")

OF_OUR_OWN = {  # text that no person writes, or that is written for everybody to hear
    "receipt.answer": "TwiML of a call that has ended at most a day ago",
    "agent.password_hash": "a hash",
    "agent.departments": "ids",
    "agent.languages": "codes",
    "callback_request.promise_words": "made of a topic's name and a time",
    "promise_told.words": "made of a topic's name and a time",
    "ruleset.document": "the city's published rules",
    "ruleset.changes": "JSON of the rules' fields",
    "ruleset.warnings": "JSON of ids",
    "rules_draft.document": "rules that are being written",
    "rules_plan.document": "the city's published rules",
    "rules_plan.warnings": "JSON of ids",
    "rules_plan.refused": "JSON of reasons",
    "route_decision.facts": "JSON of counts and ids",
    "watch_run.findings": "JSON of ids",
    "notice.topics": "JSON of ids",
}


# beside what must stay: her telephones, a moment, the city's account
KEPT = "040 123 4567 ja 050 765 4321, 23.11.2026 14.30, DE89 3704 0044 0532 0130 00"
SPELT = f"hetu131052-308T 131052\u00a0-308T 13.10.52-308T, 4242.4242.4242.4242 {CARD} 040 1112223 4242 4242 4242 4242"


@pytest.fixture
def town(record: str) -> Iterator[Town]:
    one = Town.over(record, SMS_SENDER="+358457399999")
    yield one
    one.services.database.dispose()


@pytest.fixture
def log() -> io.StringIO:
    stream = io.StringIO()
    configure_logging("web", "DEBUG", stream)
    return stream


def everything(town: Town) -> str:
    """Each row of each table, as text."""
    with town.services.database.read() as connection:
        rows = [tuple(row) for table in metadata.sorted_tables for row in connection.execute(select(table))]
    return repr(rows)


def in_the_file(town: Town) -> bytes:
    """SQLite's own, with what its log of writes holds."""
    database = town.services.database
    if not database.is_sqlite:
        return b""
    path = str(database.engine.url.database)
    found = b""
    for each in (path, f"{path}-wal"):
        with open(each, "rb") as file:
            found += file.read()
    return found


@pytest.mark.parametrize("step", sorted(STEPS))
def test_keyed_or_said_at_any_step_it_is_kept_nowhere(town: Town, log: io.StringIO, step: str) -> None:
    arrived = int(town.clock.now().timestamp() * 1000)
    for at, keys in enumerate(KEYED):
        telephone = Telephone.at(town, sid=f"CA{at + 1:032x}")
        telephone.rings()
        here = Step(step, "fi", "housing", version=town.rules.version, arrived=arrived, nonce=f"n{at}")
        telephone.send(url_of(BASE, here), Digits=keys, SpeechResult=WRITTEN, Body=WRITTEN)
    kept = everything(town)
    keyed = () if step in ASKS_FOR_A_NUMBER else ("131052", *(key.strip("#*") for key in KEYED))
    for code in (*NEVER[1:], *keyed):
        assert code not in kept, code
        assert code not in log.getvalue(), code
        assert code.encode() not in in_the_file(town), code


def text_columns() -> list[Column[str]]:
    every = [column for table in metadata.sorted_tables for column in table.c]
    return [column for column in every if isinstance(column.type, Text | FreeText | FreeLine)]


def test_every_column_of_text_masks_or_says_why_not() -> None:
    plain = {str(column) for column in text_columns() if not isinstance(column.type, FreeText | FreeLine)}
    assert plain == set(OF_OUR_OWN)


def test_written_into_any_column_it_is_masked(town: Town) -> None:
    past_of(town)
    for column in text_columns():
        if isinstance(column.type, FreeText | FreeLine):
            table = column.table
            assert isinstance(table, Table)
            town.within(lambda tx, table=table, column=column: tx.connection.execute(  # type: ignore[misc]
                table.update().values({column: WRITTEN[:60]})
            ))  # fmt: skip
    kept = everything(town)
    assert kept.count("hetu ***********") > 5
    assert not any(code in kept for code in NEVER)


def test_a_texts_words_are_neither_kept_nor_logged(town: Town, log: io.StringIO) -> None:
    telephone = Telephone.at(town)
    telephone.send("/sms/incoming", Body=WRITTEN, MessageSid="SM" + "1" * 32)
    assert not any(code in everything(town) or code in log.getvalue() for code in NEVER)


def test_a_note_keeps_its_telephones_and_loses_every_code(town: Town) -> None:
    past_of(town)
    made = text_message.update().values(body=f"{KEPT} {SPELT}")
    town.within(lambda tx: tx.connection.execute(made))
    for row in town.every(text_message):
        assert row["body"].startswith(KEPT)
        assert "040 1112223" in row["body"]
        assert not any(code in row["body"] for code in ("308T", "131052", "13.10", "4242"))


def test_a_line_that_names_one_is_masked(log: io.StringIO) -> None:
    logging.getLogger("anything").warning("what is %s", WRITTEN, extra={"said": [WRITTEN], "card": int(CARD)})
    assert "what is hetu ****" in log.getvalue()
    assert not any(code in log.getvalue() for code in NEVER)


def test_a_bounded_column_is_as_bounded_as_it_was() -> None:
    lines = [column for column in text_columns() if isinstance(column.type, FreeLine)]
    found = {str(column): str(column.type.compile()) for column in lines}
    assert found == {"callback_request.interpreter": "VARCHAR(60)", "rules_draft.name": "VARCHAR(80)"}
