"""REST: messages. Create, list, fetch, delete."""

import re

from flask import Blueprint, Response, g, jsonify, request

from emulator.callbacks import rfc2822
from emulator.calls import StatusSubscription
from emulator.history import Json
from emulator.messages import MOST_CHARACTERS
from emulator.network import Network
from emulator.rest import PREFIX, VERSION, Refused, equip, method, not_found, page, required
from emulator.rest_calls import moment
from emulator.ringing import E164
from emulator.telephones import TextMessage

NAMED_SENDER = re.compile(r"(?=.*[A-Za-z])[A-Za-z0-9 ]{1,11}")


def blueprint(network: Network) -> Blueprint:
    api = Blueprint("rest_messages", __name__, url_prefix=f"{PREFIX}/<account>")
    equip(api, network)

    @api.post("/Messages.json")
    def create(account: str) -> tuple[Response, int]:
        to, sender, body = required("To", 21604), required("From", 21603), required("Body", 21602)
        if not E164.fullmatch(to):
            raise Refused(400, 21211, f"To {to}")
        if sender not in network.numbers and not NAMED_SENDER.fullmatch(sender):
            raise Refused(400, 21606, f"From {sender}")
        if len(body) > MOST_CHARACTERS:
            raise Refused(400, 21617, "Body longer than 1600 characters")
        told = StatusSubscription(request.form.get("StatusCallback", ""), method("StatusCallbackMethod"))
        message = network.messages.send(sender, to, body, told)
        g.sid = message.sid
        return jsonify(_message(message, account)), 201

    @api.get("/Messages.json")
    def messages(account: str) -> Response:
        with network.lock:
            sent = [message for message in network.messages.sent.values() if _wanted(message)]
            return page("messages", [_message(message, account) for message in reversed(sent)])

    @api.get("/Messages/<sid>.json")
    def fetch(account: str, sid: str) -> Response:
        message = network.messages.sent.get(sid)
        if message is None:
            raise not_found()
        return jsonify(_message(message, account))

    @api.delete("/Messages/<sid>.json")
    def delete(account: str, sid: str) -> tuple[str, int]:
        g.sid = sid
        if not network.messages.delete(sid):
            raise not_found()
        return "", 204

    return api


def _wanted(message: TextMessage) -> bool:
    args = request.args
    return args.get("To", message.to) == message.to and args.get("From", message.sender) == message.sender


def _message(message: TextMessage, account: str) -> dict[str, Json]:
    at = rfc2822(moment(message.at))
    return {
        "sid": message.sid,
        "account_sid": account,
        "api_version": VERSION,
        "body": message.body,
        "date_created": at,
        "date_sent": at,
        "date_updated": at,
        "direction": "outbound-api",
        "error_code": None,
        "error_message": None,
        "from": message.sender,
        "num_media": "0",
        "num_segments": str(message.segments),
        "price": None,
        "price_unit": "USD",
        "status": "delivered",
        "subresource_uris": {},
        "to": message.to,
        "uri": f"{PREFIX}/{account}/Messages/{message.sid}.json",
    }
