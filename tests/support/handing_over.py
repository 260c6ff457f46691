"""What else may happen in a city: talks are handed over, warm or blind, to a desk, a colleague or a partner; residents
hang up in them. The rest: ``tests.support.happenings``."""

from desks import store
from desks.talk import transfer as transfers
from tests.support.happenings import Happenings, nth

GOALS = (
    ("desk", "housing"), ("desk", "waterworks"), ("desk", "extended"),
    ("agent", "aino"), ("agent", "bo"), ("agent", "cia"), ("partner", "county"),
)  # fmt: skip

DEEDS: dict[str, transfers.Deed] = {"complete": "complete", "take_back": "take_back", "join": "join"}


class HandingOver(Happenings):
    def news(self, name: str, word: str) -> None:
        """Her telephone has a name from the moment it is answered."""
        held = self.held(name)
        if held is not None and word == "answered" and held["request_id"] and held["resident_call_sid"] is None:
            token, sid = str(held["token"]), self.new_sid()
            self.within(lambda tx: store.note_offer(tx.connection, token, resident_call_sid=sid))
        super().news(name, word)

    def hands_over(self, name: str, kind: str, goal: tuple[str, str]) -> None:
        held = self.held(name)
        if held is not None:
            transfers.begin(self.services, name, str(held["token"]), transfers.Wanted(kind, *goal, "a note"))

    def goes_on_with(self, name: str, deed: str) -> None:
        held = self.held(name)
        if held is not None and deed in DEEDS:
            transfers.go_on(self.services, name, str(held["token"]), DEEDS[deed])

    def holds(self, name: str, on: bool) -> None:
        held = self.held(name)
        if held is not None:
            transfers.hold(self.services, name, str(held["token"]), on)

    def resident_hangs_up(self, which: int) -> None:
        """In the line, in a talk or on hold; her own call or ours."""
        called = {str(row["resident_call_sid"]) for row in self.every_offer() if row["resident_call_sid"]}
        here = sorted(called | {str(row["call_sid"]) for row in self.every_stay() if row["ended_at"] is None})
        sid = nth(here, which)
        if sid is not None:
            self.act(lambda talk: talk.resident_gone(sid))
