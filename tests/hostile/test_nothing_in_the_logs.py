"""Calls, messages, deeds and failures with people's numbers, names and codes in every field; then every line that was
logged and everything that rests in the queue's memory is searched for them. Nothing of anybody may be found."""

import io
import logging
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import redis

from adapters.logs import configure_logging
from adapters.schema import callback_request
from console.pages import ROUTES
from operations.processes import Fleet
from operations.specs import store_spec
from queue_workers.enqueue import Enqueuer
from tests.hostile.console_rig import ENDS_HER_SESSION, Console
from tests.hostile.corpus import CARD, HETU
from tests.support.services import CITY, SETTINGS, Town, empty_record
from tests.support.telephone import Telephone
from tests.web.console_rig import ENVIRONMENT, PASSWORD

RINGS, KEYED_IN, WRITTEN, STAFF = "+358401234567", "+358405556667", "+358 44 987 6543", "+358407771234"
NAME, WRONG = "Hilja Salainen-Särkiniemi", "vaara-salasana-77"
EVERYWHERE = (
    "note",
    "reason",
    "why",
    "asked",
    "number",
    "name",
    "detail",
    "person",
    "words_fi",
    "text",
    "goal",
    "where",
)
DRAWS_MUCH = ("rules_week", "rules_text", "rules_text_keep", "rules_compare", "rules_version_file", "rules_draft_file")
SPELLINGS = (
    "+358401234567", "00358401234567", "0401234567", "040 123 4567", "040-1234567", "%2B358401234567",
    "+358(0)401234567",
)  # fmt: skip
ENDS = ("_KEY", "_TOKEN", "_SECRET")
SECRETS = {
    **{f"{name} {held[:3]}": held for name, held in (*SETTINGS.items(), *ENVIRONMENT.items()) if name.endswith(ENDS)},
    "password": PASSWORD, "wrong password": WRONG, "name": "Salainen", "hetu": HETU, "card": CARD.replace(" ", ""),
}  # fmt: skip
NUMBERS = {number.replace(" ", "")[4:] for number in (RINGS, KEYED_IN, WRITTEN, STAFF)}  # as every spelling ends


@pytest.fixture
def lines() -> Iterator[io.StringIO]:
    """Everything that any library says, down to its own debugging."""
    root = logging.getLogger()
    before = (root.handlers[:], root.level)
    stream = io.StringIO()
    configure_logging("web", "DEBUG", stream)
    yield stream
    root.handlers, root.level = before


@pytest.fixture
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    root = tmp_path_factory.mktemp("q")
    fleet = Fleet({}, root, (store_spec(root / "data", root / "v.sock"),))
    fleet.start()
    yield f"unix://{root / 'v.sock'}"
    fleet.stop()


def found_in(text: str) -> set[str]:
    """Whose number, name or secret stands there, however it is spelt."""
    digits = re.sub(r"[\s()\-.+/]|%2B|\\u[0-9a-f]{4}", "", text)
    bare = re.sub(r"(?<=\d)\(?0\)?(?=\d)", "0", digits)
    return {number for number in NUMBERS if number in bare or f"(0){number}" in text} | {
        name for name, secret in SECRETS.items() if secret in text or secret in digits
    }


def remembered(url: str) -> str:
    """Every key of the queue's memory with all that it holds."""
    client = redis.Redis.from_url(url)
    held: list[str] = []
    for key in client.scan_iter():
        kind = str(client.type(key)).strip("b'")
        read = {"string": client.get, "hash": client.hgetall, "set": client.smembers}.get(kind)
        held.append(f"{key!r} {read(key)!r}" if read else repr(key))
        held += [repr(client.lrange(key, 0, -1))] if kind == "list" else []
        held += [repr(client.zrange(key, 0, -1))] if kind == "zset" else []
        held += [repr(client.xrange(key))] if kind == "stream" else []
    return "\n".join(held)


def calls(town: Town) -> None:
    """A promise by her own number, one by a keyed-in one, messages, news, and what does not fit."""
    telephone = Telephone.at(town, number=RINGS)
    telephone.rings()
    for key in ("1", "1", "1", "1", "1"):
        telephone.presses(key)
    telephone.send("/voice/status", CallStatus="completed", CallDuration="60", CallerName=NAME)
    withheld = Telephone.at(town, number="anonymous", sid="CA" + "2" * 32)
    withheld.rings()
    for key in ("1", "1", "1", "1", f"0{KEYED_IN[4:]}", "1"):
        withheld.presses(key)
    assert len(town.every(callback_request)) == 2
    for at, spelling in enumerate(SPELLINGS):
        odd = Telephone.at(town, number=spelling, sid=f"CA{at:032x}")
        odd.send("/sms/incoming", MessageSid=f"SM{at:032x}", Body=f"{NAME} {HETU} {CARD} {WRITTEN}")
        odd.send("/voice/incoming", SpeechResult=f"tunnukseni on {HETU}", Digits=CARD)
        odd.send("/voice/recording", RecordingSid=spelling, RecordingUrl=f"http://x/{spelling}", TranscriptionText=HETU)
        odd.send("/voice/fallback", ErrorCode="11200", ErrorUrl=f"http://x/?n={spelling}")
        odd.client.post(f"/voice/incoming?n={spelling}", data={"From": spelling, spelling: NAME})  # unsigned
        odd.client.get(f"/console/{spelling}")


def orders(town: Town) -> None:
    """What follows: dealt, rung, told by text, refused by the provider."""
    town.agent("aino", telephone=STAFF)
    town.clock.pass_(minutes=30)
    town.deal()
    town.carry_out()
    for row in town.orders():
        Enqueuer(town.services.live).effect(str(row["id"]))


def deeds(console: Console) -> None:
    """Each deed of the console with everything in every field; and a sign-in that fails."""
    words = f"{NAME} {HETU} {CARD} {WRITTEN} {RINGS}"
    for route in ROUTES:
        if route.name in ENDS_HER_SESSION or route.name in DRAWS_MUCH:
            continue
        fields = dict.fromkeys((*console.base_of_table(route), *EVERYWHERE), words)
        first, last = {**fields, **console.base_of_table(route)}, fields  # done as far as may be, and refused at once
        for body in (first, last) if route.method == "POST" else (first,):
            console.ask(route, body, dict.fromkeys(EVERYWHERE, words), as_json=False)
            console.put_back()
    console.city.browser().signs_in(RINGS, WRONG)


def test_nobodys_number_name_or_code_is_logged_or_left_in_the_queues_memory(
    lines: io.StringIO, store: str, tmp_path: Path
) -> None:
    for kind in ("town", "console"):
        (tmp_path / kind).mkdir()
    town = Town.over(empty_record("sqlite", tmp_path / "town"), SMS_SENDER=CITY, redis_url=store)
    console = Console.at(tmp_path / "console")
    calls(town)
    orders(town)
    deeds(console)
    logging.getLogger("rq.worker").info("voice: app.place_call('%s', name='x')", RINGS)
    logging.getLogger("twilio").warning("GET /Calls?To=%s", RINGS)
    try:
        raise ValueError(f"could not ring {RINGS}")
    except ValueError:
        logging.getLogger("web").exception("request failed")
    secret = [console.sessions[name] for name in console.sessions] + [one.word for one in console.browsers.values()]
    town.services.database.dispose()
    console.city.services.database.dispose()
    told, memory = lines.getvalue(), remembered(store)
    assert len(told.splitlines()) > 30
    assert "Attempt to overwrite" not in told
    assert "rq:job" in memory, "the queue was used"
    wrong = [line for line in told.splitlines() if found_in(line) or any(one in line for one in secret)]
    assert wrong == []
    assert found_in(memory) == set()


def test_the_search_finds_what_it_looks_for() -> None:
    for spelling in SPELLINGS:
        assert found_in(f"called {spelling} now"), spelling
    assert found_in(f"{HETU}") == {"hetu"}
    assert found_in(f"key {SETTINGS['SECRET_KEY']}")
    assert found_in("a job CA0123 of 2026-11-24T10:00 with 17 rows") == set()
