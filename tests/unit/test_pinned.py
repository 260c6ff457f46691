"""What set-up installs is pinned, hashed and the same wherever it is fetched; every setting is documented."""

import json
import re

import pytest

from adapters.places import ROOT
from adapters.settings import Settings

PINNED = re.compile(r"^([a-zA-Z0-9._-]+)(?:\[[a-z0-9,]+\])?==(\S+)", re.MULTILINE)
NAMES = ("requirements", "requirements-dev", "requirements-node")


def pins(file: str) -> dict[str, str]:
    found = PINNED.findall((ROOT / file).read_text())
    return {name.lower().replace("_", "-"): version for name, version in found}


@pytest.mark.parametrize("name", NAMES)
def test_every_package_wanted_is_pinned_and_installed_in_that_version(name: str) -> None:
    wanted, installed = pins(f"{name}.in"), pins(f"{name}.txt")
    lines = [line for line in (ROOT / f"{name}.in").read_text().splitlines() if line and line[0] not in "#-"]
    assert len(lines) == len(wanted)
    assert wanted.items() <= installed.items()


@pytest.mark.parametrize("name", NAMES)
def test_every_package_has_a_hash_and_no_address(name: str) -> None:
    text = (ROOT / f"{name}.txt").read_text()
    for requirement in re.split(r"\n(?=[a-z])", text):
        assert "--hash=sha256:" in requirement
    assert "://" not in text
    assert "index-url" not in text


def test_tests_run_on_what_is_served() -> None:
    served, tested = pins("requirements.txt"), pins("requirements-dev.txt")
    assert served.items() <= tested.items()


def test_the_pages_packages_are_locked_without_an_address() -> None:
    lock = json.loads((ROOT / "package-lock.json").read_text())
    packages = {name: one for name, one in lock["packages"].items() if name}
    assert packages
    for one in packages.values():
        assert one["integrity"].startswith("sha512-")
        assert "resolved" not in one
    wanted = json.loads((ROOT / "package.json").read_text())["dependencies"]
    assert wanted == {name: packages[f"node_modules/{name}"]["version"] for name in wanted}


def test_every_setting_is_explained_in_the_example_and_nothing_else() -> None:
    text = (ROOT / ".env.example").read_text()
    named = re.findall(r"^([A-Z_]+)=", text, re.MULTILINE)
    assert sorted(named) == sorted(name.upper() for name in Settings.model_fields)
    for block in text.split("\n\n")[1:]:
        assert re.match(r"# --- .+ ---\n# ", block), block
