"""A draft's document as its parts: one element read, put, moved, taken out. Pure; no document is ever changed in place.

A draft need not be a whole ruleset yet, so nothing here trusts its shape: what is no list or group counts as empty.
"""

import json
import re
import unicodedata
from collections.abc import Mapping
from itertools import chain

from console.rules.fields import FIELDS, LISTS, Part
from console.rules.form_parts import Known
from console.rules.forms import Element, at, put, taken
from routing_rules.marks import without_marks

Written = Mapping[str, object]
NEW = "~new"  # an element that is not there yet; no id looks like it
LONGEST_ID = 40
DEEPEST = 40  # groups within groups; a ruleset has 7
NO_CHARACTER = re.compile("[\0\ud800-\udfff]")  # no record keeps it, no page can show it


def read(document: str) -> dict[str, object]:
    """Without unseen marks, which an earlier release kept: what comes back from a page has none, and is compared."""
    found = json.loads(without_marks(document))
    return found if isinstance(found, dict) else {}


def can_be_kept(value: object) -> bool:
    """No group deeper than any ruleset, and no character that is none."""
    level: list[object] = [value]
    for _ in range(DEEPEST):
        if any(isinstance(one, str) and NO_CHARACTER.search(one) for one in level):
            return False
        groups = [one for one in level if isinstance(one, Mapping)]
        lists = [one for one in level if isinstance(one, list)]
        level = [*chain(*lists), *chain(*groups), *chain.from_iterable(one.values() for one in groups)]
    return not level


def no_document(text: str) -> bool:
    """JSON that no draft may hold. What cannot be read as JSON is refused, with its reason, where drafts are kept."""
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return False
    return not can_be_kept(found)


def elements(written: Written, part: Part) -> list[Element]:
    if part == "announcements":
        return [{"id": key, "words": words} for key, words in _group(written, "announcements").items()]
    if part not in LISTS:
        return [_single(written, part)]
    found = written.get(part)
    return [dict(one) for one in found if isinstance(one, Mapping)] if isinstance(found, list) else []


def element(written: Written, part: Part, element_id: str) -> Element | None:
    if part not in (*LISTS, "announcements"):
        return _single(written, part)
    return next((one for one in elements(written, part) if one.get("id") == element_id), None)


def _single(written: Written, part: Part) -> Element:
    source = _group(written, "limits") if part == "limits" else written
    single: Element = {}
    for field in FIELDS[part]:
        if at(source, field.path) is not None:
            taken(field, source, single)
    return single


def with_element(written: Written, part: Part, element_id: str, changed: Element) -> dict[str, object]:
    """In its place; a new one stands last."""
    result = dict(written)
    if part == "announcements":
        result["announcements"] = {**_group(written, "announcements"), str(changed["id"]): changed.get("words")}
    elif part in LISTS:
        known = elements(written, part)
        there = any(one.get("id") == element_id for one in known)
        swapped = [changed if one.get("id") == element_id else one for one in known]
        result[part] = swapped if there else [*known, changed]
    else:
        target = dict(_group(written, "limits")) if part == "limits" else result
        for field in FIELDS[part]:
            put(target, field.path, at(changed, field.path))
        result = {**result, "limits": target} if part == "limits" else target
    return result


def without(written: Written, part: Part, element_id: str) -> dict[str, object]:
    if part == "announcements":
        kept = {key: words for key, words in _group(written, part).items() if key != element_id}
        return {**written, part: kept}
    return {**written, part: [one for one in elements(written, part) if one.get("id") != element_id]}


def moved(written: Written, part: Part, element_id: str, steps: int) -> dict[str, object]:
    """Up (-1) or down (1), past its neighbour: a topic past one in the same menu. At the end nothing moves."""
    listed = elements(written, part)
    place = next((n for n, one in enumerate(listed) if one.get("id") == element_id), None)
    if place is None:
        return dict(written)
    beside = [n for n, one in enumerate(listed) if one.get("parent") == listed[place].get("parent")]
    goal = beside.index(place) + steps
    if not 0 <= goal < len(beside):
        return dict(written)
    listed.insert(beside[goal], listed.pop(place))
    return {**written, part: listed}


def ends(written: Written, part: Part) -> dict[str, frozenset[int]]:
    """By id: where an element cannot go (-1 up, 1 down), for it stands first or last among its neighbours."""
    menus: dict[str, list[str]] = {}
    for one in elements(written, part):
        menus.setdefault(repr(one.get("parent")), []).append(str(one.get("id")))
    blocked: dict[str, frozenset[int]] = {}
    for menu in menus.values():
        for step, element_id in ((-1, menu[0]), (1, menu[-1])):
            blocked[element_id] = blocked.get(element_id, frozenset()) | {step}
    return blocked


def known(written: Written) -> Known:
    return Known(_ids(written, "topics"), _ids(written, "departments"), _ids(written, "duties"))


def _ids(written: Written, part: Part) -> tuple[str, ...]:
    return tuple(str(one["id"]) for one in elements(written, part) if isinstance(one.get("id"), str))


def _group(written: Written, name: str) -> Mapping[str, object]:
    found = written.get(name)
    return found if isinstance(found, Mapping) else {}


def fresh_id(written: Written, part: Part, made: Element) -> str:
    """Made of its Finnish name, so that files and logs can be read; unique in its part."""
    said = next((words for path in ("name.fi", "spoken.fi", "words.fi") if (words := at(made, path))), None)
    plain = unicodedata.normalize("NFKD", str(said or at(made, "topic") or part)).encode("ascii", "ignore").decode()
    slug = re.sub(r"[^a-z0-9]+", "-", plain.lower()).strip("-")[: LONGEST_ID - 4].strip("-")
    base = slug if slug[:1].isalpha() else f"{part[:4]}-{slug}".strip("-")
    taken_ids = set(_ids(written, part))
    numbered = (f"{base}-{n}" for n in range(2, len(taken_ids) + 3))
    return base if base not in taken_ids else next(one for one in numbered if one not in taken_ids)
