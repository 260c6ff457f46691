"""What must never be forgotten: each route signed, each step reachable, each order with an effect, each word used."""

import ast
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

import pytest
from flask import Flask

from adapters.settings import Settings
from ivr.dialogue import steps as dialogue
from ivr.speech import disruption
from ivr.speech.announcements import load
from ivr.step_url import step_of
from queue_workers import allowed, effects, jobs
from tests.architecture.source import ROOT, modules
from tests.support.services import Town, empty_record
from wsgi import create_app

LAST_RELEASE = Path(__file__).with_name("step_urls_of_last_release.txt")
PROVIDER = ("/voice", "/sms")
UNSIGNED = {
    "/voice/sound/<path:name>": "holds nothing but sound; the provider fetches it without a signature",
    "/voice/recorded/<token>.wav": "the caller's own message, by an address nobody guesses, while her call lasts",
}
LEADS_TO_A_STEP = ("go", "ask", "_menu", "Step")  # calls that name the step a URL leads to


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    town = Town.over(empty_record("sqlite", tmp_path_factory.mktemp("guards")))
    yield create_app(town.services)
    town.services.database.dispose()


def provider_routes(app: Flask) -> list[str]:
    return sorted(r.rule for r in app.url_map.iter_rules() if r.rule.startswith(PROVIDER) and r.rule not in UNSIGNED)


def test_every_route_of_the_provider_is_refused_without_a_signature(app: Flask) -> None:
    routes = provider_routes(app)
    assert len(routes) > 10
    form = {"CallSid": "CA" + "1" * 32, "AccountSid": "AC" + "0" * 32}
    for rule in routes:
        path = rule.replace("<name>", "topic")
        for headers in ({}, {"X-Twilio-Signature": "bm90IG91cnM="}):
            assert app.test_client().post(path, data=form, headers=headers).status_code == 403, rule


def test_what_is_unsigned_can_only_be_fetched(app: Flask) -> None:
    methods = {r.rule: r.methods for r in app.url_map.iter_rules() if r.rule in UNSIGNED}
    assert set(methods) == set(UNSIGNED)
    assert all((found or set()) <= {"GET", "HEAD", "OPTIONS"} for found in methods.values())


def test_every_step_is_led_to_by_some_url() -> None:
    named = {
        argument.value
        for module in modules()
        if module.room in ("ivr", "queue_workers")
        for call in module.calls(*LEADS_TO_A_STEP)
        for argument in call.args
        if isinstance(argument, ast.Constant)
    }
    assert set(dialogue.STEPS) - named == set()


def test_every_order_has_its_effect_and_every_effect_is_ordered() -> None:
    ordered = {
        call.args[1].value
        for module in modules()
        for call in module.calls("order")
        if len(call.args) == 3 and isinstance(call.args[1], ast.Constant)
    }
    assert ordered == {*effects.EFFECTS, *effects.AT_LENGTH}


def test_every_queue_has_a_worker_and_no_worker_has_two() -> None:
    queues = {ast.unparse(call.args[0]) for module in modules() for call in module.calls("Queue") if call.args}
    workers = [ast.unparse(c.args[0]) for module in modules() for c in module.calls("SimpleWorker")]
    assert workers == [f"[{queue}]" for queue in queues]


def test_every_allowed_job_exists_and_nothing_else_may_run() -> None:
    for name in allowed.ALLOWED:
        module, _, function = name.rpartition(".")
        assert module == jobs.__name__
        assert callable(getattr(jobs, function))


def test_every_setting_is_documented() -> None:
    documented = {
        line.partition("=")[0] for line in (ROOT / ".env.example").read_text().splitlines() if "=" in line[:40]
    }
    assert {name.upper() for name in Settings.model_fields} == {name for name in documented if "#" not in name}


def test_every_announcement_is_said_somewhere() -> None:
    words = load()
    used = {text for module in modules() if module.room not in ("emulator", "console") for text in module.strings()}
    unused = {key for key in (*words.spoken_keys(), *words.text_keys()) if key not in used}
    assert {key for key in unused if not key.startswith(disruption.PREFIX)} == set()  # those a supervisor chooses


def test_every_announcement_named_in_the_dialogue_exists() -> None:
    keys = set(load().spoken_keys())
    said = {
        call.args[0].value
        for module in modules()
        if module.room == "ivr"
        for call in module.calls("Say")
        if call.args and isinstance(call.args[0], ast.Constant)
    }
    assert len(said) > 30
    assert said <= keys


def test_the_last_releases_urls_lead_to_steps_that_are_still_known(app: Flask) -> None:
    """Calls are in flight during a deploy: what they carry must go on meaning the same. There has been no release yet:
    recorded from the state of 22 November 2026, older than ``recorded_urls.json`` and never written anew."""
    lines = LAST_RELEASE.read_text().splitlines()
    assert len(lines) > 20
    for line in lines:
        parts = urlsplit(line)
        matched, given = app.url_map.bind("").match(parts.path, method="POST")
        assert matched, line
        if parts.path.startswith("/voice/step/"):
            step = step_of(given["name"], dict(parse_qsl(parts.query)))
            assert step.name in dialogue.STEPS, line
            assert (step.language, step.version, step.arrived) == ("sv", 3, 1_795_507_200_000), line
            assert (step.topic, step.line, step.nonce) == ("housing", "line7", "n9"), line
            assert (step.tries, step.choice, step.request) == (2, "asap", "request5"), line
