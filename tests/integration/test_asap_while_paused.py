"""A ring as soon as possible that was offered just before a supervisor paused the desk, or the last agent left."""

import re
from datetime import timedelta

from adapters.schema import callback_request
from desks.supervision import deeds as supervision
from ivr.step_url import Step, url_of
from tests.support.services import Town
from tests.support.telephone import Telephone


def confirms(town: Town) -> str:
    """She has heard the offer and chosen it; now she says that the number is hers."""
    telephone = Telephone.at(town)
    telephone.rings()
    arrived = int(town.clock.now().timestamp() * 1000)
    here = Step("number", "fi", "housing", 1, town.rules.version, arrived, "n1", "asap")
    return telephone.post(re.sub("#.*", "", url_of("", here)), Digits="1")


def test_is_promised_while_the_desk_rings(town: Town) -> None:
    town.agent("aino")
    confirms(town)
    assert [row["kind"] for row in town.every(callback_request)] == ["asap"]


def test_is_not_promised_once_the_desk_is_paused(town: Town) -> None:
    """Of a paused desk urgent matters alone are dealt: nobody would ring her."""
    town.agent("aino")
    supervision.pause(town.services, "sirpa", "housing", "training", town.clock.now() + timedelta(hours=3))
    assert "<Gather" in confirms(town)
    assert town.every(callback_request) == []


def test_is_not_promised_once_nobody_is_on_duty(town: Town) -> None:
    assert "<Gather" in confirms(town)
    assert town.every(callback_request) == []
