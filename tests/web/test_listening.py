"""Hearing a recording: the reason first, in the record, then the sound, whole or in part; kept nowhere on the way."""

from typing import Any

import pytest
from sqlalchemy import select

from adapters.schema import agent, recording, sound_access
from recordings.access import OPEN_FOR
from tests.support.media_house import wav
from tests.web.console_rig import Browser, City
from tests.web.left_messages import leave

SOUND = wav(2)
ID, TALK = "abcdefghijkmnpqrstuv", "vutsrqpnmkjihgfedcba"


@pytest.fixture
def city(empty: City) -> City:
    empty.agent("aino")
    empty.agent("bertil", departments=("streets",))
    empty.agent("sirkka", role="supervisor")
    empty.agent("seppo", departments=("streets",), role="supervisor")
    empty.agent("olli", departments=(), role="administrator")
    return empty


def talk(city: City, **other: Any) -> str:
    return leave(city, TALK, SOUND, **({"kind": "talk", "offer_token": "tok1", "agent_id": "a_aino"} | other))


def log(city: City) -> list[tuple[Any, ...]]:
    columns = (sound_access.c.recording_id, sound_access.c.agent_id, sound_access.c.deed, sound_access.c.reason)
    with city.services.database.read() as connection:
        return [tuple(row) for row in connection.execute(select(*columns, sound_access.c.why))]


def opened(browser: Browser, key: str = ID, **given: str) -> Browser:
    assert browser.post(f"/sounds/{key}/listen", **({"reason": "matter"} | given)).status_code == 200
    return browser


# --- first the reason, then the sound ----------------------------------------------------------------------------


def test_no_byte_is_given_before_the_reason_stands_in_the_record(city: City) -> None:
    leave(city, ID, SOUND)
    aino = city.signed_in("aino")
    before = aino.get(f"/sounds/{ID}")
    assert (before.status_code, before.mimetype) == (403, "text/html")
    assert SOUND[44:100] not in before.data
    json = aino.client.get(f"/console/sounds/{ID}", headers={"Accept": "application/json"})
    assert (json.status_code, json.get_json()) == (403, {"error": "closed"})
    assert log(city) == []
    answer = opened(aino).get(f"/sounds/{ID}")
    assert (answer.status_code, answer.data) == (200, SOUND)
    assert log(city) == [(ID, "a_aino", "listen", "matter", None)]


def test_another_persons_reason_opens_nothing(city: City) -> None:
    leave(city, ID, SOUND)
    opened(city.signed_in("aino"))
    assert city.signed_in("olli").get(f"/sounds/{ID}").status_code == 403


def test_the_door_closes_after_half_an_hour_and_the_length_of_the_sound(city: City) -> None:
    leave(city, ID, SOUND, seconds=68)
    aino = opened(city.signed_in("aino"))
    city.clock.passes(OPEN_FOR.total_seconds() + 67)
    aino = city.signed_in("aino")
    assert aino.get(f"/sounds/{ID}").status_code == 200
    city.clock.passes(1)
    assert aino.get(f"/sounds/{ID}").status_code == 403
    opened(aino)
    assert aino.get(f"/sounds/{ID}").status_code == 200
    assert len(log(city)) == 2, "each listening is a line of its own"


def test_who_no_longer_works_there_hears_no_more(city: City) -> None:
    leave(city, ID, SOUND)
    aino = opened(city.signed_in("aino"))
    city.change(agent, agent.c.id == "a_aino", departments='["streets"]')
    assert aino.get(f"/sounds/{ID}").status_code == 404


@pytest.mark.parametrize(
    ("who", "given", "fault"),
    [
        ("aino", {"reason": ""}, "reason"),
        ("aino", {"reason": "quality"}, "reason"),
        ("sirkka", {"reason": "curious"}, "reason"),
        ("sirkka", {"reason": "other", "why": "  "}, "why"),
    ],
)
def test_a_listening_without_a_reason_is_refused(city: City, who: str, given: dict[str, str], fault: str) -> None:
    """An agent's is her matter; whoever supervises says which of them, and in words where the code says nothing."""
    leave(city, ID, SOUND)
    browser = city.signed_in(who)
    answer = browser.post(f"/sounds/{ID}/listen", **given)
    assert (answer.status_code, answer.get_json()) == (422, {"error": fault})
    assert log(city) == []
    assert browser.get(f"/sounds/{ID}").status_code == 403


def test_the_reason_in_words_is_kept_without_codes_of_identity(city: City) -> None:
    leave(city, ID, SOUND)
    opened(city.signed_in("sirkka"), reason="other", why="Asukas 131052-308T kysyi")
    ((_, who, deed, reason, why),) = log(city)
    assert (who, deed, reason) == ("a_sirkka", "listen", "other")
    assert "131052-308T" not in why


def test_a_plain_form_leads_to_a_plain_player_and_a_fault_back_to_the_form(city: City) -> None:
    leave(city, ID, SOUND)
    sirkka = city.signed_in("sirkka")
    page = sirkka.page(f"/sounds/{ID}/page")
    assert "<audio controls" not in page
    form = {"csrf_token": sirkka.word, "reason": "other", "why": ""}
    refused = sirkka.client.post(f"/console/sounds/{ID}/listen", data=form)
    assert refused.status_code == 422
    assert 'role="alert"' in refused.text
    answer = sirkka.client.post(f"/console/sounds/{ID}/listen", data=form | {"why": "kantelu"})
    assert (answer.status_code, answer.headers["Location"]) == (303, f"/console/sounds/{ID}/page")
    assert f'<audio controls controlslist="nodownload" preload="none" src="/console/sounds/{ID}"' in sirkka.page(
        f"/sounds/{ID}/page"
    )


# --- whose it is -------------------------------------------------------------------------------------------------


def test_a_message_is_heard_by_its_department(city: City) -> None:
    leave(city, ID, SOUND)
    for who, status in (("aino", 200), ("bertil", 404), ("sirkka", 200), ("seppo", 404), ("olli", 200)):
        browser = city.signed_in(who)
        assert browser.post(f"/sounds/{ID}/listen", reason="matter").status_code == status, who
        assert browser.get(f"/sounds/{ID}").status_code == status, who
    assert [row[1] for row in log(city)] == ["a_aino", "a_sirkka", "a_olli"]


def test_a_talk_is_heard_by_those_who_answer_for_its_department(city: City) -> None:
    """Not by agents, and not by the desk that answers the matter now."""
    city.request("r1", number_id=city.number(), desk="streets")
    talk(city, request_id="r1")
    for who, status in (("aino", 404), ("bertil", 404), ("sirkka", 200), ("seppo", 404), ("olli", 200)):
        assert city.signed_in(who).post(f"/sounds/{TALK}/listen", reason="quality").status_code == status, who


@pytest.mark.parametrize(("topic", "status"), [("housing", 200), ("child-welfare", 404), ("no-longer-known", 404)])
def test_the_desk_that_answers_now_hears_it_unless_it_is_sensitive(city: City, topic: str, status: int) -> None:
    rules = city.services.rules.current()
    sensitive = next(each.id for each in rules.topics if each.sensitive)
    city.request("r1", number_id=city.number(), desk="streets")
    leave(city, ID, SOUND, request_id="r1", topic=sensitive if topic == "child-welfare" else topic)
    for who in ("bertil", "seppo"):
        assert city.signed_in(who).post(f"/sounds/{ID}/listen", reason="matter").status_code == status


def test_a_sensitive_message_is_heard_by_the_agent_who_has_its_matter_before_her(city: City) -> None:
    city.request("r1", number_id=city.number(), desk="streets", state="offered", offer_token="tok1")
    leave(city, ID, SOUND, request_id="r1", topic="no-longer-known")
    city.offer("a_bertil", request_id="r1")
    assert city.signed_in("bertil").post(f"/sounds/{ID}/listen", reason="matter").status_code == 200
    assert city.signed_in("seppo").post(f"/sounds/{ID}/listen", reason="matter").status_code == 404


def test_what_the_caller_has_not_left_and_what_is_still_spoken_is_nobodys_to_hear(city: City) -> None:
    leave(city, ID, SOUND)
    talk(city)
    olli = city.signed_in("olli")
    for key, states in ((ID, ("draft", "dropped")), (TALK, ("asked", "running", "paused", "ended", "absent"))):
        for state in states:
            city.change(recording, recording.c.id == key, state=state)
            assert olli.post(f"/sounds/{key}/listen", reason="quality").status_code == 404, state
