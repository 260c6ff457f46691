"""Every page and deed of the console with a request that would be right; the record is put back after each."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from urllib.parse import quote

from werkzeug.test import TestResponse

from console.pages import ROUTES, Route
from tests.hostile.asked import Fields, noting
from tests.hostile.kept_record import Kept
from tests.web import rules_rig
from tests.web.console_rig import Browser, City, make_city
from tests.web.doors import DOORS, FILLED
from tests.web.filled_forms import filled
from tests.web.test_scope_everywhere import matters, people

WHO = ("aino", "sirpa", "olli")  # an agent, a supervisor, an administrator: the first of them who may
ENDS_HER_SESSION = ("sign_out", "leave_everywhere")
NOW = {"revision": "1", "live": "1"}  # the draft and the rules as they stand
RIGHT: dict[str, dict[str, str]] = {  # beside what ``doors`` posts: requests that come further
    "outcome": {"outcome": "bad_moment", "minutes": "30", "note": "Asia jäi kesken"},
    "presence": {"state": "available", "telephone": "browser"},
    "promise": {"topic": "housing", "window": "asap", "number": "+358401112222"},
    "close_matter": {"why": "handled", "sure": "yes", "note": "Hoidettu"},
    "hold_recording": {"what": "recording", "reason": "Selvitys kesken"},
    "end_hold": {"what": "recording", "hold": "h1", "sure": "yes", "reason": "Selvitetty"},
    "handled": {"note": "Hoidettu"},
    "heard": {"note": "Kuunneltu"},
    "end_stop": {"sure": "yes", "desk": "housing", "reason": "Rauhoittui", "until": ""},
    "switch_on": {"kind": "close", "department": "housing", "until": "2026-11-24T15:00", "reason": "Vesivahinko"},
    "notice_on": {
        "words_fi": "Vesikatko.", "words_sv": "Vattenavbrott.", "words_en": "Water cut.", "until": "2026-11-24T18:00",
    },
    "notice_words": {"what": "water_cut", "where": "Petonen", "until": "2026-11-24T18:00"},
    "make_account": {
        "name": "Uusi Nimi", "sign_in": "uusi", "role": "agent", "departments": "housing", "languages": "fi",
    },
    "change_account": {
        "name": "Iida", "sign_in": "iida", "role": "agent", "departments": "families", "languages": "fi",
    },
    "change_password": {"old": "kallavesi-2026", "new": "toinen-salasana-44", "again": "toinen-salasana-44"},
    "rules_drop": NOW,
    "rules_publish": {**NOW, "reason": "Testi", "when": "later", "publish_at": "2026-12-01T08:00"},
    "rules_move": {**NOW, "direction": "up", "element": "housing"},
    "rules_remove": NOW,
    "rules_take_in": NOW,
    "rules_roll_back": {**NOW, "reason": "Takaisin"},
    "rules_text_keep": NOW,
}  # fmt: skip
AS_THE_PAGE_STANDS = {"rules_keep": "rules_element", "rules_hours_look": "rules_hours"}  # a form, and the page it is on


@dataclass(frozen=True)
class Aim:
    """One field of one route. ``element``: which of the rules' forms, where a route has many."""

    route: Route
    place: str
    name: str
    base: Mapping[str, str]
    who: str


@dataclass
class Console:
    city: City
    record: Kept
    browsers: dict[str, Browser]
    sessions: dict[str, str] = field(default_factory=dict)

    @classmethod
    def at(cls, directory: Path) -> "Console":
        city = make_city(directory)
        people(city)
        matters(city)
        rules_rig.published(city)
        rules_rig.draft(city)
        browsers = {name: city.signed_in(name) for name in WHO}
        sessions = {name: session.value for name in WHO if (session := browsers[name].client.get_cookie("console"))}
        return cls(city, Kept.of(city.services.settings.database_url), browsers, sessions)

    def put_back(self) -> None:
        """The record as it was, and everybody signed in."""
        if not self.record.changed():
            return
        self.record.put_back()
        services = self.city.services
        for name, session in self.sessions.items():
            self.browsers[name].client.set_cookie("console", session)
        services.rules.refresh(services.database, self.city.clock.now())
        services.notices.refresh(services.database, self.city.clock.now())

    # --- asking --------------------------------------------------------------------------------------------------

    def ask(self, route: Route, body: Mapping[str, str], query: Mapping[str, str], *, as_json: bool) -> TestResponse:
        browser = self.browsers[self.who(route)]
        if route.method == "GET":
            return browser.client.get(self.address(route), query_string={**self.usual_query(route), **query})
        headers = {"X-CSRF-Token": browser.word}
        if as_json:
            return browser.client.post(self.address(route), json=dict(body), query_string=query, headers=headers)
        return browser.client.post(self.address(route), data=dict(body), query_string=query, headers=headers)

    @staticmethod
    def who(route: Route) -> str:
        return next(name for name in WHO if DOORS[route.name].who[name] == "open")

    def ask_at(self, route: Route, value: str) -> TestResponse:
        """With ``value`` in every variable place of the address."""
        browser = self.browsers[self.who(route)]
        address = "/console" + re.sub(r"<[^>]+>", lambda _: quote(value, safe="%"), route.rule)
        if route.method == "GET":
            return browser.client.get(address)
        return browser.client.post(address, data=self.base(route), headers={"X-CSRF-Token": browser.word})

    @staticmethod
    def address(route: Route) -> str:
        address = "/console" + route.rule
        for variable, value in FILLED.items():
            address = address.replace(f"<{variable}>", value)
        return address

    @staticmethod
    def usual_query(route: Route) -> dict[str, str]:
        pairs = (pair.split("=") for pair in DOORS[route.name].query.lstrip("?").split("&") if pair)
        return {name: value for name, value in pairs}

    @staticmethod
    def base_of_table(route: Route) -> dict[str, str]:
        return {**DOORS[route.name].body, **RIGHT.get(route.name, {})}

    def base(self, route: Route) -> dict[str, str]:
        base = self.base_of_table(route)
        page = AS_THE_PAGE_STANDS.get(route.name)
        if page is not None:
            shown = self.browsers["olli"].client.get(self.address(next(one for one in ROUTES if one.name == page)))
            base |= {name: values[0] for name, values in filled(shown.text).items() if values}
        return base

    # --- what there is to aim at ---------------------------------------------------------------------------------

    @cached_property
    def fields(self) -> Fields:
        """Asked of every route once, with a request that would be right."""
        with noting(self.city.app) as found:
            for route in ROUTES:
                if route.name not in ENDS_HER_SESSION:
                    self.ask(route, self.base(route), {}, as_json=False)
                    self.put_back()
        return found

    @cached_property
    def aims(self) -> tuple[Aim, ...]:
        return tuple(self._aims())

    def _aims(self) -> Iterator[Aim]:
        for route in ROUTES:
            shapes: set[str] = set()
            base = self.base(route) if self.fields[f"console.{route.name}"] else {}
            for place, name in sorted(self.fields[f"console.{route.name}"]):
                shape = _shape(name)
                if shape not in shapes and (place == "query" or route.method == "POST"):
                    shapes.add(shape)
                    yield Aim(route, place, name, base, self.who(route))

    def shoot(self, aim: Aim, value: str, *, as_json: bool) -> TestResponse:
        if aim.place == "query":
            return self.ask(aim.route, aim.base, {aim.name: value}, as_json=as_json)
        return self.ask(aim.route, {**aim.base, aim.name: value}, {}, as_json=as_json)


def _shape(name: str) -> str:
    """Fields of one kind: every holiday's hours are read by the same line."""
    parts = name.split(".")
    if name.startswith(("hours.", "staffing.")) and len(parts) > 2:
        return ".".join((*parts[:2], "*", *(() if parts[1] == "week" else parts[-1:])))
    return name
