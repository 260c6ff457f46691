"""The fields that every webhook about a call carries (https://www.twilio.com/docs/voice/twiml)."""

from emulator.calls import Call

ACCOUNT_VERSION = "2010-04-01"


def standard(call: Call, account_sid: str) -> dict[str, str]:
    fields = {
        "AccountSid": account_sid,
        "ApiVersion": ACCOUNT_VERSION,
        "CallSid": call.sid,
        "CallStatus": call.status,
        "Called": call.callee,
        "Caller": call.caller,
        "Direction": call.direction,
        "From": call.caller,
        "To": call.callee,
    }
    if call.caller.startswith("+358"):
        fields |= {"CallerCountry": "FI", "FromCountry": "FI"}
    if call.callee.startswith("+358"):
        fields |= {"CalledCountry": "FI", "ToCountry": "FI"}
    if call.parent is not None:
        fields["ParentCallSid"] = call.parent.sid
    if call.answered_by is not None:
        fields["AnsweredBy"] = call.answered_by
    return fields
