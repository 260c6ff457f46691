"""One element of a draft: its form, saved over the element she saw; where another was faster, both sides are shown."""

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING

from flask import redirect, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import BadRequest, NotFound

from console.rendering import page_language
from console.rules import desk, document
from console.rules.desk import Opened
from console.rules.document import NEW
from console.rules.draft_pages import known_part, posted_revision, save
from console.rules.fields import FIELDS, GROUPS, LISTS, SINGLE, Field, Part
from console.rules.forms import Element, Faults, differing, named, read, shown, taken
from routing_rules.model import LANGUAGES
from routing_rules.versions.model import Saved, Stale

if TYPE_CHECKING:
    from bootstrap import Services

SIDES = frozenset({"mine", "theirs"})
TRIES = 3  # how often another's saving of some other element may come in between


def form(services: "Services", draft_id: str, part: str, element_id: str) -> str:
    found, chosen = desk.opened(services, draft_id), known_part(part)
    return _form(services, found, chosen, element_id, _seen(services, found, chosen, element_id))


def _seen(services: "Services", found: Opened, part: Part, element_id: str) -> Element:
    """Raises NotFound."""
    if part in SINGLE and element_id != part:
        raise NotFound
    if element_id == NEW and part not in SINGLE and part != "announcements":
        return {}
    there = document.element(found.written, part, element_id)
    if there is None and part == "announcements" and element_id in services.announcements.spoken_keys():
        return {"id": element_id}
    if there is None:
        raise NotFound
    return there


def _form(
    services: "Services", found: Opened, part: Part, element_id: str, seen: Element,
    posted: Mapping[str, list[str]] | None = None, faults: Faults | None = None, problem: str = "",
) -> str:  # fmt: skip
    language, year = page_language(), desk.local_now(services).year
    values = shown(FIELDS[part], seen, language, year) if posted is None else posted
    built_in = built_in_words(services, element_id) if part == "announcements" else {}
    return desk.page(
        services, "element", found, part=part, element_id=element_id, seen=json.dumps(seen, ensure_ascii=False),
        fields=FIELDS[part], groups=grouped(part), values=values, faults=faults or {}, problem=problem,
        known=document.known(found.written), built_in=built_in, new=element_id == NEW, name=named(seen, language, ""),
        tops=[str(one.get("id")) for one in document.elements(found.written, "topics") if not one.get("parent")],
    )  # fmt: skip


def built_in_words(services: "Services", key: str) -> dict[str, str]:
    """By language; {} for a key of the city's own that no release speaks."""
    said = {code: services.announcements.catalogues[code].announcements.get(key) for code in LANGUAGES}
    return {code: words for code, words in said.items() if words is not None}


def grouped(part: Part) -> list[tuple[str, list[Field]]]:
    """The fields under their headings; the first group stands open."""
    begins = dict(GROUPS.get(part, ()))
    groups: list[tuple[str, list[Field]]] = []
    for field in FIELDS[part]:
        if field.path in begins or not groups:
            groups.append((begins.get(field.path, ""), []))
        groups[-1][1].append(field)
    return groups


def keep(services: "Services", draft_id: str, part: str, element_id: str) -> ResponseReturnValue:
    """What she wrote, onto the element as she saw it."""
    found = desk.opened(services, draft_id)
    chosen, seen = _addressed(services, found, part, element_id), _group("seen")
    if not seen and chosen in LISTS and element_id != NEW:
        raise BadRequest("seen")
    posted = request.form.to_dict(flat=False)
    reading = read(FIELDS[chosen], posted, seen, document.known(found.written))
    if reading.faults:
        return _form(services, found, chosen, element_id, seen, posted, reading.faults), 422
    return _kept(services, found, chosen, element_id, seen, reading.element)


def _addressed(services: "Services", found: Opened, part: str, element_id: str) -> Part:
    """Raises NotFound, BadRequest: a form without the revision it was made from is none of ours."""
    chosen = known_part(part)
    posted_revision()
    if chosen == "announcements" or (chosen in SINGLE and element_id != chosen):
        _seen(services, found, chosen, element_id)
    return chosen


def _kept(
    services: "Services", found: Opened, part: Part, element_id: str, seen: Element, mine: Element
) -> ResponseReturnValue:
    """At the draft's newest revision, as long as nobody has changed this element since she saw it."""
    for _ in range(TRIES):
        if part not in SINGLE:
            mine["id"] = document.fresh_id(found.written, part, mine) if element_id == NEW else element_id
        current = document.element(found.written, part, element_id)
        if not _same(current, seen):
            return _choose(services, found, part, element_id, current, seen, mine), 409
        written = document.with_element(found.written, part, str(mine.get("id", part)), mine)
        saved = save(services, found, found.draft.revision, written)
        if not isinstance(saved, Stale):
            break
        found = Opened(saved.current, document.read(saved.current.document))
    if isinstance(saved, Saved):
        return _back(found, part)
    reason = "overtaken" if isinstance(saved, Stale) else saved.reason
    return _form(services, found, part, element_id, mine, problem=reason), 409


def _back(found: Opened, part: Part) -> ResponseReturnValue:
    if part in SINGLE:
        return redirect(url_for("console.rules_draft", draft_id=found.draft.id, saved="yes"), 303)
    return redirect(url_for("console.rules_part", draft_id=found.draft.id, part=part, saved="yes"), 303)


def _same(current: Element | None, seen: Element) -> bool:
    """An announcement that the city has no words for is seen as its id alone, a new element as nothing."""
    return current == seen if current is not None else not set(seen) - {"id"}


def _choose(
    services: "Services",
    found: Opened,
    part: Part,
    element_id: str,
    theirs: Element | None,
    seen: Element,
    mine: Element,
    problem: str = "",
) -> str:
    """Both sides, field by field: her pick stands; else, where only one of both has changed a field, that side."""
    tell = desk.teller(services, found.written)
    other = theirs or {}
    rows = [
        (
            field,
            tell.lines(field, other),
            tell.lines(field, mine),
            _picked(field) or _proposed(field, seen, other, mine),
        )
        for field in differing(FIELDS[part], other, mine)
    ]
    return desk.page(
        services, "choose", found, part=part, element_id=element_id, rows=rows, gone=not other, problem=problem,
        by=desk.people(services).get(found.draft.changed_by, ""), theirs=json.dumps(other, ensure_ascii=False),
        mine=json.dumps(mine, ensure_ascii=False), seen=json.dumps(seen, ensure_ascii=False),
        name=named(mine, tell.t.language, element_id),
    )  # fmt: skip


def _picked(field: Field) -> str:
    """What she has chosen on this page, were there other fields left to choose."""
    side = request.form.get(f"take.{field.id}", "")
    return side if side in SIDES else ""


def _proposed(field: Field, seen: Element, theirs: Element, mine: Element) -> str:
    if not differing((field,), seen, theirs):
        return "mine"
    return "theirs" if not differing((field,), seen, mine) else ""


def choose(services: "Services", draft_id: str, part: str, element_id: str) -> ResponseReturnValue:
    """Hers, theirs or each by each, over the element that she was shown as theirs."""
    found = desk.opened(services, draft_id)
    chosen = _addressed(services, found, part, element_id)
    theirs, mine, everything = _group("theirs"), _group("mine"), request.form.get("all", "")
    if not mine:
        raise BadRequest("mine")
    if not theirs and everything == "theirs":
        return _back(found, chosen)  # it is gone, and stays so
    fields = differing(FIELDS[chosen], theirs, mine)
    picks = {field: everything or request.form.get(f"take.{field.id}", "") for field in fields}
    if not set(picks.values()) <= SIDES:
        return _choose(services, found, chosen, element_id, theirs, _group("seen"), mine, "choose"), 422
    built: Element = {**mine, **theirs} if theirs else dict(mine)
    for field, side in picks.items():
        taken(field, mine if side == "mine" else theirs, built)
    return _kept(services, found, chosen, element_id, theirs, built)


def _group(name: str) -> Element:
    """An element that travelled with the page. Raises BadRequest."""
    try:
        found = json.loads(request.form.get(name) or "{}")
    except (ValueError, RecursionError):
        raise BadRequest(name) from None
    if not isinstance(found, dict) or not document.can_be_kept(found):
        raise BadRequest(name)
    return found
