"""What vault, record and provider say of each other: what one of them forgot is found, and mended or told."""

import json
import logging
import os
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

import pytest
from sqlalchemy import update

from adapters.schema import outbox, recording
from callbacks import store as promises
from queue_workers import sound_adoption, sound_repairs
from queue_workers.sound_patrol import Patrol
from recordings.vault import NoSound, put, whole
from tests.support.media_house import Answer, MediaHouse, media_house, wav
from tests.support.messages import Speaker, carried_out, recording_sid, the_message
from tests.support.provider import LOST
from tests.support.services import ACCOUNT, CITY, Town

SOUND = wav()
HER_CALL, STRANGE_CALL = "CA" + "1" * 32, "CA" + "9" * 32
A_DAY = 24 * 3600.0
LISTED = "application/json"


@pytest.fixture
def house() -> Iterator[MediaHouse]:
    with media_house(Answer(body=SOUND)) as one:
        yield one


@pytest.fixture
def town(record: str, house: MediaHouse, tmp_path: Path) -> Iterator[Town]:
    one = Town.over(record, TWILIO_API_BASE_URL=house.origin, DATA_DIR=str(tmp_path))
    yield one
    one.services.database.dispose()


@pytest.fixture
def speaker(town: Town) -> Speaker:
    return Speaker.at(town)


def left(speaker: Speaker) -> Mapping[str, object]:
    """A message that was left and kept; its sound is ordered."""
    speaker.is_led_to_the_tone()
    speaker.speaks()
    speaker.telephone.presses("1")
    return the_message(speaker.town)


def noted(town: Town, recording_id: object, **values: object) -> None:
    """As a process would have left it that died, or a disk that was lost."""
    town.within(
        lambda tx: tx.connection.execute(update(recording).where(recording.c.id == recording_id).values(values))
    )


def errors(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [record.getMessage() for record in caplog.records if record.levelno >= logging.ERROR]


# --- the vault ---------------------------------------------------------------------------------------------------


def test_sound_that_no_row_knows_goes_after_a_day_and_not_before(town: Town) -> None:
    put(town.services.vault, "z" * 20, b"whose?")
    Patrol().step(town.services)
    carried_out(town)
    town.clock.pass_(seconds=A_DAY - 60)
    carried_out(town)
    assert list(town.services.vault.ids()) == ["z" * 20]
    town.clock.pass_(seconds=61)
    carried_out(town)
    assert list(town.services.vault.ids()) == []


def test_a_row_that_comes_back_within_the_day_saves_its_sound(town: Town, speaker: Speaker) -> None:
    """The record was put back from yesterday's copy, and then from today's."""
    row = left(speaker)
    carried_out(town)
    noted(town, row["id"], id="y" * 20)
    Patrol().step(town.services)
    noted(town, "y" * 20, id=row["id"])
    town.clock.pass_(seconds=A_DAY + 1)
    carried_out(town)
    assert whole(town.services.vault, str(row["id"])) == SOUND


@pytest.mark.parametrize("gone", [{"state": "dropped"}, {"deleted_at": datetime.fromisoformat("2026-11-24T08:00Z")}])
def test_sound_that_came_back_after_it_was_deleted_goes_too(
    town: Town, speaker: Speaker, gone: dict[str, object]
) -> None:
    row = left(speaker)
    carried_out(town)
    noted(town, row["id"], **gone)
    Patrol().step(town.services)
    town.clock.pass_(seconds=A_DAY + 1)
    carried_out(town)
    with pytest.raises(NoSound):
        town.services.vault.open(str(row["id"]))


def test_what_rests_beside_a_sound_is_its_own(town: Town, speaker: Speaker) -> None:
    row = left(speaker)
    carried_out(town)
    put(town.services.vault, f"{row['id']}words", b"what she said")
    Patrol().step(town.services)
    assert town.ordered("drop_sound") == []


def test_what_a_killed_worker_began_to_seal_is_swept_after_a_day(town: Town, tmp_path: Path) -> None:
    folder = tmp_path / "recordings" / "ab"
    folder.mkdir(parents=True)
    left, fresh = folder / f"{'ab' * 10}.00.body.1.new", folder / f"{'ab' * 10}.01.body"
    for file, age in ((left, A_DAY + 60), (fresh, A_DAY - 60)):
        file.write_bytes(b"noise")
        os.utime(file, (town.clock.machine() - age,) * 2)
    patrol = Patrol()
    patrol.step(town.services)
    assert [file.exists() for file in (left, fresh)] == [False, True]


def test_a_round_goes_through_everything_a_little_at_a_time(town: Town) -> None:
    for letter in "abcde":
        put(town.services.vault, letter * 20, b"whose?")
    patrol = Patrol(at_once=2)
    seen = []
    for _ in range(4):
        patrol.step(town.services)
        seen.append(len(town.ordered("drop_sound")))
    assert seen == [2, 4, 5, 5]


def test_sound_that_is_missing_is_fetched_again_while_the_provider_has_it(
    town: Town, speaker: Speaker, caplog: pytest.LogCaptureFixture
) -> None:
    row = left(speaker)
    town.gateway.answers(LOST)
    town.carry_out()  # stored, and not yet deleted there
    town.services.vault.delete(str(row["id"]))
    Patrol().step(town.services)
    assert the_message(town)["stored_machine"] is None
    assert errors(caplog) == ["sound cannot be opened"]
    town.clock.pass_(seconds=5)
    carried_out(town)
    assert whole(town.services.vault, str(row["id"])) == SOUND
    assert the_message(town)["removed_machine"] is not None


def test_the_providers_copy_is_never_deleted_while_ours_cannot_be_opened(
    town: Town, speaker: Speaker, tmp_path: Path
) -> None:
    row = left(speaker)
    town.gateway.answers(LOST)
    town.carry_out()
    town.services.vault.delete(str(row["id"]))
    town.clock.pass_(seconds=5)
    town.carry_out()
    assert len(town.gateway.ordered("delete_recording")) == 1, "the first, whose answer was lost"
    assert the_message(town)["stored_machine"] is None
    carried_out(town)
    assert whole(town.services.vault, str(row["id"])) == SOUND
    assert the_message(town)["removed_machine"] is not None


def test_sound_that_is_missing_here_and_gone_there_is_told_and_its_row_stays(
    town: Town, speaker: Speaker, caplog: pytest.LogCaptureFixture
) -> None:
    """A disk that is not mounted: nothing is noted that would have to be taken back."""
    row = left(speaker)
    carried_out(town)
    town.services.vault.delete(str(row["id"]))
    before = the_message(town)
    patrol = Patrol()
    patrol.step(town.services)
    patrol.step(town.services)
    assert errors(caplog) == ["sound cannot be opened"], "once in a round"
    assert the_message(town) == before


# --- the orders --------------------------------------------------------------------------------------------------


def test_an_order_that_was_never_given_is_given(town: Town, speaker: Speaker) -> None:
    row = left(speaker)
    town.within(lambda tx: tx.connection.execute(outbox.delete()))
    assert sound_repairs.unfinished_sound(town.services) == 1
    carried_out(town)
    town.within(lambda tx: tx.connection.execute(outbox.delete()))
    noted(town, row["id"], removed_machine=None)
    assert sound_repairs.unfinished_sound(town.services) == 1
    assert town.ordered("delete_recording") == [row["id"]]


def test_what_was_no_sound_is_tried_again_after_an_hour_for_a_week(
    town: Town, speaker: Speaker, house: MediaHouse
) -> None:
    """The provider's page of repairs with a friendly 200."""
    house.answers = [Answer(body=b"<html>", content_type="text/html")]
    row = left(speaker)
    carried_out(town)
    assert the_message(town)["failed"] == "not audio"
    house.answers = [Answer(body=SOUND)]
    town.clock.pass_(seconds=3599)
    assert sound_repairs.unfinished_sound(town.services) == 0
    town.clock.pass_(seconds=2)
    assert sound_repairs.unfinished_sound(town.services) == 1
    carried_out(town)
    assert (the_message(town)["failed"], whole(town.services.vault, str(row["id"]))) == (None, SOUND)


def test_those_that_never_come_hide_none_that_would(town: Town, speaker: Speaker, house: MediaHouse) -> None:
    """More of them than are looked at in one go, all older."""
    row = left(speaker)
    carried_out(town)
    with town.services.database.write() as tx:
        for n in range(60):
            older = {**row, "id": f"stuck{n:015d}", "recording_sid": recording_sid(0xFFFF00 + n), "token": f"t{n}"}
            older |= {"made_at": town.clock.now() - timedelta(hours=1), "removed_machine": None, "stored_machine": None}
            tx.connection.execute(recording.insert().values(older))
            town.services.outbox.order(tx, "fetch_recording", f"stuck{n:015d}")
    noted(town, row["id"], removed_machine=None)
    town.within(lambda tx: tx.connection.execute(outbox.delete().where(outbox.c.kind == "delete_recording")))
    assert sound_repairs.unfinished_sound(town.services) == 1
    assert town.ordered("delete_recording") == [row["id"]]


def test_a_file_that_is_still_growing_is_awaited_and_then_taken_as_it_is(
    town: Town, speaker: Speaker, house: MediaHouse
) -> None:
    house.answers = [Answer(body=SOUND[:-16_000])]
    row = left(speaker)
    carried_out(town)
    assert the_message(town)["stored_machine"] is None
    town.clock.pass_(minutes=11)
    carried_out(town)
    assert whole(town.services.vault, str(row["id"])) == SOUND[:-16_000]
    assert the_message(town)["seconds"] == 2


# --- what the provider holds and no row knows ----------------------------------------------------------------------


def listed(*entries: dict[str, object], more: str | None = None) -> Answer:
    page = {"recordings": list(entries), "next_page_uri": more}
    return Answer(body=json.dumps(page).encode(), content_type=LISTED)


def entry(town: Town, **other: object) -> dict[str, object]:
    made = town.clock.now() - timedelta(hours=2)
    known = {"sid": recording_sid(0xABC), "call_sid": STRANGE_CALL, "status": "completed", "source": "RecordVerb"}
    return {**known, "duration": "14", "date_created": format_datetime(made), **other}


def test_a_message_whose_news_was_lost_is_taken_in_by_its_call(town: Town, speaker: Speaker, house: MediaHouse) -> None:
    speaker.telephone.rings()
    speaker.is_led_to_the_tone("parking", "sv")
    speaker.hangs_up()
    house.answers = [listed(entry(town, call_sid=speaker.telephone.sid)), Answer(body=SOUND)]
    assert sound_adoption.adopt(town.services) == 1
    row = the_message(town)
    assert (row["state"], row["seconds"], row["recording_sid"]) == ("kept", 14, recording_sid(0xABC))
    assert row["made_at"] == town.clock.now() - timedelta(hours=2)
    assert town.one(promises.REQUEST)["number_id"] == row["number_id"] is not None
    carried_out(town)
    assert whole(town.services.vault, str(row["id"])) == SOUND


def test_a_message_of_a_call_that_nobody_knows_is_for_the_general_desk(town: Town, house: MediaHouse) -> None:
    house.answers = [listed(entry(town)), Answer(body=SOUND)]
    assert sound_adoption.adopt(town.services) == 1
    sound_repairs.left_drafts(town.services)
    row = the_message(town)
    assert (row["state"], row["topic"], row["number_id"]) == ("kept", town.rules.general_topic, None)
    carried_out(town)
    assert the_message(town)["stored_machine"] is not None


@pytest.mark.parametrize(
    "other",
    [
        {"status": "in-progress"},
        {"status": "deleted"},
        {"source": "StartCallRecordingAPI"},
        {"sid": "RE../../etc/passwd"},
        {"call_sid": "CA1"},
        {"date_created": "yesterday"},
        {"date_created": None},
    ],
    ids=str,
)
def test_what_is_no_finished_message_is_left_where_it_is(
    town: Town, house: MediaHouse, other: dict[str, object]
) -> None:
    house.answers = [listed(entry(town, **other))]
    assert sound_adoption.adopt(town.services) == 0
    assert town.every(recording) == []
    assert town.gateway.orders == []


def test_what_was_spoken_just_now_is_left_to_its_own_news(town: Town, house: MediaHouse) -> None:
    house.answers = [listed(entry(town, date_created=format_datetime(town.clock.now() - timedelta(minutes=14))))]
    assert sound_adoption.adopt(town.services) == 0


def test_the_account_may_carry_other_numbers(town: Town, house: MediaHouse) -> None:
    """Nothing of theirs is taken, or deleted; nor is anything while the provider cannot be asked whose it is."""
    house.answers = [listed(entry(town))]
    town.gateway.knows(STRANGE_CALL, "completed", to="+358201234567")
    assert sound_adoption.adopt(town.services) == 0
    town.gateway.cannot_be_asked()
    assert sound_adoption.adopt(town.services) == 0
    town.gateway.can_be_asked()
    town.gateway.knows(STRANGE_CALL, "completed", to=CITY)
    assert sound_adoption.adopt(town.services) == 1


def test_page_after_page_and_each_recording_once(town: Town, house: MediaHouse) -> None:
    on = f"/2010-04-01/Accounts/{ACCOUNT}/Recordings.json?PageSize=100&Page=1&PageToken=PARE1"
    first = [entry(town, sid=recording_sid(n), call_sid=f"CA{n:032x}") for n in range(3)]
    house.answers = [listed(*first, more=on), listed(*first, entry(town)), Answer(503)]
    assert sound_adoption.adopt(town.services) == 4
    assert [path for path, _ in house.asked][1] == on
    assert len(town.every(recording)) == 4


@pytest.mark.parametrize(
    "answer",
    [
        Answer(503),
        Answer(302, headers=(("Location", "http://127.0.0.1:1/"),)),
        Answer(body=b"<html>", content_type="text/html"),
        Answer(body=b"[]", content_type=LISTED),
        Answer(body=b'{"recordings": {"a": 1}}', content_type=LISTED),
        Answer(body=b'{"recordings": [1, null, "x", {}, []]}', content_type=LISTED),
        Answer(body=b"[" * 100_000, content_type=LISTED),
        listed(more="http://169.254.169.254/latest"),
        Answer(body=b"", says_bytes=10, content_type=LISTED),
    ],
    ids=range(9),
)
def test_a_list_that_is_none_changes_nothing(town: Town, house: MediaHouse, answer: Answer) -> None:
    house.answers = [answer]
    assert sound_adoption.adopt(town.services) == 0
    assert len(house.asked) == 1


def test_the_provider_is_asked_once_an_hour(town: Town, house: MediaHouse) -> None:
    house.answers = [listed()]
    patrol = Patrol()
    for _ in range(3):
        patrol.step(town.services)
    assert len(house.asked) == 1
    town.clock.pass_(seconds=3600)
    patrol.step(town.services)
    assert len(house.asked) == 2
