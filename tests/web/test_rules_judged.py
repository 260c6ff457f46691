"""Try, week and compare judge what publishing a draft would put into force: with what has become live since."""

import json
from datetime import UTC, datetime

import pytest

from routing_rules.versions import publishing
from routing_rules.versions.model import Published
from tests.web import rules_rig
from tests.web.console_rig import Browser, City
from tests.web.past_rig import decided
from tests.web.rules_forms import at_work, city_of_rules
from tests.web.test_rules_try import asks, shown

MONDAY = datetime(2026, 11, 23, 15, 5, tzinfo=UTC)
ON_DUTY: dict[str, object] = {"staffed": {"streets": ["fi", "sv"], "extended": ["fi", "sv"]}, "wait": None, "areas": []}
EVENING = "2026-11-24T17:05"
NEWER = "Luonnoksen alettua on julkaistu uudempi versio."


@pytest.fixture
def city(empty: City) -> City:
    return city_of_rules(empty)


@pytest.fixture
def olli(city: City) -> Browser:
    return at_work(city, "olli")


def streets_open_till_evening(city: City, *usual: str) -> None:
    written = json.loads(rules_rig.sample_document())["departments"]
    old = next(one for one in written if one["id"] == "streets")["hours"]
    days = ("monday", "tuesday", "wednesday", "thursday", "friday")
    week = {day: ["08:00-15:30" if day in usual else "08:00-18:00"] for day in days}
    hours = {**old, "week": week}
    done = publishing.publish_hours(
        city.services.database, "streets", hours, "a_sirpa", "Iltaisin", city.clock.now(),
        ticked=rules_rig.Everything(),
    )  # fmt: skip
    assert isinstance(done, Published), done
    city.services.rules.refresh(city.services.database, city.clock.now())


def test_a_draft_is_tried_with_what_has_become_live_since(city: City, olli: Browser) -> None:
    before = asks(olli, rules="d1", at=EVENING)
    assert "Aiheen oma palvelu on suljettu." in shown(before)
    assert NEWER not in before
    streets_open_till_evening(city)
    after = asks(olli, rules="d1", at=EVENING)
    assert "Puheluun vastaa: Kadut ja liikenne." in shown(after)
    assert NEWER in after
    assert "/console/rules/drafts/d1/behind" in after
    assert NEWER not in asks(olli)


def test_the_week_of_a_draft_has_the_hours_that_have_become_live_since(city: City, olli: Browser) -> None:
    streets_open_till_evening(city)
    page = olli.page("/rules/week?draft=d1&topic=parking&first=2026-11-30")
    assert "8.00–18.00 auki" in shown(page)
    assert "/console/rules/drafts/d1/behind" in page
    assert "/behind" not in olli.page("/rules/week?topic=parking&first=2026-11-30")


def test_what_others_have_published_is_no_difference_of_the_draft(city: City, olli: Browser) -> None:
    streets_open_till_evening(city)
    version = city.services.rules.plain().version
    decided(
        city, at=MONDAY, ruleset_version=version, topic="parking", desk="streets", facts=json.dumps(ON_DUTY)
    )  # fmt: skip
    page = olli.page("/rules/compare?draft=d1&days=7")
    assert "Jono: Kadut ja liikenne" not in page
    assert "Jokainen puhelu menisi samaan paikkaan kuin nyt." in page
    assert "/console/rules/drafts/d1/behind" in page
