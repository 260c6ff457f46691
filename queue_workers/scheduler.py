"""The clock process: one APScheduler, UTC interval ticks. No cron, no local time, no job store.

fast (0.2 s): due orders to the queue, or carried out here when the queue is silent; due matters dealt; offers overdue.
slow (15 s): repairs, closing times, and the rows of periodic work that SQL says are due. The night's keeping has a
second's tick of its own: many short pieces hold nobody up, a long one would.
"""

import logging
import os
import signal
import sys
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC
from functools import partial
from types import FrameType

from apscheduler.schedulers.background import BackgroundScheduler
from sqlalchemy import case, or_, select, update

from adapters import pace_store
from adapters.database import DatabaseError
from adapters.logs import configure_logging
from adapters.pace import PACED, Lane
from adapters.schema import outbox, process_start
from adapters.serving import tell_ready
from bootstrap import Services, build_services, record_start
from callbacks import ledger, limit_watch
from callbacks.spent import Spent
from desks import wishes
from desks.line import dispatch
from desks.supervision.sealing import Sealer
from ivr import fallback
from operations.watching import watch as lost_callers
from queue_workers import (
    after_hours,
    effects,
    own_calls,
    planned_rules,
    reconcile,
    record_repairs,
    sound_repairs,
    talk_repairs,
    transcript_effects,
)
from queue_workers.enqueue import Enqueuer
from queue_workers.hands import Aside, Hands
from queue_workers.keeping import NightKeeping
from queue_workers.night_watch import NightWatch
from queue_workers.sound_patrol import Patrol
from queue_workers.turn_hands import TurnHands

LOG = logging.getLogger("clock")
FAST_SECONDS = 0.2
SLOW_SECONDS = 15
CLOSING_SECONDS = 1  # machine time between two looks at closing times and at planned rules
KEEPING_SECONDS = 1
HANDS = 4
OVERDUE_SECONDS = 1.0  # an order that the queue has not taken by then is carried out here
MOST_ORDERS = 100
OUTAGE_SECONDS = 5.0  # without a look at the record until heartbeats are given grace
STANDSTILL_SECONDS = 30.0  # machine time without a finished fast tick


class Dispatcher:
    """Two dispatchers do no harm: every order and every deal is claimed by compare-and-set."""

    def __init__(self, services: Services) -> None:
        self.services = services
        self.queue = Enqueuer(services.live)
        self.hands = ThreadPoolExecutor(HANDS, thread_name_prefix="effect")
        self.turns = TurnHands(self._take_turn, partial(pace_store.per_second, services.settings))
        self.long = Hands()
        self.busy: set[str] = set()
        self.lock = threading.Lock()
        self.checked: dict[str, float] = {}
        self.seen_record = services.clock.machine()
        self.fallback_version: int | None = None
        self.night_watch = NightWatch()
        self.sealer = Sealer()
        self.spent = Spent()
        self.patrol, self.rounds = Patrol(), Aside("patrol")
        self.keeping = NightKeeping()
        self.own_calls = Aside("own call")
        self.last_tick = time.monotonic()

    def fast(self) -> None:
        self.guarded("orders", self._orders)
        self.guarded("turns", self._turns)
        self.guarded("deal", lambda: dispatch.deal(self.services))
        self.guarded("overdue offers", lambda: reconcile.overdue_offers(self.services))
        self.last_tick = time.monotonic()

    def watch(self, stopped: threading.Event) -> None:
        """A clock that stands still is worse than none: whoever watches the processes starts another."""
        while not stopped.wait(1.0):
            if time.monotonic() - self.last_tick > STANDSTILL_SECONDS:
                LOG.error("the clock stands still")
                os._exit(1)

    def closing(self) -> None:
        self.guarded("outage", self._notice_outage)
        self.guarded("rules", lambda: self.services.rules.refresh(self.services.database, self.services.clock.now()))
        self.guarded("planned rules", lambda: planned_rules.publish_due(self.services))
        self.guarded("closing time", lambda: after_hours.settle(self.services))
        self.guarded("lost agents", lambda: reconcile.lost_agents(self.services))

    def slow(self) -> None:
        services = self.services
        self.guarded("sign of life", lambda: record_beat(services))
        self.guarded("fallback document", self._keep_fallback)
        self.guarded("silent legs", lambda: reconcile.silent_legs(services))
        self.guarded("vanished callers", lambda: reconcile.vanished_callers(services, self.checked))
        self.guarded("limits", lambda: limit_watch.watch(services, self.spent))
        self.guarded("overdue transfers", lambda: talk_repairs.overdue_transfers(services))
        self.guarded("left alone", lambda: talk_repairs.left_alone(services))
        self.guarded("lost listeners", lambda: talk_repairs.lost_listeners(services))
        self.guarded("expiry", lambda: reconcile.expire(services))
        self.guarded("unknown rings", lambda: reconcile.unknown_rings(services))
        self.guarded("interpreters", lambda: wishes.unkept_interpreters(services))
        self.guarded("promises gone by", lambda: ledger.judge_ended(services))
        self.guarded("owners who left", lambda: reconcile.owners_gone(services))
        self.guarded("recorded talks", lambda: record_repairs.recorded_talks(services))
        self.guarded("messages left", lambda: sound_repairs.left_drafts(services))
        self.guarded("sound", lambda: sound_repairs.unfinished_sound(services))
        self.guarded("texts of sound", lambda: transcript_effects.forgotten(services))
        self.rounds.begin(lambda: self.guarded("vault", lambda: self.patrol.step(services)))
        self.guarded("tidying", lambda: reconcile.tidy(services))
        self.guarded("seals of deeds", lambda: self.sealer.step(services))
        self.guarded("days ahead", lambda: self.night_watch.begin_due(services))
        self.guarded("lost callers", lambda: lost_callers.watch(services))
        self.guarded("usual traffic", lambda: lost_callers.count_hours(services))
        self.own_calls.begin(lambda: self.guarded("own call", lambda: own_calls.tend(services)))

    def night(self) -> None:
        self.guarded("times to be kept", lambda: self.keeping.step(self.services))

    def _keep_fallback(self) -> None:
        """Whoever publishes: the document for when we are down says the same within one slow tick."""
        if not self.services.rules.refresh(self.services.database, self.services.clock.now()):
            return  # what is held may be the file of the first start: it must not replace what was published
        rules = self.services.rules.plain()  # a quick switch ends by itself; this document would go on saying it
        if rules.version != self.fallback_version:
            fallback.keep(self.services.settings, rules, self.services.announcements)
            self.fallback_version = rules.version

    def _notice_outage(self) -> None:
        """The record was away (or we were): agents' signs of life could not be taken in, nobody is lost for it."""
        now = self.services.clock.machine()
        with self.services.database.read() as connection:
            connection.execute(select(process_start.c.kind).limit(1))
        if now - self.seen_record > OUTAGE_SECONDS:
            record_start(self.services, "record")
        self.seen_record = now

    def guarded(self, what: str, work: Callable[[], object]) -> None:
        """One failing duty must not stop the others, nor the clock."""
        try:
            work()
        except DatabaseError as error:
            LOG.warning("record unavailable", extra={"duty": what, "error": type(error).__name__})
        except Exception:
            LOG.exception("duty failed", extra={"duty": what})

    def _orders(self) -> None:
        for order_id, overdue in self._due():
            if overdue or not self.queue.effect(order_id):
                self._act(order_id)

    def _turns(self) -> None:
        """Whoever waits for a turn at the provider goes when it comes."""
        now = self.services.clock.machine()
        with self.services.database.read() as connection:
            coming = pace_store.turns(self.services.settings, connection, now, FAST_SECONDS)
        self.turns.go(coming)

    def _take_turn(self, lane: Lane) -> None:
        self.guarded("effect", lambda: effects.carry_out_next(self.services, lane))

    def _due(self) -> list[tuple[str, bool]]:
        """Orders that nobody works on: those whose hint may still be on its way are given a moment.

        What takes long comes last: a thousand sounds that wait hide no ring.
        """
        now = self.services.clock.machine()
        free = or_(outbox.c.lease_machine.is_(None), outbox.c.lease_machine < now)
        query = select(outbox.c.id, outbox.c.due_machine, outbox.c.handed_machine).where(
            outbox.c.done_machine.is_(None), outbox.c.due_machine <= now, free, outbox.c.kind.not_in(PACED)
        )
        takes_long = outbox.c.kind.in_(effects.LONG)
        if self.long.full():
            query = query.where(~takes_long)
        first = (case((takes_long, 1), else_=0), outbox.c.due_machine)
        with self.services.database.read() as connection:
            rows = connection.execute(query.order_by(*first).limit(MOST_ORDERS)).all()
        found: list[tuple[str, bool]] = []
        for row in rows:
            handed = row.handed_machine is not None and row.handed_machine >= row.due_machine
            waited = now - (row.handed_machine if handed else row.due_machine)
            if not handed:
                self._handed(row.id, now)
                found.append((row.id, False))
            elif waited > OVERDUE_SECONDS or not self.services.live.up():
                found.append((row.id, True))
        return found

    def _handed(self, order_id: str, now: float) -> None:
        with self.services.database.write() as tx:
            tx.connection.execute(update(outbox).where(outbox.c.id == order_id).values(handed_machine=now))

    def _act(self, order_id: str) -> None:
        with self.lock:
            if order_id in self.busy:
                return
            self.busy.add(order_id)
        self.hands.submit(self._carry_out, order_id)

    def _carry_out(self, order_id: str) -> None:
        try:
            self.guarded("effect", lambda: effects.carry_out(self.services, order_id, self.long))
        finally:
            with self.lock:
                self.busy.discard(order_id)


def record_beat(services: Services) -> None:
    """That the clock still runs; readiness and a person looking at the record can tell."""
    mine = update(process_start).where(process_start.c.kind == "clock")
    with services.database.write() as tx:
        tx.connection.execute(mine.values(beat_machine=services.clock.machine()))


def schedule(dispatcher: Dispatcher) -> BackgroundScheduler:
    scheduler = BackgroundScheduler(
        timezone=UTC, job_defaults={"coalesce": True, "misfire_grace_time": None, "max_instances": 1}
    )
    scheduler.add_job(dispatcher.fast, "interval", seconds=FAST_SECONDS)
    scheduler.add_job(dispatcher.closing, "interval", seconds=CLOSING_SECONDS)
    scheduler.add_job(dispatcher.slow, "interval", seconds=SLOW_SECONDS)
    scheduler.add_job(dispatcher.night, "interval", seconds=KEEPING_SECONDS)
    return scheduler


def main() -> int:
    services = build_services()
    configure_logging("clock", services.settings.log_level)
    logging.getLogger("apscheduler").setLevel(logging.ERROR)  # a tick that runs late skips the next: no news
    stopped = threading.Event()

    def stop(signum: int, frame: FrameType | None) -> None:
        stopped.set()

    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, stop)
    dispatcher = Dispatcher(services)
    dispatcher.guarded("start", lambda: record_start(services, "clock"))
    scheduler = schedule(dispatcher)
    scheduler.start()
    threading.Thread(target=dispatcher.watch, args=(stopped,), daemon=True).start()
    tell_ready()
    LOG.info("clock runs", extra={"pid": os.getpid()})
    stopped.wait()
    scheduler.shutdown(wait=False)
    dispatcher.night_watch.stop()
    return 0


if __name__ == "__main__":
    sys.exit(main())
