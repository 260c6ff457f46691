"""``make audit``: every package that is pinned here, looked up in the public database of known flaws (osv.dev).

Only names and versions are sent, which anybody can read in this repository. Nothing is installed or changed.
Exit code: 0 nothing known, or the database could not be asked (it says so; ``--must`` makes that 2); 1 a known flaw.
A flaw that does not reach this service may be accepted for a time: a line in ``accepted-advisories.txt``.
"""

import argparse
import json
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

import requests

from adapters.places import ROOT

DATABASE = "https://api.osv.dev"
SECONDS = 20.0
AT_ONCE = 500
PINNED = re.compile(r"^([A-Za-z0-9][A-Za-z0-9._-]*)(?:\[[^\]]*\])?==([^\s;\\]+)", re.M)
REQUIREMENTS = ("requirements.txt", "requirements-dev.txt", "requirements-node.txt")
ACCEPTED = "accepted-advisories.txt"
ACCEPTED_LINE = re.compile(r"^(\S+)\s+until\s+(\d{4}-\d{2}-\d{2}):\s+(\S.*)$")
WELL, FLAWED, NOT_ASKED = 0, 1, 2


class NotAsked(Exception):
    """The database did not answer, or not as it should."""


@dataclass(frozen=True, order=True)
class Package:
    ecosystem: str  # PyPI | npm
    name: str
    version: str


@dataclass(frozen=True, order=True)
class Flaw:
    package: Package
    advisory: str


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m operations.package_audit", description=__doc__)
    parser.add_argument("--root", type=Path, default=ROOT, help=argparse.SUPPRESS)
    parser.add_argument("--database", default=DATABASE, help=f"another address of the same kind than {DATABASE}")
    parser.add_argument("--must", action="store_true", help="not being able to ask is a failure")
    given = parser.parse_args(arguments)
    packages = sorted(pinned(given.root))
    try:
        flaws = sorted(known_flaws(packages, given.database))
    except NotAsked as why:
        print(f"NOT ASKED: {given.database} gave no answer ({why}). Nothing is known about {len(packages)} packages.")
        return NOT_ASKED if given.must else WELL
    open_ones = list(_told(flaws, accepted(given.root), datetime.now(UTC).date()))
    print(f"{len(packages)} packages looked up, {len(open_ones)} known flaws that nobody has accepted.")
    return FLAWED if open_ones else WELL


def _told(flaws: list[Flaw], known: dict[str, tuple[date, str]], today: date) -> Iterator[Flaw]:
    """Prints each flaw; yields those that count."""
    for flaw in flaws:
        until, why = known.get(flaw.advisory, (date.min, ""))
        package = f"{flaw.package.name} {flaw.package.version}"
        if today <= until:
            print(f"accepted until {until}: {flaw.advisory} in {package}: {why}")
            continue
        print(f"FLAW {flaw.advisory} in {package}: https://osv.dev/{flaw.advisory}")
        yield flaw


def pinned(root: Path) -> set[Package]:
    """What is installed by these files; a file that is not there has nothing."""
    found = {
        Package("PyPI", name, version)
        for file in REQUIREMENTS
        if (root / file).exists()
        for name, version in PINNED.findall((root / file).read_text(encoding="utf-8"))
    }
    lock = root / "package-lock.json"
    held = json.loads(lock.read_text(encoding="utf-8"))["packages"] if lock.exists() else {}
    return found | {
        Package("npm", place.rpartition("node_modules/")[2], one["version"]) for place, one in held.items() if place
    }


def known_flaws(packages: list[Package], database: str) -> set[Flaw]:
    """Raises NotAsked."""
    found: set[Flaw] = set()
    for begin in range(0, len(packages), AT_ONCE):
        part = packages[begin : begin + AT_ONCE]
        answers = _asked(part, database)
        if len(answers) != len(part):
            raise NotAsked("an answer of another length")
        for package, ids in zip(part, answers, strict=True):
            found |= {Flaw(package, advisory) for advisory in ids}
    return found


def _asked(packages: list[Package], database: str) -> list[list[str]]:
    queries = [{"package": {"name": p.name, "ecosystem": p.ecosystem}, "version": p.version} for p in packages]
    try:
        answer = requests.post(f"{database}/v1/querybatch", json={"queries": queries}, timeout=SECONDS)
        answer.raise_for_status()
        return [[str(one["id"]) for one in result.get("vulns") or ()] for result in answer.json()["results"]]
    except (requests.RequestException, ValueError, KeyError, TypeError, AttributeError) as error:
        raise NotAsked(type(error).__name__) from None


def accepted(root: Path) -> dict[str, tuple[date, str]]:
    """By advisory: until when, and why. A line that cannot be read accepts nothing."""
    file = root / ACCEPTED
    lines = file.read_text(encoding="utf-8").splitlines() if file.exists() else []
    read = (ACCEPTED_LINE.match(line) for line in lines)
    return {found[1]: (date.fromisoformat(found[2]), found[3]) for found in read if found}


if __name__ == "__main__":
    sys.exit(main())
