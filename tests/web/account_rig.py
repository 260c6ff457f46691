"""What the tests of accounts share: a form posted, a one-time password read, the deeds noted."""

import re
from typing import Any

from werkzeug.test import TestResponse

from adapters.schema import agent, audit_event
from tests.web.console_rig import PASSWORD, Browser, City

ONCE = re.compile(r"<code>([a-z2-9-]{19})</code>")
GOOD = "lumme nousee rannasta"
SANNA = {
    "sign_in": "Sanna",
    "name": "Sanna Savolainen",
    "role": "agent",
    "departments": ["housing", "streets"],
    "languages": ["fi", "en"],
    "telephone": "",
    "reserve_telephone": "040 765 4321",
}


def here(city: City, name: str, password: str = PASSWORD) -> Browser:
    browser = city.browser()
    assert browser.signs_in(name, password).status_code == 303
    return browser


def form(browser: Browser, path: str, **fields: Any) -> TestResponse:
    return browser.client.post(f"/console{path}", data=fields | {"csrf_token": browser.word})


def deeds(city: City) -> list[tuple[str, str]]:
    with city.services.database.read() as connection:
        rows = connection.execute(audit_event.select().order_by(audit_event.c.id))
        return [(row.who, row.deed) for row in rows if row.deed != "signed_in"]


def row_of(city: City, agent_id: str) -> Any:
    return city.one(agent, where=agent.c.id == agent_id)


def once(answer: TestResponse) -> str:
    found = ONCE.search(answer.text)
    assert found, answer.text
    return found[1]
