"""The signature of the provider's own example, and the signature a webhook really carries."""

from emulator.signature import sign
from tests.emulator.other_side import OtherSide
from tests.emulator.rig import TOKEN, Rig


def test_vector_of_the_fact_sheet() -> None:
    fields = {
        "CallSid": "CA1234567890ABCDE",
        "Caller": "+14158675309",
        "Digits": "1234",
        "From": "+14158675309",
        "To": "+18005551212",
    }
    assert sign("12345", "https://mycompany.com/myapp.php?foo=1&bar=2", fields) == "RSOYDt4T1cUTdK1PDd93/VVr8B8="


def test_percent_encoding_is_signed_and_sent_untouched(rig: Rig, side: OtherSide) -> None:
    side.on("/voice", "<Redirect>/next?a=%2Fmenu&amp;n=J%C3%A4rvi&amp;t=%7Ey#rc=2</Redirect>")
    side.on("/next", "<Hangup/>")
    rig.ended(rig.ring())
    seen = side.await_request("/next")
    form = {name: value for name, value in seen.params.items() if name not in ("a", "n", "t")}
    wire = f"{side.base}/next?a=%2Fmenu&n=J%C3%A4rvi&t=%7Ey"
    assert seen.headers["X-Twilio-Signature"] == sign(TOKEN, wire, form)


def test_get_is_signed_over_its_query(rig: Rig, side: OtherSide) -> None:
    side.on("/voice", '<Redirect method="GET">/next?b=1</Redirect>')
    side.on("/next", "<Hangup/>")
    rig.ended(rig.ring())
    seen = side.await_request("/next")
    assert seen.method == "GET"
    assert seen.headers["X-Twilio-Signature"] == sign(TOKEN, seen.url, {})


def test_standard_fields(rig: Rig, side: OtherSide) -> None:
    side.on("/voice", "<Say>a</Say>")
    sid = rig.ring()
    seen = side.await_request("/voice").params
    assert seen["CallSid"] == sid
    assert seen["CallStatus"] == "ringing"
    assert seen["Direction"] == "inbound"
    assert seen["ApiVersion"] == "2010-04-01"
    assert seen["From"] == seen["Caller"]


def test_withheld_number(rig: Rig, side: OtherSide) -> None:
    side.on("/voice", "<Say>a</Say>")
    rig.ring("anonymous")
    assert side.await_request("/voice").params["From"] == "anonymous"
