"""What the agent's card says of the recording of her talk, and the one key that pauses and resumes it."""

import re
from typing import Any

import pytest

from adapters.schema import deletion, offer, outbox, recording, waiting_caller
from console.words import page_words
from routing_rules.document import dump
from routing_rules.service import publish_first
from tests.support.recorded import recording_rules
from tests.web.console_rig import Browser, City

KEY = "/offers/tok1/recording"
STATE = re.compile(r'data-recording="(\w+)" data-words="([^"]+)"')


@pytest.fixture
def city(empty: City) -> City:
    empty.present(empty.agent("aino"))
    empty.present(empty.agent("bertil"))
    now = empty.clock.now()
    publish_first(empty.services.database, dump(recording_rules()), "sirpa", "talks are recorded", now)
    empty.services.rules.refresh(empty.services.database, now)
    empty.caller(state="talking", offer_token="tok1", recording_told_at=now)
    empty.offer("a_aino", "connected", caller_id="c1", agent_call_sid="CA" + "a" * 32, connected_at=now)
    return empty


def recorded(city: City, **other: Any) -> None:
    row = {
        "id": "rec1", "recording_sid": "RE" + "1" * 32, "call_sid": f"CA{'c1':0>32}", "kind": "talk",
        "state": "running", "topic": "housing", "language": "fi", "department": "housing", "token": "secret",
        "seconds": 0, "made_at": city.clock.now(), "offer_token": "tok1", "agent_id": "a_aino", "wanted": "on",
    }  # fmt: skip
    city.put(recording, **(row | other))


def shown(aino: Browser) -> tuple[str, str] | None:
    found = STATE.search(aino.get("/part").text)
    return (found[1], found[2]) if found else None


def test_the_card_says_what_the_provider_has_confirmed(city: City, aino: Browser) -> None:
    recorded(city)
    for state, wanted, on_hold, said in (
        ("asked", "on", False, "starting"),
        ("running", "on", False, "running"),
        ("running", "paused", False, "pausing"),
        ("running", "on", True, "pausing"),
        ("paused", "paused", False, "paused"),
        ("paused", "on", True, "held"),
        ("paused", "on", False, "resuming"),
        ("kept", "off", False, "over"),
        ("absent", "off", False, "failed"),
    ):
        city.change(recording, recording.c.id == "rec1", state=state, wanted=wanted)
        city.change(offer, offer.c.token == "tok1", on_hold=on_hold)
        assert shown(aino) == (said, page_words("fi")(f"talk.recording.{said}"))
        assert aino.desk()["offer"]["recording"]["state"] == said


def test_the_card_says_why_nothing_is_recorded(city: City, aino: Browser) -> None:
    for told, declined, said in ((False, False, "untold"), (True, True, "declined"), (False, True, "declined")):
        heard = {"recording_told_at": city.clock.now() if told else None, "recording_declined": declined}
        city.change(waiting_caller, waiting_caller.c.id == "c1", **heard)
        assert shown(aino) == (said, page_words("fi")(f"talk.recording.{said}"))
        assert "data-pause-recording" not in aino.get("/part").text
        answer = aino.post(KEY, paused="yes")
        assert (answer.status_code, answer.get_json()) == (409, {"error": "moved_on"})


def test_where_talks_are_not_recorded_the_card_says_nothing_of_it(city: City, aino: Browser) -> None:
    city.change(waiting_caller, waiting_caller.c.id == "c1", department="streets")
    assert shown(aino) is None
    assert aino.desk()["offer"]["recording"] is None


def test_her_key_pauses_and_resumes(city: City, aino: Browser) -> None:
    recorded(city)
    assert aino.post(KEY, paused="yes").get_json() == {"ok": True}
    assert city.one(recording.c.wanted, where=recording.c.id == "rec1")[0] == "paused"
    assert ("desk", "a_aino") in city.hints.published, "her page is told"
    page = aino.get("/part").text
    assert "Odota, kunnes tallennus on tauolla." in page
    assert re.search(r'data-pause-recording aria-pressed="true"', page)
    assert aino.post(KEY, paused=False).status_code == 200
    assert city.one(recording.c.wanted, where=recording.c.id == "rec1")[0] == "on"
    kinds = [row[0] for row in _orders(city)]
    assert kinds == ["set_recording", "set_recording"]


def _orders(city: City) -> list[Any]:
    with city.services.database.read() as connection:
        return list(connection.execute(outbox.select().with_only_columns(outbox.c.kind)))


def test_before_identity_codes_and_payments_she_is_reminded(city: City, aino: Browser) -> None:
    recorded(city)
    assert "Keskeytä tallennus ennen kuin asukas kertoo henkilötunnuksen tai maksutiedot." in aino.get("/part").text


def test_the_residents_no_in_words_ends_the_recording_and_keeps_nothing(city: City, aino: Browser) -> None:
    recorded(city)
    page = aino.get("/part").text
    assert "data-refuse-recording" in page
    assert "Sitä ei voi palauttaa." in page
    assert city.signed_in("bertil").post(KEY, declined="yes").status_code == 404
    assert aino.post(KEY, declined="yes").get_json() == {"ok": True}
    assert city.one(recording.c.wanted, where=recording.c.id == "rec1")[0] == "off"
    assert city.one(recording.c.deleted_at, where=recording.c.id == "rec1")[0] is not None
    assert city.one(waiting_caller.c.recording_declined, where=waiting_caller.c.id == "c1")[0]
    assert {row[0] for row in _orders(city)} >= {"stop_recording", "delete_recording"}
    with city.services.database.read() as connection:
        assert connection.execute(deletion.select()).mappings().one()["by"] == "a_aino"
    assert shown(aino) == ("declined", page_words("fi")("talk.recording.declined"))
    assert aino.post(KEY, declined="yes").status_code == 409, "there is nothing to end any more"


def test_what_no_button_sends_is_refused(city: City, aino: Browser) -> None:
    recorded(city)
    for fields in ({}, {"paused": "perhaps"}, {"paused": ""}, {"on": "yes"}, {"paused": "y" * 5000}):
        assert aino.post(KEY, **fields).status_code == 400, fields
    assert _orders(city) == []


def test_another_agents_recording_is_not_hers(city: City) -> None:
    recorded(city)
    assert city.signed_in("bertil").post(KEY, paused="yes").status_code == 404
    assert city.one(recording.c.wanted, where=recording.c.id == "rec1")[0] == "on"


def test_without_the_pages_word_nothing_is_done(city: City, aino: Browser) -> None:
    recorded(city)
    assert aino.client.post(f"/console{KEY}", json={"paused": "yes"}).status_code == 403
    assert _orders(city) == []
