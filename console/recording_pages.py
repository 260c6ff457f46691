"""Recordings for those who answer for a department: found, looked into, held. Their sound: ``sound_pages``."""

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import RowMapping
from werkzeug.exceptions import BadRequest, Forbidden, NotFound

from console import guard
from console.audit_pages import day_of
from console.posted import posted
from console.rendering import page_language, wording
from console.sound_pages import listener
from desks.view.parts import desk_name, topic_path
from desks.view.parts import sound as shown
from recordings import found, holds, listening, transcripts
from recordings.found_store import Filter
from recordings.hold_store import Hold, Kind

if TYPE_CHECKING:
    from bootstrap import Services

PAGE = 50
SHOWN = ("kind", "desk", "agent", "day", "code")
CODE = re.compile(r"[0-9]{6}")


def show(services: "Services") -> ResponseReturnValue:
    """What is looked for is posted: nothing that somebody types here stands in an address."""
    given, scope, rules = _given(), guard.person().scope, services.rules.current()
    wanted = _filter(services, given)
    fault = "code" if given["code"] and not wanted.code else ""
    rows, names = found.listed(services, scope, wanted, PAGE + 1)
    html = render_template(
        "console/recordings.html",
        rows=[] if fault else [_told(services, row) for row in rows[:PAGE]],
        names=names,
        desks={d.id: d.name[page_language()] for d in rules.departments if scope is None or d.id in scope},
        older=rows[PAGE - 1]["id"] if len(rows) > PAGE and not fault else None,
        chosen={key: given[key] for key in SHOWN},
        later=bool(given["before"]),
        fault=fault,
    )
    return (html, 422) if fault else html


def one(services: "Services", recording_id: str) -> str:
    return _one(services, _row(services, recording_id))


def hold(services: "Services", recording_id: str) -> ResponseReturnValue:
    """``what``: recording, request or number; a number's hold is the administrators'."""
    row, given = _hers(services, recording_id), posted()
    subject = _subject(row, given.get("what", "recording"))
    who = guard.person().agent_id
    with services.database.write() as tx:
        done = holds.place(services, tx, *subject, given.get("reason", ""), who)
    if isinstance(done, holds.Refused):
        return _one(services, row, done.why), 422 if done.why == "reason" else 409
    return redirect(url_for("console.recording_page", recording_id=recording_id), 303)


def end_hold(services: "Services", recording_id: str) -> ResponseReturnValue:
    """From then on the retention rule counts again: she says that she is sure, and why."""
    row, given = _hers(services, recording_id), posted()
    placed = _that_she_saw(found.known(services, row).holds, given.get("hold", ""))
    if placed is None or not _may_end(placed):
        return _one(services, row, "ended"), 409
    reason = given.get("reason", "").strip()
    if given.get("sure") != "yes" or not reason:
        return _one(services, row, "sure" if reason else "end_reason"), 422
    with services.database.write() as tx:
        done = holds.end(services, tx, placed.id, guard.person().agent_id, reason)
    if not done:  # somebody was quicker
        return _one(services, row, "ended"), 409
    return redirect(url_for("console.recording_page", recording_id=recording_id), 303)


def _subject(row: RowMapping, what: str) -> tuple[Kind, str]:
    match what:
        case "recording":
            return "recording", str(row["id"])
        case "request" if row["request_id"] is not None:
            return "request", str(row["request_id"])
        case "number" if row["number_id"] is not None and guard.person().role == "administrator":
            return "number", str(row["number_id"])
        case _:
            raise BadRequest("what")


def _that_she_saw(placed: tuple[found.Keeps, ...], hold_id: str) -> Hold | None:
    """Another one that keeps this recording stays, however often she presses."""
    return next((one.hold for one in placed if one.hold.id == hold_id), None)


def _may_end(placed: Hold) -> bool:
    return placed.kind != "number" or guard.person().role == "administrator"


def _row(services: "Services", recording_id: str) -> RowMapping:
    row = listening.seen(services, listener(), recording_id)
    if row is None:
        raise NotFound
    return row


def _hers(services: "Services", recording_id: str) -> RowMapping:
    """What is kept is for its department to say, not for a desk that answers for others just now."""
    row = _row(services, recording_id)
    if not listening.hers(services, listener(), row):
        raise Forbidden
    return row


def _one(services: "Services", row: RowMapping, fault: str = "") -> str:
    known = found.known(services, row)
    return render_template(
        "console/recording.html",
        one=_told(services, row),
        sound=shown(row),
        known=known,
        hers=listening.hers(services, listener(), row),
        may_end={each.hold.id for each in known.holds if _may_end(each.hold)},
        to_hold=_to_hold(row, known),
        transcript=transcripts.standing(services, row),
        fault=fault,
        given=posted() if request.method == "POST" else {},
    )


def _to_hold(row: RowMapping, known: found.Known) -> list[Kind]:
    """What she may still place a hold on."""
    administers, held = guard.person().role == "administrator", {each.hold.kind for each in known.holds}
    there: dict[Kind, bool] = {
        "recording": row["deleted_at"] is None,
        "request": row["deleted_at"] is None and row["request_id"] is not None,
        "number": row["deleted_at"] is None and row["number_id"] is not None and administers,
    }
    return [kind for kind, may in there.items() if may and kind not in held]


def _told(services: "Services", row: RowMapping) -> dict[str, object]:
    rules, language = services.rules.current(), page_language()
    return {
        "id": row["id"],
        "kind": row["kind"],
        "standing": found.standing(row),
        "made_at": row["made_at"],
        "seconds": row["seconds"],
        "topic": wording(services).topic(topic_path(rules, row["topic"], language)),
        "department": desk_name(rules, row["department"], language),
        "language": row["language"],
        "request_id": row["request_id"],
        "deleted_at": row["deleted_at"],
        "code": row.get("code") or row.get("matter_code"),
        "agent": row.get("agent_name"),
        "held": bool(row.get("held")),
    }


def _given() -> Mapping[str, str]:
    given = posted() if request.method == "POST" else {}
    return {key: given.get(key, "").strip()[:40] for key in (*SHOWN, "before")}


def _filter(services: "Services", given: Mapping[str, str]) -> Filter:
    """Whatever is no filter filters nothing."""
    since, until = day_of(services, given["day"])
    code = "".join(given["code"].split())
    return Filter(
        kind=given["kind"] if given["kind"] in ("talk", "message") else "",
        desk=given["desk"],
        agent=given["agent"],
        code=code if CODE.fullmatch(code) else "",
        since=since,
        until=until,
        before=given["before"],
    )
