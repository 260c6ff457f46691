"""Supervisors at the pages of the rules: their forms filled in and sent, and what the draft then holds."""

import json
from typing import Any, cast

from werkzeug.test import TestResponse

from adapters.schema import agent, rules_draft
from tests.web import rules_rig
from tests.web.console_rig import Browser, City
from tests.web.filled_forms import filled, ticks

DRAFT = "/rules/drafts/d1"


def city_of_rules(empty: City) -> City:
    """Olli administers; Sirpa's is housing; Seija's, too, and the city's rules. The sample in force, and a draft."""
    empty.agent("olli", (), role="administrator")
    empty.agent("sirpa", ("housing",), role="supervisor")
    empty.agent("seija", ("housing",), role="supervisor")
    empty.change(agent, agent.c.id == "a_seija", owns_rules=True)
    rules_rig.published(empty)
    rules_rig.draft(empty)
    return empty


def at_work(city: City, name: str) -> Browser:
    browser = city.signed_in(name)
    browser.page("/rules")
    return browser


def sends(browser: Browser, path: str, **fields: Any) -> TestResponse:
    return browser.client.post(f"/console{path}", data={"csrf_token": browser.word, **fields})


def document(city: City) -> dict[str, Any]:
    return cast(dict[str, Any], json.loads(row(city).document))


def row(city: City) -> Any:
    columns = (rules_draft.c.document, rules_draft.c.revision, rules_draft.c.state, rules_draft.c.changed_by)
    return city.one(*columns, where=rules_draft.c.id == "d1")


def element(city: City, part: str, element_id: str) -> dict[str, Any]:
    return next(one for one in document(city)[part] if one["id"] == element_id)


def keeps(browser: Browser, part: str, element_id: str, page: str, **fields: Any) -> TestResponse:
    """The form of the page, with some fields written anew."""
    return sends(browser, f"{DRAFT}/parts/{part}/{element_id}", **{**filled(page), **fields})


def changed(city: City, seija: Browser, grace: str = "12") -> None:
    page = seija.page(f"{DRAFT}/parts/departments/housing")
    assert keeps(seija, "departments", "housing", page, grace_minutes=grace).status_code == 303


def publishes(city: City, seija: Browser, **fields: Any) -> TestResponse:
    page = seija.page(f"{DRAFT}/check")
    shown = {"live": filled(page).get("live", ""), "ticked": ticks(page)}
    form = {"revision": str(row(city).revision), "reason": "Kokous päätti", **shown, **fields}
    return sends(seija, f"{DRAFT}/publish", **form)


def hours(city: City, who: str, reason: str = "Talviajat", **fields: Any) -> TestResponse:
    """The small form, the look at what changes, and the publication."""
    browser = at_work(city, who)
    looked = sends(browser, "/rules/hours/housing", **{**filled(browser.page("/rules/hours/housing")), **fields})
    if looked.status_code != 200:
        return looked
    confirmed = filled(looked.text)
    answer = sends(browser, "/rules/hours/housing/publish", **{**confirmed, "reason": reason})
    if answer.status_code == 422 and (found := ticks(answer.text)):
        return sends(browser, "/rules/hours/housing/publish", **{**confirmed, "reason": reason, "ticked": found})
    return answer
