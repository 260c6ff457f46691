"""The rules at a glance: what is in force, what is planned, who works on a draft, and the way to each job."""

from typing import TYPE_CHECKING

from flask import render_template, request

from console import guard
from console.rules import desk
from routing_rules.versions import drafts, publishing

if TYPE_CHECKING:
    from bootstrap import Services

LATEST = 5


def show(services: "Services") -> str:
    versions = publishing.versions(services.database, LATEST)
    return render_template(
        "console/rules/rules.html",
        live=next((one for one in versions if one.live), None),
        number=services.rules.current().version,
        plans=publishing.plans(services.database),
        drafts=drafts.open_drafts(services.database),
        people=desk.people(services),
        owns=guard.person().may_change_rules,
        told=_told(),
        has=desk.has,
    )


def _told() -> dict[str, str]:
    """What was just done, or why it was not: codes that the page has words for."""
    known = {name: request.args.get(name, "") for name in ("published", "planned", "refused")}
    return {name: value[:20] for name, value in known.items() if value}
