"""``publiccode.yml`` against the standard's core schema 0.5: keys, lists of choices, lengths, languages."""

from typing import Any
from urllib.parse import urlsplit

import pytest
import yaml

from console.words import PAGE_LANGUAGES
from tests.architecture.source import ROOT

WANTED = {
    "publiccodeYmlVersion", "name", "url", "platforms", "developmentStatus", "softwareType", "description", "legal",
    "maintenance", "localisation",
}  # fmt: skip
ALLOWED = WANTED | {"softwareVersion", "releaseDate", "categories", "intendedAudience", "dependsOn", "landingURL"}
STATUSES = ("concept", "development", "beta", "stable", "obsolete")
SCOPES = {"local-authorities", "government", "welfare", "society", "emergency-services", "infrastructures"}
PLATFORMS = {"web", "windows", "mac", "linux", "ios", "android"}
TYPES = {"standalone/web", "standalone/backend", "standalone/other"}


@pytest.fixture(scope="module")
def told() -> dict[str, Any]:
    document = yaml.safe_load((ROOT / "publiccode.yml").read_text(encoding="utf-8"))
    assert isinstance(document, dict)
    return document


def test_its_keys_and_choices_are_the_standards(told: dict[str, Any]) -> None:
    assert WANTED <= told.keys() <= ALLOWED
    assert told["publiccodeYmlVersion"] == "0.5"
    assert told["developmentStatus"] in STATUSES
    assert told["softwareType"] in TYPES
    assert set(told["platforms"]) <= PLATFORMS
    assert set(told["intendedAudience"]["scope"]) <= SCOPES
    assert set(told["intendedAudience"]["countries"]) == {"FI"}
    assert urlsplit(told["url"]).scheme == "https"


@pytest.mark.parametrize("language", PAGE_LANGUAGES)
def test_each_language_is_described_within_the_lengths(told: dict[str, Any], language: str) -> None:
    one = told["description"][language]
    assert len(one["shortDescription"]) <= 150
    assert 150 <= len(one["longDescription"]) <= 10_000
    assert one["features"]
    assert all(len(feature) <= 100 for feature in one["features"])


def test_it_says_what_the_repository_says(told: dict[str, Any]) -> None:
    project = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    assert f'version = "{told["softwareVersion"]}"' in project
    assert (ROOT / "LICENSE").read_text(encoding="utf-8").startswith(f"{told['legal']['license']} License")
    assert tuple(told["localisation"]["availableLanguages"]) == PAGE_LANGUAGES
    assert told["maintenance"]["contacts"] or told["maintenance"]["type"] == "none"
