"""Plays documents on a leg, verb after verb, and follows where they lead. One coroutine for each call."""

import asyncio
import time
import xml.etree.ElementTree as Tree
from collections.abc import Mapping
from urllib.parse import urljoin

from tests.load import document
from tests.load.leg import LeftQueue, Leg, Over, SentOn, new_sid
from tests.load.network import Network, Room
from tests.load.residents import Resident

Next = tuple[str, Mapping[str, str]]  # where a verb leads: the URL and what it reports
BETWEEN_DOCUMENTS = 1.0  # business seconds at least from one wait document to the next
EXTRA_SECONDS = 5  # the provider adds them to every time-out of ringing
PROCESSING_SECONDS = 2.0


class Walk:
    """``person``: whose telephone it is; an agent's answers by itself and only listens."""

    def __init__(self, network: Network, leg: Leg, person: Resident) -> None:
        self.network, self.leg, self.person = network, leg, person

    # --- a whole life --------------------------------------------------------------------------------------------

    async def live(self, url: str) -> None:
        """From the first document to the end; being sent on begins anew."""
        following: Next | None = (url, {})
        try:
            while following is not None:
                try:
                    await self.follow(following)
                    following = None
                except SentOn:
                    following = (self.leg.taken(), {})
        except Over:
            return
        finally:
            self.network.end(self.leg)

    async def follow(self, step: Next | None) -> None:
        while step is not None:
            verbs, base = await self.fetch(*step)
            step = await self.play(verbs, base)

    async def fetch(self, url: str, fields: Mapping[str, str]) -> tuple[list[Tree.Element], str]:
        """Nothing to be had ends the call, as the provider's apology does."""
        self.leg.check()
        whole = {**self.leg.fields(self.network.account), **fields}
        answered = await self.network.send(url, whole, self.leg.sid, self.leg.due)
        self.leg.due = asyncio.get_running_loop().time()
        self.leg.check()
        try:
            return document.verbs(answered.body), url.partition("#")[0]
        except Tree.ParseError as error:
            self.network.problem(self.leg.sid, 12100, f"{answered.status}: {error}", url)
            self.network.end(self.leg)
            raise Over from error

    async def play(self, verbs: list[Tree.Element], base: str) -> Next | None:
        for verb in verbs:
            self.leg.check()
            following = await self._one(verb, base)
            if following is not None:
                return following
        return None

    async def _one(self, verb: Tree.Element, base: str) -> Next | None:
        if self.leg.status == "ringing" and verb.tag != "Dial":
            self.network.progress(self.leg, "in-progress")
        match verb.tag:
            case "Say" | "Play" | "Pause":
                self.person.hears(document.words(verb))
                await self._hear(verb, None)
            case "Gather":
                return await self._gather(verb, base)
            case "Redirect":
                return urljoin(base, document.words(verb)), {}
            case "Enqueue":
                return await self._enqueue(verb)
            case "Leave":
                raise LeftQueue
            case "Dial":
                return await self._dial(verb)
            case "Record":
                return await self._record(verb)
            case "Hangup":
                self.network.end(self.leg)
                raise Over
            case _:
                self.network.problem(self.leg.sid, 12200, f"<{verb.tag}> is not played here")
        return None

    # --- hearing and pressing ------------------------------------------------------------------------------------

    async def _hear(self, verb: Tree.Element, until: float | None) -> bool:
        """False: cut short, because the key was pressed at ``until`` (loop time)."""
        text = document.words(verb)
        if verb.tag != "Pause":
            self.leg.note(verb.tag.lower(), text, verb.get("language"))
        lasts = document.seconds(verb)
        if until is not None:
            now = max(self.leg.due, asyncio.get_running_loop().time())
            lasts = min(lasts, max(0.0, until - now) * self.leg.pace.rate)
        await self.leg.wait(lasts)
        return until is None or self.leg.due < until

    async def _gather(self, verb: Tree.Element, base: str) -> Next | None:
        self.leg.note("gather")
        spoken = [child for child in verb if child.tag in document.SPOKEN]
        key = self.person.key(" ".join(document.words(child) for child in spoken if child.tag == "Say"))
        listened = sum(document.seconds(child) for child in spoken)
        begun = max(self.leg.due, asyncio.get_running_loop().time())
        pressed = None if key is None else begun + self.leg.pace.machine(self.person.presses_after(listened))
        for child in spoken:
            if not await self._hear(child, pressed):
                break
        action = urljoin(base, verb.get("action", ""))
        if key is not None and pressed is not None:
            await self.leg.wait(max(0.0, (pressed - self.leg.due) * self.leg.pace.rate))
            return action, {"Digits": key, "msg": "Gather End", "FinishedOnKey": ""}
        await self.leg.wait(float(verb.get("timeout", "5")))
        return (action, {"Digits": ""}) if verb.get("actionOnEmptyResult") == "true" else None

    # --- the queue -----------------------------------------------------------------------------------------------

    async def _enqueue(self, verb: Tree.Element) -> Next:
        leg, began = self.leg, time.time()
        leg.queue = new_sid("QU")
        leg.note("queued", document.words(verb))
        self.person.waits(leg)

        def fields(result: str) -> dict[str, str]:
            waited = round((time.time() - began) * leg.pace.rate)
            return {"QueueResult": result, "QueueSid": told, "QueueTime": str(waited)}

        told, action = leg.queue, verb.get("action", "")
        try:
            while True:
                await self._wait_turn(verb.get("waitUrl", ""), told, began)
        except LeftQueue:
            leg.note("left-queue", result="leave")
            return action, fields("leave")
        except SentOn:
            self.network.tell(action, leg.fields(self.network.account) | fields("redirected"), leg.sid)
            raise
        except Over:
            self.network.tell(action, leg.fields(self.network.account) | fields("hangup"), leg.sid)
            raise
        finally:
            leg.queue = ""

    async def _wait_turn(self, url: str, sid: str, began: float) -> None:
        begun = asyncio.get_running_loop().time()
        waited = round((time.time() - began) * self.leg.pace.rate)
        fields = {"QueueSid": sid, "QueueTime": str(waited), "QueuePosition": "1", "CurrentQueueSize": "1"}
        await self.follow((url, fields))
        gone = (asyncio.get_running_loop().time() - begun) * self.leg.pace.rate
        if gone < BETWEEN_DOCUMENTS:
            await self.leg.wait(BETWEEN_DOCUMENTS - gone)

    # --- talking -------------------------------------------------------------------------------------------------

    async def _dial(self, verb: Tree.Element) -> Next | None:
        noun = verb[0]
        if noun.tag == "Conference":
            if self.leg.status == "ringing":
                self.network.progress(self.leg, "in-progress")
            await self._room(noun)
            return verb.get("action", ""), {"DialCallStatus": "answered"}
        status, leg = await self._number(noun, float(verb.get("timeout", "30")), verb.get("callerId", ""))
        seconds = str(self.network.business_seconds(leg))
        reported = {"DialCallStatus": status, "DialCallSid": leg.sid, "DialCallDuration": seconds}
        return (verb.get("action", ""), reported) if verb.get("action") else None

    async def _room(self, noun: Tree.Element) -> None:
        network, leg = self.network, self.leg
        room = network.room(document.words(noun))
        for sid in room.members:
            network.join(leg, network.legs[sid])
        room.members[leg.sid] = noun.get("endConferenceOnExit") == "true"
        room.started = room.started or len(room.members) > 1
        network.wake(room)
        try:
            if not room.started and noun.get("waitUrl"):
                await self.fetch(noun.get("waitUrl", ""), {})  # music, asked for once
            await leg.wait(None, lambda: room.started or room.over)
            await self._talk(lambda: room.over)
        finally:
            self._leaves(room)

    def _leaves(self, room: Room) -> None:
        ends = room.members.pop(self.leg.sid, False)
        self.network.part(self.leg)
        room.over = room.over or ends or not room.members
        self.network.wake(room)

    async def _talk(self, over: "object") -> None:
        """A resident hangs up when she has said what she wanted; everybody else stays until it is over."""
        assert callable(over)
        seconds = self.person.talk_seconds
        if not await self.leg.wait(seconds, over) and seconds is not None:
            self.network.end(self.leg)
            raise Over

    async def _number(self, noun: Tree.Element, timeout: float, caller_id: str) -> tuple[str, Leg]:
        """One telephone is rung: how it ended, and its leg."""
        network, number = self.network, document.words(noun)
        engaged = network.engaged.get(number, 0) > 0
        other = network.new_leg(caller_id or self.leg.caller, number, "outbound-dial", self.leg)
        other.told = noun.get("statusCallback", "")
        other.told_of = frozenset(noun.get("statusCallbackEvent", "completed").split())
        person = self.person.network_of(number)
        network.begin(self._rung(other, person, noun.get("url", ""), timeout, engaged))
        try:
            await self.leg.wait(None, lambda: bool(self.leg.partners) or other.over)
            await self._talk(lambda: other.over or not self.leg.partners)
        finally:
            status = "completed" if other.answered_at is not None else other.status
            network.end(other)
        return status if status in ("completed", "busy", "no-answer", "failed") else "no-answer", other

    async def _rung(self, other: Leg, person: Resident, greeting: str, timeout: float, engaged: bool) -> None:
        network = self.network
        try:
            network.progress(other, "initiated")
            if engaged or person.is_busy():
                network.end(other, "busy")
                return
            network.progress(other, "ringing")
            answers = person.answers_after()
            await other.wait(timeout + EXTRA_SECONDS if answers is None else answers)
            if answers is None:
                network.end(other, "no-answer")
                return
            network.progress(other, "in-progress")
            walk = Walk(network, other, person)
            if greeting:
                await walk.follow((greeting, {}))
            if self.leg.over:
                return
            network.join(self.leg, other)
            await walk._talk(lambda: not other.partners)
        except Over:
            return
        except SentOn:
            await Walk(network, other, person).live(other.taken())
        finally:
            network.end(other)

    # --- a message -----------------------------------------------------------------------------------------------

    async def _record(self, verb: Tree.Element) -> Next | None:
        """She says a few sentences and presses the key that ends it."""
        leg, network = self.leg, self.network
        leg.note("beep")
        events = verb.get("recordingStatusCallbackEvent", "completed")
        made = network.record(leg, "RecordVerb", verb.get("recordingStatusCallback", ""), events)
        made.seconds = self.person.speaks_seconds
        try:
            await leg.wait(float(made.seconds))
        finally:
            network.begin(self._processed(made.sid))
        reported = {"Digits": "#", "RecordingDuration": str(made.seconds), "RecordingSid": made.sid}
        return verb.get("action", ""), {**reported, "RecordingUrl": f"{network.base}/never-fetched"}

    async def _processed(self, sid: str) -> None:
        await asyncio.sleep(self.leg.pace.machine(PROCESSING_SECONDS))
        self.network.finish(self.network.recordings[sid])
