"""Whole calls that leave a voice message: kept, heard again, spoken anew, too short, silent, hung up, withheld.

The record of each is tried on both databases in tests/integration/test_voice_messages.py; here whole calls on both
where orders to the provider are taken up again.
"""

from collections.abc import Mapping
from typing import Any

from tests.rig.city import City
from tests.rig.fixtures import on_sqlite
from tests.rig.resident import Resident
from tests.rig.waiting import until

NIGHT = "2026-11-24T02:00:00+02:00"  # Tuesday: every desk is closed
TONE = "Kerro asiasi äänimerkin jälkeen"
KEEP = "Jos haluat jättää tämän viestin, paina yksi"
KEPT = "Viestisi on tallessa"
STORED = "SELECT * FROM recording WHERE state = 'kept' AND stored_machine IS NOT NULL"
DELETED = "SELECT * FROM recording WHERE state = :state AND removed_machine IS NOT NULL"


def at_the_tone(city: City, number: str = "+358401234567") -> Resident:
    """Rings a closed house, wants to leave a message, and says what it is about."""
    city.clock(NIGHT, rate=20)
    resident = city.resident(number)
    resident.ring().hears("Suomeksi: paina yksi").press("1")
    resident.hears("nyt suljettu").press("2")
    resident.hears("Asuminen, rakentaminen ja vesi").press("1")
    return resident.hears("Vuokra-asuminen").press("1").hears(TONE)


def provider_keeps_its_copy(city: City) -> None:
    """So that a test can compare ours with it: the provider's own deletion fails for a while."""
    city.lab.fault("rest", "status_before", "DELETE", status=500, times=50)


def test_a_message_is_left_heard_again_kept_and_played_to_the_agent(city: City) -> None:
    provider_keeps_its_copy(city)
    resident = at_the_tone(city).speak("Hei, avain juuttui oveen. Soittakaa aamulla.", then="#")
    resident.hears(KEEP)
    city.eventually("SELECT 1 FROM recording WHERE stored_machine IS NOT NULL")
    resident.press("2").hears("recorded").hears(KEEP).press("1")
    resident.hears(KEPT).hears("Soitamme asumiseen liittyvästä asiastasi").hears("Varmistusnumerosi").call_ends()
    left = city.eventually(STORED)
    request = city.one("SELECT * FROM callback_request")
    assert (left["request_id"], request["department"], request["state"]) == (request["id"], "housing", "requested")
    heard, held = city.agent("aino").listens(left["id"]), city.lab.sound(left["recording_sid"])
    assert held is not None
    assert held[:4] == b"RIFF"
    assert len(held) > 10_000
    assert heard == held
    assert lying_in_the_clear(city, held) == [], "neither in the vault nor in a log, a cache or the record"
    assert vault(city), "and the vault is looked into"


def vault(city: City) -> list[str]:
    return [path.name for path in city.installation.root.rglob("*.sound")]


def lying_in_the_clear(city: City, sound: bytes) -> list[str]:
    """A piece of it is enough: from behind the head, which every sound shares."""
    piece = sound[5000:5064]
    files = (path for path in city.installation.root.rglob("*") if path.is_file())
    return [path.name for path in files if piece in path.read_bytes()]


@on_sqlite
def test_spoken_anew_only_the_second_one_is_left(city: City) -> None:
    resident = at_the_tone(city).speak("Tämä meni pieleen, aloitan alusta.", then="#")
    resident.hears(KEEP).press("3").hears("Viestisi on poistettu").hears(TONE)
    resident.speak("Avain juuttui oveen, soittakaa aamulla kiitos.", then="#").hears(KEEP).press("1").hears(KEPT)
    resident.call_ends()
    city.eventually(STORED)
    city.eventually_count(2, "SELECT 1 FROM recording WHERE removed_machine IS NOT NULL")
    made = city.sql("SELECT id, recording_sid, state, seconds FROM recording ORDER BY made_at")
    assert [one["state"] for one in made] == ["dropped", "kept"]
    assert made[0]["seconds"] < made[1]["seconds"], "the second one is the longer"
    assert len(city.sql("SELECT 1 FROM callback_request")) == 1
    assert [city.lab.sound(one["recording_sid"]) for one in made] == [None, None]
    first, second = (f"{one['id']}.sound" for one in made)
    assert until(lambda: first not in vault(city), 10, lambda: "what she took back lies in the vault")
    assert second in vault(city)


@on_sqlite
def test_too_short_and_silent_leave_nothing_but_the_offer(city: City) -> None:
    resident = at_the_tone(city).speak("Hm", then="#")
    resident.hears("liian lyhyt tai hiljainen").hears(TONE)
    resident.hears("Viestiä ei tallentunut", within=90).hears("paina yksi")
    resident.hangs_up()
    resident.call_ends()
    city.eventually("SELECT 1 FROM call WHERE ended_at IS NOT NULL")
    assert city.sql("SELECT 1 FROM recording WHERE state IN ('draft', 'kept')") == []
    assert city.sql("SELECT 1 FROM callback_request") == []


@on_sqlite
def test_hanging_up_after_speaking_leaves_the_message(city: City) -> None:
    at_the_tone(city).speak("Avain juuttui oveen, soittakaa aamulla kiitos.", then="hangup").call_ends()
    left = city.eventually(STORED)
    assert left["request_id"] == city.one("SELECT id FROM callback_request")["id"]
    city.eventually(DELETED, state="kept")


@on_sqlite
def test_a_withheld_number_leaves_a_message_that_an_agent_settles(city: City) -> None:
    resident = at_the_tone(city, "anonymous").hears("miten voimme vastata")
    resident.speak("Olen Maija, sähköpostini on maija piste fi.", then="#").hears(KEEP).press("1")
    resident.hears(KEPT).hears("Emme voi luvata").call_ends()
    left: Mapping[str, Any] = city.eventually(STORED)
    assert (left["request_id"], left["number_id"]) == (None, None)
    aino = city.agent("aino")
    assert until(lambda: aino.listens(left["id"]), 10, lambda: "nothing to hear")
    aino.settles_message(left["id"], "answered by e-mail")
    assert city.one("SELECT state, note FROM recording") == {"state": "heard", "note": "answered by e-mail"}


def test_the_provider_may_be_slow_and_tell_twice(city: City) -> None:
    city.lab.fault("rest", "status_before", "GET /2010-04-01", status=503, times=2)
    city.lab.fault("webhook", "double", "/voice/recording", times=1)
    at_the_tone(city).speak("Avain juuttui oveen, soittakaa aamulla kiitos.", then="hangup").call_ends()
    city.eventually(STORED)
    city.eventually(DELETED, state="kept")
    assert len(city.sql("SELECT 1 FROM recording")) == len(city.sql("SELECT 1 FROM callback_request")) == 1
