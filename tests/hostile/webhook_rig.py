"""Every webhook with a signed request that would be right, and each of its fields aimed at with what is hostile."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from urllib.parse import urlencode

from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from desks.store import REQUEST
from emulator.twiml_parse import parse
from emulator.twiml_tables import Context
from ivr.dialogue.steps import STEPS
from ivr.step_url import SHAPE, Step, url_of
from tests.hostile.asked import Fields, Place, noting
from tests.hostile.corpus import OUR_OWN
from tests.hostile.keeps_words import KEEPS_WORDS
from tests.hostile.kept_record import Kept
from tests.support.services import ACCOUNT, BASE, CITY, Town, empty_record
from tests.support.telephone import sign
from wsgi import create_app

PROVIDERS = ("/voice/", "/sms/")
HERS, LEG = "CA" + "1" * 32, "CA" + "a" * 32
RIGHT = {"CallSid": HERS, "AccountSid": ACCOUNT, "From": "+358401234567", "To": CITY, "Digits": "1"}
AND_NOT_DIGITS = {  # what a telephone's key, a queue, a dialled leg and a recording say: one of them stands in a form
    "QueueResult": "leave", "DialCallStatus": "completed", "RecordingSid": "RE" + "b" * 32,
    "RecordingUrl": "https://api.twilio.com/x", "RecordingStatus": "completed", "RecordingDuration": "9",
}  # fmt: skip
COMPLAINT = {"resource_sid": HERS, "error_code": "11200", "webhook": {"request": {"url": f"{BASE}/voice/incoming"}}}
OF_THE_DEBUGGER = {"Sid": "NO" + "d" * 32, "Level": "ERROR", "Payload": json.dumps(COMPLAINT)}
BESIDE = {
    **OF_THE_DEBUGGER,
    "CallStatus": "in-progress",
    "SequenceNumber": "1",
    "Direction": "inbound",
    "MessageSid": "SM" + "c" * 32,
}
# What the provider sends, and nobody looks at.
NEVER_READ = ("SpeechResult", "Body", "FromCity", "Caller", "ForwardedFrom")
NOTHING_IS_AN_ANSWER = ("/voice/resident/recording", "/sms/incoming")  # she goes on to the talk; no text back
DIALLED = re.compile(r"<(?:Number|Sip|Client)[^>]*>([^<]*)<|<Dial[^>]*>([^<]+)<")


@dataclass(frozen=True)
class Shot:
    """One field of one webhook, with everything else right."""

    path: str
    place: Place
    name: str
    form: Mapping[str, str]
    query: Mapping[str, str]


@dataclass
class Line:
    town: Town
    app: Flask
    client: FlaskClient
    record: Kept
    token: str
    known: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def at(cls, directory: Path) -> "Line":
        """A callback in aino's talk, a caller in the line, a request that is due."""
        town = Town.over(empty_record("sqlite", directory), SMS_SENDER=CITY)
        town.agent("aino", telephone="+358405550001")
        town.request()
        token = town.offered("aino")
        town.accept(token, LEG)
        line, request = town.caller(), town.request()
        app = create_app(town.services)
        known = {"l": line, "r": request, "k": token}
        return cls(town, app, app.test_client(), Kept.of(town.services.settings.database_url), token, known)

    # --- what there is to aim at ---------------------------------------------------------------------------------

    @cached_property
    def paths(self) -> tuple[str, ...]:
        rules = sorted(r.rule for r in self.app.url_map.iter_rules() if "POST" in (r.methods or ()))
        provider = [rule for rule in rules if rule.startswith(PROVIDERS) and "<" not in rule]
        return (*provider, *(f"/voice/step/{name}" for name in sorted(STEPS)))

    @cached_property
    def fields(self) -> Fields:
        with noting(self.app) as found:
            for path in self.paths:
                for form in (RIGHT, *({**RIGHT, name: value} for name, value in AND_NOT_DIGITS.items())):
                    self.ask(path, {**BESIDE, **form}, self.query(path))
                    self.put_back()
        return found

    def query(self, path: str) -> dict[str, str]:
        if path.startswith("/voice/step/"):
            step = Step(path.rpartition("/")[2], "fi", "housing", 1, 1, 1_795_507_200_000, "n1", "asap")
            pairs = url_of("", step).partition("?")[2].partition("#")[0].split("&")
            return dict(pair.split("=", 1) for pair in pairs) | {name: self.known[name] for name in "lr"}
        return {"k": self.token, "lang": "fi", "w": "resident"}

    @cached_property
    def aims(self) -> tuple[Shot, ...]:
        return tuple(self._aims())

    def _aims(self) -> Iterator[Shot]:
        endpoints = self.app.url_map.bind("")
        for path in self.paths:
            asked = self.fields[str(endpoints.match(path, method="POST")[0])]
            read: set[tuple[Place, str]] = {("form", name) for name in NEVER_READ}
            read |= asked | {("query", name) for name in self.query(path)}
            for place, name in sorted(read - {("form", "AccountSid")}):
                form = {**BESIDE, **RIGHT}
                if name in AND_NOT_DIGITS or name == "RecordingDuration":
                    form |= {n: v for n, v in AND_NOT_DIGITS.items() if n.startswith(name[:4])}
                yield Shot(path, place, name, form, self.query(path))

    # --- asking --------------------------------------------------------------------------------------------------

    def ask(self, path: str, form: Mapping[str, str], query: Mapping[str, str]) -> TestResponse:
        """Signed, whatever it holds."""
        target = f"{path}?{urlencode(query)}" if query else path
        clean = {name: value.encode("utf-8", "replace").decode() for name, value in form.items()}
        return self.client.post(target, data=clean, headers={"X-Twilio-Signature": sign(target, clean)})

    def put_back(self) -> None:
        if self.record.changed():
            self.record.put_back()

    def problems(self, shot: Shot, value: str) -> list[str]:
        """What this input did that it should not have; the record is as before afterwards."""
        if shot.place == "query":
            shot = replace(shot, query={**shot.query, shot.name: value})
        else:
            shot = replace(shot, form={**shot.form, shot.name: value})
        answer = self.ask(shot.path, shot.form, shot.query)
        told = f"{shot.path} {shot.place} {shot.name}={value[:60]!r} -> {answer.status_code}"
        found = [told] if answer.status_code >= 500 or 300 <= answer.status_code < 400 else []
        if answer.status_code == 200 and answer.mimetype == "text/xml":
            found += [f"{told}: {problem}" for problem in self._unplayable(shot.path, answer.get_data(as_text=True))]
        if self.record.changed():
            if answer.status_code >= 400 and not self.record.as_before():
                found.append(f"{told}: refused, and the record is another")
            told_apart = len(value) > 5 and not SHAPE.fullmatch(value) and value != OUR_OWN  # ids, and our own answers
            odd = self.record.held_in(value) - KEEPS_WORDS if told_apart else set()
            found += [f"{told}: kept in {column}" for column in sorted(odd)]
            self.put_back()
        return found

    def _unplayable(self, path: str, document: str) -> Iterator[str]:
        context = Context.QUEUE_WAIT if path == "/voice/step/wait" else Context.CALL
        verbs, problems = parse(document, context)
        if not verbs and path not in NOTHING_IS_AN_ANSWER:
            yield "silence"
        yield from map(str, problems)
        dialled = {(one or other).strip() for one, other in DIALLED.findall(document)} - {""}
        yield from (f"dials {number}" for number in dialled - self._may_be_dialled)
        leads = re.findall(r'(?:action|url|href)="(https?:[^"]*)"', document)
        yield from (f"leads to {url}" for url in leads if not url.startswith(f"{BASE}/"))

    @cached_property
    def _may_be_dialled(self) -> frozenset[str]:
        rules = repr(self.town.services.rules.current())
        residents = {f"+35840{1_000_000 + n}" for n in range(self.town.calls + 1)} | {"+358401234567", "+358405550001"}
        assert self.town.every(REQUEST)
        return frozenset(re.findall(r"\+\d{6,15}", rules)) | residents | {"aino"}
