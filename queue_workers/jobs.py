"""What the queue may run: two functions with opaque ids. Both do nothing when there is nothing (left) to do."""

import functools

from bootstrap import Services, build_services
from desks.line import dispatch
from queue_workers import effects
from queue_workers.hands import Hands


@functools.cache
def services() -> Services:
    """Built once in each worker process, at its first job."""
    return build_services()


@functools.cache
def hands() -> Hands:
    """Of this process: a job ends at once although its sound takes a while, and the next ring is not held up."""
    return Hands()


def effect(outbox_id: str) -> bool:
    return effects.carry_out(_following(), outbox_id, hands())


def deal() -> int:
    return dispatch.deal(_following())


def _following() -> Services:
    """By the rules of this moment: what is published reaches each process within two seconds."""
    here = services()
    here.rules.refresh_if_stale(here.database, here.clock.machine(), here.clock.now())
    return here
