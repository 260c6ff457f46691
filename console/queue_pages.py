"""The queue: every open request and waiting caller of one's departments, narrowed down, looked up, page by page.

What is typed to look a matter up is posted: no code and no number stands in an address or a log.
"""

import logging
from typing import TYPE_CHECKING

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import BadRequest

from callbacks.model import Refused
from console import guard
from console.posted import posted
from console.rendering import page_language
from console.words import PAGE_LANGUAGES
from desks.queue import listing as queue
from desks.queue.entry import OPEN_PARTS, PARTS, Mark, read_mark
from desks.queue.listing import Page, Wanted
from desks.queue.search import search as look_up

if TYPE_CHECKING:
    from bootstrap import Services

LOG = logging.getLogger("console")
LONGEST_SEARCH = 40


def show(services: "Services") -> str:
    return render_template("console/queue.html", **_listed(services))


def part(services: "Services") -> str:
    return render_template("console/queue_part.html", **_listed(services))


def search(services: "Services") -> ResponseReturnValue:
    """The page with what was found; the words typed stand in its form again."""
    asked = posted().get("asked", "").strip()[:LONGEST_SEARCH]
    if not asked:
        return redirect(url_for("console.queue"), 303)
    found = look_up(services, guard.person().scope, asked, page_language())
    refused = found.reason if isinstance(found, Refused) else ""
    listed = Page(()) if isinstance(found, Refused) else found
    LOG.info("queue searched", extra={"agent": guard.person().agent_id, "found": len(listed.entries)})
    given = _page(services, listed) | {"asked": asked, "refused": refused, "searched": True}
    template = "console/queue_part.html" if posted().get("part") == "yes" else "console/queue.html"
    return render_template(template, **given), 422 if refused else 200


def search_again(services: "Services") -> ResponseReturnValue:
    """The address of what was found, come back to without the words: the whole queue."""
    assert services
    return redirect(url_for("console.queue"), 303)


def _listed(services: "Services") -> dict[str, object]:
    wanted, mark = _wanted(services), _mark()
    return _page(services, queue.page(services, wanted, page_language(), mark)) | {"wanted": wanted, "later": mark}


def _page(services: "Services", listed: Page) -> dict[str, object]:
    person = guard.person()
    return {
        "listed": listed,
        "desks": queue.desks_of(services.rules.current(), person.scope, page_language()),
        "parts": OPEN_PARTS,
        "every_part": PARTS,
        "languages": PAGE_LANGUAGES,
        "wanted": Wanted(person.scope),
        "asked": "",
        "refused": "",
        "searched": False,
        "later": None,
    }


def _wanted(services: "Services") -> Wanted:
    """A desk outside the reader's departments is none that she can ask for."""
    scope = guard.person().scope
    desks = tuple(id_ for id_, _ in queue.desks_of(services.rules.current(), scope, page_language()))
    named = _one_of("part", OPEN_PARTS)
    return Wanted(
        scope,
        _one_of("desk", desks),
        _one_of("language", PAGE_LANGUAGES),
        next((one for one in OPEN_PARTS if one == named), None),
    )


def _one_of(name: str, allowed: tuple[str, ...]) -> str | None:
    given = request.args.get(name, "")
    if given and given not in allowed:
        raise BadRequest(name)
    return given or None


def _mark() -> Mark | None:
    given = request.args.get("after", "")
    mark = read_mark(given) if given else None
    if given and mark is None:
        raise BadRequest("after")
    return mark
