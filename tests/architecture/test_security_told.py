"""``docs/security.md`` tells of every threat, and names tests and files that exist."""

import re

import pytest

from tests.architecture.source import ROOT

TEXT = (ROOT / "docs" / "security.md").read_text(encoding="utf-8")
ROWS = dict(re.findall(r"^\| (S\d+) \| (.+)$", TEXT, re.M))
TEST_FILE = re.compile(r"`([a-z_]+/test_[a-z_0-9]+\.py)`")
TEST = re.compile(r"`([a-z_]+/test_[a-z_0-9]+\.py)`((?:,? `test_[a-z_0-9]+`)+)")
OURS = re.compile(r"`((?:[a-z_]+/)+[a-z_]+\.py)`")


def test_every_threat_has_its_line_with_a_test() -> None:
    assert set(ROWS) == {f"S{number}" for number in range(1, 27)}
    assert [threat for threat, row in ROWS.items() if not TEST_FILE.search(row)] == []


def test_every_chapter_of_the_standard_is_walked() -> None:
    assert [number for number in range(1, 18) if not re.search(rf"^\| V{number} ", TEXT, re.M)] == []


@pytest.mark.parametrize("path", sorted(set(TEST_FILE.findall(TEXT))))
def test_every_test_file_exists(path: str) -> None:
    assert (ROOT / "tests" / path).exists()


def test_every_test_that_is_named_exists() -> None:
    named = [(path, name) for path, names in TEST.findall(TEXT) for name in re.findall(r"test_[a-z_0-9]+", names)]
    assert len(named) > 10
    assert [pair for pair in named if f"def {pair[1]}(" not in (ROOT / "tests" / pair[0]).read_text()] == []


def test_every_file_of_ours_that_is_named_exists() -> None:
    named = {path for path in OURS.findall(TEXT) if "/test_" not in path}
    assert len(named) > 10
    assert [path for path in named if not ((ROOT / path).exists() or (ROOT / "tests" / path).exists())] == []
