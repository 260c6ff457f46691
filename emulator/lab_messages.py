"""Lab page: a telephone sends a text message to a number of the account."""

from flask import Blueprint, jsonify, request

from emulator.lab_calls import Reply
from emulator.network import Network


def blueprint(network: Network) -> Blueprint:
    lab = Blueprint("lab_messages", __name__)

    @lab.post("/lab/messages")
    def send() -> Reply:
        content = request.get_json()
        message = network.messages.receive(str(content["from"]), str(content["to"]), str(content.get("body", "")))
        if message is None:
            return jsonify(reason="nothing takes messages there"), 404
        return jsonify(message_sid=message.sid), 201

    return lab
