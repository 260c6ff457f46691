"""The wait becomes a promise with its place; it is kept, or its door stays open; in Swedish."""

from tests.calls.promise_scenarios import the_promise_is_kept, three_misses_and_an_open_door
from tests.rig.city import City
from tests.rig.fixtures import on_sqlite
from tests.rig.journeys import ends_and_notes, takes_callback, talks_with, waits_in_line
from tests.rig.words import heard


def test_the_place_is_kept_and_the_agent_is_first(city: City) -> None:
    the_promise_is_kept(city)
    seen = city.judged()
    assert (seen["promises heard"], seen["requests"], seen["residents' telephones rung"]) == (1, 1, 1)
    assert (seen["agents' answered calls"], seen["text messages"]) == (2, 1)


def test_three_misses_then_one_key_to_the_desk(city: City) -> None:
    three_misses_and_an_open_door(city)
    seen = city.judged()
    assert (seen["promises heard"], seen["requests done"], seen["residents' telephones rung"]) == (1, 1, 3)


@on_sqlite
def test_every_word_in_swedish(city: City) -> None:
    city.clock("2026-11-24T10:00:00+02:00", rate=20)
    words = heard("sv")
    aino = city.agent("aino").available()
    busy = talks_with(city, aino, "+358401000001")
    resident = takes_callback(waits_in_line(city.resident("+358401234567"), "sv"), "sv")
    first = resident.transcript()
    resident.gets_message(words["text_promise"])
    ends_and_notes(busy, aino)
    aino.accepts()
    resident.answers().hears(words["hello"]).is_joined()
    second = resident.transcript()
    ends_and_notes(resident, aino)
    city.eventually("SELECT 1 FROM callback_request WHERE state = 'done' AND language = 'sv'")
    after_greeting = [word for word in first if heard("en")["greeting"] not in word.text]
    spoken = [
        word for word in after_greeting if words["greeting"] not in word.text and heard()["greeting"] not in word.text
    ]
    assert spoken
    assert second
    assert {word.language[:2] for word in [*spoken, *second]} == {"sv"}
    assert {message.body for message in resident.messages() if words["text_promise"] not in message.body} == set()
