"""REST: the account itself and its numbers, as far as somebody asks whether an installation is set up rightly."""

import hashlib
from dataclasses import replace

from flask import Blueprint, Response, g, jsonify, request

from emulator.config import OwnedNumber
from emulator.history import Json
from emulator.network import Network
from emulator.rest import PREFIX, VERSION, equip, not_found, page

URLS = {  # REST name -> where the number keeps it
    "VoiceUrl": "voice_url",
    "VoiceFallbackUrl": "voice_fallback_url",
    "StatusCallback": "status_callback",
    "SmsUrl": "sms_url",
}


def blueprint(network: Network) -> Blueprint:
    api = Blueprint("rest_account", __name__, url_prefix=PREFIX)
    equip(api, network)

    @api.get("/<account>.json")
    def fetch(account: str) -> Response:
        return jsonify(
            sid=account, friendly_name="emulator", status="active", type="Full", uri=f"{PREFIX}/{account}.json"
        )

    @api.get("/<account>/IncomingPhoneNumbers.json")
    def numbers(account: str) -> Response:
        wanted = request.args.get("PhoneNumber", "")
        with network.lock:
            found = [_number(n, account) for n in network.numbers.values() if wanted in ("", n.number)]
        return page("incoming_phone_numbers", found)

    @api.post("/<account>/IncomingPhoneNumbers/<sid>.json")
    def update(account: str, sid: str) -> Response:
        with network.lock:
            owned = next((n for n in network.numbers.values() if number_sid(n.number) == sid), None)
            if owned is None:
                raise not_found()
            changes = {kept: request.form[name] for name, kept in URLS.items() if name in request.form}
            network.numbers[owned.number] = replace(owned, **changes)
            g.sid = sid
            return jsonify(_number(network.numbers[owned.number], account))

    return api


def number_sid(number: str) -> str:
    """The same after each start."""
    return f"PN{hashlib.sha256(number.encode()).hexdigest()[:32]}"


def _number(owned: OwnedNumber, account: str) -> dict[str, Json]:
    """The methods are always POST here."""
    sid = number_sid(owned.number)
    return {
        "sid": sid,
        "account_sid": account,
        "api_version": VERSION,
        "phone_number": owned.number,
        "friendly_name": owned.number,
        "capabilities": {"voice": True, "sms": True, "mms": False, "fax": False},
        "voice_url": owned.voice_url,
        "voice_method": "POST",
        "voice_fallback_url": owned.voice_fallback_url,
        "voice_fallback_method": "POST",
        "status_callback": owned.status_callback,
        "status_callback_method": "POST",
        "sms_url": owned.sms_url,
        "sms_method": "POST",
        "voice_application_sid": "",
        "sms_application_sid": "",
        "trunk_sid": None,
        "uri": f"{PREFIX}/{account}/IncomingPhoneNumbers/{sid}.json",
    }
