"""A signed telephone: posts what the provider would post, and reads each answer as strictly as the provider would."""

import html
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from flask.testing import FlaskClient
from twilio.request_validator import RequestValidator
from werkzeug.test import TestResponse

from emulator.twiml_parse import parse
from emulator.twiml_tables import Context
from tests.support.services import ACCOUNT, BASE, CITY, TOKEN, Town
from wsgi import create_app

FORM = "application/x-www-form-urlencoded"
NEXT = re.compile(r'<(Gather|Enqueue|Dial)[^>]* action="([^"]+)"')
WAIT = re.compile(r'waitUrl="([^"]+)"')


def sign(target: str, form: Mapping[str, Any], token: str = TOKEN) -> str:
    return str(RequestValidator(token).compute_signature(BASE + target, form))


@dataclass
class Telephone:
    """One call. ``heard`` is every document it was answered with."""

    client: FlaskClient
    number: str = "+358401234567"
    sid: str = "CA" + "1" * 32
    heard: list[str] = field(default_factory=list, repr=False)

    @classmethod
    def at(cls, town: Town, number: str = "+358401234567", sid: str = "CA" + "1" * 32) -> "Telephone":
        return cls(create_app(town.services).test_client(), number, sid)

    def send(self, target: str, **form: Any) -> TestResponse:
        """Signed, whatever it holds."""
        fields = {"CallSid": self.sid, "AccountSid": ACCOUNT, "From": self.number, "To": CITY, **form}
        target = html.unescape(target).removeprefix(BASE).partition("#")[0]
        return self.client.post(target, data=fields, headers={"X-Twilio-Signature": sign(target, fields)})

    def post(self, target: str, **form: Any) -> str:
        """Must be answered with a document that the provider can play."""
        answer = self.send(target, **form)
        assert answer.status_code == 200, f"{target} {form}: {answer.status_code}"
        return self._played(answer, urlsplit(target).path)

    def rings(self) -> str:
        return self.post("/voice/incoming")

    def presses(self, keys: str) -> str:
        return self.post(self.next_url(), Digits=keys)

    def waits(self) -> str:
        return self.post(self.next_url())

    def next_url(self) -> str:
        """Where the last document leads."""
        found = NEXT.findall(self.heard[-1])
        assert found, f"nothing leads on from {self.heard[-1]}"
        return html.unescape(str(found[-1][1]))

    def wait_url(self) -> str:
        found = WAIT.findall(self.heard[-1])
        assert found, f"no line in {self.heard[-1]}"
        return html.unescape(str(found[-1]))

    def _played(self, answer: TestResponse, path: str) -> str:
        assert answer.mimetype == "text/xml"
        document = answer.get_data(as_text=True)
        context = Context.QUEUE_WAIT if path == "/voice/step/wait" else Context.CALL
        verbs, problems = parse(document, context)
        assert problems == [], f"{path}: {problems}"
        assert verbs, f"{path}: silence"
        self.heard.append(document)
        return document
