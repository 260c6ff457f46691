"""Orders whose hint the queue has swallowed (a flushed store, a killed worker): the dispatcher carries them out."""

from dataclasses import replace

from sqlalchemy import update

from adapters.redis_live import LiveHints
from adapters.schema import outbox
from queue_workers.enqueue import Enqueuer
from queue_workers.scheduler import OVERDUE_SECONDS, Dispatcher
from tests.rig.waiting import until
from tests.support.services import NOBODY_LISTENS, Town

LEG = "CA" + "3" * 32


class Reached(LiveHints):
    """The store answers, as far as anybody knows."""

    def __init__(self) -> None:
        super().__init__(NOBODY_LISTENS)

    def up(self) -> bool:
        return True


class Swallows(Enqueuer):
    """Takes every hint, and nothing comes of it."""

    def effect(self, outbox_id: str) -> bool:
        return True


def dispatcher_of(town: Town) -> Dispatcher:
    dispatcher = Dispatcher(replace(town.services, live=Reached()))
    dispatcher.queue = Swallows(dispatcher.services.live)
    return dispatcher


def ordered(town: Town) -> None:
    """A leg that is to end: an order that waits for no turn at the provider."""
    town.within(lambda tx: town.services.outbox.order(tx, "end_leg", LEG))


def is_done_by(dispatcher: Dispatcher, town: Town) -> None:
    dispatcher.fast()
    until(lambda: bool(town.gateway.ordered("end")), 10.0, lambda: "nobody ended the leg")
    dispatcher.hands.shutdown(wait=True)
    assert len(town.gateway.ordered("end")) == 1


def test_an_order_that_the_queue_has_lost_is_carried_out_by_the_dispatcher(town: Town) -> None:
    ordered(town)
    dispatcher = dispatcher_of(town)
    dispatcher.fast()
    dispatcher.hands.shutdown(wait=True)
    assert town.gateway.orders == [], "the queue is given its moment"
    town.clock.pass_(seconds=OVERDUE_SECONDS + 0.5)
    is_done_by(dispatcher_of(town), town)


def test_an_order_that_was_never_handed_to_the_queue_is_found(town: Town) -> None:
    """Killed between the commit and the hint: the row is all there is, and the store is down besides."""
    ordered(town)
    town.within(lambda tx: tx.connection.execute(update(outbox).values(handed_machine=None)))
    dispatcher = dispatcher_of(town)
    dispatcher.queue = Enqueuer(LiveHints(NOBODY_LISTENS))
    is_done_by(dispatcher, town)
