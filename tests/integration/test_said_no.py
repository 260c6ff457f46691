"""A no in words: for the whole call, for every talk of it, and for whoever comes next; but not against a legal hold."""

from collections.abc import Iterator

import pytest

from adapters.schema import deletion, recording
from desks.talk import pause_recording
from desks.talk.transfer import Changed, MovedOn
from desks.view.card import Recorded
from desks.view.desk import desk_view
from recordings import holds
from tests.support.recorded import BEGUN, recording_rules, runs
from tests.support.services import Town
from tests.support.talks import Talk, consulting


@pytest.fixture
def town(record: str) -> Iterator[Town]:
    one = Town.over(record, rules=recording_rules())
    yield one
    one.services.database.dispose()


def refuses(talk: Talk, agent: str = "aino", token: str = "") -> object:
    return pause_recording.refuse(talk.town.services, agent, token or talk.token)


def sounds(town: Town) -> list[tuple[str, bool]]:
    """(whose talk, whether it is gone), in the order in which they began."""
    rows = sorted(town.every(recording), key=lambda row: row["made_at"])
    return [(row["agent_id"], row["deleted_at"] is not None) for row in rows]


@pytest.mark.parametrize("begun", sorted(BEGUN))
def test_said_while_three_talk_it_holds_for_the_colleague_who_goes_on(town: Town, begun: str) -> None:
    talk = BEGUN[begun](town)
    runs(town)
    consulting(talk)
    assert talk.does("join") == Changed()
    assert refuses(talk) == Changed()
    assert talk.does("complete") == Changed()
    assert sounds(town) == [("aino", True)], "nothing is recorded with the colleague either"


@pytest.mark.parametrize("begun", sorted(BEGUN))
def test_said_after_a_hand_over_it_takes_the_first_talk_too(town: Town, begun: str) -> None:
    talk = BEGUN[begun](town)
    runs(town)
    other = consulting(talk)
    town.clock.pass_(seconds=5)
    assert talk.does("complete") == Changed()
    assert sounds(town) == [("aino", False), ("pirkko", False)]
    assert refuses(talk, "pirkko", other) == Changed()
    assert sounds(town) == [("aino", True), ("pirkko", True)]
    assert {row["by"] for row in town.every(deletion)} <= {"pirkko"}


@pytest.mark.parametrize("begun", sorted(BEGUN))
def test_what_lies_under_a_legal_hold_ends_and_stays(town: Town, begun: str) -> None:
    talk = BEGUN[begun](town)
    row = runs(town)
    held = town.within(lambda tx: holds.place(town.services, tx, "recording", row["id"], "rikosilmoitus", "sirpa"))
    assert not isinstance(held, holds.Refused)
    assert refuses(talk) == Changed()
    (kept,) = town.every(recording)
    assert (kept["state"], kept["deleted_at"], town.every(deletion)) == ("ended", None, [])
    assert refuses(talk) == Changed(), "said again it changes nothing more"


def test_another_agents_key_and_a_talk_without_a_recording_do_nothing(town: Town) -> None:
    talk = BEGUN["live"](town)
    assert refuses(talk, "bertil") == MovedOn()
    runs(town)
    assert refuses(talk) == Changed()
    assert refuses(talk) == MovedOn(), "it is gone"


@pytest.mark.parametrize("begun", sorted(BEGUN))
def test_said_as_she_hangs_up_it_takes_back_what_there_is(town: Town, begun: str) -> None:
    """The card keeps the key for as long as the note is written, and takes it away with the recording."""
    talk = BEGUN[begun](town)
    runs(town)
    town.act(lambda c: c.talk_over(talk.token))
    assert shown_in_the_note(town) == Recorded("over")
    assert refuses(talk, "bertil") == MovedOn()
    assert refuses(talk) == Changed()
    assert sounds(town) == [("aino", True)]
    assert shown_in_the_note(town) is None
    assert refuses(talk) == MovedOn()
    assert pause_recording.pause(town.services, "aino", talk.token, True) == MovedOn(), "nothing else is hers any more"


def shown_in_the_note(town: Town) -> Recorded | None:
    card = desk_view(town.services, "aino").offer
    assert card is not None
    assert card.state == "wrapup"
    return card.recording
