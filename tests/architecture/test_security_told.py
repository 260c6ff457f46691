"""``docs/security.md`` tells of every threat, ``docs/asvs.md`` of every requirement, and both name what exists."""

import re
from collections import Counter

import pytest

from tests.architecture.source import ROOT

TEXT, ASVS = ((ROOT / "docs" / name).read_text(encoding="utf-8") for name in ("security.md", "asvs.md"))
ROWS = dict(re.findall(r"^\| (S\d+) \| (.+)$", TEXT, re.M))
PAGES = pytest.mark.parametrize("text", [TEXT, ASVS], ids=["security", "asvs"])
TEST_FILE = re.compile(r"`([a-z_]+/test_[a-z_0-9]+\.py)`")
TEST = re.compile(r"`([a-z_]+/test_[a-z_0-9]+\.py)`((?:,? `test_[a-z_0-9]+`)+)")
OURS = re.compile(r"`((?:[A-Za-z_-]+/)*[A-Za-z_0-9-]+\.(?:py|js|html|md|txt|json))`")
STANDINGS = ("holds", "gap", "not ours", "no such part")
ASKED = re.compile(rf"^\| (\d+)\.(\d+)\.(\d+) \| ([12]) \| [^|]+ \| \*\*({'|'.join(STANDINGS)})\*\*: [^|]+ \|$", re.M)
# requirements of level 1 and 2 in each chapter of release 5.0.0
IN_CHAPTER = (27, 11, 19, 10, 9, 35, 18, 7, 7, 29, 14, 9, 13, 9, 13, 16, 7)


def test_every_threat_has_its_line_with_a_test() -> None:
    assert set(ROWS) == {f"S{number}" for number in range(1, 27)}
    assert [threat for threat, row in ROWS.items() if not TEST_FILE.search(row)] == []


def test_every_chapter_of_the_standard_is_walked() -> None:
    assert [number for number in range(1, 18) if not re.search(rf"^\| V{number} ", TEXT, re.M)] == []


def test_every_requirement_has_one_line() -> None:
    numbers = [tuple(map(int, found[:3])) for found in ASKED.findall(ASVS)]
    assert numbers == sorted(set(numbers))
    assert tuple(Counter(chapter for chapter, *_ in numbers).values()) == IN_CHAPTER
    assert len(numbers) == len(re.findall(r"^\| \d", ASVS, re.M)), "a line is not of the form that the others have"


def test_the_lines_are_counted_as_they_stand() -> None:
    stand = [(int(chapter), how) for chapter, *_, how in ASKED.findall(ASVS)]
    for chapter in range(1, 18):
        counted = Counter(how for number, how in stand if number == chapter)
        told = re.search(rf"^\| V{chapter} [^|]+((?:\| \d+ ){{4}})\|$", ASVS, re.M)
        assert told is not None
        assert [int(one) for one in re.findall(r"\d+", told[1])] == [counted[how] for how in STANDINGS], chapter
    in_all = Counter(how for _, how in stand)
    assert f"| **all 253** | {' | '.join(str(in_all[how]) for how in STANDINGS)} |" in ASVS


def test_what_holds_says_where() -> None:
    rows = [line for line in ASVS.splitlines() if "**holds**" in line]
    assert len(rows) > 100
    assert [line for line in rows if not re.search(r"`[^`]+\.[a-z]+`|the same (?:two )?(?:test|file)", line)] == []


@PAGES
def test_every_test_file_exists(text: str) -> None:
    assert [path for path in sorted(set(TEST_FILE.findall(text))) if not (ROOT / "tests" / path).exists()] == []


@PAGES
def test_every_test_that_is_named_exists(text: str) -> None:
    named = [(path, name) for path, names in TEST.findall(text) for name in re.findall(r"test_[a-z_0-9]+", names)]
    assert len(named) > 10
    assert [pair for pair in named if f"def {pair[1]}(" not in (ROOT / "tests" / pair[0]).read_text()] == []


@PAGES
def test_every_file_of_ours_that_is_named_exists(text: str) -> None:
    named = {path for path in OURS.findall(text) if "/test_" not in path}
    assert len(named) > 10
    places = (ROOT, ROOT / "tests", ROOT / "docs")
    assert [path for path in sorted(named) if not any((place / path).exists() for place in places)] == []
