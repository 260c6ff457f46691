"""The floor beside the service: the least that answers a signed webhook, on the same server in the same run."""

from contextlib import ExitStack
from itertools import count

from tests.bench import form
from tests.bench.load import at_once, on_schedule
from tests.bench.served import floor_environment, server, stores
from tests.load.told import at

STEPS = (50.0, 100.0, 150.0, 200.0, 300.0, 400.0, 550.0, 750.0, 1000.0, 1300.0, 1700.0)  # webhooks a second
WARM = 200
_numbers = count(1)


def floor_capacity(bar_ms: float, seconds: float) -> float:
    """Webhooks a second that the floor answers within the bar."""
    with ExitStack() as running:
        held = running.enter_context(stores())
        app = "tests.bench.floors.menu:create_app()"
        one = running.enter_context(server(app, floor_environment(held, ""), held.directory))
        at_once(one.port, _requests(one.port, WARM))
        best = 0.0
        for wanted in STEPS:
            if not _holds(one.port, wanted, seconds, bar_ms) and not _holds(one.port, wanted, seconds, bar_ms):
                break
            best = wanted
        return best


def _holds(port: int, wanted: float, seconds: float, bar_ms: float) -> bool:
    taken = on_schedule(port, _requests(port, int(wanted * seconds)), wanted)
    return at([one * 1000 for one in taken], 0.99) <= bar_ms


def _requests(port: int, number: int) -> list[bytes]:
    host = f"127.0.0.1:{port}"
    sids = [next(_numbers) for _ in range(number)]
    forms = (form.voice_form(form.call_sid(n), form.telephone(n), Digits="1") for n in sids)
    return [form.posted("/voice", one, host) for one in forms]
