"""A draft looked through and put into force: findings, what changes, the reason; now, or at a moment. And merging."""

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from flask import redirect, request, url_for
from flask.typing import ResponseReturnValue

from console.rules import desk, document
from console.rules.changes import Line, change_lines, place_words, value_words
from console.rules.desk import Opened, noted
from console.rules.draft_pages import posted_revision, problems_of
from console.rules.fields import PARTS, SINGLE
from console.rules.finding_words import finding_words
from console.words import PageWords
from routing_rules.checking.check import check
from routing_rules.checking.model import Finding
from routing_rules.document import parse
from routing_rules.model import Ruleset
from routing_rules.versions import drafts, publishing
from routing_rules.versions.difference import difference
from routing_rules.versions.model import Behind, Conflict, Planned, Published, Refused, Saved, Side, Stale
from routing_rules.versions.readying import Unchecked, onto_live, written_of

if TYPE_CHECKING:
    from bootstrap import Services

Told = list[tuple[Finding, str, str]]  # with its words, and the address of the form that mends it


def look(services: "Services", draft_id: str) -> str:
    return _page(services, desk.opened(services, draft_id))


def _page(services: "Services", found: Opened, problem: str = "", findings: tuple[Finding, ...] | None = None) -> str:
    """``problem``: why it was not published; what she wrote and ticked stands as she left it."""
    live = live_number(services)  # before anything is compared with it: what she is asked to confirm is never newer
    problems = problems_of(found)
    rules = None if problems else would_be(services, found)
    tell = desk.teller(services, found.written)
    told, lines = _findings(services, found, rules, tell.t, findings), _changes(services, rules, tell.t)
    behind = drafts.behind(services.database, found.draft.id)
    local = desk.local_now(services)
    return desk.page(
        services, "check", found,
        problems=[(one.said, mending(found, one.place)) for one in desk.told_problems(found, problems)],
        errors=[one for one in told if one[0].level == "error"],
        warnings=[one for one in told if one[0].level == "warning"], lines=lines, problem=problem, behind=behind,
        written=request.form, ticked=request.form.getlist("ticked"), earliest=local.strftime("%Y-%m-%dT%H:%M"),
        live=live, plan=_plan_of(services, found), has=desk.has,
    )  # fmt: skip


def would_be(services: "Services", found: Opened) -> Ruleset:
    """What publishing would put into force: with what has become live since. Where both sides have changed one place
    she chooses first, and sees the draft as it stands."""
    base = publishing.version(services.database, found.draft.base_version)
    live = next(iter(publishing.versions(services.database, 1)), None)
    if base is None or live is None:
        return parse(found.draft.document)
    merged = onto_live(base.document, live, written_of(found.draft.document))
    return merged if isinstance(merged, Ruleset) else parse(found.draft.document)


def _findings(
    services: "Services", found: Opened, rules: Ruleset | None, t: PageWords, given: tuple[Finding, ...] | None
) -> Told:
    if rules is None:
        return []
    findings = check(rules, services.clock.now(), *desk.known(services)) if given is None else given
    return [(one, finding_words(t, rules, one), mending(found, one.place)) for one in findings]


def _changes(services: "Services", rules: Ruleset | None, t: PageWords) -> list[Line]:
    live = published(services)
    return [] if rules is None or live is None else change_lines(t, difference(live, rules), (live, rules))


def published(services: "Services") -> Ruleset | None:
    """What is in force as it was written: without quick switches."""
    live = next(iter(publishing.versions(services.database, 1)), None)
    return None if live is None else parse(live.document)


def live_number(services: "Services") -> int:
    """What a page names as the version that its changes are compared with, and posts back as the one she was shown."""
    live = next(iter(publishing.versions(services.database, 1)), None)
    return services.rules.current().version if live is None else live.version


def posted_live() -> int:
    """0, which nothing was ever compared with, where no page has shown her one."""
    given = request.form.get("live", "")
    return int(given) if given.isdecimal() and len(given) < 9 else 0


def mending(found: Opened, place: str) -> str:
    """The form of the element that a place lies in; the draft's own page where none is named."""
    part, _, rest = place.partition(".")
    for chosen in PARTS:
        if chosen == part and chosen in SINGLE:
            return url_for("console.rules_element", draft_id=found.draft.id, part=chosen, element_id=chosen)
        if chosen == part:
            named = [str(one.get("id")) for one in document.elements(found.written, chosen)]
            inside = [one for one in named if f"{rest}.".startswith(f"{one}.")]
            element = max(inside, key=len, default="")
            if element:
                return url_for("console.rules_element", draft_id=found.draft.id, part=chosen, element_id=element)
            return url_for("console.rules_part", draft_id=found.draft.id, part=chosen)
    return url_for("console.rules_element", draft_id=found.draft.id, part="city", element_id="city")


def _plan_of(services: "Services", found: Opened) -> object:
    planned = publishing.plans(services.database)
    return next((one for one in planned if one.draft_id == found.draft.id), None)


def publish(services: "Services", draft_id: str) -> ResponseReturnValue:
    found = desk.opened(services, draft_id)
    later, written = request.form.get("when") == "later", request.form.get("publish_at", "").strip()
    moment = _moment(services, written)
    if later and moment is None:
        return _page(services, found, "no_moment"), 422
    if written and not later:
        return _page(services, found, "moment_unused"), 422  # rules meant for another day must not reach callers today
    ticked, reason = frozenset(request.form.getlist("ticked")), request.form.get("reason", "")
    now, who, revision = services.clock.now(), desk.owner(), posted_revision()
    if moment is not None and later:
        planned = publishing.plan(
            services.database, draft_id, revision, who, reason, ticked, now, moment, *desk.known(services),
            also=noted(services, "rules_planned"),
        )  # fmt: skip
        return _ended(services, found, planned)
    done = publishing.publish(
        services.database, draft_id, revision, who, reason, ticked, now, *desk.known(services),
        also=noted(services, "rules_published"), seen=posted_live(),
    )  # fmt: skip
    return _ended(services, found, done)


def _ended(
    services: "Services", found: Opened, done: Published | Planned | Unchecked | Behind | Stale | Refused
) -> ResponseReturnValue:
    match done:
        case Published(version):
            in_force(services)
            return redirect(url_for("console.rules", published=version), 303)
        case Planned():
            return redirect(url_for("console.rules", planned="yes"), 303)
        case Unchecked(findings) if live_number(services) != posted_live():  # what is new may be the newer version's
            return _page(services, found, "newer_live", findings), 409
        case Unchecked(findings):
            return _page(services, found, "unchecked", findings), 422
        case Behind(()):
            return _page(services, found, "newer_live"), 409
        case Behind():
            return redirect(url_for("console.rules_behind", draft_id=found.draft.id), 303)
        case Stale(current):
            return _page(services, Opened(current, document.read(current.document)), "overtaken"), 409
        case Refused(reason):
            return _page(services, found, reason), 422


def in_force(services: "Services") -> None:
    """In this process now; the others look each second."""
    services.rules.refresh(services.database, services.clock.now())
    services.changed()


def _moment(services: "Services", written: str) -> datetime | None:
    zone = ZoneInfo(services.rules.current().time_zone)
    try:
        return datetime.fromisoformat(written).replace(tzinfo=zone)
    except ValueError:
        return None


def cancel(services: "Services", plan_id: str) -> ResponseReturnValue:
    desk.owner()
    done = publishing.cancel_plan(services.database, plan_id, noted(services, "rules_plan_cancelled"))
    refused = done.reason if isinstance(done, Refused) else None
    return redirect(url_for("console.rules", refused=refused), 303)


# --- what has become live since the draft was begun ---------------------------------------------------------------


def behind(services: "Services", draft_id: str) -> str:
    return _behind_page(services, desk.opened(services, draft_id))


def _behind_page(
    services: "Services", found: Opened, problem: str = "", chosen: Mapping[str, str] | None = None
) -> str:
    newer = drafts.behind(services.database, found.draft.id)
    tell, current = desk.teller(services, found.written), published(services)
    conflicts = newer.conflicts if newer is not None else ()
    rows = [_row(tell.t, one, current) for one in conflicts]
    return desk.page(services, "behind", found, newer=newer, rows=rows, problem=problem, chosen=chosen or {})


def _row(t: PageWords, conflict: Conflict, live: Ruleset | None) -> tuple[str, str, str, str]:
    """Place, its words, and what each side says there."""
    theirs, mine = (value_words(t, side) for side in (conflict.theirs, conflict.mine))
    return conflict.place, place_words(t, conflict.place, () if live is None else (live,)), theirs, mine


def take_in(services: "Services", draft_id: str) -> ResponseReturnValue:
    """The newer version into the draft; of each conflict the side she chose."""
    found = desk.opened(services, draft_id)
    done = drafts.take_in(
        services.database, draft_id, posted_revision(), _choices(), desk.owner(), services.clock.now(),
        noted(services, "rules_draft_saved"), posted_live(),
    )  # fmt: skip
    if isinstance(done, Saved):
        return redirect(url_for("console.rules_check", draft_id=draft_id), 303)
    if isinstance(done, Behind) and done.live != posted_live():
        return _behind_page(services, found, "choose_again"), 409
    if isinstance(done, Behind):
        return _behind_page(services, found, "choose", request.form), 422
    return _behind_page(services, found, "overtaken" if isinstance(done, Stale) else done.reason), 409


def _choices() -> dict[str, Side]:
    everything = request.form.get("all", "")
    given = {name.removeprefix("take."): everything or value for name, value in request.form.items() if "take." in name}
    sides: dict[str, Side] = {}
    for place, side in given.items():
        if side == "mine":
            sides[place] = "mine"
        elif side == "theirs":
            sides[place] = "theirs"
    return sides
