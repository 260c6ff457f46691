"""A draft may hold anything that is JSON, and a form may be posted by anything: no page breaks over it."""

import json

import pytest

from adapters.schema import rules_draft
from tests.web.console_rig import Browser, City
from tests.web.rules_forms import DRAFT, at_work, city_of_rules, row, sends

PARTS = ("topics", "departments", "rules", "duties", "examples", "notices", "announcements", "limits", "city")
STRANGE: tuple[object, ...] = (
    {},
    {"departments": 5, "topics": "a", "rules": {"a": 1}, "announcements": [], "limits": None, "city": 1},
    {part: [{}, {"id": 5}, {"id": ""}, {"id": "a/b"}, None, [], "x"] for part in PARTS},
    {
        "departments": [
            {"id": "a", "name": 5, "callbacks": {"capacity_share": "much", "outcomes": [1]}, "languages": {"fi": 1},
             "hours": {"week": [], "exceptional": {"a": 1}, "holidays": 5}, "staffing": {"fi": {"monday": 3}}},
            {"id": "b", "callbacks": 7, "hours": {"exceptional": [5, {"every": "13-45", "hours": 8}]}},
        ],
        "topics": [{"id": "a", "parent": ["b"], "key": {"x": 1}, "urgent": "perhaps", "advice": []}],
        "rules": [{"id": "a", "when": 5, "department": {"a": 1}}, {"id": "b", "when": {"topics": 5, "week": 5}}],
        "examples": [{"id": "a", "at": 5, "staffed": "x"}],
        "notices": [{"id": "a", "from": 5, "words": "x"}],
        "duties": [{"id": "a", "numbers": 5}],
    },
)  # fmt: skip


@pytest.fixture
def city(empty: City) -> City:
    return city_of_rules(empty)


@pytest.fixture
def seija(city: City) -> Browser:
    return at_work(city, "seija")


@pytest.mark.parametrize("number", range(len(STRANGE)))
def test_a_draft_that_is_no_ruleset_yet_is_shown_and_never_published(city: City, seija: Browser, number: int) -> None:
    strange = json.dumps(STRANGE[number])
    city.change(rules_draft, rules_draft.c.id == "d1", document=strange)
    for path in ("", "/check", "/text", "/behind", "/file.yaml", "/file.json"):
        assert seija.get(DRAFT + path).status_code == 200, path
    for part in PARTS:
        assert seija.get(f"{DRAFT}/parts/{part}").status_code in (200, 302), part
        for element_id in ("a", "b", "5", "~new", part):
            assert seija.get(f"{DRAFT}/parts/{part}/{element_id}").status_code in (200, 404), (part, element_id)
    answer = sends(seija, f"{DRAFT}/publish", revision="1", reason="Silti")
    assert answer.status_code in (303, 422)
    assert city.services.rules.current().version == 1


@pytest.mark.parametrize("given", ["", "5", "[]", "{", '{"hours": 5, "callbacks": "x"}', "[" * 5000, '"' + "x" * 3000])
@pytest.mark.parametrize("deed", ["", "/choose"])
def test_what_no_page_has_sent_is_refused_and_changes_nothing(
    city: City, seija: Browser, given: str, deed: str
) -> None:
    path = f"{DRAFT}/parts/departments/housing{deed}"
    for revision in ("1", "7", "-1", "x", ""):
        sent = {"revision": revision, "seen": given, "theirs": given, "mine": given, "all": "ours"}
        assert sends(seija, path, **sent).status_code in (400, 409, 422), revision
    assert row(city).revision == 1
