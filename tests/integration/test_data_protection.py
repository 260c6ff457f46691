"""The notes on data protection say what the sample rules and the settings say."""

import re
from dataclasses import replace
from pathlib import Path

import pytest

from adapters.settings import load_settings
from operations.data_protection import main, of_rules, of_settings
from tests.architecture.source import ROOT
from tests.support.services import SAMPLE, SETTINGS, sample_rules

REAL = {**SETTINGS, "TWILIO_API_BASE_URL": "https://api.twilio.com"}


def test_the_table_is_that_of_the_sample_rules() -> None:
    text = (ROOT / "docs" / "data-protection.md").read_text(encoding="utf-8")
    [table] = re.findall(r"<!-- generated: .*? -->\n(.*?)\n<!-- /generated -->", text, re.S)
    assert table == of_rules(sample_rules())


def test_a_changed_rule_changes_it() -> None:
    rules = sample_rules()
    first, *others = rules.departments
    recorded = replace(first, records_talks=True, retention=replace(first.retention, talk_days=17))
    told = of_rules(replace(rules, departments=(recorded, *others)))
    assert f"| {first.name['en']} | after a notice | 17 |" in told
    assert told != of_rules(rules)


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({}, "api.twilio.com, the provider's default region (the United States)"),
        ({"TWILIO_REGION": "ie1", "TWILIO_EDGE": "dublin"}, "api.twilio.com, IE1"),
        ({"DATABASE_URL": "postgresql+psycopg://one:secret@db.city.fi/one"}, "PostgreSQL at db.city.fi."),
        ({"SMS_SENDER": "Kuopio"}, "Text messages: sent"),
    ],
)
def test_the_settings_are_told_without_a_secret(changes: dict[str, str], told: str) -> None:
    known = load_settings({**REAL, **changes})
    written = of_settings(known)
    assert told in written
    for secret in (known.twilio_auth_token, known.secret_key, known.recordings_key, "secret@"):
        assert secret not in written


def test_the_command_prints_both_or_says_why_not(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    for name, value in REAL.items():
        monkeypatch.setenv(name, value)
    assert main(["--rules", str(SAMPLE)]) == 0
    assert of_rules(sample_rules()) in capsys.readouterr().out
    assert main(["--rules", str(tmp_path / "none.yaml")]) == 1


def test_what_it_refers_to_is_there() -> None:
    text = (ROOT / "docs" / "data-protection.md").read_text(encoding="utf-8")
    assert (ROOT / "docs" / "data-kept.md").is_file()
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    for target in set(re.findall(r"`make (\w+)", text)):
        assert re.search(rf"^{target}:", makefile, re.M), target
