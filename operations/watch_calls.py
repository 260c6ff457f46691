"""A sample of calls through the real webhooks, in a record of their own: do route and words agree with the rules?

Everything is the service's own code; only the record is a file that is thrown away, the clock is set, and no provider
and no queue is there. Nothing of the city's record is read or written.
"""

import base64
import hashlib
import hmac
import html
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import urlsplit

from flask.testing import FlaskClient

from adapters.outbox import Outbox
from adapters.settings import Settings
from bootstrap import Services, build_services
from ivr.dialogue.asking import LANGUAGE_KEYS
from ivr.heard import Heard, heard, reachable, rings
from ivr.speech.announcements import Announcements
from operations import watch_store as store
from routing_rules.decide import all_closed, decide
from routing_rules.model import LANGUAGES, Language, Ruleset, Topic
from routing_rules.planned import planned
from routing_rules.routes import Circumstances, StaffedDesk
from routing_rules.service import RulesHolder
from routing_rules.trying.examples import outcome
from routing_rules.trying.trial import Trial
from routing_rules.watching.model import Seen
from wsgi import create_app

MOMENTS = 8  # of those looked at, spread evenly
CALLER = "+358401234567"  # any number that the city would ring; nobody is rung
NOWHERE, NO_STORE = "http://127.0.0.1:9", "redis://127.0.0.1:9/0"
NEXT = re.compile(r'<(?:Gather|Enqueue|Dial)[^>]* action="([^"]+)"')
SAID = re.compile(r"<Say[^>]*>(.*?)</Say>", re.DOTALL)


class Unanswered(Exception):
    """A webhook was not answered as the provider needs it: a caller would hear an apology, or nothing."""


@dataclass
class SetClock:
    """Stands where the sample puts it; the machine's goes on a second a call."""

    business: datetime
    seconds: float = 1_000_000.0

    def now(self) -> datetime:
        return self.business

    def machine(self) -> float:
        return self.seconds


@dataclass(frozen=True)
class Sample:
    tried: int
    seen: tuple[Seen, ...]


def try_calls(settings: Settings, announcements: Announcements, rules: Ruleset, ahead: tuple[datetime, ...]) -> Sample:
    """Each topic that can be chosen by key, at some of the moments, the languages in turn."""
    if not ahead:
        return Sample(0, ())
    some = ahead[:: max(1, len(ahead) // MOMENTS)][:MOMENTS]
    with house(settings, announcements, rules, some[0]) as one:
        return one.try_at(some, tuple(topic.id for topic in reachable(rules)))


@contextmanager
def house(settings: Settings, announcements: Announcements, rules: Ruleset, at: datetime) -> Iterator["House"]:
    with TemporaryDirectory(prefix="one-number-watch-") as directory:
        own = {"data_dir": Path(directory), "database_url": f"sqlite:///{directory}/watch.db", "redis_url": NO_STORE}
        known = settings.model_copy(
            update={**own, "twilio_api_base_url": NOWHERE, "sms_sender": "", "clock_file": None}
        )
        store.make_tables(known.database_url)
        clock = SetClock(at)
        services = replace(
            build_services(known),
            clock=clock,
            rules=RulesHolder(rules),
            announcements=replace(announcements, sounds=frozenset()),  # what is played cannot be read
            outbox=Outbox(clock, lambda _: False),
            hurry=lambda: None,
        )
        try:
            yield House(services, clock, rules, create_app(services).test_client())
        finally:
            services.database.dispose()


@dataclass
class House:
    services: Services
    clock: SetClock
    rules: Ruleset
    client: FlaskClient
    calls: Iterator[int] = field(default_factory=count)
    staffed: tuple[StaffedDesk, ...] = ()

    def try_at(self, some: tuple[datetime, ...], topics: tuple[str, ...]) -> Sample:
        seen: dict[str, Seen] = {}
        for turn, at in enumerate(some):
            self.set(at)
            for n, topic in enumerate(topics):
                found = self.differs(self.rules.topic(topic), LANGUAGES[(turn + n) % len(LANGUAGES)])
                if found is not None:
                    seen.setdefault(found.key, found)
        return Sample(len(some) * len(topics), tuple(seen.values()))

    def set(self, at: datetime) -> None:
        """The moment has come, and everybody who is planned is on duty."""
        self.clock.business, self.staffed = at, planned(self.rules, at)
        store.put_on_duty(self.services.database, self.staffed, at, self.clock.machine())

    def differs(self, topic: Topic, language: Language) -> Seen | None:
        """What the real webhooks do otherwise than the rules decide and the dialogue says."""
        try:
            return self._differs(topic, language)
        except Unanswered as unanswered:  # the worst that a night can find: it must reach the board like the others
            values = (("answer", str(unanswered)), ("language", language), ("topic", topic.id))
            return Seen("webhook_failed", f"{topic.id}.{language}", self.clock.now(), values)

    def _differs(self, topic: Topic, language: Language) -> Seen | None:
        call = _Call(self.services, self.client, f"CA{next(self.calls):032x}")
        expected = self._expected(topic, language)
        call.posts("/voice/incoming")
        first = call.presses(next(key for key, known in LANGUAGE_KEYS.items() if known == language))
        if all_closed(self.rules, self.clock.now()):  # the closed announcement goes before the topics
            return None if _says(first, expected.first) else self._seen(topic, language, "words")
        then = [call.presses(key) for key in _way(self.rules, topic)][-1]
        if not _says(then, expected.then):
            return self._seen(topic, language, "words")
        known = Circumstances(call.number)
        route = decide(self.rules, topic.id, language, self.clock.now(), self.staffed, known)
        kept = store.decided(self.services.database, call.sid)
        return None if kept == outcome(route) else self._seen(topic, language, "route")

    def _expected(self, topic: Topic, language: Language) -> Heard:
        who = rings(self.services, self.rules, CALLER)
        trial = Trial(self.clock.now(), language, topic.id, self.staffed, CALLER)
        with self.services.database.read() as connection:
            return heard(self.services, connection, self.rules, trial, who)

    def _seen(self, topic: Topic, language: Language, what: str) -> Seen:
        values = (("language", language), ("topic", topic.id), ("what", what))
        return Seen("webhook_differs", f"{topic.id}.{language}", self.clock.now(), values)


def _way(rules: Ruleset, topic: Topic) -> list[str]:
    """The keys from the top menu to the topic."""
    if topic.id == rules.general_topic:
        return ["0"]
    above = rules.topic(topic.parent).key if topic.parent is not None else None
    return [key for key in (above, topic.key) if key is not None]


def _says(document: str, sentences: tuple[str, ...]) -> bool:
    """Every sentence stands in the answer, in this order."""
    told, at = _plain(" ".join(SAID.findall(document))), 0
    for sentence in map(_plain, sentences):
        found = told.find(sentence, at)
        if found < 0:
            return False
        at = found + len(sentence)
    return True


def _plain(text: str) -> str:
    return " ".join(html.unescape(re.sub(r"<[^>]*>", " ", text)).split())


@dataclass
class _Call:
    """One signed telephone call, as the provider makes it."""

    services: Services
    client: FlaskClient
    sid: str
    number: str = CALLER
    heard: str = ""

    def presses(self, key: str) -> str:
        found = NEXT.findall(self.heard)
        return self.posts(html.unescape(found[-1]), Digits=key) if found else self.heard

    def posts(self, target: str, **more: str) -> str:
        """Raises Unanswered."""
        parts = urlsplit(target)
        path = f"{parts.path}?{parts.query}" if parts.query else parts.path
        settings = self.services.settings
        form = {"AccountSid": settings.twilio_account_sid, "CallSid": self.sid, "From": self.number, **more}
        signed = {"X-Twilio-Signature": _signature(settings.twilio_auth_token, self.services.base + path, form)}
        answer = self.client.post(path, data=form, headers=signed)
        if answer.status_code != 200:
            raise Unanswered(f"{answer.status_code} {parts.path}")
        self.heard = answer.get_data(as_text=True)
        return self.heard


def _signature(token: str, url: str, form: dict[str, str]) -> str:
    """https://www.twilio.com/docs/usage/webhooks/webhooks-security"""
    signed = url + "".join(name + form[name] for name in sorted(form))
    return base64.b64encode(hmac.new(token.encode(), signed.encode(), hashlib.sha1).digest()).decode()
