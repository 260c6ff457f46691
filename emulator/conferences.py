"""Conferences: rooms with their participants, when they start and end, who hears whom, and their callbacks."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from itertools import combinations
from typing import Literal

from emulator.callbacks import notify, rfc2822
from emulator.calls import Call, Fetch, StatusSubscription
from emulator.network import Network
from emulator.sids import new_sid

ConferenceStatus = Literal["init", "in-progress", "completed"]
Mode = Literal["wait", "hold", "announce", "talk", "out"]
NO_SUBSCRIPTION = StatusSubscription(events=frozenset())


@dataclass(eq=False)
class Participant:
    call: Call
    label: str = ""
    muted: bool = False
    hold: bool = False
    hold_source: Fetch | None = None
    announcement: Fetch | None = None  # being played to this one
    start_on_enter: bool = True
    end_on_exit: bool = False
    coaching: str = ""
    removed: bool = False
    since: datetime | None = None


@dataclass(eq=False)
class Conference:
    sid: str
    name: str
    created: datetime
    opener: Call
    subscription: StatusSubscription = NO_SUBSCRIPTION
    status: ConferenceStatus = "init"
    participants: dict[str, Participant] = field(default_factory=dict)
    sequence: int = 0
    ended: datetime | None = None
    reason: str = ""
    ended_by: str = ""

    def mode(self, member: Participant) -> Mode:
        if member.removed or self.status == "completed":
            return "out"
        if member.announcement is not None:
            return "announce"
        if member.hold:
            return "hold"
        return "talk" if self.status == "in-progress" else "wait"


class Conferences:
    def __init__(self, network: Network) -> None:
        self._network = network
        self.all: dict[str, Conference] = {}
        network.reset_listeners.append(self.all.clear)

    def running(self, name: str) -> Conference | None:
        """By its name or its SID."""
        for room in self.all.values():
            if room.status != "completed" and name in (room.name, room.sid):
                return room
        return None

    def enter(self, name: str, member: Participant, subscription: StatusSubscription) -> Conference:
        """The first participant makes the room and fixes who is told about it."""
        with self._network.lock:
            room = self.running(name)
            if room is None:
                room = Conference(new_sid("CF"), name, self._network.clock.now(), member.call, subscription)
                self.all[room.sid] = room
            member.since = self._network.clock.now()
            room.participants[member.call.sid] = member
            member.call.conference = name
            member.call.note("dial", name, conference=room.sid)
            self._tell(room, "join", "participant-join", member)
            self._start_if_ready(room)
            self._mix(room)
            return room

    def leave(self, room: Conference, member: Participant) -> None:
        with self._network.lock:
            if room.participants.pop(member.call.sid, None) is None:
                return
            member.call.conference = None
            self._part(room, member)
            self._tell(room, "leave", "participant-leave", member)
            if room.status == "completed":
                return
            if member.end_on_exit:
                self._end(room, "participant-with-end-conference-on-exit-left", member.call.sid)
            elif not room.participants:
                self._end(room, "last-participant-left", member.call.sid)

    def end(self, room: Conference) -> None:
        with self._network.lock:
            if room.status != "completed":
                self._end(room, "conference-ended-via-api", "")

    def change(self, room: Conference, member: Participant, deed: Callable[[Participant], None]) -> None:
        """Mute, hold, what its leaving means: the deed is done, heard and told."""
        with self._network.lock:
            muted, held, coaching = member.muted, member.hold, member.coaching
            deed(member)
            if member.coaching != coaching:
                self._tell(room, "modify", "participant-modify", member)
            if member.muted != muted:
                self._tell(room, "mute", "participant-mute" if member.muted else "participant-unmute", member)
            if member.hold != held:
                if member.hold:
                    member.call.note("hold")
                self._tell(room, "hold", "participant-hold" if member.hold else "participant-unhold", member)
            self._mix(room)
            member.call.changed.notify_all()

    def announce(self, room: Conference, member: Participant, source: Fetch) -> None:
        with self._network.lock:
            member.announcement = source
            self._mix(room)
            member.call.changed.notify_all()

    def announced(self, room: Conference, member: Participant, *, clean: bool) -> None:
        """Played to its end, or not to be had: the participant is back where she was."""
        with self._network.lock:
            member.announcement = None
            self._tell(room, "announcement", "announcement-end" if clean else "announcement-fail", member)
            self._mix(room)

    def remove(self, member: Participant) -> None:
        with self._network.lock:
            member.removed = True
            member.call.changed.notify_all()

    def _start_if_ready(self, room: Conference) -> None:
        """Two participants, one of whom may start it."""
        members = room.participants.values()
        if room.status != "init" or len(members) < 2 or not any(member.start_on_enter for member in members):
            return
        room.status = "in-progress"
        self._tell(room, "start", "conference-start", None)

    def _end(self, room: Conference, reason: str, by: str) -> None:
        room.status, room.reason, room.ended_by = "completed", reason, by
        room.ended = self._network.clock.now()
        for member in list(room.participants.values()):
            self._part(room, member)
            member.call.changed.notify_all()
        self._tell(room, "end", "conference-end", None)

    def _part(self, room: Conference, member: Participant) -> None:
        for other in list(room.participants.values()):
            if other is not member:
                self._network.part(member.call, other.call)
                self._network.listens(member.call, other.call, hears=False)
                self._network.listens(other.call, member.call, hears=False)

    def _mix(self, room: Conference) -> None:
        for one, other in combinations(list(room.participants.values()), 2):
            talk = room.mode(one) == room.mode(other) == "talk"
            heard, hears = talk and _speaks_to(one, other), talk and _speaks_to(other, one)
            if heard and hears:
                self._network.join(one.call, other.call)
            else:
                self._network.part(one.call, other.call)
            self._network.listens(one.call, other.call, hears=hears and not heard)
            self._network.listens(other.call, one.call, hears=heard and not hears)
        for member in room.participants.values():
            member.call.changed.notify_all()

    def _tell(self, room: Conference, subscribed: str, event: str, member: Participant | None) -> None:
        fields = self._fields(room, event) | (_about(member) if member else {})
        self._network.history.add("conference", name=room.name, event=event, call_sid=fields.get("CallSid", ""))
        if not room.subscription.url or subscribed not in room.subscription.events:
            return
        call = member.call if member else room.opener
        notify(self._network, call, room.subscription, fields)

    def _fields(self, room: Conference, event: str) -> dict[str, str]:
        fields = {
            "AccountSid": self._network.config.account_sid,
            "ConferenceSid": room.sid,
            "FriendlyName": room.name,
            "SequenceNumber": str(room.sequence + 1),
            "StatusCallbackEvent": event,
            "Timestamp": rfc2822(self._network.clock.now()),
        }
        room.sequence += 1
        if event == "conference-end":
            fields |= {"ReasonConferenceEnded": room.reason, "CallSidEndingConference": room.ended_by}
        return fields


def _speaks_to(speaker: Participant, hearer: Participant) -> bool:
    """A coach is heard by the one she coaches alone; who is muted by nobody."""
    return not speaker.muted and speaker.coaching in ("", hearer.call.sid)


def _about(member: Participant) -> dict[str, str]:
    def word(value: bool) -> str:
        return "true" if value else "false"

    return {
        "CallSid": member.call.sid,
        "ParticipantLabel": member.label,
        "Muted": word(member.muted),
        "Hold": word(member.hold),
        "Coaching": word(bool(member.coaching)),
        "EndConferenceOnExit": word(member.end_on_exit),
        "StartConferenceOnEnter": word(member.start_on_enter),
    }
