"""Every fault there is, in the order of its number: each module ``faults_*`` holds some in ``FAULTS``."""

import pkgutil
from importlib import import_module
from pathlib import Path

from tests.chaos.fault import Fault


def every_fault() -> tuple[Fault, ...]:
    names = sorted(each.name for each in pkgutil.iter_modules([str(Path(__file__).parent)]))
    tables = [import_module(f"tests.chaos.{name}").FAULTS for name in names if name.startswith("faults_")]
    found = [fault for table in tables for fault in table]
    ids = [fault.id for fault in found]
    assert len(ids) == len(set(ids)), f"one id for two faults: {sorted(ids)}"
    return tuple(sorted(found, key=lambda fault: fault.id))


def chosen(only: str) -> tuple[Fault, ...]:
    """``only``: ids with commas between, or nothing for all of them. Raises KeyError where one is unknown."""
    known = {fault.id: fault for fault in every_fault()}
    return tuple(known[name] for name in only.split(",")) if only else tuple(known.values())
