"""``docs/running.md`` and ``make help`` against what there is: what a keeper types from there must be understood."""

import re
from pathlib import Path

import pytest

from adapters.places import ROOT
from adapters.settings import Settings

RUNNING = (ROOT / "docs" / "running.md").read_text(encoding="utf-8")
MAKEFILE = (ROOT / "Makefile").read_text(encoding="utf-8")
TARGETS = dict(re.findall(r"^([a-z-]+):[^\n]*\n\t@(?:exec )?\$\(PY\) -m ([\w.]+)", MAKEFILE, re.M))
THERE = dict(re.findall(r"^\| `make (\w+)` \| (`one_number [^|]+)\|$", RUNNING, re.M))
FROM_A_CHECKOUT = {"serve", "upgrade", "audit"}  # the one needs no unit, the other no settings
NOT_IN_HELP = {"ready", "ready-for-tests", "requirements", "help"}


def keepers() -> set[str]:
    part = RUNNING.partition("## The keeper's commands\n")[2].partition("\n## ")[0]
    return set(re.findall(r"^\| `make (\w+)", part, re.M))


def file_of(module: str) -> Path:
    path = ROOT.joinpath(*module.split("."))
    return path / "__main__.py" if path.is_dir() else path.with_suffix(".py")


def test_every_command_of_the_keeper_is_told_for_units_and_containers() -> None:
    assert set(THERE) == keepers() - FROM_A_CHECKOUT


@pytest.mark.parametrize("target", sorted(THERE))
def test_the_module_is_the_one_that_make_calls_and_knows_the_words(target: str) -> None:
    module = THERE[target].removeprefix("`one_number ").split("`")[0].split()[0]
    assert module == TARGETS[target]
    text = file_of(module).read_text(encoding="utf-8")
    assert [word for word in re.findall(r"--[a-z-]+", THERE[target]) if f'"{word}"' not in text] == []


def test_a_command_under_systemd_has_the_units_own_user_folder_and_settings() -> None:
    said = set(re.findall(r"-p ((?:User|Group|UMask|WorkingDirectory|EnvironmentFile)=\S+)", RUNNING))
    unit = (ROOT / "deploy" / "systemd" / "one-number-clock-1.service").read_text(encoding="utf-8")
    kinds = ("User=", "Group=", "UMask=", "WorkingDirectory=", "EnvironmentFile=")
    assert said == {line for line in unit.splitlines() if line.startswith(kinds)}


def test_make_tells_all_that_it_does() -> None:
    every = set(re.findall(r"^([a-z-]+):", MAKEFILE, re.M))
    [phony] = re.findall(r"^\.PHONY: (.+)$", MAKEFILE, re.M)
    assert set(phony.split()) == every, "a file of that name must not keep a command from running"
    assert every - set(re.findall(r"make ([a-z-]+)", MAKEFILE)) <= NOT_IN_HELP


def test_every_setting_stands_in_a_page_that_tells_what_follows_from_it() -> None:
    told = RUNNING + (ROOT / "docs" / "security.md").read_text(encoding="utf-8")
    assert [name for name in Settings.model_fields if not re.search(rf"\b{name.upper()}\b", told)] == []
