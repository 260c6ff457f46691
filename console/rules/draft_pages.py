"""A draft of the rules: begun, its parts listed, a rule moved up or down, the draft thrown away."""

import json
from typing import TYPE_CHECKING

from flask import redirect, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import BadRequest, NotFound

from console.rules import desk, document
from console.rules.desk import Opened, noted
from console.rules.fields import LISTS, PARTS, SINGLE, Part
from console.rules.forms import named
from console.rules.told import summary
from routing_rules.document import RulesetInvalid, parse
from routing_rules.document.model import Problem
from routing_rules.versions import drafts
from routing_rules.versions.model import Draft, Refused, Saved, Stale

if TYPE_CHECKING:
    from bootstrap import Services

STEPS = {"up": -1, "down": 1}


def begin(services: "Services") -> ResponseReturnValue:
    author, name = desk.owner(), request.form.get("name", "")
    made = drafts.begin(services.database, name, author, services.clock.now(), noted(services, "rules_draft_made"))
    if not isinstance(made, Draft):
        return redirect(url_for("console.rules", refused=made.reason), 303)
    return redirect(url_for("console.rules_draft", draft_id=made.id), 303)


def show(services: "Services", draft_id: str) -> str:
    return home(services, desk.opened(services, draft_id))


def home(services: "Services", found: Opened, problem: str = "") -> str:
    """The draft's parts, and what still keeps it from being a whole ruleset."""
    counts = {part: len(document.elements(found.written, part)) for part in PARTS if part not in SINGLE}
    newer = services.rules.current().version > found.draft.base_version
    problems = problems_of(found)
    return desk.page(
        services, "draft", found, parts=PARTS, counts=counts, newer=newer, problem=problem,
        problems=desk.told_problems(found, problems),
    )  # fmt: skip


def problems_of(found: Opened) -> tuple[Problem, ...]:
    try:
        parse(found.draft.document)
    except RulesetInvalid as invalid:
        return invalid.found
    return ()


def part_list(services: "Services", draft_id: str, part: str) -> ResponseReturnValue:
    found, chosen = desk.opened(services, draft_id), known_part(part)
    if chosen in SINGLE:
        return redirect(url_for("console.rules_element", draft_id=draft_id, part=part, element_id=part))
    tell = desk.teller(services, found.written)
    language = tell.t.language
    rows = [
        (str(one.get("id")), _called(language, one), summary(tell, chosen, one), _depth(one))
        for one in _ordered(found, chosen)
    ]
    return desk.page(
        services, "part", found, part=chosen, rows=rows, announcements=_announcements(services, found, language),
        ends=document.ends(found.written, chosen),
    )  # fmt: skip


def _announcements(services: "Services", found: Opened, language: str) -> list[tuple[str, str, bool]]:
    """Key, what callers hear, and whether that is the city's own: also what it has under a key that nobody speaks."""
    spoken = services.announcements.catalogues[language].announcements
    own = {str(one["id"]): _called(language, one) for one in document.elements(found.written, "announcements")}
    return [(key, own.get(key, spoken.get(key, "")), key in own) for key in dict.fromkeys((*spoken, *own))]


def _called(language: str, element: dict[str, object]) -> str:
    return named(element, language, str(element.get("id")))


def _ordered(found: Opened, part: Part) -> list[dict[str, object]]:
    """Topics as the menu has them: each with what stands under it."""
    listed = document.elements(found.written, part)
    if part != "topics":
        return listed
    ids = {str(one.get("id")) for one in listed}
    tops = [one for one in listed if str(one.get("parent")) not in ids]
    return [one for top in tops for one in (top, *(c for c in listed if c.get("parent") == top.get("id")))]


def _depth(element: dict[str, object]) -> int:
    return 1 if element.get("parent") else 0


def known_part(part: str) -> Part:
    """Raises NotFound."""
    found = next((known for known in PARTS if known == part), None)
    if found is None:
        raise NotFound
    return found


def move(services: "Services", draft_id: str, part: str) -> ResponseReturnValue:
    found, chosen = desk.opened(services, draft_id), known_part(part)
    element_id, direction = request.form.get("element", ""), request.form.get("direction", "")
    if direction not in STEPS or chosen not in LISTS:
        raise BadRequest("direction")
    changed, revision = document.moved(found.written, chosen, element_id, STEPS[direction]), posted_revision()
    if changed == found.written and revision == found.draft.revision:
        return redirect(url_for("console.rules_part", draft_id=draft_id, part=chosen), 303)
    return _then_list(services, found, chosen, changed, moved=element_id, direction=direction)


def remove(services: "Services", draft_id: str, part: str, element_id: str) -> ResponseReturnValue:
    found, chosen = desk.opened(services, draft_id), known_part(part)
    if chosen in SINGLE or document.element(found.written, chosen, element_id) is None:
        raise NotFound
    return _then_list(services, found, chosen, document.without(found.written, chosen, element_id))


def _then_list(
    services: "Services", found: Opened, part: Part, changed: dict[str, object], moved: str = "", direction: str = ""
) -> ResponseReturnValue:
    """She saw the list as it was at ``revision``; where it has changed since, nothing is done and she sees it anew."""
    saved = save(services, found, posted_revision(), changed)
    if isinstance(saved, Saved):
        list_page = url_for(
            "console.rules_part", draft_id=found.draft.id, part=part, moved=moved or None, direction=direction or None
        )
        return redirect(list_page, 303)
    if isinstance(saved, Stale):
        current = Opened(saved.current, document.read(saved.current.document))
        return home(services, current, "overtaken"), 409
    return home(services, found, saved.reason), 422


def save(services: "Services", found: Opened, revision: int, written: dict[str, object]) -> Saved | Stale | Refused:
    text = json.dumps(written, ensure_ascii=False)
    also = noted(services, "rules_draft_saved")
    return drafts.save(services.database, found.draft.id, revision, text, desk.owner(), services.clock.now(), also)


def posted_revision() -> int:
    given = request.form.get("revision", "")
    if not given.isdecimal() or len(given) > 9:
        raise BadRequest("revision")
    return int(given)


def news(services: "Services", draft_id: str) -> dict[str, bool]:
    """Whether somebody has saved since the page that asks was made."""
    found = desk.opened(services, draft_id)
    seen = request.args.get("revision", "")
    return {"newer": seen.isdecimal() and found.draft.revision > int(seen[:9])}


def drop(services: "Services", draft_id: str) -> ResponseReturnValue:
    found = desk.opened(services, draft_id)
    also = noted(services, "rules_draft_dropped")
    done = drafts.drop(services.database, draft_id, posted_revision(), desk.owner(), services.clock.now(), also)
    if isinstance(done, Saved):
        return redirect(url_for("console.rules"), 303)
    return home(services, found, "overtaken" if isinstance(done, Stale) else done.reason), 409
