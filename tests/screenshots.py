"""``make screenshots``: a tour of every page and state, pictured at 1280 and 390 px, light and dark, tried with axe.

The pictures lie in artefacts/screenshots. A route with a page of its own that no scene shows is a failing test
(tests/web/test_tour.py). Exit code 1 where axe finds anything, or a page is scrolled sideways at 390 px.
"""

import logging
import os
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, TimeoutError, sync_playwright

from adapters.schema import agent, offer, phone_number, supervisor_item, transfer
from tests.browser import console_server, test_console_pages
from tests.browser.console_server import Running
from tests.browser.narrow import cut_off
from tests.browser.test_console_pages import ALL
from tests.browser.test_console_pages import _busy_day as busy_day
from tests.web import operations_rig, past_rig, recorded_rig, rules_rig
from tests.web.console_rig import NUMBER, PASSWORD, City

SCREENS = Path("artefacts/screenshots")
SIZES = ((1280, 900), (390, 844))
SCHEMES = ("light", "dark")

State = Callable[[City], None]
NOTE = "Vuokrasopimus päättyy perjantaina. Kysyy, saako jatkaa kuukauden."


@dataclass(frozen=True)
class Scene:
    """``path``: as in the table of routes. ``keys``: pressed before the picture is taken."""

    name: str
    path: str
    who: str = "aino"
    state: State = test_console_pages.before_the_first_matter
    keys: tuple[str, ...] = ()
    opens: str = ""  # the path with its ids, where it has any


def _talk(city: City) -> None:
    """A caller on the line: holding, transferring and promising are possible."""
    city.present("a_aino")
    city.caller(number_id=city.number(), state="bridging", offer_token="tok1")
    began = city.clock.now() - timedelta(minutes=2)
    city.offer("a_aino", "connected", caller_id="c1", accepted_at=began, connected_at=began, room="m-1")


def _held(city: City) -> None:
    _talk(city)
    city.change(offer, offer.c.token == "tok1", on_hold=True)


def _asks(state: str, who: str) -> State:
    """A colleague is asked about a caller who waits, or has brought her in; pictured at the desk of ``who``."""

    def _consult(city: City) -> None:
        _talk(city)
        city.agent("bertil", ("streets",), ("fi", "sv"))
        asking, asked = ("a_aino", "a_bertil") if who == "asking" else ("a_bertil", "a_aino")
        city.change(offer, offer.c.token == "tok1", agent_id=asking, on_hold=state != "joined")
        city.caller(
            "c2",
            number_id=city.one(phone_number.c.id, where=phone_number.c.e164 == NUMBER)[0],
            state="handing",
            offer_token="tok2",
        )
        now = city.clock.now()
        talks = {} if state == "asked" else {"accepted_at": now, "connected_at": now - timedelta(seconds=25)}
        offered = "offered" if state == "asked" else "connected"
        city.offer(asked, offered, "tok2", caller_id="c2", clause="handed", handed_over_by="tok1", **talks)
        asks = {"kind": "warm", "goal_kind": "agent", "goal": asked, "note": NOTE, "made_at": now, "made_machine": 0.0}
        city.put(transfer, id="t1", token="tok1", new_token="tok2", state=state, **asks)

    return _consult


def _on_the_list(city: City) -> None:
    city.request(number_id=city.number())
    city.request("r2", topic="building-permits", number_id=city.number("+358505550000"), state="unreached", attempts=3)
    city.caller("c7", place_told=1)
    at = city.clock.now()
    city.put(supervisor_item, id="i1", kind="unreached", request_id="r2", made_at=at)


def _must_change(city: City) -> None:
    city.change(agent, agent.c.id == "a_aino", must_change_password=True)


DESK_STATES: tuple[tuple[str, State], ...] = (
    ("start", test_console_pages.before_the_first_matter),
    ("away", test_console_pages.away),
    ("free", test_console_pages.waiting),
    ("offer-live", test_console_pages.offered_live),
    ("offer-urgent", test_console_pages.offered_urgent),
    ("offer-callback", test_console_pages.offered_callback),
    ("talk-callback", test_console_pages.talking),
    ("talk-caller", _talk),
    ("on-hold", _held),
    *((f"asks-{state}", _asks(state, "asking")) for state in ("asked", "consulting", "joined")),
    *((f"consulted-{state}", _asks(state, "asked")) for state in ("asked", "consulting", "joined")),
    ("wrap-up", test_console_pages.noting),
)
DRAFT, ELEMENT = "/rules/drafts/<draft_id>", "/rules/drafts/<draft_id>/parts/<part>/<element_id>"


def _part(name: str, opens: str) -> Scene:
    return Scene(f"rules-{name}", ELEMENT, "olli", rules_rig.lively, opens=f"/rules/drafts/d1/parts/{opens}")


RULES_SCENES = (
    Scene("rules-overview", "/rules", "olli", rules_rig.lively),
    Scene("rules-overview-hers", "/rules", "sirpa", rules_rig.lively),
    Scene("rules-draft", DRAFT, "olli", rules_rig.lively, opens="/rules/drafts/d1"),
    Scene("rules-topics", f"{DRAFT}/parts/<part>", "olli", rules_rig.lively, opens="/rules/drafts/d1/parts/topics"),
    Scene("rules-rules", f"{DRAFT}/parts/<part>", "olli", rules_rig.lively, opens="/rules/drafts/d1/parts/rules"),
    *(
        _part(name, opens)
        for name, opens in (
            ("department", "departments/culture"),
            ("topic", "topics/housing"),
            ("rule", "rules/swedish-evenings"),
            ("example", "examples/~new"),
            ("announcement", "announcements/line.still_waiting"),
        )
    ),
    Scene("rules-check", f"{DRAFT}/check", "olli", rules_rig.lively, opens="/rules/drafts/d1/check"),
    Scene("rules-behind", f"{DRAFT}/behind", "olli", rules_rig.lively, opens="/rules/drafts/d1/behind"),
    Scene("rules-text", f"{DRAFT}/text", "olli", rules_rig.lively, opens="/rules/drafts/d1/text"),
    Scene("rules-versions", "/rules/versions", "olli", rules_rig.lively),
    Scene("rules-version", "/rules/versions/<version>", "olli", rules_rig.lively, opens="/rules/versions/2"),
    Scene(
        "rules-roll-back", "/rules/versions/<version>/roll-back", "olli", rules_rig.lively,
        opens="/rules/versions/1/roll-back",
    ),
    Scene("rules-hours-choose", "/rules/hours", "sirpa", rules_rig.lively),
    Scene("rules-hours", "/rules/hours/<department>", "sirpa", rules_rig.lively, opens="/rules/hours/housing"),
)  # fmt: skip
SCENES = (
    Scene("sign-in", "/sign-in", who=""),
    *(Scene(f"desk-{name}", "/", state=state) for name, state in DESK_STATES),
    Scene("desk-decline", "/", state=test_console_pages.offered_live, keys=("e",)),
    Scene("desk-transfer", "/", state=_talk, keys=("s",)),
    Scene("desk-promise", "/", state=_talk, keys=("t",)),
    Scene("desk-emergency", "/", state=_talk, keys=("h",)),
    Scene("desk-bad-moment", "/", state=test_console_pages.noting, keys=("3",)),
    Scene("messages", "/messages", state=_on_the_list),
    *(Scene(name, path, who, state, opens=opens) for name, path, who, state, opens in recorded_rig.TOUR),
    Scene("queue", "/queue", state=_on_the_list),
    Scene("queue-empty", "/queue"),
    Scene("matter", "/matters/<request_id>", state=_on_the_list, opens="/matters/r1"),
    Scene("matter-supervisor", "/matters/<request_id>", "sirpa", _on_the_list, opens="/matters/r2"),
    Scene("caller", "/callers/<line_id>", state=_on_the_list, opens="/callers/c7"),
    Scene("interpreter", "/requests/<request_id>/interpreter", state=_on_the_list, opens="/requests/r1/interpreter"),
    Scene("own-account", "/account"),
    Scene("new-password", "/new-password", state=_must_change),
    Scene("refused", "/line"),
    Scene("board", "/line", "sirpa", busy_day),
    Scene("board-empty", "/line", "sirpa"),
    Scene("notices", "/notices", "sirpa"),
    Scene("switches", "/switches", "sirpa"),
    *RULES_SCENES,
    Scene("why-calls", "/why", "sirpa", past_rig.lively),
    Scene("why", "/why/<call_sid>", "sirpa", past_rig.lively, opens=f"/why/{past_rig.SID}"),
    Scene("why-nothing-kept", "/why/<call_sid>", "olli", past_rig.lively, opens=f"/why/{past_rig.UNKNOWN}"),
    Scene("rules-compare", "/rules/compare", "olli", past_rig.lively, opens="/rules/compare?draft=d1&days=7"),
    Scene("rules-watch", "/rules/watch", "sirpa", past_rig.lively),
    Scene("rules-try", "/rules/try", "sirpa"),
    Scene("rules-week", "/rules/week", "sirpa", opens="/rules/week?topic=water&first=2026-12-21"),
    Scene("rules-calendar", "/rules/calendar", "sirpa"),
    Scene("operations", "/operations", "olli", operations_rig.lively),
    Scene("operations-quiet", "/operations", "olli"),
    Scene("log-of-deeds", "/audit", "sirpa"),
    Scene("accounts", "/accounts", "olli"),
    Scene("account", "/accounts/<agent_id>", "olli", opens="/accounts/a_aino"),
    Scene("account-new", "/accounts/new", "olli"),
)


def main(names: Sequence[str] = ()) -> int:
    """``names``: only the scenes whose names begin so."""
    SCREENS.mkdir(parents=True, exist_ok=True)
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    flags = ["--no-sandbox"] if os.geteuid() == 0 else []
    faults: list[str] = []
    with sync_playwright() as playwright:
        chromium = shutil.which("chromium") or shutil.which("google-chrome")
        browser = playwright.chromium.launch(executable_path=chromium, args=flags)
        for scene in (one for one in SCENES if one.name.startswith(tuple(names) or "")):
            try:
                found = pictured(browser, scene)
            except TimeoutError as never:
                found = [f"never shown: {str(never).splitlines()[0]}"]
            faults += found
            print(f"{scene.name:<20}{'; '.join(found) or 'well'}", flush=True)
        faults += [] if names else emulator_pictured(browser)
        browser.close()
    print(f"\n{len(list(SCREENS.glob('*.png')))} pictures in {SCREENS}; {len(faults)} faults")
    return 1 if faults else 0


def pictured(browser: Browser, scene: Scene) -> list[str]:
    with _console(scene) as running, _page(browser) as page:
        if scene.who:
            _sign_in(page, running, scene.who)
        page.goto(f"{running.web}/console{scene.opens or scene.path}")
        if scene.path == "/":
            page.wait_for_selector('.telephone[data-state="registered"]')
        if page.locator("[data-answer]").count():
            page.evaluate("ring()")
        for key in scene.keys:
            page.keyboard.press(key)
        return shots(page, scene.name)


def shots(page: Page, name: str) -> list[str]:
    """What axe finds, and whether anything is scrolled sideways at the narrow size."""
    faults = []
    for width, height in SIZES:
        for scheme in SCHEMES:
            page.emulate_media(color_scheme="dark" if scheme == "dark" else "light", reduced_motion="reduce")
            page.set_viewport_size({"width": width, "height": height})
            page.screenshot(path=SCREENS / f"{name}-{width}-{scheme}.png", full_page=True)
            if (width, scheme) in ((1280, "light"), (390, "dark")):
                found = Axe().run(page, options=ALL).response["violations"]
                faults += [f"{one['id']} at {width} {scheme}: {one['nodes'][0]['html'][:120]}" for one in found]
        if page.evaluate("document.documentElement.scrollWidth") > width:
            faults.append(f"scrolled sideways at {width}")
        faults += [f"{one}, at {width}" for one in cut_off(page)]
    return faults


def emulator_pictured(browser: Browser) -> list[str]:
    """The telephones and the practice desk."""
    from tests.emulator_pages import laboratory

    with tempfile.TemporaryDirectory() as place, _page(browser) as page:
        lab, _service = laboratory.start(Path(place))
        try:
            page.goto(lab.emulator)
            page.get_by_role("article", name="Withheld").wait_for()
            faults = shots(page, "telephones")
            for language in ("fi", "sv", "en"):
                page.goto(f"{lab.emulator}/practice?lang={language}")
                faults += shots(page, f"practice-{language}")
        finally:
            lab.process.kill()
            lab.process.wait()
    print(f"{'telephones, practice':<20}{'; '.join(faults) or 'well'}", flush=True)
    return faults


@contextmanager
def _console(scene: Scene) -> Iterator[Running]:
    with tempfile.TemporaryDirectory() as directory:
        running = console_server.run(Path(directory))
        try:
            if scene.state is not busy_day:  # it brings its own agents
                running.city.agent("aino")
            running.city.agent("sirpa", ("housing", "extended"), role="supervisor")
            running.city.agent("olli", (), role="administrator")
            scene.state(running.city)
            yield running
        finally:
            running.stop()


@contextmanager
def _page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 1280, "height": 900}, locale="fi-FI", reduced_motion="reduce")
    context.set_default_timeout(10_000)
    yield context.new_page()
    context.close()


def _sign_in(page: Page, running: Running, name: str) -> None:
    page.goto(f"{running.web}/console/sign-in")
    page.fill("#sign_in", name)
    page.fill("#password", PASSWORD)
    page.click(".door-card button")
    page.wait_for_load_state()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
