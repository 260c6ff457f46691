"""A matter whose number, words and sound are kept no longer is still a matter: every page that showed it shows it."""

import pytest

from adapters.schema import call, callback_request, phone_number, waiting_caller
from tests.web.console_rig import NOW, NUMBER, City, two_departments

PAGES = (
    "/queue", "/queue/part", "/matters/r1", "/matters/r1/part", "/callers/c1", "/callers/c1/part", "/line",
    "/messages", "/desk", "/", "/audit",
)  # fmt: skip


@pytest.fixture
def city(empty: City) -> City:
    made = two_departments(empty)
    gone = {"number_id": None}
    made.change(waiting_caller, waiting_caller.c.id == "c1", **gone)
    made.change(callback_request, callback_request.c.id == "r1", **gone, asked_by_number_id=None, interpreter=None)
    made.change(call, call.c.call_sid.is_not(None), **gone)
    return made


@pytest.mark.parametrize("state", ["requested", "done", "unreached", "needs_human"])
@pytest.mark.parametrize("who", ["aino", "sirpa", "olli"])
def test_every_page_of_it_stands(city: City, who: str, state: str) -> None:
    closed = NOW if state == "done" else None
    city.change(callback_request, callback_request.c.id == "r1", state=state, closed_at=closed)
    browser = city.signed_in(who)
    seen = [(path, browser.get(path).status_code) for path in PAGES]
    assert not [(path, status) for path, status in seen if status >= 500]
    page = browser.get("/matters/r1")
    assert page.status_code == 200
    assert NUMBER[-7:] not in page.text
    assert "None" not in page.text


def test_its_card_stands_while_it_is_dealt_with(city: City) -> None:
    """A request of a time before numbers could go, offered again by a person's decision."""
    city.change(callback_request, callback_request.c.id == "r1", state="offered", offer_token="tok9")
    city.offer("a_aino", token="tok9", request_id="r1")
    card = city.signed_in("aino").desk()
    assert "None" not in str(card.get("html", ""))


def test_a_search_for_the_number_finds_nothing(city: City) -> None:
    browser = city.signed_in("aino")
    browser.page("/queue")
    answer = browser.client.post("/console/queue/search", data={"asked": NUMBER, "csrf_token": browser.word})
    assert answer.status_code == 200
    assert "/console/matters/r1" not in answer.text
    assert city.one(phone_number.c.id, where=phone_number.c.e164 == NUMBER)
