"""Agents at work: signed in over HTTP, on duty, with pages that ask as the real ones do.

Each has the page's own traffic: a sign of life every five seconds, an open stream of hints, a fresh part after a hint.
"""

import asyncio
import itertools
import json
import re
from contextlib import suppress
from dataclasses import dataclass, field
from urllib.parse import parse_qs, urlencode, urlsplit

from tests.load.leg import Leg, Over, SentOn
from tests.load.network import Network
from tests.load.residents import Town, listener
from tests.load.walk import Walk
from tests.load.wire import Answered, Timed, Wire
from tests.rig.agent import CSRF_FIELD
from tests.rig.people import PASSWORD

BEAT_SECONDS, LOOK_SECONDS, BESIDES_SECONDS = 5.0, 0.7, 12.0  # as in console/static: machine time
ANSWERS_AFTER, NOTES_AFTER = 2.0, 15.0  # business seconds
NOTE_TRIES = 20
LOOKS_AT_HERSELF = 3  # each so many-th sign of life
_COOKIE = re.compile(rb"[Ss]et-[Cc]ookie: ([^=]+)=([^;\r]*)")


@dataclass(eq=False)
class Agent:
    id: str
    sign_in: str
    wire: Wire
    network: Network
    town: Town
    cookies: dict[str, str] = field(default_factory=dict)
    csrf: str = ""
    hint: asyncio.Event = field(default_factory=asyncio.Event)
    talks: int = 0
    taken_for_lost: int = 0
    present: bool = False
    on_the_telephone: bool = False
    trouble: list[str] = field(default_factory=list)

    # --- her page ------------------------------------------------------------------------------------------------

    async def signs_in(self) -> None:
        """Raises RuntimeError: without agents nothing is measured."""
        found = CSRF_FIELD.search((await self._ask("GET", "/console/sign-in")).text)
        if found is None:
            raise RuntimeError("the sign-in page has no csrf_token")
        form = {"sign_in": self.sign_in, "password": PASSWORD, "csrf_token": found[1] or found[2]}
        answered = await self._ask("POST", "/console/sign-in", urlencode(form), "application/x-www-form-urlencoded")
        if answered.status not in (302, 303):
            raise RuntimeError(f"{self.sign_in} could not sign in: {answered.status}")
        self.csrf = str(json.loads((await self._ask("GET", "/console/desk.json")).body)["csrf"])

    async def is_available(self) -> None:
        await self.posts("/console/presence", state="available")
        self.present = True
        for work in (self._beats(), self._looks(), self._listens()):
            self.network.begin(work)

    async def leaves(self) -> None:
        self.present = False
        await self.posts("/console/presence", state="offline")

    async def posts(self, path: str, **body: str) -> Answered:
        return await self._ask("POST", path, json.dumps(body), "application/json")

    async def _ask(self, method: str, path: str, body: str = "", kind: str = "") -> Answered:
        cookies = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        sent = body.encode()
        head = (
            f"{method} {path} HTTP/1.1\r\nHost: 127.0.0.1:{self.wire.port}\r\nAccept: application/json, text/html\r\n"
            f"Cookie: {cookies}\r\nX-CSRF-Token: {self.csrf}\r\nOrigin: {self.network.base}\r\n"
            + (f"Content-Type: {kind}\r\n" if kind else "")
            + f"Content-Length: {len(sent)}\r\n\r\n"
        )
        answered = await self.wire.ask(head.encode() + sent)
        self.cookies |= {n.decode(): v.decode() for n, v in _COOKIE.findall(answered.head)}
        return answered

    async def _beats(self) -> None:
        """Whoever was taken for lost, because her signs of life found a service that was too busy, comes back."""
        for beat in itertools.count():
            if not self.present:
                return
            await self.posts("/console/heartbeat")
            if beat % LOOKS_AT_HERSELF == 0:
                desk = await self._ask("GET", "/console/desk.json")
                if desk.status == 200 and json.loads(desk.body)["presence"] in ("offline", "away"):
                    self.taken_for_lost += 1
                    await self.posts("/console/presence", state="available")
            await asyncio.sleep(BEAT_SECONDS)

    async def _looks(self) -> None:
        """After a hint, those that come close together being one; and besides."""
        while self.present:
            with suppress(TimeoutError):
                async with asyncio.timeout(BESIDES_SECONDS):
                    await self.hint.wait()
            await asyncio.sleep(LOOK_SECONDS)
            self.hint.clear()
            begun = asyncio.get_running_loop().time()
            answered = await self._ask("GET", "/console/part")
            done = asyncio.get_running_loop().time()
            self.wire.timed.append(Timed("page", begun, begun, done, answered.status))

    async def _listens(self) -> None:
        """The stream of hints; a broken one is opened anew."""
        while self.present:
            ticket = await self._ask("GET", "/console/events-ticket")
            if ticket.status != 200:
                await asyncio.sleep(BEAT_SECONDS)
                continue
            parts = urlsplit(str(json.loads(ticket.body)["url"]))
            with suppress(OSError, asyncio.IncompleteReadError):
                reader, writer = await asyncio.open_connection("127.0.0.1", parts.port)
                writer.write(f"GET {parts.path}?{parts.query} HTTP/1.1\r\nHost: {parts.netloc}\r\n\r\n".encode())
                while self.present and (line := await reader.readline()):
                    if b'"changed": true' in line or b'"changed":true' in line:
                        self.hint.set()
                writer.close()
            await asyncio.sleep(1.0)

    # --- her telephone -------------------------------------------------------------------------------------------

    async def is_rung(self, leg: Leg, url: str) -> None:
        """Whoever is on the telephone already, or has gone, is not reached."""
        self.network.progress(leg, "initiated")
        if self.on_the_telephone or not self.present:
            self.network.end(leg, "busy" if self.present else "no-answer")
            return
        self.on_the_telephone = True
        try:
            await self._answers(leg, url)
        finally:
            self.on_the_telephone = False
        self.hint.set()
        if any(event["kind"] == "joined" for event in leg.events):
            self.talks += 1
            await self._notes(parse_qs(urlsplit(url).query)["k"][0])

    async def _answers(self, leg: Leg, url: str) -> None:
        try:
            self.network.progress(leg, "ringing")
            await leg.wait(ANSWERS_AFTER)
            self.network.progress(leg, "in-progress")
        except (Over, SentOn):
            self.network.end(leg)
            return
        await Walk(self.network, leg, listener(self.town)).live(url)

    async def _notes(self, token: str) -> None:
        await asyncio.sleep(self.network.pace.machine(NOTES_AFTER))
        for _ in range(NOTE_TRIES):
            answered = await self.posts(f"/console/offers/{token}/outcome", outcome="done", note="")
            if 0 < answered.status < 300:
                return
            await asyncio.sleep(0.25)
            if answered.status == 422:  # the news of the leg's end is still on its way, or she was too late
                continue
        self.trouble.append(f"an outcome could not be noted: {answered.status} {answered.text[:120]}")
