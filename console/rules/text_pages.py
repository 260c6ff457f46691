"""A draft's whole document as text: read, written, sent as a file, taken home as YAML or JSON."""

import json
from collections.abc import Iterator
from typing import TYPE_CHECKING

import yaml
from flask import Response, redirect, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import NotFound

from console.rendering import page_language
from console.rules import desk, document
from console.rules.changes import Line, change_lines
from console.rules.desk import Opened, noted
from console.rules.draft_pages import posted_revision
from console.words import page_words
from routing_rules.document import RulesetInvalid, parse
from routing_rules.document.model import Problem
from routing_rules.marks import without_marks
from routing_rules.model import Ruleset
from routing_rules.versions import drafts
from routing_rules.versions.changes import KINDS, changes
from routing_rules.versions.merge import named
from routing_rules.versions.model import Change, Draft, Saved, Stale, Written
from routing_rules.versions.readying import kept_form, written_of

if TYPE_CHECKING:
    from bootstrap import Services

FORMS = ("yaml", "json")


def show(services: "Services", draft_id: str) -> str:
    found = desk.opened(services, draft_id)
    return _page(services, found, as_text(found.draft.document, "yaml"))


def _page(
    services: "Services", found: Opened, text: str, problem: str = "", problems: tuple[Problem, ...] = (),
    revision: int | None = None, lines: list[Line] | None = None,
) -> str:  # fmt: skip
    """``revision``: the one that her text was made from; the draft's own only where she sees what the draft holds."""
    return desk.page(
        services, "text", found, text=text, problem=problem, problems=desk.told_problems(found, problems), lines=lines,
        revision=found.draft.revision if revision is None else revision,
    )  # fmt: skip


def keep(services: "Services", draft_id: str) -> ResponseReturnValue:
    """A whole ruleset or nothing: what cannot be read is refused with place, reason and mend; her text stands there."""
    found, text, revision = desk.opened(services, draft_id), _sent(), posted_revision()
    if text is None:
        written = request.form.get("text") or as_text(found.draft.document, "yaml")
        return _page(services, found, written, "no_text", revision=revision), 422
    if document.no_document(text):
        return _page(services, found, text, "unreadable", revision=revision), 422
    now = services.clock.now()
    saved = drafts.save(
        services.database, draft_id, revision, text, desk.owner(), now, noted(services, "rules_draft_saved")
    )
    if isinstance(saved, Saved):
        return redirect(url_for("console.rules_draft", draft_id=draft_id, saved="yes"), 303)
    if isinstance(saved, Stale):
        return _overtaken(services, saved.current, text), 409
    return _page(services, found, text, saved.reason, saved.problems, revision), 422


def _overtaken(services: "Services", current: Draft, text: str) -> str:
    """Her text, and all that it would replace in the draft as others have saved it: only so may it be saved again."""
    found = Opened(current, document.read(current.document))
    return _page(services, found, text, "text_overtaken", lines=_replaced(current, text))


def _replaced(current: Draft, text: str) -> list[Line]:
    kept = kept_form(text)
    after = kept[0] if isinstance(kept, tuple) else current.document
    both = (current.document, after)
    versions = tuple(rules for one in both if (rules := _readable(one)) is not None)
    was, wanted = (written_of(one) for one in both)
    told = (*changes(was, wanted), *_nameless(was, wanted))
    return change_lines(page_words(page_language()), told, versions)


def _nameless(was: Written, wanted: Written) -> Iterator[Change]:
    """Lists whose elements have no names cannot be told one by one; that they differ is told all the same."""
    for field in KINDS:
        sides = was.get(field), wanted.get(field)
        if sides[0] != sides[1] and any(one is not None and named(one) is None for one in sides):
            yield Change("changed", field, (("kind", "city"), ("field", field), ("before", ""), ("after", "")))


def _readable(text: str) -> Ruleset | None:
    try:
        return parse(text)
    except RulesetInvalid:
        return None


def _sent() -> str | None:
    """The file where one was chosen, else what stands in the field. None: neither is text."""
    file = request.files.get("file")
    if file is None or not file.filename:
        return request.form.get("text", "").replace("\r\n", "\n") or None
    try:
        read: bytes = file.read()
        return without_marks(read.decode("utf-8-sig"))
    except UnicodeDecodeError:
        return None


def download(services: "Services", draft_id: str, form: str) -> Response:
    found = desk.opened(services, draft_id)
    return as_file(found.draft.document, form, f"draft-{found.draft.revision}")


def as_file(text: str, form: str, name: str) -> Response:
    """Raises NotFound."""
    if form not in FORMS:
        raise NotFound
    response = Response(as_text(text, form), mimetype=f"application/{form}")
    response.headers["Content-Disposition"] = f'attachment; filename="rules-{name}.{form}"'
    return response


def as_text(text: str, form: str) -> str:
    written = json.loads(text)
    if form == "json":
        return json.dumps(written, ensure_ascii=False, indent=2) + "\n"
    return yaml.safe_dump(written, allow_unicode=True, sort_keys=False, width=110)
