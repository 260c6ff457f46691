"""Publications of the rules whose moment has come. Two clocks do no harm: each plan is ended by compare-and-set."""

from typing import TYPE_CHECKING

from adapters.database import Transaction
from desks.supervision import audit
from ivr.rules_known import known_announcements, known_numbers
from routing_rules.versions import publishing
from routing_rules.versions.model import Plan

if TYPE_CHECKING:
    from bootstrap import Services


def publish_due(services: "Services") -> tuple[Plan, ...]:
    """As they have become. Callers of this process hear the new version at once, the others' within two seconds."""

    def noted(tx: Transaction, plan: Plan) -> None:
        if plan.state == "published":
            audit.note(tx, services.clock, plan.author, "rules_plan_published", "rules", str(plan.version))
        else:
            audit.note(tx, services.clock, "service", "rules_plan_refused", "rules", plan.id, detail=plan.refused[0])
        tx.after_commit(services.changed)

    now = services.clock.now()
    known = known_announcements(services.announcements)
    numbers = known_numbers(frozenset({services.settings.city_number, services.caller_id}))
    ended = publishing.publish_due(services.database, now, known, numbers, noted)
    if ended:
        services.rules.refresh(services.database, now)
    return ended
