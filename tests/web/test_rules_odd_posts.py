"""Every form of the rules' pages is posted odd values: it answers with a refusal, and nothing has changed."""

import json

import pytest
from sqlalchemy import func, select

from adapters.schema import rules_draft, rules_plan, ruleset
from console import pages
from routing_rules.document import parse
from tests.web.console_rig import Browser, City
from tests.web.filled_forms import filled
from tests.web.rules_forms import DRAFT, at_work, city_of_rules, document, row, sends
from tests.web.rules_rig import sample_document

DIGITS = "9" * 5000
DEEP = '{"name":' * 600 + "1" + "}" * 600
ODD = {
    "missing": None,
    "arrays": '[["a"], {"b": []}]',
    "huge": DIGITS,
    "rows": "60000",
    "surrogate": '{"name": "\\ud800", "id": ["a"]}',
    "nul": '{"name": {"fi": "\\u0000"}}',
    "shapes": '{"id": ["a"], "name": 5, "when": [], "callbacks": {"attempts": []}, "parent": {}, "hours": {"week": 5}}',
    "raw nul": "a\0b",
    "long": "sana " * 2000,
    "deep": DEEP,
    "list deep": "[" * 600 + "]" * 600,
    "figures": "8-" + DIGITS,
    "plan": "8-9: " + DIGITS,
}
PARTS = {
    "topics": "housing", "departments": "housing", "rules": "youth-in-july", "duties": "faults", "limits": "limits",
    "examples": "youth-in-july", "notices": "~new", "announcements": "goodbye", "city": "city",
}  # fmt: skip
ELEMENTS = [f"{DRAFT}/parts/{part}/{element_id}" for part, element_id in PARTS.items()]
DEPARTMENT = (
    "grace_minutes", "callbacks.handling_minutes", "callbacks.capacity_share", "hours.week.monday", "number",
    "hours.exceptional.rows", "hours.exceptional.0.from", "hours.exceptional.0.hours", "staffing.fi.monday",
    "hours.holidays.MayDay.how", "callbacks.outcomes.busy.attempts", "languages", "fallback_number",
)  # fmt: skip
FIELDS = (
    "seen", "theirs", "mine", "all", "text", "reason", "ticked", "publish_at", "when", "hours", "version", "name",
    "element", "direction", "take.grace_minutes", "name.fi", "words.fi", "at.date", "at.clock", "numbers", "areas",
    "what", "where", "until", "from", "to", "key", "goal", "when.wait_minutes", "when.areas", "allowed_countries",
    "day", "clock", "topic", "language", "number", "wait", *DEPARTMENT,
)  # fmt: skip
ADDRESSES = (
    f"{DRAFT}/text", f"{DRAFT}/publish", f"{DRAFT}/behind", f"{DRAFT}/parts/rules/move",
    f"{DRAFT}/parts/topics/nothing/remove", "/rules/hours/housing", "/rules/hours/housing/publish", "/rules/drafts",
    "/rules/versions/1/roll-back", "/rules/plans/none/cancel", "/notices/words", "/rules/try", *ELEMENTS,
    *(f"{element}/choose" for element in ELEMENTS), f"{DRAFT}/drop",
)  # fmt: skip
BEGINS = "/rules/drafts"  # a draft of any name may be begun, but for one that is too long
SAVES_THE_SAME = f"{DRAFT}/behind"  # nothing newer to take in: the draft says what it said


@pytest.fixture
def city(empty: City) -> City:
    return city_of_rules(empty)


@pytest.fixture
def seija(city: City) -> Browser:
    return at_work(city, "seija")


def kept(city: City) -> tuple[object, ...]:
    counts = (select(func.count()).select_from(table) for table in (ruleset, rules_plan, rules_draft))
    with city.services.database.read() as connection:
        return (*(connection.execute(count).scalar() for count in counts), document(city), tuple(row(city)))


def as_before(city: City) -> None:
    city.change(rules_draft, rules_draft.c.id == "d1", document=sample_document(), revision=1, changed_by="a_olli")


def test_every_form_of_the_rules_is_among_those_that_are_tried() -> None:
    tried = {address.replace(DRAFT, "") for address in ADDRESSES}
    posted = [r for r in pages.ROUTES if r.method == "POST" and r.rule.startswith("/rules")]
    endings = {address.rsplit("/", 1)[-1] for address in tried}
    for route in posted:
        last = route.rule.rsplit("/", 1)[-1]
        assert last in endings or last.startswith("<"), route.rule


@pytest.mark.parametrize("odd", ODD)
def test_odd_values_are_refused_and_change_nothing(city: City, seija: Browser, odd: str) -> None:
    before, value = kept(city), ODD[odd]
    fields: dict[str, str] = {} if value is None else dict.fromkeys(FIELDS, value)
    if odd == "shapes":
        fields["text"] = ""  # as text a draft may be anything that is JSON: it is no ruleset yet
    for address in ADDRESSES:
        if address == BEGINS and odd != "long":
            continue
        for revision in ("1", DIGITS):
            answer = sends(seija, address, **fields, revision=revision if address != f"{DRAFT}/drop" else DIGITS)
            assert answer.status_code < 500, (address, revision)
            assert len(answer.data) < 1_500_000, address
        if address == SAVES_THE_SAME:
            assert parse(row(city).document) == parse(sample_document())
            as_before(city)
        assert kept(city) == before, address


@pytest.mark.parametrize("odd", ODD)
def test_one_odd_value_among_good_ones_is_refused(city: City, seija: Browser, odd: str) -> None:
    """The form of a department as it stands, but for one field. A few are good words there: then they are kept."""
    address, before = f"{DRAFT}/parts/departments/housing", kept(city)
    form, value = filled(seija.page(address)), ODD[odd]
    for name in (*DEPARTMENT, "seen"):
        answer = sends(seija, address, **{**form, name: [] if value is None else value})
        assert answer.status_code < 500, name
        assert answer.status_code == 303 or kept(city) == before, name
        if answer.status_code == 303:
            as_before(city)


STRANGE_DRAFTS: tuple[object, ...] = (
    {"topics": [{"id": ["a"]}]},
    {"topics": [{}]},
    {"topics": [{"id": "a", "parent": ["b"]}, {"id": "b", "parent": {"c": 1}}]},
    {"announcements": {"of.ours": "x", "also.ours": {"fi": ["a"]}}, "rules": [{"id": {"a": 1}, "name": []}]},
)


@pytest.mark.parametrize("number", range(len(STRANGE_DRAFTS)))
def test_the_forms_of_a_draft_that_is_no_ruleset_answer(city: City, seija: Browser, number: int) -> None:
    strange = json.dumps(STRANGE_DRAFTS[number])
    city.change(rules_draft, rules_draft.c.id == "d1", document=strange)
    paths = ["", "/check", "/text", "/behind", *(f"/parts/{part}" for part in PARTS)]
    for path in (*paths, *(f"/parts/{part}/{one}" for part in PARTS for one in ("a", "~new", part, "None", "of.ours"))):
        assert seija.get(DRAFT + path).status_code in (200, 302, 404), path
    for address in ADDRESSES:
        fields = {
            "revision": str(row(city).revision),
            "element": "a",
            "direction": "up",
            "name.fi": "x",
            "mine": '{"a":1}',
        }
        answer = sends(seija, address, **fields, text=strange)
        assert answer.status_code < 500, address
