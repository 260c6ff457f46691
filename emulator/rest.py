"""What every REST request has in common: the account's keys, faults, the record, answers in Twilio's shape."""

import socket
import time
from base64 import b64decode
from typing import Any

from flask import Blueprint, Response, g, jsonify, request

from emulator.faults import Fault
from emulator.history import Json
from emulator.network import Network

VERSION = "2010-04-01"
PREFIX = f"/{VERSION}/Accounts"
PAGE_SIZE = 50


class Refused(Exception):
    """An error answer: HTTP status and Twilio's code."""

    def __init__(self, status: int, code: int, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message


def not_found() -> Refused:
    return Refused(404, 20404, f"The requested resource {request.path} was not found")


def error(status: int, code: int, message: str) -> Response:
    response = jsonify(
        code=code, message=message, more_info=f"https://www.twilio.com/docs/errors/{code}", status=status
    )
    response.status_code = status
    return response


def equip(api: Blueprint, network: Network, *, guarded: bool = True) -> None:
    """Keys (where `guarded`), faults and record for every route of this blueprint."""

    @api.before_request
    def before() -> Response | None:
        g.fault = network.faults.strike("rest", f"{request.method} {request.full_path.rstrip('?')}")
        if guarded and not _authorised(network):
            return error(401, 20003, "Authenticate")
        fault: Fault | None = g.fault
        if fault is not None and fault.do == "delay":
            time.sleep(fault.seconds)
        if fault is not None and fault.do == "status_before":
            return _injected(fault)
        return None

    @api.errorhandler(Refused)
    def refused(refusal: Refused) -> Response:
        return error(refusal.status, refusal.code, refusal.message)

    @api.after_request
    def after(response: Response) -> Response:
        fault: Fault | None = g.get("fault")
        effect = "none" if fault is not None and fault.do == "status_before" else f"answered {response.status_code}"
        if fault is not None and fault.do == "status_after":
            response = _injected(fault)
        _record(network, response, effect, fault)
        if fault is not None and fault.do == "lose_answer":
            cut(request.environ.get("werkzeug.socket"))
        return response


def _authorised(network: Network) -> bool:
    scheme, _, encoded = request.headers.get("Authorization", "").partition(" ")
    if scheme != "Basic":
        return False
    try:
        name, _, secret = b64decode(encoded).decode().partition(":")
    except ValueError:
        return False
    config = network.config
    account = (request.view_args or {}).get("account", config.account_sid)
    keys = {(config.account_sid, config.auth_token), (config.api_key, config.api_secret)}
    return account == config.account_sid and bool(name) and (name, secret) in keys


def _injected(fault: Fault) -> Response:
    code = {404: 20404, 429: 20429}.get(fault.status, 20500)
    return error(fault.status, code, f"injected {fault.status}")


def _record(network: Network, response: Response, effect: str, fault: Fault | None) -> None:
    params: dict[str, Json] = dict(request.form.items())
    network.history.add(
        "rest",
        method=request.method,
        path=request.path,
        query=request.query_string.decode(),
        params=params,
        status=response.status_code,
        effect=effect,
        sid=g.get("sid"),
        fault=fault.do if fault else None,
    )


def cut(line: socket.socket | None) -> None:
    """Nothing more arrives: of an answer that was not sent yet, nothing at all, although its effect stands."""
    if line is not None:
        line.shutdown(socket.SHUT_RDWR)


def page(key: str, items: list[dict[str, Json]]) -> Response:
    number, size = request.args.get("Page", 0, int), request.args.get("PageSize", PAGE_SIZE, int)
    start = number * size
    more = start + size < len(items)
    address = f"{request.path}?PageSize={size}&Page="
    return jsonify(
        {
            key: items[start : start + size],
            "page": number,
            "page_size": size,
            "start": start,
            "end": max(start, min(start + size, len(items)) - 1),
            "uri": f"{address}{number}",
            "first_page_uri": f"{address}0",
            "previous_page_uri": f"{address}{number - 1}" if number else None,
            "next_page_uri": f"{address}{number + 1}" if more else None,
        }
    )


def required(name: str, code: int) -> str:
    value = request.form.get(name, "")
    if not value:
        raise Refused(400, code, f"{name} is required")
    return value


def flag(name: str, default: bool) -> bool:
    return request.form.get(name, "true" if default else "false").lower() == "true"


def method(name: str) -> str:
    wanted = request.form.get(name, "POST").upper()
    if wanted not in ("GET", "POST"):
        raise Refused(400, 21403 if name == "Method" else 20001, f"{name} {wanted}")
    return wanted


def whole(name: str, default: int) -> int:
    text: Any = request.form.get(name)
    if text is None:
        return default
    if not text.isdigit():
        raise Refused(400, 20001, f"{name} {text}")
    return int(text)
