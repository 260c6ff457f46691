"""Lab pages about the network: clock, telephones, errors, history, faults, reset. JSON; not Twilio's."""

from dataclasses import asdict, replace
from datetime import datetime

from flask import Blueprint, jsonify, request

from emulator.clock import Reading
from emulator.faults import read_fault
from emulator.history import Json
from emulator.lab_calls import Reply, summary
from emulator.lab_sound import summary as recording_summary
from emulator.network import Network
from emulator.telephones import Telephone, read_behaviour


def blueprint(network: Network) -> Blueprint:
    lab = Blueprint("lab_network", __name__)

    @lab.get("/lab/clock")
    def clock() -> Reply:
        return jsonify(_reading(network.clock.reading()))

    @lab.post("/lab/clock")
    def set_clock() -> Reply:
        content = request.get_json()
        rate = content.get("rate")
        moment = content.get("business_time")
        if rate is not None and not 0.01 <= float(rate) <= 10000:
            return jsonify(reason="rate"), 400
        time = datetime.fromisoformat(moment) if moment else None
        if time is not None and time.tzinfo is None:
            return jsonify(reason="business_time without offset"), 400
        return jsonify(_reading(network.clock.set(time, float(rate) if rate else None)))

    @lab.post("/lab/pace")
    def set_pace() -> Reply:
        """How many calls over REST go out in a (business) second; null: as many as come."""
        pace = request.get_json().get("calls_per_second")
        if pace is not None and not 0.01 <= float(pace) <= 1000:
            return jsonify(reason="calls_per_second"), 400
        network.config = replace(network.config, calls_per_second=None if pace is None else float(pace))
        return jsonify(calls_per_second=network.config.calls_per_second)

    @lab.post("/lab/reset")
    def reset() -> Reply:
        network.reset()
        return jsonify(reset=True)

    return lab


def records(network: Network) -> Blueprint:
    lab = Blueprint("lab_records", __name__)

    @lab.get("/lab/errors")
    def errors() -> Reply:
        return jsonify(network.history.errors())

    @lab.get("/lab/history")
    def history() -> Reply:
        entries, following = network.history.since(request.args.get("since", 0, int))
        return jsonify(entries=entries, next=following)

    return lab


def fault_rules(network: Network) -> Blueprint:
    lab = Blueprint("lab_faults", __name__)

    @lab.get("/lab/faults")
    def faults() -> Reply:
        return jsonify(network.faults.all())

    @lab.post("/lab/faults")
    def add_faults() -> Reply:
        content = request.get_json()
        added = [read_fault(entry) for entry in (content if isinstance(content, list) else [content])]
        wrong = [fault for fault in added if isinstance(fault, str)]
        if wrong:
            return jsonify(reason=f"wrong: {', '.join(wrong)}"), 400
        for fault in added:
            if not isinstance(fault, str):
                network.faults.add(fault)
        return jsonify(network.faults.all()), 201

    @lab.delete("/lab/faults")
    def clear_faults() -> Reply:
        network.faults.clear()
        return jsonify([])

    return lab


def telephones(network: Network) -> Blueprint:
    lab = Blueprint("lab_telephones", __name__)

    @lab.get("/lab/numbers")
    def numbers() -> Reply:
        return jsonify(numbers=list(network.numbers))

    @lab.get("/lab/phones")
    def phones() -> Reply:
        with network.lock:
            return jsonify(phones=[_telephone(network, phone) for phone in network.phones.values()])

    @lab.post("/lab/phones")
    def make() -> Reply:
        content = request.get_json()
        phone = network.telephone(str(content["number"]), str(content.get("label") or ""))
        return jsonify(_telephone(network, phone)), 201

    @lab.get("/lab/phones/<number>")
    def phone(number: str) -> Reply:
        found = network.phones.get(number)
        if found is None:
            return jsonify(reason="no such telephone"), 404
        return jsonify(_telephone(network, found))

    @lab.post("/lab/phones/<number>/behaviour")
    def behave(number: str) -> Reply:
        behaviour = read_behaviour(request.get_json())
        if isinstance(behaviour, str):
            return jsonify(reason=f"wrong: {behaviour}"), 400
        phone = network.telephone(number)
        phone.behaviour = behaviour
        return jsonify(_telephone(network, phone))

    return lab


def _telephone(network: Network, phone: Telephone) -> dict[str, Json]:
    with network.lock:
        calls: list[Json] = [summary(call) for call in network.calls_of(phone.number)]
        messages: list[Json] = [
            {
                "sid": text.sid,
                "from": text.sender,
                "to": text.to,
                "body": text.body,
                "at": text.at,
                "segments": text.segments,
            }
            for text in phone.messages
        ]
        left: list[Json] = [asdict(message) for message in phone.left]
        recordings: list[Json] = [recording_summary(one) for one in network.recordings.of(phone.number)]
    return {
        "number": phone.number,
        "label": phone.label,
        "behaviour": asdict(phone.behaviour),
        "calls": calls,
        "messages": messages,
        "left": left,
        "recordings": recordings,
    }


def _reading(reading: Reading) -> dict[str, Json]:
    return {"business_time": reading.business_time.isoformat(), "as_of": reading.as_of, "rate": reading.rate}
