"""What this machine can carry, measured before the faults: residents who ring, choose and hang up without a pause."""

import random
import threading
import time

from tests.chaos.city import ChaosCity
from tests.chaos.plans import Over, Telephone, through_the_menu
from tests.chaos.suite import RATE, TUESDAY_TEN

RESIDENTS = 24
SECONDS = 8.0
SHARE = 0.3  # of it is the load under every fault
LEAST, MOST = 0.4, 3.0  # calls a second


def calls_per_second(city: ChaosCity) -> float:
    """Whole calls through three menus into the line, with nobody pausing between two of them."""
    city.reset()
    city.clock(TUESDAY_TEN, RATE)
    city.agent("aino").available()  # somebody is on duty, and answers nobody
    done, over = [0] * RESIDENTS, threading.Event()

    def keeps_ringing(place: int) -> None:
        telephone = Telephone(city, f"+35840690{place:04}", random.Random(place))
        while not over.is_set():
            try:
                telephone.rings()
                through_the_menu(telephone)
                telephone.hangs_up()
                done[place] += 1
            except (Over, OSError):
                continue

    residents = [threading.Thread(target=keeps_ringing, args=(n,), daemon=True) for n in range(RESIDENTS)]
    began = time.monotonic()
    for resident in residents:
        resident.start()
    time.sleep(SECONDS)
    finished, seconds = sum(done), time.monotonic() - began
    over.set()
    for resident in residents:
        resident.join(30)
    return finished / seconds


def load_of(capacity: float) -> float:
    return min(MOST, max(LEAST, SHARE * capacity))
