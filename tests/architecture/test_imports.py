"""Which way the arrows run: pure modules stay pure, rooms that know nobody know nobody, one library has one home."""

import pytest

from tests.architecture.source import checks, is_ours, is_standard, modules

PURE = {
    *(module.name for module in modules() if module.name.startswith("ivr.dialogue")),
    *(f"ivr.{name}" for name in ("facts", "effects", "turn", "step_url", "caller_input", "speech.vocabulary")),
    *(f"routing_rules.{name}" for name in ("model", "routes", "decide", "opening_hours", "holidays")),
    *(module.name for module in modules() if module.name.startswith("routing_rules.checking.")),
    *(f"routing_rules.versions.{name}" for name in ("model", "merge", "changes")),
    "routing_rules.document.model",
    *(f"routing_rules.{name}" for name in ("comparing", "marks", "planned", "recalled")),
    *(f"operations.watching.{name}" for name in ("model", "judging")),
    *(f"routing_rules.watching.{name}" for name in ("model", "moments", "judging")),
    *(f"routing_rules.notices.{name}" for name in ("checks", "heard")),
    *(f"routing_rules.switches.{name}" for name in ("model", "applied", "checks", "withheld")),
    *(f"routing_rules.trying.{name}" for name in ("trial", "examples", "week", "calendar")),
    *(f"callbacks.{name}" for name in ("model", "machine", "transitions", "retry_policy", "windows", "openings")),
    "callbacks.code",
    "callbacks.scoring",
    "callbacks.limits",
    "console.model",
    "console.signing_in.back_off",
    *(f"console.rules.{name}" for name in ("fields", "times", "form_shown", "form_parts", "forms", "document")),
    "console.signing_in.password_rules",
    "adapters.call_status",
    "adapters.provider_facts",
    "adapters.masking",
    "adapters.pace",
    *(f"ivr.doctor.{name}" for name in ("model", "judge_account", "judge_here", "judge_sound", "judge_web")),
    "recordings.access",
    "recordings.model",
    "recordings.retention",
    "recordings.vault.model",
    *(f"desks.line.{name}" for name in ("dealing", "expected_wait", "machine", "offer_machine")),
    "desks.matter.model",
    "desks.view.card",
    "desks.talk.transfer_machine",
}
# Pure means: the same answer to the same arguments. These modules of the standard library give another one each time.
IMPURE = {"os", "time", "random", "secrets", "socket", "threading", "subprocess", "pathlib", "logging", "uuid"}

HOMES: dict[str, dict[str, str]] = {
    "twilio.twiml": {"ivr.twiml": "home"},
    "twilio.rest": {"adapters.voice_gateway": "home"},
    "twilio.request_validator": {"ivr.signature": "home"},
    "twilio.jwt": {"console.telephone": "home"},
    "phonenumbers": {"callbacks.numbers": "home", "desks.view.parts": "groups digits for the card; decides nothing"},
    "rq": {
        "queue_workers.enqueue": "home",
        "queue_workers.worker": "home",
        "queue_workers.allowed": "home",
    },
    "apscheduler": {"queue_workers.scheduler": "home"},
    "redis": {
        "adapters.redis_live": "home",
        "ivr.doctor.look_here": "asks the store for its settings and names its error",
        "queue_workers.enqueue": "names the error that a lost hint raises",
        "queue_workers.worker": "names the error of a store that is away",
    },
    "argon2": {"console.signing_in.passwords": "home"},
    "authlib": {"console.signing_in.openid": "home"},
    "joserfc": {"console.signing_in.openid": "home"},
    "cryptography": {"recordings.vault.keyring": "wraps data keys", "recordings.vault.sealed_form": "seals sound"},
    "obstore": {"recordings.vault.object_store": "home"},
    "prometheus_client": {"adapters.meters": "home"},
}
# Statements stand in stores; the use cases that write one row of their own in the same transaction say which.
SQL_OUTSIDE_STORES = {
    "adapters.database": "home",
    "adapters.engines": "how the home connects",
    "adapters.held": "names the error of a record that others hold",
    "adapters.migrate": "Alembic's engine",
    "adapters.moved": "names the error of a record that has gone",
    "adapters.together": "home of rows in one statement",
    "adapters.outbox": "one row: the order",
    "adapters.reach": "how the home gets a connection that works",
    "adapters.record_hosts": "names the error of a commit that no standby has confirmed",
    "bootstrap": "one row: when this process began",
    "operations.backup": "the type of the connection it hands on",
    "operations.restore": "the type of the connection it hands on",
    "operations.move": "the type of the connection it hands on",
    "callbacks.making": "the type of the row it joins",
    "console.first_administrator": "names the error of a database that cannot be used",
    "console.why_pages": "the type of the connection it hands on",
    "console.operations_pages": "the type of the row it is handed",
    "operations.figures": "the type of the connection it hands on",
    "operations.watching.watch": "the type of the connection it hands on",
    "console.rules.compare_pages": "the type of the connection it hands on",
    "console.accounts.deeds": "names the error of a sign-in name that is taken",
    "console.signing_in.openid_pages": "names the error of a subject that another account holds",
    "callbacks.planning": "the type of the connection it hands on",
    "callbacks.service": "one look: whether the talk is over and only its note is missing",
    "callbacks.telling": "one row: the message, in the promise's transaction",
    "callbacks.spent": "the type of the connection it hands on",
    "callbacks.missing": "the type of the row it is handed",
    "desks.supervision.audit": "one row: the deed, in its own transaction",
    "desks.talk.conversation": "the type of the row it is handed",
    "desks.talk.conversation_end": "the type of the row it is handed",
    "desks.talk.base": "one row: presence, in the talk's transaction",
    "desks.talk.room": "the type of the row it is handed",
    "desks.talk.recorded": "the type of the row it is handed",
    "desks.talk.legs": "the type of the row it is handed",
    "desks.talk.abuse": "the type of the row it is handed",
    "desks.talk.listen": "the type of the row it is handed",
    "desks.talk.transfer": "the type of the row it is handed, and the error of two who take one colleague",
    "desks.talk.transfer_end": "the type of the row it is handed",
    "desks.talk.transfer_goals": "the type of the connection it hands on",
    "desks.talk.directory": "a read model: it is nothing but queries",
    "ivr.transfer_webhooks": "the type of the row it is handed",
    "queue_workers.talk_repairs": "the type of the row it is handed",
    "queue_workers.talk_effects": "the type of the row it is handed",
    "desks.line.dispatch": "one row: the offer, in the claim's transaction",
    "desks.talk.moments": "the type of the row it is handed",
    "desks.talk.outcome": "the type of the row it is handed",
    "desks.line.waiting": "one row: the stay, in the join's transaction",
    "desks.service": "one row: presence",
    "desks.supervision.overview": "a read model: it is nothing but queries",
    "desks.supervision.judged": "the type of the connection it hands on",
    "desks.view.desk": "a read model: it is nothing but queries",
    "desks.view.card_read": "a read model: it is nothing but queries",
    "desks.view.looking": "a read model: it is nothing but queries",
    "desks.view.parts": "a read model: it is nothing but queries",
    "desks.view.promises": "a read model: it is nothing but queries",
    "desks.view.talk": "a read model: it is nothing but queries",
    "desks.talk.times": "the type of the connection it hands on",
    "desks.talk.on_behalf": "the type of the row it is handed",
    "desks.talk.telephone": "names the error of two pages that beat for the first time at one instant",
    "desks.queue.messages": "a read model: it is nothing but queries",
    "desks.matter.history": "the type of the row it is handed",
    "desks.queue.items": "a read model and one row: the item that somebody has seen to",
    "desks.matter.history_telling": "the type of the row it is handed",
    "desks.queue.listing": "the type of the row it is handed",
    "desks.queue.entry": "the type of the row it is handed",
    "desks.queue.search": "the type of the connection it hands on",
    "desks.supervision.sealing": "the type of the connection it hands on, and the error of two who seal at once",
    "desks.supervision.deeds": "the type of the row it is handed",
    "desks.supervision.choices": "the type of the row it is handed",
    "desks.wishes": "the type of the row it is handed",
    "ivr.answering": "names the error of a neighbour who has committed first",
    "ivr.agent_webhooks": "receipts, in the accept's transaction",
    "ivr.status_webhooks": "news of calls, each once",
    "ivr.sms_webhook": "what became of a message, in one row",
    "ivr.carry_out": "one row: the draft of a keyed-in number",
    "ivr.carry_out_known": "the type of the row it is handed",
    "ivr.fact_finding": "the type of the connection it hands on",
    "ivr.heard": "the type of the connection it hands on",
    "ivr.line_facts": "whether an order about the stay is under way",
    "routing_rules.versions.drafts": "the type of the connection it hands on",
    "routing_rules.versions.publishing": "the type of the connection it hands on",
    "queue_workers.effects": "marks what is asked of the provider, in each order's own transaction",
    "queue_workers.text_effects": "marks what is asked of the provider, in each order's own transaction",
    "queue_workers.in_turn": "the type of the row it is handed",
    "queue_workers.orders": "claims orders of the outbox, renews and settles them",
    "queue_workers.sound_effects": "the type of the row it is handed",
    "queue_workers.sound_repairs": "the type of the row it is handed",
    "recordings.service": "the type of the row it is handed",
    "recordings.transcripts": "the type of the row it is handed",
    "recordings.found": "the type of the row it is handed",
    "console.recording_pages": "the type of the row it is handed",
    "console.sound_pages": "the type of the row it is handed",
    "recordings.listening": "the types of the connection and the row it is handed",
    "recordings.talks": "the type of the row it is handed",
    "recordings.keeping": "the type of the row it is handed",
    "recordings.erasing": "the type of the connection it hands on",
    "queue_workers.record_effects": "the type of the row, and the error of two that are given one name at one instant",
    "queue_workers.record_list": "the type of the row it is handed",
    "queue_workers.record_repairs": "the type of the row it is handed",
    "ivr.talk_recording_webhooks": "names the error of two recordings that are given one name at one instant",
    "ivr.recording_webhooks": "names the error of two who note the same recording at one instant",
    "queue_workers.scheduler": "finds due orders of the outbox",
    "queue_workers.reconcile": "finds rows that have waited too long",
    "queue_workers.after_hours": "finds what is left at closing time",
}

# Use cases of the rules that are a service in several files.
WITH_THE_RECORD = ("drafts", "in_force", "of_draft", "plans", "publishing")


def test_the_list_of_pure_modules_names_modules_that_exist() -> None:
    names = {module.name for module in modules()}
    assert names >= PURE
    assert {name for name in names if name.endswith((".model", "_machine"))} <= PURE


@pytest.mark.parametrize("name", sorted(PURE))
def test_a_pure_module_imports_the_standard_library_and_its_like(name: str) -> None:
    module = next(module for module in modules() if module.name == name)
    for imported in module.imports():
        first = imported.partition(".")[0]
        assert first not in IMPURE, f"{name} imports {imported}"
        assert is_standard(imported) or imported in PURE or imported.rpartition(".")[0] in PURE, f"{name}: {imported}"


@pytest.mark.parametrize("name", sorted(PURE))
def test_a_pure_module_asks_no_clock(name: str) -> None:
    module = next(module for module in modules() if module.name == name)
    assert [call.lineno for call in module.calls("now", "utcnow", "today", "time_ns", "monotonic")] == []


def test_the_rules_know_no_other_room() -> None:
    for module in modules():
        if module.room == "routing_rules":
            others = [i for i in module.imports() if is_ours(i) and not i.startswith(("routing_rules.", "adapters."))]
            assert others == [], module.path
            if module.name.rpartition(".")[2] not in (*WITH_THE_RECORD, "store", "service"):
                assert [i for i in module.imports() if i.startswith("adapters.")] == [], module.path


def test_the_adapters_know_no_room() -> None:
    for module in modules():
        if module.room == "adapters":
            assert [i for i in module.imports() if is_ours(i) and not i.startswith("adapters.")] == [], module.path


def test_the_emulator_and_the_service_know_nothing_of_each_other() -> None:
    for module in modules():
        ours = [i for i in module.imports() if is_ours(i)]
        if module.room == "emulator":
            assert [i for i in ours if not i.startswith("emulator")] == [], module.path
        else:
            assert [i for i in ours if i.partition(".")[0] == "emulator"] == [], module.path


def test_nothing_but_tests_imports_tests() -> None:
    assert [m.path for m in modules() if any(i.startswith("tests.") for i in m.imports())] == []
    assert checks(), "the tests were read"


@pytest.mark.parametrize("library", sorted(HOMES))
def test_one_library_has_one_home(library: str) -> None:
    users = {m.name for m in modules() if any(i == library or i.startswith(f"{library}.") for i in m.imports())}
    assert users == set(HOMES[library])


def test_sql_is_written_in_the_stores_and_where_a_reason_stands() -> None:
    users = {m.name for m in modules() if any(i.startswith("sqlalchemy") for i in m.imports())}
    elsewhere = {
        name for name in users if not name.endswith((".store", "_store")) and not name.startswith("adapters.schema")
    }
    assert elsewhere == set(SQL_OUTSIDE_STORES)


def test_dialogue_and_rules_never_see_the_provider() -> None:
    """No call to Twilio inside a webhook: only effects and reconciling hold the gateway."""
    users = {m.name for m in modules() if any(i.startswith("adapters.voice_gateway") for i in m.imports())}
    rooms = ("effects", "sound_effects", "talk_effects", "listen_effects", "reconcile", "sound_repairs", "talk_repairs")
    rooms = (*rooms, "erase_effects", "record_effects", "record_list", "sound_adoption", "own_calls", "text_effects")
    rooms = (*rooms, "record_repairs")
    workers = {f"queue_workers.{name}" for name in rooms}
    assert users == {"bootstrap", "adapters.provider_account", *workers}


def test_the_account_is_asked_by_the_doctor_alone() -> None:
    users = {m.name for m in modules() if any(i.startswith("adapters.provider_account") for i in m.imports())}
    assert users == {"ivr.doctor.examine", "ivr.doctor.live"}
