"""Who is rung by a department that records its talks: told after who rings, recorded once the words are over."""

import html
import re
from collections.abc import Iterator

import pytest
from sqlalchemy import update

from adapters.schema import callback_request, offer, recording
from emulator.twiml_parse import parse
from emulator.twiml_tables import Context
from tests.integration.test_recording_notice import NO, TOLD
from tests.support.recorded import recorded, recording_rules, runs
from tests.support.services import Town
from tests.support.talks import AGENT_LEG, RESIDENT_LEG
from tests.support.telephone import Telephone


@pytest.fixture
def town(record: str) -> Iterator[Town]:
    one = Town.over(record, rules=recording_rules())
    yield one
    one.services.database.dispose()


def rung(town: Town, language: str = "fi", keyed_in: bool = False) -> tuple[str, str]:
    """The resident's first document, as the agent's accept names it."""
    town.request(language=language)
    if keyed_in:
        town.within(lambda tx: tx.connection.execute(update(callback_request).values(keyed_in=True)))
    town.agent("aino", languages=("fi", "sv", "en"))
    token = town.offered("aino")
    answer = town.accept(token, AGENT_LEG)
    (url,) = re.findall(r' url="([^"]+)"', answer)
    return token, html.unescape(url)


def answers(town: Town, token: str) -> None:
    leg = {"resident_call_sid": RESIDENT_LEG}
    town.within(lambda tx: tx.connection.execute(update(offer).where(offer.c.token == token).values(**leg)))
    town.act(lambda c: c.resident_answered(token))


def hears(town: Town, url: str, **form: str) -> str:
    answer = Telephone.at(town, sid=RESIDENT_LEG).send(url, **form)
    assert answer.status_code == 200
    document = answer.get_data(as_text=True)
    assert parse(document, Context.CALLED_PARTY)[1] == []
    return document


def action_of(document: str) -> str:
    return html.unescape(re.findall(r'<Gather[^>]* action="([^"]+)"', document)[-1])


@pytest.mark.parametrize("language", sorted(TOLD))
def test_who_is_rung_hears_it_and_is_recorded_once_the_words_are_over(town: Town, language: str) -> None:
    token, url = rung(town, language)
    first = hears(town, url)
    assert first.index("Kuopio") < first.index(TOLD[language])
    answers(town, token)
    assert town.every(recording) == [], "she has not heard the words to their end"
    assert "<Say" not in hears(town, action_of(first))
    assert town.offer(token)["recording_told_at"] == town.clock.now()
    assert runs(town)["language"] == language


def test_the_words_may_be_over_before_the_news_that_she_has_answered(town: Town) -> None:
    token, url = rung(town)
    hears(town, action_of(hears(town, url)))
    assert town.every(recording) == []
    answers(town, token)
    assert recorded(town)["state"] == "asked"


@pytest.mark.parametrize("language", sorted(NO))
def test_who_is_rung_declines_by_the_same_key(town: Town, language: str) -> None:
    token, url = rung(town, language)
    action = action_of(hears(town, url))
    answers(town, token)
    for _ in range(2):
        assert NO[language] in hears(town, action, Digits="9")
    assert town.offer(token)["recording_declined"] is True
    town.carry_out()
    assert town.every(recording) == []


def test_other_keys_begin_the_words_anew_and_in_the_end_she_is_not_recorded(town: Town) -> None:
    token, url = rung(town)
    answers(town, token)
    document = hears(town, url)
    for key in "5*":
        document = hears(town, action_of(document), Digits=key)
        assert TOLD["fi"] in document
    assert "<Gather" not in hears(town, action_of(document), Digits="0")
    assert (town.offer(token)["recording_told_at"], town.every(recording)) == (None, [])


def test_first_words_to_a_keyed_in_number_stay_neutral(town: Town) -> None:
    _, url = rung(town, keyed_in=True)
    document = hears(town, url)
    assert "Pyysit meitä" not in document
    assert TOLD["fi"] in document


def test_who_is_rung_by_a_department_that_records_nothing_hears_nothing_of_it(record: str) -> None:
    town = Town.over(record, rules=recording_rules("streets"))
    _, url = rung(town)
    assert "/voice/resident/hello?" in url
    assert "<Gather" not in hears(town, url)
    town.services.database.dispose()


@pytest.mark.parametrize("state", ["wrapup", "ended"])
@pytest.mark.parametrize("keys", ["", "9"])
def test_news_of_a_talk_that_is_over_changes_nothing(town: Town, state: str, keys: str) -> None:
    token, url = rung(town)
    action = action_of(hears(town, url))
    town.within(lambda tx: tx.connection.execute(update(offer).values(state=state)))
    hears(town, action, **({"Digits": keys} if keys else {}))
    assert (town.offer(token)["recording_told_at"], town.offer(token)["recording_declined"]) == (None, False)


def test_a_no_ends_what_has_begun(town: Town) -> None:
    """Two webhooks of one leg, in a wrong order."""
    token, url = rung(town)
    action = action_of(hears(town, url))
    answers(town, token)
    hears(town, action)
    runs(town)
    hears(town, action, Digits="9")
    town.carry_out()
    assert len(town.gateway.ordered("stop")) == 1
    hears(town, action)
    assert len(town.every(recording)) == 1


@pytest.mark.parametrize(
    "query", ["lang=fi", "k=nobody&lang=fi", "k=%00&lang=xx", "lang=en&try=99", "k=a&lang=sv&try=-1"]
)
def test_an_address_that_names_no_talk_is_answered_and_changes_nothing(town: Town, query: str) -> None:
    for path in ("notice", "recording"):
        for form in ({}, {"Digits": "9"}, {"Digits": "5"}):
            hears(town, f"/voice/resident/{path}?{query}", **form)
    assert town.every(recording) == []
