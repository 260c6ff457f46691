"""Whatever a page is sent, nothing that is kept holds a mark of writing direction or a character without width: no name
looks like another one's, no note reads backwards. Passwords alone are taken as they are typed."""

import io
import json
from collections.abc import Iterator

import pytest
from sqlalchemy import update

from adapters.schema import rules_draft
from console.pages import ROUTES
from console.posted import PASSWORDS
from console.rules import document
from routing_rules.marks import without_marks
from tests.hostile.console_rig import Aim, Console
from tests.hostile.corpus import LRI, RLO, UNSEEN, ZWSP
from tests.web.rules_rig import sample_document

WORD = "muistiinpano"
MARKED = f"mui{UNSEEN}sti{RLO}in{ZWSP}pa{LRI}no"
ASSIGNED = f"mui{RLO}sti{ZWSP}in{LRI}pano"  # what a ruleset would not refuse as no character at all
ASK_FOR_PASSWORDS = {"console.sign_in", "console.change_password"}  # ``new_password`` reads as the latter does
WRITTEN_IN_FORMS = {
    *("agent.name", "agent.sign_in", "callback_event.note", "callback_request.interpreter", "desk_pause.reason"),
    *("legal_hold.reason", "notice.words", "recording.note", "rules_draft.name", "rules_draft.document"),
    *("rules_plan.reason", "rules_switch.reason", "sign_in_failure.sign_in"),
}


@pytest.fixture(scope="module")
def console(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Console]:
    made = Console.at(tmp_path_factory.mktemp("marks"))
    yield made
    made.city.services.database.dispose()


@pytest.fixture(autouse=True)
def as_before(console: Console) -> Iterator[None]:
    yield
    console.put_back()


def test_no_field_of_any_page_keeps_a_mark(console: Console) -> None:
    """As a form and as JSON; and each column that a form writes to has been written to."""
    kept: set[str] = set()
    wrong = []
    for aim in console.aims:
        for as_json in (False, True) if not aim.route.name.startswith("rules_") else (False,):
            answer = console.shoot(aim, MARKED, as_json=as_json)
            assert answer.status_code < 500, aim
            if console.record.changed():
                wrong += [(aim.route.name, aim.name, column, as_json) for column in marked(console)]
                kept |= console.record.held_in(WORD)
                console.put_back()
    assert wrong == []
    assert kept >= WRITTEN_IN_FORMS, WRITTEN_IN_FORMS - kept


def marked(console: Console) -> set[str]:
    return {column for mark in (RLO, ZWSP, LRI, UNSEEN[0], UNSEEN[-1]) for column in console.record.held_in(mark)}


def test_passwords_are_taken_as_they_are_typed(console: Console) -> None:
    asks = {page for page, fields in console.fields.items() if fields & {("form", name) for name in PASSWORDS}}
    assert asks == ASK_FOR_PASSWORDS
    aim = next(one for one in console.aims if one.route.name == "change_password")
    hers = f"kallavesi{ZWSP}-2027-toinen"
    changed = Aim(aim.route, aim.place, "new", {**aim.base, "again": hers}, aim.who)
    assert console.shoot(changed, hers, as_json=False).status_code == 303
    olli = console.city.browser()
    name = console.who(aim.route)
    assert olli.signs_in(name, without_marks(hers)).status_code == 401
    assert olli.signs_in(name, hers).status_code == 303


def test_a_sign_in_name_with_marks_is_the_one_without(console: Console) -> None:
    """No second account looks like hers, and what she pastes from a letter lets her in."""
    aim = next(one for one in console.aims if (one.route.name, one.name) == ("make_account", "sign_in"))
    answer = console.shoot(aim, f"ai{ZWSP}n{RLO}o", as_json=False)
    assert (answer.status_code, "on jo toisella" in answer.text) == (422, True)
    assert console.city.browser().signs_in(f"{RLO}aino").status_code == 303


@pytest.mark.parametrize("escaped", [False, True], ids=["as they are", "escaped"])
@pytest.mark.parametrize("whole", [True, False], ids=["a whole ruleset", "not whole yet"])
@pytest.mark.parametrize("way", ["field", "file"])
def test_no_ruleset_keeps_a_mark(console: Console, way: str, whole: bool, escaped: bool) -> None:
    written = json.loads(sample_document())
    written["topics"][0]["name"]["fi"] = ASSIGNED
    written = written if whole else {"topics": written["topics"]}
    text = json.dumps(written, ensure_ascii=escaped)
    sent = {"text": text} if way == "field" else {"file": (io.BytesIO(text.encode()), "rules.json")}
    browser = console.browsers["olli"]
    answer = browser.client.post(
        "/console/rules/drafts/d1/text", data={"revision": "1", **sent}, headers={"X-CSRF-Token": browser.word}
    )
    assert answer.status_code == 303
    assert "rules_draft.document" in console.record.held_in(WORD)
    assert marked(console) == set()


def test_an_element_that_travels_with_a_page_keeps_no_mark(console: Console) -> None:
    theirs = document.element(document.read(sample_document()), "topics", "housing")
    assert theirs is not None
    mine = {**theirs, "name": dict.fromkeys(("fi", "sv", "en"), ASSIGNED)}
    sent = {"revision": "1", "all": "mine", "theirs": json.dumps(theirs), "mine": json.dumps(mine)}
    choose = next(route for route in ROUTES if route.name == "rules_choose")
    answer = console.ask(choose, sent, {}, as_json=False)
    assert answer.status_code == 303
    assert "rules_draft.document" in console.record.held_in(WORD)
    assert marked(console) == set()


def test_a_draft_of_an_earlier_release_can_still_be_changed(console: Console) -> None:
    """What its page gives back has no marks, and is the same as what is kept."""
    old = sample_document().replace("asuminen", f"asu{ZWSP}minen")
    with console.city.services.database.write() as tx:
        tx.connection.execute(update(rules_draft).values(document=old))
    shown = document.element(json.loads(old), "topics", "housing")
    assert shown is not None
    theirs, mine = (json.dumps({**shown, **own}, ensure_ascii=False) for own in ({}, {"key": "9"}))
    assert ZWSP in theirs
    choose = next(route for route in ROUTES if route.name == "rules_choose")
    answer = console.ask(choose, {"revision": "1", "all": "mine", "theirs": theirs, "mine": mine}, {}, as_json=False)
    assert answer.status_code == 303
    assert marked(console) == set()
