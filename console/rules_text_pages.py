"""A draft's whole document as text: read, written, sent as a file, taken home as YAML or JSON."""

import json
from typing import TYPE_CHECKING

import yaml
from flask import Response, redirect, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import NotFound

from console import rules_desk as desk
from console import rules_document as document
from console.rules_desk import Opened, noted
from console.rules_draft_pages import posted_revision
from routing_rules.versions import drafts
from routing_rules.versions.model import Saved, Stale

if TYPE_CHECKING:
    from bootstrap import Services

FORMS = ("yaml", "json")


def show(services: "Services", draft_id: str) -> str:
    found = desk.opened(services, draft_id)
    return _page(services, found, as_text(found.draft.document, "yaml"))


def _page(services: "Services", found: Opened, text: str, problem: str = "", problems: tuple[str, ...] = ()) -> str:
    return desk.page(services, "rules_text", found, text=text, problem=problem, problems=problems)


def keep(services: "Services", draft_id: str) -> ResponseReturnValue:
    """A whole ruleset or nothing: what cannot be read is refused with place, reason and mend; her text stands there."""
    found, text = desk.opened(services, draft_id), _sent()
    if text is None:
        return _page(services, found, as_text(found.draft.document, "yaml"), "no_text"), 422
    now, revision = services.clock.now(), posted_revision()
    saved = drafts.save(
        services.database, draft_id, revision, text, desk.owner(), now, noted(services, "rules_draft_saved")
    )
    if isinstance(saved, Saved):
        return redirect(url_for("console.rules_draft", draft_id=draft_id, saved="yes"), 303)
    if isinstance(saved, Stale):
        current = Opened(saved.current, document.read(saved.current.document))
        return _page(services, current, text, "text_overtaken"), 409
    return _page(services, found, text, saved.reason, saved.problems), 422


def _sent() -> str | None:
    """The file where one was chosen, else what stands in the field. None: neither is text."""
    file = request.files.get("file")
    if file is None or not file.filename:
        return request.form.get("text", "").replace("\r\n", "\n") or None
    try:
        read: bytes = file.read()
        return read.decode("utf-8-sig")
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
