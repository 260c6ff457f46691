"""A caller who leaves a voice message, webhook by webhook, and a provider who holds its sound."""

import html
import re
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from werkzeug.test import TestResponse

from adapters.schema import recording
from ivr.step_url import Step, url_of
from tests.support.services import ACCOUNT, BASE, Town
from tests.support.telephone import Telephone

RECORD = re.compile(r'<Record[^>]* action="([^"]+)"')
TOLD = re.compile(r'<Record[^>]* recordingStatusCallback="([^"]+)"')
PLAYED = re.compile(r"<Play>([^<]*/voice/recorded/[^<]+)</Play>")


def recording_sid(number: int) -> str:
    return f"RE{number:032x}"


@dataclass
class Speaker:
    """One call at the tone. Each ``speaks`` is a recording of its own, named by the next number."""

    town: Town
    telephone: Telephone
    recordings: int = 0

    @classmethod
    def at(cls, town: Town, number: str = "+358401234567", sid: str = "CA" + "1" * 32) -> "Speaker":
        return cls(town, Telephone.at(town, number, sid), int(sid[-4:], 16) * 16)

    def is_led_to_the_tone(self, topic: str = "housing", language: str = "fi", choice: str = "") -> str:
        version = self.town.rules.version
        arrived = int(self.town.clock.now().timestamp() * 1000)
        step = Step("message", language, topic, version=version, arrived=arrived, nonce="n0", choice=choice)
        return self.telephone.post(url_of(BASE, step))

    @property
    def sid(self) -> str:
        """Of the recording last made."""
        return recording_sid(self.recordings)

    def speaks(self, seconds: int = 8, keys: str = "#") -> str:
        """Ends with the key, with silence (""), or by hanging up."""
        self.recordings += 1
        return self.telephone.post(self.action(), **self.form(seconds), Digits=keys)

    def action(self) -> str:
        return html.unescape(RECORD.findall(self.telephone.heard[-1])[-1])

    def status_callback(self) -> str:
        told = [TOLD.findall(document) for document in self.telephone.heard]
        return html.unescape([found for found in told if found][-1][-1])

    def form(self, seconds: int) -> dict[str, str]:
        return {
            "RecordingSid": self.sid,
            "RecordingUrl": f"http://169.254.169.254/latest/{self.sid}",  # never to be fetched
            "RecordingDuration": str(seconds),
        }

    def provider_tells(self, seconds: int = 8, **changes: Any) -> TestResponse:
        """The recording status callback: after the call or before, once or twice."""
        form = {**self.form(seconds), "RecordingStatus": "completed", "RecordingSource": "RecordVerb", **changes}
        return self.telephone.send(self.status_callback(), **form)

    def hangs_up(self) -> None:
        told = self.telephone.send("/voice/status", CallStatus="completed", SequenceNumber="3", CallDuration="30")
        assert told.status_code == 204

    def stays_silent(self) -> str:
        """The provider asks for no action: it goes on behind the Record."""
        return self.telephone.post(self.action())

    def hears_herself(self) -> TestResponse:
        played = html.unescape(PLAYED.findall(self.telephone.heard[-1])[-1])
        return self.telephone.client.get(urlsplit(played).path)


def media_path(sid: str) -> str:
    return f"/2010-04-01/Accounts/{ACCOUNT}/Recordings/{sid}.wav"


def the_message(town: Town) -> dict[str, object]:
    return dict(town.one(recording))


def carried_out(town: Town) -> None:
    """Until nothing is due: one order may lead to the next."""
    for _ in range(5):
        if not town.carry_out():
            return
