"""A no that comes after recording has begun, and a machine that was rung: nothing of it is kept, here or there."""

from collections.abc import Iterator

import pytest

from adapters.database import Transaction
from adapters.schema import deletion, offer, recording, waiting_caller
from desks.talk import outcome
from ivr.carry_out_notice import declined
from ivr.resident_notice_webhooks import note
from queue_workers import record_effects
from recordings import talk_store
from recordings.talks import RecordedTalks
from tests.support.provider import LOST
from tests.support.recorded import BEGUN, callback, kinds, live, recorded, recording_rules, runs
from tests.support.services import Town
from tests.support.talks import Talk

FILE = "RE" + "f" * 32


@pytest.fixture
def town(record: str) -> Iterator[Town]:
    one = Town.over(record, rules=recording_rules())
    yield one
    one.services.database.dispose()


def says_no(talk: Talk) -> None:
    services, line = talk.town.services, talk.line
    if line is None:
        talk.town.within(lambda tx: note(services, tx, talk.token, declined=True))
    else:
        talk.town.within(lambda tx: declined(services, tx, line))


def is_a_machine(talk: Talk) -> None:
    talk.town.act(lambda c: outcome.note(c, talk.token, "machine", ""))


def tells(town: Town, news: str, sid: str) -> None:
    """The provider, of the recording's name."""

    def tell(tx: Transaction) -> None:
        row = talk_store.get(tx.connection, recorded(town)["id"], held=True)
        assert row is not None
        talks = RecordedTalks(town.services, tx)
        talks.runs(row, sid) if news == "in-progress" else talks.whole(row, sid, 9)

    town.within(tell)


def assert_dropped(town: Town, by: str) -> None:
    row = recorded(town)
    assert (row["deleted_at"], row["wanted"]) == (town.clock.now(), "off")
    (proof,) = town.every(deletion)
    assert (proof["kind"], proof["subject_id"], proof["why"], proof["by"]) == ("talk", row["id"], "dropped", by)
    assert town.ordered("delete_recording") == [row["id"]]
    assert town.ordered("drop_sound") == [row["id"]]


@pytest.mark.parametrize("begun", sorted(BEGUN))
def test_her_no_takes_back_what_was_recorded_before_it(town: Town, begun: str) -> None:
    talk = BEGUN[begun](town)
    sid = runs(town)["recording_sid"]
    says_no(talk)
    assert recorded(town)["state"] == "ended"
    assert_dropped(town, "service")
    town.carry_out()
    assert [order.to for order in town.gateway.orders if order.kind in ("stop", "delete_recording")] == [sid, sid]


@pytest.mark.parametrize("during", [True, False])
def test_a_machine_is_not_kept(town: Town, during: bool) -> None:
    """It kept silent during the words, and so seemed to have heard them."""
    talk = callback(town)
    runs(town)
    if not during:
        town.act(lambda c: c.talk_over(talk.token))
    is_a_machine(talk)
    assert town.one(offer, token=talk.token)["outcome"] == "machine"
    assert_dropped(town, "aino")
    assert "stop_recording" in {row["kind"] for row in town.orders()}


def test_a_talk_with_a_person_is_kept(town: Town) -> None:
    talk = callback(town)
    runs(town)
    town.act(lambda c: outcome.note(c, talk.token, "done", ""))
    assert (recorded(town)["deleted_at"], town.every(deletion)) == (None, [])


def test_a_file_that_comes_after_her_no_is_not_fetched(town: Town) -> None:
    talk = live(town)
    sid = runs(town)["recording_sid"]
    says_no(talk)
    tells(town, "completed", sid)
    assert (recorded(town)["state"], town.ordered("fetch_recording")) == ("kept", [])
    assert_dropped(town, "service")


@pytest.mark.parametrize("news", ["in-progress", "completed"])
def test_what_gets_its_name_after_her_no_goes_too(town: Town, news: str) -> None:
    """The answer to the start was lost."""
    talk = live(town)
    town.gateway.answers(LOST)
    record_effects.start_recording(town.services, recorded(town)["id"])
    says_no(talk)
    assert town.every(deletion) == []

    for _ in range(2):
        tells(town, news, FILE)
    assert_dropped(town, "service")
    assert town.ordered("fetch_recording") == []
    town.carry_out()
    assert FILE in [order.to for order in town.gateway.ordered("delete_recording")]


def test_a_no_before_the_provider_was_asked_needs_no_proof(town: Town) -> None:
    talk = live(town)
    says_no(talk)
    town.carry_out()
    assert (recorded(town)["state"], kinds(town), town.every(deletion)) == ("absent", [], [])
    assert town.one(waiting_caller, id=talk.line)["recording_declined"] is True
    assert len(town.every(recording)) == 1
