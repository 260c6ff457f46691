"""What is done to the hosts while residents ring, one case after another on one city. Data and short deeds."""

import time
from collections.abc import Callable
from dataclasses import dataclass

from tests.hosts.city import SpreadCity

TAKEN_OVER_SECONDS = 15.0  # everything due is done by then, whichever host is lost
PROMOTED_SECONDS = 2.0  # until whoever watches the record's hosts has decided
Harm = Callable[[SpreadCity, float], None]


@dataclass(frozen=True)
class Case:
    """``caller_may_notice``: for a moment nobody can say a promise; what the callers hear then is told in words."""

    id: str
    says: str
    harm: Harm
    caller_may_notice: bool = False


def web_host_cut(city: SpreadCity, seconds: float) -> None:
    city.loses(city.webs[0])
    time.sleep(seconds)  # the outage itself: its length is what is tested
    city.regains(city.webs[0])


def web_host_dead(city: SpreadCity, seconds: float) -> None:
    city.dies(city.webs[1])
    time.sleep(seconds)
    city.lives(city.webs[1])


def clock_dead(city: SpreadCity, seconds: float) -> None:
    city.dies(city.works[0])
    time.sleep(max(seconds, TAKEN_OVER_SECONDS + 3))
    city.lives(city.works[0])


def clock_cut(city: SpreadCity, seconds: float) -> None:
    city.loses(city.works[1])
    time.sleep(max(seconds, TAKEN_OVER_SECONDS + 3))
    city.regains(city.works[1])


def clock_apart_from_the_stores(city: SpreadCity, seconds: float) -> None:
    """It goes on living and reaches the provider, but neither the record nor the live store."""
    for host in city.keeps:
        city.network.part(city.works[0], host)
    city.disturbances.append("work1 apart from the stores")
    time.sleep(seconds)
    for host in city.keeps:
        city.network.join(city.works[0], host)


def store_fails_over(city: SpreadCity, seconds: float) -> None:
    city.loses_store(city.keeps[0])
    time.sleep(seconds)
    city.regains_store(city.keeps[0])


def watchman_cut(city: SpreadCity, seconds: float) -> None:
    city.loses(city.watches[-1])
    time.sleep(seconds)
    city.regains(city.watches[-1])


def upgraded_in_flight(city: SpreadCity, seconds: float) -> None:
    """Workers and clocks first, then the web hosts one after another; the balancer takes each out while it changes."""
    for host in city.works:
        for name in city.of_host(host):
            city.upgraded(name)
    for host in city.webs:
        city.restarted(host)


def record_fails_over(city: SpreadCity, seconds: float) -> None:
    """The host of the record and of the first live store is cut off and never comes back."""
    city.loses(city.keeps[0])
    time.sleep(PROMOTED_SECONDS)
    city.fails_over()
    time.sleep(max(0.0, seconds - PROMOTED_SECONDS))


CASES = (
    Case("H1", "a web host is cut off", web_host_cut),
    Case("H2", "a web host dies", web_host_dead),
    Case("H3", "a host with worker and clock dies", clock_dead),
    Case("H4", "a host with worker and clock is cut off", clock_cut),
    Case("H5", "worker and clock reach the provider but not the stores", clock_apart_from_the_stores),
    Case("H6", "the live store dies, its replica is promoted", store_fails_over),
    Case("H7", "one of three sentinels is cut off", watchman_cut),
    Case("H8", "every process is replaced by a newer one", upgraded_in_flight),
    Case("H9", "the record's host is cut off, the standby is promoted", record_fails_over, caller_may_notice=True),
)
