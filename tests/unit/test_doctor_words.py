"""The doctor's sentences: each that code names is there, each that is there is named, each has what it needs."""

import ast
from functools import cache
from pathlib import Path

import pytest

from ivr.doctor.model import Finding
from ivr.doctor.words import Words
from tests.architecture.source import modules

WORDS = Words.load()
MAKERS = ("fine", "warn", "fault", "ask")
HOOKS = {f"webhooks.{name}{end}" for name in ("voice", "status", "sms") for end in ("", "_wrong")}  # made of two parts
LABELS = {f"labels.{name}" for name in ("ok", "warning", "fault", "ask", "callers", "mend", "summary")}


@cache
def named() -> dict[str, set[str]]:
    """Key -> levels at which code finds it."""
    found: dict[str, set[str]] = {}
    for module in modules():
        if module.name.startswith("ivr.doctor"):
            for call in module.calls(*MAKERS):
                if call.args and isinstance(call.args[0], ast.Constant):
                    maker = call.func.id if isinstance(call.func, ast.Name) else ""
                    found.setdefault(str(call.args[0].value), set()).add(maker)
    return found


@cache
def strings() -> set[str]:
    return {text for module in modules() if module.name.startswith("ivr.doctor") for text in module.strings()}


def test_every_finding_has_its_sentence() -> None:
    assert len(named()) > 70
    assert set(named()) <= set(WORDS.entries)


def test_every_sentence_is_said() -> None:
    assert set(WORDS.entries) - set(named()) - HOOKS - LABELS - strings() == set()


@pytest.mark.parametrize("key", sorted(WORDS.entries))
def test_what_is_wrong_says_what_it_means_for_callers_and_how_to_mend_it(key: str) -> None:
    wrong = bool({"fault", "warn"} & named().get(key, set())) or key.endswith("_wrong")
    entry = WORDS.entries[key]
    if key in ("live.differs", "holidays.ordinary") or wrong:
        assert {"says", "callers", "mend"} <= set(entry), key
    elif not key.startswith(("labels.", "prompts.")):
        assert set(entry) == {"says"}, key


def test_a_line_is_one_line() -> None:
    finding = Finding("fault", "settings.invalid", (("problem", "TOO\nLONG"),))
    line = WORDS.line(finding)
    assert line.startswith("fault   settings       TOO LONG For callers: ")
    assert "\n" not in line


def test_an_entry_without_its_sentence_is_refused(tmp_path: Path) -> None:
    broken = tmp_path / "words.yaml"
    broken.write_text("disk:\n  full: {callers: nothing}\n")
    with pytest.raises(ValueError, match="disk.full"):
        Words.load(broken)
