"""The sound itself: whole or in part, kept nowhere on the way; copies; and what is said where there is none to hear."""

import logging
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select
from werkzeug.test import TestResponse

from adapters.schema import callback_request, recording, sound_access
from recordings.vault.opening import local_vault
from tests.support.media_house import wav
from tests.web.console_rig import Browser, City
from tests.web.left_messages import leave

SOUND = wav(2)
LONG = wav(60)  # several chunks of the vault
ID = "abcdefghijkmnpqrstuv"
ANOTHER_KEY = "YW5vdGhlci1rZXktMDEyMzQ1Njc4OWFiY2RlZmdoaWo="


@pytest.fixture
def city(empty: City) -> City:
    empty.agent("aino")
    empty.agent("bertil", departments=("streets",))
    empty.agent("sirkka", role="supervisor")
    empty.agent("seppo", departments=("streets",), role="supervisor")
    empty.agent("olli", departments=(), role="administrator")
    return empty


def log(city: City) -> list[tuple[Any, ...]]:
    columns = (sound_access.c.recording_id, sound_access.c.agent_id, sound_access.c.deed, sound_access.c.reason)
    with city.services.database.read() as connection:
        return [tuple(row) for row in connection.execute(select(*columns, sound_access.c.why))]


def opened(browser: Browser, key: str = ID, **given: str) -> Browser:
    assert browser.post(f"/sounds/{key}/listen", **({"reason": "matter"} | given)).status_code == 200
    return browser


def part(browser: Browser, asked: str, **more: str) -> TestResponse:
    return browser.client.get(f"/console/sounds/{ID}", headers={"Range": asked} | more)


# --- the sound itself --------------------------------------------------------------------------------------------


def test_nothing_on_the_way_keeps_it(city: City) -> None:
    leave(city, ID, SOUND)
    answer = opened(city.signed_in("aino")).get(f"/sounds/{ID}")
    headers = answer.headers
    assert (answer.mimetype, headers["Cache-Control"]) == ("audio/wav", "no-store, private")
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Content-Disposition"] == f'inline; filename="{ID}.wav"'
    assert headers["Accept-Ranges"] == "bytes"
    assert not {"ETag", "Last-Modified", "Expires"} & set(headers.keys())


PARTS = (
    ("bytes=0-", 0, len(LONG)),
    ("bytes=0-0", 0, 1),
    ("bytes=100-199", 100, 200),
    ("bytes=65530-65545", 65530, 65546),  # across the edge of a chunk
    ("bytes=131072-", 131072, len(LONG)),
    ("bytes=-16", len(LONG) - 16, len(LONG)),
    ("bytes=-99999999", 0, len(LONG)),
    ("bytes=5-99999999", 5, len(LONG)),
)


def test_a_part_is_given_for_the_asking(city: City) -> None:
    leave(city, ID, LONG)
    aino = opened(city.signed_in("aino"))
    for asked, start, end in PARTS:
        answer = part(aino, asked)
        assert (answer.status_code, answer.data) == (206, LONG[start:end]), asked
        assert answer.headers["Content-Range"] == f"bytes {start}-{end - 1}/{len(LONG)}"
        assert answer.headers["Content-Length"] == str(end - start)
        assert answer.headers["Cache-Control"] == "no-store, private"


def test_a_part_that_is_not_there_is_refused_and_what_is_no_part_means_all_of_it(city: City) -> None:
    leave(city, ID, SOUND)
    aino = opened(city.signed_in("aino"))
    for asked in ("bytes=99999999-", f"bytes={len(SOUND)}-"):
        answer = part(aino, asked)
        assert (answer.status_code, answer.data) == (416, b""), asked
        assert answer.headers["Content-Range"] == f"bytes */{len(SOUND)}"
    for asked in ("junk", "bytes=9-5", "lines=1-2", "bytes=0-1,5-6", "bytes=a-b"):
        assert part(aino, asked).data == SOUND, asked
    older = part(aino, "bytes=0-9", **{"If-Range": '"an-older-copy"'})
    assert (older.status_code, older.data) == (200, SOUND)


def test_a_look_at_the_head_reads_no_sound(city: City) -> None:
    leave(city, ID, LONG)
    aino = opened(city.signed_in("aino"))
    answer = aino.client.head(f"/console/sounds/{ID}", headers={"Range": "bytes=10-19"})
    assert (answer.status_code, answer.data, answer.headers["Content-Length"]) == (206, b"", "10")
    assert city.signed_in("olli").client.head(f"/console/sounds/{ID}").status_code == 403


# --- downloads ---------------------------------------------------------------------------------------------------


def test_a_supervisor_takes_a_copy_with_her_reason_and_no_listening_opens_it(city: City) -> None:
    leave(city, ID, SOUND)
    sirkka = opened(city.signed_in("sirkka"))
    assert sirkka.get(f"/sounds/{ID}/file").status_code == 403
    form = {"csrf_token": sirkka.word, "reason": "request"}
    answer = sirkka.client.post(f"/console/sounds/{ID}/file", data=form)
    assert (answer.status_code, answer.headers["Location"]) == (303, f"/console/sounds/{ID}/file")
    taken = sirkka.get(f"/sounds/{ID}/file")
    assert (taken.data, taken.headers["Content-Disposition"]) == (SOUND, f'attachment; filename="{ID}.wav"')
    assert taken.headers["Cache-Control"] == "no-store, private"
    assert [row[2:4] for row in log(city)] == [("listen", "matter"), ("download", "request")]


def test_an_agent_takes_no_copy(city: City) -> None:
    leave(city, ID, SOUND)
    aino = opened(city.signed_in("aino"))
    assert aino.post(f"/sounds/{ID}/file", reason="matter").status_code == 403
    assert aino.get(f"/sounds/{ID}/file").status_code == 403


# --- what cannot be heard is told in words -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("row", "status", "fault"),
    [
        ({"stored_machine": None}, 409, "coming"),
        ({"stored_machine": None, "failed": "not audio"}, 409, "failed"),
        ({"deleted": True}, 410, "deleted"),
    ],
)
def test_the_page_says_why_there_is_nothing_to_hear(city: City, row: dict[str, Any], status: int, fault: str) -> None:
    more = {"deleted_at": city.clock.now() - timedelta(days=1)} if row.pop("deleted", False) else {}
    leave(city, ID, SOUND, **row, **more)
    sirkka = city.signed_in("sirkka")
    answer = sirkka.post(f"/sounds/{ID}/listen", reason="matter")
    assert (answer.status_code, answer.get_json()) == (status, {"error": fault})
    assert log(city) == [], "nobody heard what is not there"
    assert sirkka.get(f"/sounds/{ID}/page").status_code == 200


def spoil(city: City, how: str) -> None:
    place = city.services.settings.data_dir / "recordings"
    body = next(place.rglob("*.body"))
    match how:
        case "damaged":
            sealed = bytearray(body.read_bytes())
            sealed[10] ^= 1
            body.write_bytes(sealed)
        case "wrong_key":
            city.services.vault.delete(ID)
            other = local_vault(place, ANOTHER_KEY)
            with other.writing(ID) as writer:
                writer.write(SOUND)
                writer.seal()
        case "gone":
            city.services.vault.delete(ID)
        case _:
            raise AssertionError(how)


@pytest.mark.parametrize(("how", "status"), [("damaged", 500), ("wrong_key", 503), ("gone", 410)])
def test_sound_that_cannot_be_opened_is_told_in_words_and_in_the_log(
    city: City, how: str, status: int, caplog: pytest.LogCaptureFixture
) -> None:
    leave(city, ID, SOUND)
    aino = opened(city.signed_in("aino"))
    spoil(city, how)
    with caplog.at_level(logging.ERROR):
        json = aino.client.get(f"/console/sounds/{ID}", headers={"Accept": "application/json"})
        page = aino.get(f"/sounds/{ID}")
    assert (json.status_code, json.get_json()) == (status, {"error": how})
    assert (page.status_code, page.mimetype) == (status, "text/html")
    assert "ylläpitäjälle" in page.text
    line = next(one for one in caplog.records if one.levelno == logging.ERROR)
    assert (line.getMessage(), getattr(line, "recording", "")) == ("sound cannot be played", ID)
    assert "Virtanen" not in str(vars(line))


def test_what_breaks_off_on_the_way_breaks_the_connection(city: City) -> None:
    """Nobody takes the first half for the whole."""
    leave(city, ID, LONG)
    aino = opened(city.signed_in("aino"))
    body = next((city.services.settings.data_dir / "recordings").rglob("*.body"))
    sealed = bytearray(body.read_bytes())
    sealed[-5] ^= 1
    body.write_bytes(sealed)
    with pytest.raises(Exception, match="authentic|verified|sealed|damaged|chunk"):
        _ = aino.get(f"/sounds/{ID}").data


@pytest.mark.parametrize(("key", "status"), [("..%2F..%2Fetc%2Fpasswd", 404), ("%00", 400), ("nobody-knows-it", 404)])
def test_tricks_with_names_lead_nowhere(city: City, key: str, status: int) -> None:
    aino = city.signed_in("aino")
    assert aino.get(f"/sounds/{key}").status_code == status
    assert aino.post(f"/sounds/{key}/listen", reason="matter").status_code == status


def test_a_matter_that_moved_takes_its_message_along(city: City) -> None:
    city.request("r1", number_id=city.number(), desk="streets")
    leave(city, ID, SOUND, request_id="r1")
    assert city.signed_in("bertil").post(f"/sounds/{ID}/listen", reason="matter").status_code == 200
    city.change(callback_request, callback_request.c.id == "r1", desk="housing")
    city.change(recording, recording.c.id == ID, seconds=0)
    assert city.signed_in("bertil").get(f"/sounds/{ID}").status_code == 404
