"""The keys of a talk over HTTP: hers alone, refused in codes, and a directory of whom she can ask."""

import pytest

from adapters.schema import listening, offer, outbox, transfer, waiting_caller
from console.words import page_words
from desks.talk.listen import REFUSALS as LISTENING
from desks.talk.transfer_goals import REFUSALS as GOALS
from tests.web.console_rig import Browser, City

AGENT_LEG = "CA" + "a" * 32


@pytest.fixture
def city(empty: City) -> City:
    empty.present(empty.agent("aino"))
    empty.present(empty.agent("bertil", ("streets",), ("fi",)))
    empty.present(empty.agent("cecilia", ("streets",), ("sv",)))
    empty.agent("sirpa", ("housing",), role="supervisor")
    empty.caller(state="talking", offer_token="tok1")
    empty.offer("a_aino", "connected", caller_id="c1", agent_call_sid=AGENT_LEG, connected_at=empty.clock.now())
    return empty


def test_hold_and_off_hold(city: City, aino: Browser) -> None:
    assert aino.post("/offers/tok1/hold", on="yes").get_json() == {"ok": True}
    assert city.one(offer.c.on_hold, where=offer.c.token == "tok1")[0]
    assert aino.desk()["offer"]["on_hold"] is True
    again = aino.post("/offers/tok1/hold", on="yes")
    assert (again.status_code, again.get_json()) == (409, {"error": "moved_on"})
    assert aino.post("/offers/tok1/hold", on=False).status_code == 200
    assert aino.desk()["offer"]["on_hold"] is False


def test_a_transfer_shows_on_her_card_and_can_be_taken_back(city: City, aino: Browser) -> None:
    asked = {"kind": "warm", "goal_kind": "agent", "goal": "a_bertil", "note": " wants a permit "}
    assert aino.post("/offers/tok1/transfer", **asked).status_code == 200
    shown = aino.desk()["offer"]["transfer"]
    assert (shown["kind"], shown["state"], shown["note"]) == ("warm", "asked", "wants a permit")
    bertil = city.signed_in("bertil").desk()["offer"]
    assert (bertil["state"], bertil["handed_over"]["by"]) == ("offered", "Aino Virtanen")
    assert bertil["handed_over"]["note"] == "wants a permit"
    for wrong in ("join",):
        assert aino.post(f"/offers/tok1/transfer/{wrong}").status_code == 409
    assert aino.post("/offers/tok1/transfer/take-back").status_code == 200
    assert aino.post("/offers/tok1/transfer/complete").status_code == 409
    assert city.one(transfer.c.state, where=transfer.c.token == "tok1")[0] == "back"


def asks_bertil(city: City, aino: Browser) -> Browser:
    city.change(waiting_caller, waiting_caller.c.id == "c1", number_id=city.number())
    asked = {"kind": "warm", "goal_kind": "agent", "goal": "a_bertil", "note": "wants a permit"}
    assert aino.post("/offers/tok1/transfer", **asked).status_code == 200
    return city.signed_in("bertil")


def consulting(city: City) -> None:
    """He has answered: they talk, the caller waits."""
    now = city.clock.now()
    city.change(offer, offer.c.agent_id == "a_bertil", state="connected", accepted_at=now, connected_at=now)
    city.change(transfer, transfer.c.token == "tok1", state="consulting")


def test_who_is_asked_sees_by_whom_and_about_whom_before_he_answers(city: City, aino: Browser) -> None:
    page = asks_bertil(city, aino).page("/part")
    words = page_words("fi")
    assert words("card.consulted.asked") in page
    assert words("consulted.asked", name="Aino Virtanen") in page
    for told in ("wants a permit", "+358 40 1234567", "data-answer", "data-decline"):
        assert told in page, told
    assert words("why.handed") not in page, "the caller is not his yet"
    spoken = words("announce.consulted", name="Aino Virtanen", topic="Asuminen", language="suomea")
    assert spoken.partition(". ")[0] in page


@pytest.mark.parametrize("state", ["consulting", "joined"])
def test_while_they_consult_no_key_of_his_decides_about_a_caller_who_is_not_his(
    city: City, aino: Browser, state: str
) -> None:
    bertil = asks_bertil(city, aino)
    consulting(city)
    city.change(transfer, transfer.c.token == "tok1", state=state)
    page = bertil.page("/part")
    assert page_words("fi")(f"consulted.{state}", name="Aino Virtanen") in page
    assert "wants a permit" in page
    decisive = ("data-outcome", 'tool" data-hold', 'data-open="transfer"', "data-promise", "data-abusive", "data-pick")
    for key in decisive:
        assert key not in page, key
    assert "data-hang-up" in page
    assert 'data-open="emergency"' in page


def test_when_the_colleague_leaves_the_caller_and_every_key_are_his(city: City, aino: Browser) -> None:
    bertil = asks_bertil(city, aino)
    consulting(city)
    assert aino.post("/offers/tok1/transfer/complete").status_code == 200
    assert bertil.desk()["offer"]["consulted"] is None
    page = bertil.page("/part")
    assert page_words("fi")("talk.handed_over", name="Aino Virtanen") in page
    assert "data-outcome" in page


def test_a_colleague_who_has_hung_up_asks_nothing_any_more(city: City, aino: Browser) -> None:
    bertil = asks_bertil(city, aino)
    assert bertil.desk()["offer"]["consulted"]["by"] == "Aino Virtanen"
    assert aino.post("/offers/tok1/transfer/complete").status_code == 200
    assert bertil.desk()["offer"]["consulted"] is None
    assert page_words("fi")("why.handed") in bertil.page("/part")


@pytest.mark.parametrize(
    ("goal_kind", "goal", "code"),
    [("desk", "nowhere", "unknown_goal"), ("desk", "culture", "unstaffed"), ("agent", "a_cecilia", "language")],
)
def test_a_refusal_is_a_code_and_changes_nothing(
    city: City, aino: Browser, goal_kind: str, goal: str, code: str
) -> None:
    answer = aino.post("/offers/tok1/transfer", kind="blind", goal_kind=goal_kind, goal=goal)
    assert (answer.status_code, answer.get_json()["error"]) == (422, code)
    assert answer.get_json()["words"] in page_words("fi").words.values()
    assert city.one(transfer.c.id, where=transfer.c.token == "tok1") is None


def test_every_refusal_has_words() -> None:
    assert {f"refusal.{code}" for code in (*GOALS, *LISTENING)} <= set(page_words("fi").words)


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"kind": "tepid", "goal_kind": "desk", "goal": "streets"},
        {"kind": "warm", "goal_kind": "moon", "goal": "streets"},
        {"kind": "warm", "goal_kind": "desk", "goal": ["streets"]},
    ],
)
def test_what_no_button_sends_is_refused(aino: Browser, fields: dict[str, object]) -> None:
    assert aino.post("/offers/tok1/transfer", **fields).status_code == 400
    assert aino.post("/offers/tok1/hold", on="perhaps").status_code == 400


@pytest.mark.parametrize(
    "path", ["hold", "transfer", "transfer/complete", "transfer/take-back", "transfer/join", "abusive"]
)
def test_another_agents_talk_is_as_unknown_as_none(city: City, path: str) -> None:
    body = {"on": "yes", "kind": "blind", "goal_kind": "desk", "goal": "streets"}
    assert city.signed_in("bertil").post(f"/offers/tok1/{path}", **body).status_code == 404
    assert city.one(outbox.c.id, where=outbox.c.ref == "tok1") is None


def test_an_abusive_call_is_one_key(city: City, aino: Browser) -> None:
    assert aino.post("/offers/tok1/abusive").status_code == 200
    assert city.one(offer.c.outcome, where=offer.c.token == "tok1")[0] == "abusive"
    assert city.one(outbox.c.kind, where=outbox.c.ref == "tok1")[0] == "end_abusive"


def test_only_a_supervisor_listens_and_the_agent_sees_her(city: City, aino: Browser) -> None:
    assert aino.post("/talks/tok1/listen", mode="listen").status_code == 403
    sirpa = city.signed_in("sirpa")
    assert sirpa.post("/talks/tok1/listen", mode="shout").status_code == 400
    assert sirpa.post("/talks/tok1/listen", mode="coach").status_code == 200
    card = aino.desk()["offer"]
    assert (card["listened_by"], card["coached"]) == ("Sirpa Virtanen", True)
    assert ("desk", "a_aino") in city.hints.published
    assert sirpa.post("/talks/tok1/stop-listening").status_code == 200
    assert city.one(listening.c.ended_at, where=listening.c.token == "tok1")[0] is not None
    assert aino.desk()["offer"]["listened_by"] is None


def test_the_directory_shows_who_can_be_asked_in_the_residents_language(city: City, aino: Browser) -> None:
    shown = aino.get("/directory.json").get_json()
    assert shown["language"] == "fi"
    streets = next(desk for desk in shown["desks"] if desk["id"] == "streets")
    assert (streets["open"], streets["paused"], streets["staffed"], streets["free"]) == (True, False, True, 1)
    assert [(one["name"], one["fits"]) for one in shown["colleagues"]] == [
        ("Bertil Virtanen", True),
        ("Cecilia Virtanen", False),
    ]
    partners = {one["id"]: one["fits"] for one in shown["partners"]}
    assert partners == {"county": True, "county-social": True, "parish": True, "waste": True}
    assert "+358" not in str(shown), "numbers stay in the rules"
