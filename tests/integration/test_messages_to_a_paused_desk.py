"""A supervisor has paused the desk to which somebody leaves a message."""

from datetime import timedelta

import pytest
from sqlalchemy import update

from adapters.schema import recording
from callbacks import store as promises
from desks.supervision import deeds as supervision
from tests.support.messages import Speaker
from tests.support.services import Town


@pytest.mark.parametrize(("urgent", "kind"), [(False, "slot"), (True, "asap")])
def test_no_message_to_a_paused_desk_is_promised_a_ring_soon_that_nobody_gives(
    town: Town, urgent: bool, kind: str
) -> None:
    """Of a paused desk urgent matters alone are dealt."""
    speaker = Speaker.at(town)
    town.agent("aino")
    later = town.clock.now() + timedelta(hours=3)
    supervision.pause(town.services, "sirpa", "housing", "training", later)
    speaker.is_led_to_the_tone()
    speaker.speaks()
    town.within(lambda tx: tx.connection.execute(update(recording).values(urgent=int(urgent))))
    speaker.telephone.presses("1")
    assert town.one(promises.REQUEST)["kind"] == kind
