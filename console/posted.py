"""What a page posted, as plain strings, whether it came as JSON or as a form. Anything else is refused with 400."""

from collections.abc import Mapping

from flask import request
from werkzeug.exceptions import BadRequest

from routing_rules.marks import without_marks

PASSWORDS = frozenset({"password", "old", "new", "again"})  # taken as they are typed, whatever is in them


def drop_marks() -> None:
    """From the form and the address, before any page reads them; from JSON where ``posted`` reads it."""
    for place, given in (("form", request.form), ("args", request.args)):
        plain = type(given)((name, _seen(name, value)) for name, value in given.items(multi=True))
        if plain != given:
            setattr(request, place, plain)


def posted() -> Mapping[str, str]:
    if not request.is_json:
        return request.form.to_dict()
    try:
        read = request.get_json(silent=True)
    except RecursionError:  # groups within groups, deeper than Python reads
        raise BadRequest("body") from None
    if not isinstance(read, dict):
        raise BadRequest("body")
    given = {str(key): _seen(key, _plain(value)) for key, value in read.items() if value is not None}
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


def _seen(name: str, value: str) -> str:
    return value if name in PASSWORDS else without_marks(value)
