"""A recorded talk in any order of keys, orders, lost answers and repairs, with a provider that remembers.

Whatever happens: the card never says paused while it runs, one talk has one recording, and in the end the provider has
done what the record says.
"""

import shutil
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import mkdtemp

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from adapters.database import Transaction
from adapters.voice_gateway import Done, NotDone, ProviderRecording, Result, Unknown
from desks.talk import transfer as transfers
from desks.talk.pause_recording import pause
from desks.view.talk import shown
from queue_workers import effects, record_repairs
from recordings import talk_store
from recordings.talks import RecordedTalks
from tests.support.clock import SetClock
from tests.support.provider import BUSY_PROVIDER, LOST, RecordingGateway
from tests.support.recorded import live, recorded, recording_rules
from tests.support.services import Town, empty_record, services_for
from tests.support.talks import Talk

FOLDER = Path(mkdtemp(prefix="one-number-"))
EMPTY = FOLDER / "record.db"
RECORDING_ORDERS = ("start_recording", "set_recording", "stop_recording")
TROUBLES = ("no", "no", "lost before", "lost after", "busy", "refused")
KEYS = ("pause", "go on", "hold", "off hold", "over", "tell", "look", "work", "work late", "twice")


@dataclass
class Remembering:
    """The provider's side of one call: its recordings by name, and what goes wrong with the next orders."""

    states: dict[str, str] = field(default_factory=dict)
    trouble: str = "no"

    def order(self, sid: str, status: str, begins: bool = False) -> Result:
        trouble, self.trouble = self.trouble, "no"
        if trouble == "busy":
            return BUSY_PROVIDER
        if trouble == "lost before":
            return LOST
        if trouble == "refused" and not begins:
            return NotDone(400, 21220, again=False)
        if not begins and self.states.get(sid) not in ("in-progress", "paused"):
            return NotDone(404, 20404, again=False)
        self.states[sid] = status
        return LOST if trouble == "lost after" else Done(sid)


class RememberingGateway(RecordingGateway):
    def __init__(self) -> None:
        super().__init__()
        self.memory = Remembering()

    def record(self, call_sid: str, status_callback: str) -> Result:
        return self.memory.order(f"RE{len(self.memory.states):032x}", "in-progress", begins=True)

    def pause_recording(self, call_sid: str, recording_sid: str) -> Result:
        return self.memory.order(recording_sid, "paused")

    def resume_recording(self, call_sid: str, recording_sid: str) -> Result:
        return self.memory.order(recording_sid, "in-progress")

    def stop_recording(self, call_sid: str, recording_sid: str) -> Result:
        return self.memory.order(recording_sid, "processing")

    def recordings_of(self, call_sid: str) -> list[ProviderRecording] | NotDone | Unknown:
        return [ProviderRecording(sid, word, 5, True) for sid, word in self.memory.states.items()]


@dataclass
class Story:
    talk: Talk
    memory: Remembering

    def does(self, key: str, trouble: str) -> None:
        town, token = self.talk.town, self.talk.token
        self.memory.trouble = trouble
        match key:
            case "pause" | "go on":
                pause(town.services, "aino", token, key == "pause")
            case "hold" | "off hold":
                transfers.hold(town.services, "aino", token, key == "hold")
            case "over":
                town.act(lambda c: c.talk_over(token))
            case "tell":
                self.is_told()
            case "look":
                town.clock.pass_(seconds=15)
                record_repairs.recorded_talks(town.services)
            case _:
                self.works(late=key == "work late", twice=key == "twice")
        self.holds()

    def is_told(self) -> None:
        """The provider's news that it records, late or doubled."""

        def tell(tx: Transaction) -> None:
            row = talk_store.by_token(tx.connection, str(recorded(self.talk.town)["token"]))
            for sid in self.memory.states:
                RecordedTalks(self.talk.town.services, tx).runs(row, sid) if row is not None else None

        self.talk.town.services.database.run(tell)

    def works(self, *, late: bool = False, twice: bool = False) -> None:
        town = self.talk.town
        town.clock.pass_(seconds=40 if late else 2)
        orders = [one for one in town.orders() if one["kind"] in RECORDING_ORDERS]
        for one in reversed(orders) if late else orders:
            if twice:  # the worker died after the deed, before it could say so
                effects.EFFECTS[one["kind"]](town.services, one["ref"])
                self.holds()
            effects.carry_out(town.services, one["id"])
            self.holds()

    def holds(self) -> None:
        with self.talk.town.services.database.read() as connection:
            row = talk_store.of_offer(connection, self.talk.token)
        assert row is not None
        there = self.memory.states.get(row["recording_sid"] or "")
        card = shown(row, self.talk.town.offer(self.talk.token)["on_hold"], hers=True).state
        assert len(self.memory.states) <= 1, "recorded twice"
        assert card not in ("paused", "held") or there == "paused", "the card says paused, and it runs"

    def settles(self) -> None:
        """Nothing goes wrong any more: what the record wants comes true."""
        self.memory.trouble = "no"
        for _ in range(4):
            self.does("look", "no")
            self.works(late=True)
        row = recorded(self.talk.town)
        on_hold = self.talk.town.offer(self.talk.token)["on_hold"]
        wanted = {"on": "paused" if on_hold else "in-progress", "paused": "paused", "off": "processing"}[row["wanted"]]
        assert set(self.memory.states.values()) <= {wanted}, (row, self.memory)


@settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck))
@given(deeds=st.lists(st.tuples(st.sampled_from(KEYS), st.sampled_from(TROUBLES)), max_size=14))
def test_in_any_order(deeds: list[tuple[str, str]]) -> None:
    if not EMPTY.exists():
        empty_record("sqlite", FOLDER)
    shutil.copyfile(EMPTY, FOLDER / "now.db")
    clock, gateway = SetClock(), RememberingGateway()
    services = services_for(f"sqlite:///{FOLDER}/now.db", clock=clock, gateway=gateway, rules=recording_rules())
    try:
        story = Story(live(Town(services, clock, gateway)), gateway.memory)
        for key, trouble in deeds:
            story.does(key, trouble)
        story.settles()
    finally:
        services.database.dispose()
