"""The rules in files: what is printed, and the exit codes that a pipeline goes by."""

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from adapters.schema import audit_event, ruleset
from operations.rules_command import main
from routing_rules.document import dump, dump_yaml, parse
from routing_rules.model import Department, Ruleset
from routing_rules.service import publish_first
from tests.support.services import SAMPLE, Town, sample_rules

REASON = ("--reason", "Kevään aukiolot")


def written(directory: Path, rules: Ruleset, name: str = "rules.yaml") -> str:
    file = directory / name
    file.write_text(dump_yaml(rules), encoding="utf-8")
    return str(file)


def other(rules: Ruleset, name: str = "Pysäköintiasiat") -> Ruleset:
    topics = tuple(replace(t, name={**t.name, "fi": name}) if t.id == "parking" else t for t in rules.topics)
    return replace(rules, topics=topics)


def warned(rules: Ruleset) -> Ruleset:
    """Only Finnish is planned to be spoken at the extended-hours desk: a warning."""

    def finnish(one: Department) -> Department:
        return replace(one, staffing=tuple(s for s in one.staffing if s.language == "fi"))

    return replace(
        rules, departments=tuple(finnish(d) if d.id == rules.extended_desk else d for d in rules.departments)
    )


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("check", str(SAMPLE)), 0, "nothing found"),
        (("check", "no-such-file.yaml"), 2, "no-such-file.yaml: No such file"),
        (("diff", str(SAMPLE), "live"), 2, "DATABASE_URL"),
        (
            ("try", str(SAMPLE), "--topic", "parking", "--at", "2026-11-28T17:05", "--expect", "closed"),
            1,
            "line:extended",
        ),
        (("publish", str(SAMPLE)), 2, "--reason"),
    ],
)
def test_exit_codes_of_the_command_itself(arguments: tuple[str, ...], code: int, said: str, tmp_path: Path) -> None:
    """As a pipeline runs it, without any setting of the service."""
    answer = subprocess.run(
        [sys.executable, "-m", "operations.rules_command", "--root", str(tmp_path), *arguments],
        capture_output=True, text=True, timeout=60, env={"PATH": "", "PYTHONIOENCODING": "utf-8"},
    )  # fmt: skip
    assert answer.returncode == code, answer.stderr
    assert said in answer.stdout + answer.stderr


def test_a_file_that_is_no_ruleset_is_refused_with_each_place(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "broken.yaml"
    file.write_text(SAMPLE.read_text(encoding="utf-8").replace("extended_desk: extended", "extended_desk: nobody"))
    assert main(["check", str(file)]) == 2
    assert "extended_desk" in capsys.readouterr().err
    file.write_bytes(b"\xff\xfe")
    assert main(["check", str(file)]) == 2


def test_a_warning_is_a_finding_until_it_is_ticked(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = written(tmp_path, warned(sample_rules()))
    assert main(["check", file]) == 1
    keys = [line.strip() for line in capsys.readouterr().out.splitlines() if line.startswith("    ")]
    assert keys
    assert main(["check", file, *(part for key in keys for part in ("--tick", key))]) == 0
    assert "ticked:" in capsys.readouterr().out


def test_trying_says_each_rule_and_the_way(capsys: pytest.CaptureFixture[str]) -> None:
    made_up = ("--topic", "parking", "--speaks", "sv", "--at", "2026-11-28T17:05")
    assert main(["--language", "sv", "try", str(SAMPLE), *made_up, "--expect", "line:extended"]) == 0
    assert "line:extended" in capsys.readouterr().out
    assert main(["try", str(SAMPLE), *made_up, "--on-duty", "nobody", "--expect", "nobody"]) == 0


@pytest.mark.parametrize(
    "wrong",
    [
        ("--topic", "none"),
        ("--at", "tomorrow"),
        ("--at", "9999-12-31T23:00"),
        ("--at", "0001-01-01T00:30"),
        ("--at", "2027-03-28T03:30"),  # that night has no such hour
        ("--on-duty", "none"),
        ("--number", "hello"),
        ("--wait", "-5"),
        ("--wait", "9" * 30),
    ],
)
def test_a_trial_that_cannot_be_is_refused(wrong: tuple[str, str], capsys: pytest.CaptureFixture[str]) -> None:
    assert code_of(["try", str(SAMPLE), "--topic", "parking", *wrong]) == 2
    assert wrong[0] in capsys.readouterr().err


def code_of(arguments: list[str]) -> int:
    """Options that cannot be read end the command themselves."""
    try:
        return main(arguments)
    except SystemExit as ended:
        return int(ended.code or 0)


@pytest.mark.parametrize("version", ["9" * 30, "0", "-1", "one"])
def test_a_version_that_cannot_be_is_refused(live: Town, version: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert code_of(["export", "--version", version]) == 2
    assert code_of(["publish", str(SAMPLE), *REASON, "--based-on", version]) == 2
    assert capsys.readouterr().err.count("a version is a whole number") == 2


@pytest.mark.parametrize("number", ["", "017 555"])
def test_nothing_is_published_while_the_one_number_is_not_known(
    live: Town, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], number: str
) -> None:
    """A desk that leads back to it would ring the service itself; a check says that it has not looked."""
    monkeypatch.setenv("CITY_NUMBER", number)
    file = written(tmp_path, other(sample_rules()))
    assert main(["publish", file, *REASON]) == 2
    assert "CITY_NUMBER" in capsys.readouterr().err
    assert len(live.every(ruleset)) == 1
    monkeypatch.delenv("CITY_NUMBER")
    assert main(["--root", str(tmp_path), "check", file]) == 0
    assert "not looked at: whether a desk leads back" in capsys.readouterr().err


def test_database_and_numbers_are_those_of_the_installation(
    live: Town, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """``.env`` of the service is read, and the environment overrules it."""
    settings = live.services.settings
    written_there = f"DATABASE_URL={settings.database_url}\nCITY_NUMBER={settings.city_number}\n"
    (tmp_path / ".env").write_text(written_there)
    monkeypatch.delenv("DATABASE_URL")
    monkeypatch.delenv("CITY_NUMBER")
    there = ("--root", str(tmp_path))
    file = written(tmp_path, other(sample_rules()))
    assert main([*there, "check", file]) == 0
    assert "not looked at" not in capsys.readouterr().err
    assert main([*there, "diff", "live", file]) == 1
    assert main([*there, "publish", file, *REASON]) == 0
    assert len(live.every(ruleset)) == 2
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{tmp_path}/none/at/all.db")
    assert main([*there, "export"]) == 2


def test_a_difference_is_told_in_words(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    same = written(tmp_path, sample_rules(), "same.yaml")
    assert main(["diff", str(SAMPLE), same]) == 0
    assert main(["--language", "fi", "diff", same, written(tmp_path, other(sample_rules()))]) == 1
    assert "Pysäköintiasiat" in capsys.readouterr().out


@pytest.fixture
def live(town: Town, monkeypatch: pytest.MonkeyPatch) -> Town:
    monkeypatch.setenv("DATABASE_URL", town.services.settings.database_url)
    monkeypatch.setenv("CITY_NUMBER", town.services.settings.city_number)
    publish_first(town.services.database, dump(sample_rules()), "first", "first", town.clock.now())
    return town


def test_what_is_exported_is_published_again_without_a_difference(
    live: Town, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for form in ("yaml", "json"):
        file = str(tmp_path / f"out.{form}")
        assert main(["export", "--format", form, "--output", file]) == 0
        assert main(["diff", "live", file]) == 0
        assert main(["publish", file, *REASON]) == 0
    assert "in force already" in capsys.readouterr().out
    assert len(live.every(ruleset)) == 1
    assert main(["export", "--version", "9"]) == 2


def test_a_file_is_published_with_author_and_reason(live: Town, tmp_path: Path) -> None:
    file = written(tmp_path, other(sample_rules()))
    assert main(["diff", "live", file]) == 1
    assert main(["publish", file, *REASON, "--author", "git: maija"]) == 0
    row = live.one(ruleset, version=2)
    assert (row["state"], row["kind"], row["author"], row["reason"]) == ("published", "file", "git: maija", REASON[1])
    assert parse(row["document"]).topic("parking").name["fi"] == "Pysäköintiasiat"
    assert live.one(audit_event, deed="rules_published")["who"] == "command line"


def test_what_has_findings_is_not_published(live: Town, tmp_path: Path) -> None:
    assert main(["publish", written(tmp_path, warned(sample_rules())), *REASON]) == 1
    assert len(live.every(ruleset)) == 1


def test_two_who_change_the_same_place_are_told(live: Town, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["publish", written(tmp_path, other(sample_rules(), "Parkki")), *REASON]) == 0
    late = written(tmp_path, other(sample_rules(), "Parkkeeraus"), "late.yaml")
    assert main(["publish", late, *REASON, "--based-on", "1"]) == 1
    assert "topics.parking" in capsys.readouterr().out
    assert len(live.every(ruleset)) == 2


def test_a_database_that_cannot_be_used_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{tmp_path}/none/at/all.db")
    assert main(["export"]) == 2
