"""Orders whose hint the queue has swallowed (a flushed store, a killed worker): the dispatcher carries them out."""

from dataclasses import replace

from adapters.redis_live import LiveHints
from queue_workers.enqueue import Enqueuer
from queue_workers.scheduler import OVERDUE_SECONDS, Dispatcher
from tests.rig.waiting import until
from tests.support.services import NOBODY_LISTENS, Town


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


def test_an_order_that_the_queue_has_lost_is_carried_out_by_the_dispatcher(town: Town) -> None:
    town.agent("aino")
    town.request()
    town.offered("aino")
    dispatcher = dispatcher_of(town)
    dispatcher.fast()
    dispatcher.hands.shutdown(wait=True)
    assert town.gateway.orders == [], "the queue is given its moment"
    dispatcher = dispatcher_of(town)
    town.clock.pass_(seconds=OVERDUE_SECONDS + 0.5)
    dispatcher.fast()
    until(lambda: bool(town.gateway.ordered("call")), 10.0, lambda: "her telephone stayed silent")
    dispatcher.hands.shutdown(wait=True)
    assert len(town.gateway.ordered("call")) == 1


def test_an_order_that_was_never_handed_to_the_queue_is_found(town: Town) -> None:
    """Killed between the commit and the hint: the row is all there is."""
    town.agent("aino")
    town.request()
    token = town.offered("aino")
    dispatcher = dispatcher_of(town)
    dispatcher.queue = Enqueuer(LiveHints(NOBODY_LISTENS))
    dispatcher.services.database.run(
        lambda tx: tx.connection.exec_driver_sql("UPDATE outbox SET handed_machine = NULL")
    )
    dispatcher.fast()
    until(lambda: bool(town.gateway.ordered("call")), 10.0, lambda: "her telephone stayed silent")
    dispatcher.hands.shutdown(wait=True)
    assert f"k={token}" in town.gateway.ordered("call")[0].url
