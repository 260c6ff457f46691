"""A city in which something is wrong: alarms, the provider's complaints, our own calls."""

from datetime import timedelta

from adapters.schema import alarm, process_start, provider_alert, supervisor_item, test_call
from tests.web.console_rig import City


def lively(city: City) -> None:
    now, machine = city.clock.now(), city.clock.machine()
    city.put(process_start, kind="clock", started_machine=machine - 900, beat_machine=machine - 140)
    began = now - timedelta(minutes=4)
    city.put(alarm, id="al2", kind="none_answered", figure="not_ringing 3", made_at=began)
    city.put(supervisor_item, id="it1", kind="none_answered", made_at=began)
    past = now - timedelta(days=2)
    city.put(
        alarm, id="al1", kind="nothing_in", figure="silent 4 15", made_at=past, ended_at=past + timedelta(minutes=9)
    )
    for n, (code, level, step) in enumerate(
        ((11200, "error", "topic"), (11200, "error", "topic"), (12300, "warning", None))
    ):
        row = {"sid": f"NO{n:032x}", "code": code, "level": level, "step": step, "came_at": now - timedelta(hours=n)}
        city.put(provider_alert, **row)
    for n, result in enumerate((None, "no_menu", "not_answered", "not_ordered", "walked")):
        at = now - timedelta(hours=n)
        arrived = {"arrived_machine": machine - n * 3600 + 6} if result in ("walked", "no_menu") else {}
        city.put(
            test_call,
            id=f"t{n}",
            slot=f"{at:%Y%m%d%H}",
            asked_at=at,
            asked_machine=machine - n * 3600,
            result=result,
            **arrived,
        )
