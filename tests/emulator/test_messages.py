"""Text messages: inbox, segments, refusals, a message from a telephone, and a restart."""

import pytest

from emulator.messages import segments
from tests.emulator.other_side import OtherSide
from tests.emulator.rig import CITY, RESIDENT, Rig


def test_into_the_inbox(rig: Rig, side: OtherSide) -> None:
    answer = rig.rest(
        "POST", "Messages.json", To=RESIDENT, From=CITY, Body="Hyvää päivää", StatusCallback=f"{side.base}/sms-told"
    )
    assert answer.status_code == 201
    inbox = rig.lab("GET", f"phones/{RESIDENT}")["messages"]
    assert [(one["from"], one["body"], one["segments"]) for one in inbox] == [(CITY, "Hyvää päivää", 1)]
    told = [side.await_request("/sms-told", count).params["MessageStatus"] for count in (1, 2)]
    assert told == ["sent", "delivered"]
    assert rig.rest("GET", f"Messages/{answer.json()['sid']}.json").json()["body"] == "Hyvää päivää"
    assert len(rig.rest("GET", "Messages.json", To=RESIDENT).json()["messages"]) == 1


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"To": "12", "From": CITY, "Body": "a"}, 21211),
        ({"To": RESIDENT, "From": "+358409999999", "Body": "a"}, 21606),
        ({"To": RESIDENT, "From": CITY, "Body": "a" * 1601}, 21617),
        ({"To": RESIDENT, "From": CITY}, 21602),
    ],
)
def test_refusals(rig: Rig, fields: dict[str, str], code: int) -> None:
    assert rig.rest("POST", "Messages.json", **fields).json()["code"] == code


@pytest.mark.parametrize(
    ("body", "count"), [("a" * 160, 1), ("a" * 161, 2), ("ä" * 160, 1), ("š" * 70, 1), ("š" * 71, 2), ("€" * 81, 2)]
)
def test_segments(body: str, count: int) -> None:
    assert segments(body) == count


def test_from_a_telephone(rig: Rig, side: OtherSide) -> None:
    rig.lab("POST", "messages", {"from": RESIDENT, "to": CITY, "body": "STOP"})
    seen = side.await_request("/sms").params
    assert (seen["Body"], seen["From"], seen["To"]) == ("STOP", RESIDENT, CITY)
    rig.lab("POST", "messages", {"from": RESIDENT, "to": "+358172000", "body": "a"}, expect=404)


def test_a_deleted_message_is_gone_from_the_log_and_not_from_the_telephone(rig: Rig) -> None:
    sid = rig.rest("POST", "Messages.json", To=RESIDENT, From=CITY, Body="Hei").json()["sid"]
    assert rig.rest("DELETE", f"Messages/{sid}.json").status_code == 204
    assert rig.rest("GET", f"Messages/{sid}.json").status_code == 404
    assert rig.rest("DELETE", f"Messages/{sid}.json").status_code == 404
    assert [one["body"] for one in rig.lab("GET", f"phones/{RESIDENT}")["messages"]] == ["Hei"]
