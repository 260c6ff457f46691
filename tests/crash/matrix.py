"""``python -m tests.crash.matrix``: every fault of the provider, then every kill at every moment; a table.

A promise kept, or three misses and an open door; the checker after each.

Exit code 1 where a case failed. ``--outage`` in machine seconds; ``--only`` takes a part of a case's name.
"""

import argparse
import sys
import tempfile
import time
from pathlib import Path

import requests

from tests.crash import faults, provider
from tests.crash.faults import Case, whole_matrix
from tests.crash.provider import ProviderCase
from tests.rig.city import City, logs
from tests.support.postgres import fresh_database


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--outage", type=float, default=60.0)
    parser.add_argument("--only", default="")
    parser.add_argument("--database", choices=("sqlite", "postgresql"), default="sqlite")
    options = parser.parse_args(arguments)
    cases = [case for case in (*provider.all_cases(), *whole_matrix()) if options.only in str(case)]
    root = Path(tempfile.mkdtemp(prefix="onenumber-crash-"))
    url = fresh_database() if options.database == "postgresql" else f"sqlite:///{root / 'service.db'}"
    city = City(root, url)
    try:
        city.start()
        results = [one(city, case, options.outage) for case in cases]
    finally:
        city.stop()
    print(f"{sum(results)} of {len(results)} cases: the resident noticed nothing")
    return 0 if all(results) else 1


def one(city: City, case: Case | ProviderCase, outage: float) -> bool:
    begun = time.monotonic()
    trouble = ""
    try:
        city.start_valkey()
        city.reset()
        provider.run(city, case) if isinstance(case, ProviderCase) else faults.run(city, case, outage)
        city.judged()
    except (AssertionError, requests.RequestException) as failure:
        trouble = f"{failure}\n{logs(city)}"
    print(f"{'ok    ' if not trouble else 'FAILED'}  {time.monotonic() - begun:5.1f} s  {case}", flush=True)
    if trouble:
        print(trouble, flush=True)
    return not trouble


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
