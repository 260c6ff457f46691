"""What a page posted, as plain strings, whether it came as JSON or as a form. Anything else is refused with 400."""

from collections.abc import Mapping

from flask import request
from werkzeug.exceptions import BadRequest


def posted() -> Mapping[str, str]:
    if not request.is_json:
        return request.form.to_dict()
    try:
        read = request.get_json(silent=True)
    except RecursionError:  # groups within groups, deeper than Python reads
        raise BadRequest("body") from None
    if not isinstance(read, dict):
        raise BadRequest("body")
    given = {str(key): _plain(value) for key, value in read.items() if value is not None}
    if any("\0" in part for pair in given.items() for part in pair):
        raise BadRequest("nul")  # in forms the guard has looked for it
    return given


def by_script() -> bool:
    """Answered as JSON; a plain form is led to its next page."""
    return request.is_json


def one_of(name: str, allowed: tuple[str, ...]) -> str:
    given = posted().get(name, "")
    if given not in allowed:
        raise BadRequest(name)
    return given


def yes_or_no(name: str) -> bool:
    return one_of(name, ("true", "false", "1", "0")) in ("true", "1")


def _plain(value: object) -> str:
    match value:
        case bool():
            return "true" if value else "false"
        case str() | int():
            return str(value)
        case _:
            raise BadRequest("value")
