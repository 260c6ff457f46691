"""What became of a text is told as it was: to whoever reads the matter's history, and to the resident who asks."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from adapters.schema import phone_number, text_message
from adapters.voice_gateway import NotDone, Unknown
from console.words import page_words
from desks import wishes
from desks.matter.history import of_request
from operations.resident_command import WELL, main
from queue_workers.in_turn import LATEST_TEXT_SECONDS
from tests.support.clock import TUESDAY
from tests.support.provider import LOST, REFUSED
from tests.support.services import CITY, Town
from tests.support.telephone import Telephone


@pytest.fixture
def texting(record: str, tmp_path: Path) -> Iterator[Town]:
    one = Town.over(record, SMS_SENDER=CITY, DATA_DIR=str(tmp_path / "data"))
    yield one
    one.services.database.dispose()


def history_of(town: Town, request: str) -> list[str]:
    matter = of_request(town.services, None, request, "fi")
    assert matter is not None
    return [one.codes["became"] for one in matter.history if one.kind == "text"]


def export_of(town: Town, place: Path) -> str:
    who = ("--by", "Tiina Tietosuoja", "--why", "pyynto 12", "--language", "fi")
    assert main(["access", town.one(phone_number)["e164"], "--to", str(place), *who], town.services) == WELL
    return (place / "everything.html").read_text()


@pytest.mark.parametrize(
    ("answer", "late", "became"),
    [(REFUSED, 0.0, "failed"), (LOST, 0.0, "unknown"), (None, 0.0, "sent"), (None, LATEST_TEXT_SECONDS + 1, "failed")],
    ids=["refused", "no answer", "taken", "never sent"],
)
def test_what_never_left_does_not_wait_to_be_sent(
    texting: Town, tmp_path: Path, answer: NotDone | Unknown | None, late: float, became: str
) -> None:
    request = texting.request()
    assert history_of(texting, request) == ["waiting"]
    if answer is not None:
        texting.gateway.answers(answer)
    texting.clock.pass_(seconds=late)
    texting.carry_out()
    assert history_of(texting, request) == [became]
    words = page_words("fi")
    page = export_of(texting, tmp_path / "hers")
    assert words(f"history.became.{became}") in page
    assert words("history.became.waiting") not in page


@pytest.mark.parametrize(
    ("news", "became", "told"),
    [
        (("queued", "sent", "delivered"), "delivered", True),
        (("delivered", "sent", "queued"), "delivered", True),
        (("sent", "undelivered", "sent"), "failed", False),
        (("failed", "delivered"), "failed", False),
        (("delivered", "failed"), "delivered", True),
        (("sending",), "sent", True),
    ],
    ids=["in order", "late news", "lost", "found again", "lost again", "on its way"],
)
def test_the_providers_news_reaches_the_history_and_its_last_word_stands(
    texting: Town, news: tuple[str, ...], became: str, told: bool
) -> None:
    request = texting.request()
    at_eleven = TUESDAY + timedelta(hours=1)
    wishes.with_interpreter(texting.services, texting.agent("aino"), request, at_eleven, "Dari")
    texting.carry_out()
    telephone = Telephone.at(texting)
    [moved] = [row["message_sid"] for row in texting.every(text_message) if str(row["key"]).startswith("sms.moved")]
    for word in news:
        assert telephone.send("/sms/status", MessageSid=moved, MessageStatus=word).status_code == 204
    assert sorted(history_of(texting, request)) == sorted(["sent", became])
    assert texting.items() == ([] if told else ["untold"])
