"""An upgrade whose plan nobody can read, or whose end nobody can write down: the service goes on as it was."""

import json
from pathlib import Path

import pytest

from adapters.places import Places
from operations import upgrade
from operations.processes import Fleet, ProcessSpec
from operations.supervise import Plan as PlanOfProcesses
from operations.supervise import _processes_of, written
from operations.upgrade import NewPlan

HELP = ("--help",)  # of the program that makes the plan: it ends well, and what it says is none


@pytest.fixture
def fleet(tmp_path: Path) -> Fleet:
    Places(tmp_path).make()
    return Fleet({}, tmp_path, ())


def came_of_it(root: Path) -> dict[str, object]:
    said: dict[str, object] = json.loads((root / "var/run/upgrade.json").read_text())
    return said


def test_what_is_no_plan_ends_nobody(fleet: Fleet, tmp_path: Path) -> None:
    upgrade.carry_out(fleet, tmp_path, HELP, _processes_of)
    assert came_of_it(tmp_path)["replaced"] == []
    assert "cannot read the new one's plan" in str(came_of_it(tmp_path)["trouble"])


def plan_with(**changes: object) -> str:
    good = json.loads(written(PlanOfProcesses("/", {}, (ProcessSpec("web", ("true",)),), {}, "", 0.0)))
    return json.dumps({**good, **changes})


@pytest.mark.parametrize(
    "told",
    ["", "7", "[]", "{}", plan_with(newer="a field"), plan_with(specs=7), plan_with(specs=[{"name": "web"}]),
     plan_with(specs=[None]), plan_with(arguments=None)],
)  # fmt: skip
def test_no_plan_of_another_release_is_half_read(told: str) -> None:
    with pytest.raises(upgrade._NoPlan):
        upgrade._readable(told, _processes_of)
    assert upgrade._readable(plan_with(), _processes_of)[1][0].name == "web"


def test_what_breaks_or_cannot_be_written_down_ends_nobody(fleet: Fleet, tmp_path: Path) -> None:
    def breaks(_told: str) -> NewPlan:
        raise RuntimeError("of another kind")

    upgrade.carry_out(fleet, tmp_path, HELP, breaks)
    assert "RuntimeError" in str(came_of_it(tmp_path)["trouble"])
    (tmp_path / "var/run/upgrade.json").unlink()
    (tmp_path / "var/run/upgrade.json").mkdir()
    upgrade.carry_out(fleet, tmp_path, HELP, breaks)
    assert (tmp_path / "var/run/upgrade.json").is_dir()
