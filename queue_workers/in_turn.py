"""What becomes of an order that waited for its turn at the provider: rung only while it may be, held where the provider
says "too many", and the turn given back where nothing was asked for."""

from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from sqlalchemy import RowMapping

from adapters import pace_store
from adapters.outbox import GIVEN_UP
from desks.line.serving import may_be_served
from queue_workers.orders import Order, Outcome
from routing_rules.opening_hours import is_open

if TYPE_CHECKING:
    from bootstrap import Services

LATEST_TEXT_SECONDS = 4 * 3600.0  # machine time: a message that old tells of what is over
TOO_LATE = "withdrawn"  # the desk has closed while the ring waited: back in the line, nobody is blamed


def may_still_ring(services: "Services", offer: RowMapping) -> bool:
    """Its desk may have closed since the matter was dealt. A talk that is handed over is live: it goes on."""
    if offer["desk"] is None:
        return True
    rules, now = services.rules.current(), services.clock.now()
    if offer["request_id"] is None:
        return may_be_served(rules, offer["desk"], now)
    return is_open(rules.desk(offer["desk"]).hours, now, ZoneInfo(rules.time_zone))


def came_too_late(services: "Services", order: Order) -> bool:
    """A message whose words are of what is over by now is not sent at all, however free the provider is."""
    return order.kind == "send_text" and services.clock.machine() - order.made > LATEST_TEXT_SECONDS


def kept_in_turn(services: "Services", order: Order, outcome: Outcome) -> Outcome:
    """A refusal for now holds the whole lane and is nobody's failure: it is never counted as a try. A text that is not
    answered holds its lane too: each further one would be of unknown fate as well, and is not sent again."""
    turn = order.turn
    if turn is None:
        return outcome
    if isinstance(outcome, float):
        return _held(services, turn)
    if outcome in ("not wanted", GIVEN_UP):
        services.database.run(lambda tx: pace_store.give_back(tx, turn))
    elif outcome.startswith("unknown"):
        if order.kind == "send_text":
            _held(services, turn)
    elif turn.refused:
        services.database.run(lambda tx: pace_store.taken_again(tx, turn))
    return outcome


def _held(services: "Services", turn: pace_store.Turn) -> float:
    now = services.clock.machine()
    return services.database.run(lambda tx: pace_store.refused(tx, turn, now))
