"""What every test shares: quick apps and passwords, few looks for garbage, nothing that leaves this machine, and which
tests are long.

Measured, in seconds of one worker: the LONG files take more than a third of the whole run. Where Chromium is not
installed ``make test`` leaves them out, so that a newcomer waits five minutes; ``make long`` runs them.

What SOAKS, and the PostgreSQL half of what is TOLD_ON_ONE, no ``make test`` runs, only ``make long``: a longer case of
what a shorter one proves in every run, one with Chromium. Beside each stands which that is, and what it leaves to
``make long``.
"""

import gc
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from tests.rig.asked import DATABASES, database_of
from tests.support import only_loopback, quick_app, quick_passwords

only_loopback.for_this_process()
quick_app.for_this_process()
quick_passwords.for_this_process()

# everybody's run tries the same examples: a change is judged by itself. `make long` looks for new ones, and for more,
# in every generated test but where the test itself says how many, or that they stay the same.
# A busy machine is no failure: none of them has to be quick.
settings.register_profile("the same for everybody", derandomize=True, max_examples=50, deadline=None)
settings.register_profile("new ones", derandomize=False, max_examples=200, deadline=None, print_blob=True)
settings.load_profile("the same for everybody")

TESTS = Path(__file__).parent
LONG = frozenset(
    {
        "calls/test_after_hours.py",
        "calls/test_chaos.py",
        "calls/test_known_number.py",
        "calls/test_moved_city.py",
        "calls/test_practice.py",
        "calls/test_routes.py",
        "calls/test_upgrade_host_by_host.py",
        "calls/test_upgrade_in_flight.py",
        "crash/test_faults.py",
        "crash/test_provider.py",
        "emulator/test_many.py",
        "emulator/test_record.py",
        "hostile/test_every_field.py",
        "hostile/test_every_webhook.py",
        "hostile/test_pages_stay_inert.py",
        "integration/test_backup.py",
        "integration/test_codes_never_kept.py",
        "integration/test_dealing_whole_line.py",
        "integration/test_deployment.py",
        "integration/test_doctor.py",
        "integration/test_doctor_live.py",
        "integration/test_erasing.py",
        "integration/test_every_step.py",
        "integration/test_first_administrator.py",
        "integration/test_hold.py",
        "integration/test_hosts.py",
        "integration/test_ingest_memory.py",
        "integration/test_keyed_in_numbers.py",
        "integration/test_known_codes.py",
        "integration/test_known_number.py",
        "integration/test_limits_of_the_city.py",
        "integration/test_machine_and_dealing_stateful.py",
        "integration/test_migrations_with_data.py",
        "integration/test_move.py",
        "integration/test_needs.py",
        "integration/test_nothing_blocks_urgent.py",
        "integration/test_pacing_held.py",
        "integration/test_package_audit.py",
        "integration/test_processes.py",
        "integration/test_processes_follow.py",
        "integration/test_promises.py",
        "integration/test_publish_in_live_calls.py",
        "integration/test_replacing.py",
        "integration/test_talk_listen.py",
        "integration/test_transfer.py",
        "integration/test_vault_memory.py",
        "integration/test_voice_messages.py",
        "integration/test_webhooks_bad_input.py",
        "integration/test_webhooks_broken_forms.py",
        "integration/test_webhooks_while_held.py",
        "integration/test_webhooks_without_record.py",
        "unit/test_dialogue_everywhere.py",
        "unit/test_monday.py",
        "unit/test_rules_invalid_words.py",
        "unit/test_ruleset_anything.py",
        "unit/test_ruleset_dead_ends.py",
        "unit/test_ruleset_refusals.py",
        "unit/test_ruleset_round_trip.py",
        "unit/test_speech_budget.py",
        "web/test_accounts.py",
        "web/test_openid.py",
        "web/test_openid_trouble.py",
        "web/test_recording_pages.py",
        "web/test_rules_odd_posts.py",
        "web/test_scope_everywhere.py",
    }
)

# Their PostgreSQL half is a soak too: case by case, what is said of a matter or made of it. The same stores and
# transactions are asked on both databases in every run, by the tests beside them; their other cases, only by make long.
TOLD_ON_ONE = {
    "integration/test_did_you_ring.py": "test_known_codes.py; test_supervision.py",
    "integration/test_recording_notice.py": "test_said_no.py; test_recorded_talks.py",
    "integration/test_recording_notice_callback.py": "test_said_no.py; test_recorded_talks.py",
    "integration/test_rules_hours.py": "test_rules_versions.py; test_rules_plans.py",
    "integration/test_transfer_partners.py": "test_transfer.py; test_transfer_blind.py",
    "integration/test_transfer_webhooks.py": "test_transfer.py; test_hold.py",
    "integration/test_wishes.py": "test_interpreter_exact.py; test_closing_time.py",
}
CHAOS = "calls/test_chaos.py::test_no_promise_is_lost_and_nobody_is_rung_twice"
NEEDS = "integration/test_needs.py::test_a_step_that_knows_what_it_needs_answers_as_one_that_knows_everything"
WHOLE_LINE = "integration/test_dealing_whole_line.py::test_what_is_dealt_is_what_the_rule_picks_from_the_whole_line"
MINUTE = "unit/test_recording_notice.py::test_the_notice_keeps_the_minute"
STATES = "browser/test_console_desk_states.py::test_in_the_other_languages_too"
UPGRADE = "calls/test_upgrade_in_flight.py"
SOAKS = {  # a test -> what every run proves instead, and what none of them proves
    f"{CHAOS}[T13 on sqlite]": "unit/test_vault_power_cuts.py; integration/test_ingest_killed.py; T03 on sqlite",
    f"{CHAOS}[T10 on postgresql]": "calls/test_degraded.py; T15 on postgresql",
    f"{CHAOS}[T02 on postgresql]": "integration/test_processes.py: what a killed process forked does not run beside "
    "its successor; T01 on sqlite. A parent alone killed under calls: only make long",
    "calls/test_moved_city.py::test_a_promise_of_the_old_record_is_kept_by_the_new_one": "integration/test_move.py: "
    "every row is there, killed at [move_copied], led to the new address, a process that meets the closed record ends. "
    "That a whole city begins anew there and rings whom it promised to: only make long",
    **{
        "calls/test_upgrade_host_by_host.py::"
        f"test_a_record_of_an_older_shape_is_brought_forward_under_calls[{engine}]": f"{UPGRADE}::"
        "test_an_older_release_is_followed_by_todays; test_migrations_with_data.py. "
        "That code of the older shape serves on a record of the newer one, beside today's: only make long"
        for engine in ("sqlite", "postgresql")
    },
    f"{UPGRADE}::test_from_todays_the_way_back_is_the_same": "test_an_older_release_is_followed_by_todays: "
    "the way forth. That today's supervisor carries out an older plan: only make long",
    f"{UPGRADE}::test_one_that_changes_the_record_follows_and_leaves_no_way_back": "the same without a migration; "
    "integration/test_migrating_beside_callers.py; integration/test_other_release.py: the older one refuses. "
    "That its processes serve on beside the newer on a changed record: only make long",
    "calls/test_after_hours.py::"
    "test_the_extended_hours_desk_closes_too_with_twelve_still_waiting[postgresql]": "[sqlite]; "
    "integration/test_closing_time.py on postgresql",
    f"{WHOLE_LINE}[postgresql-400-4-300]": "[sqlite-400-4-300]; [postgresql-1500-2-300]",
    f"{WHOLE_LINE}[sqlite-1500-2-300]": "[postgresql-1500-2-300]; [sqlite-400-4-300]",
    f"{MINUTE}[only Finnish on duty]": "[open]; [evening]",
    "web/test_rules_odd_posts.py::test_odd_values_are_refused_and_change_nothing[list deep]": "[deep]",
    f"{NEEDS}[quiet]": "[busy]",
    f"{NEEDS}[wishing]": "[waiting]",
    **{f"{STATES}[{name}-en]": f"[{name}-sv]" for name in ("live-live", "consult-consulting", "wrapup-noting")},
    "integration/test_migrations_with_data.py::"
    "test_down_to_each_revision_and_up_again_nothing_is_lost_that_both_know[postgresql]": "the same on sqlite; "
    "test_what_has_been_forgotten_stays_forgotten_below_a_revision_that_wants_a_number on both; test_migrations.py",
    "integration/test_vault_memory.py::test_in_a_bucket_a_sound_takes_no_more_memory_than_its_bound[60]": "[24]",
    "integration/test_move.py::test_killed_at_any_point_one_of_the_two_goes_on_whole[move_locked]": "[move_copied]",
    "integration/test_move.py::test_killed_at_any_point_one_of_the_two_goes_on_whole[move_ready]": "[move_copied]",
}


@pytest.fixture(autouse=True)
def nothing_leaves_this_machine() -> Iterator[None]:
    """A refusal that the service took for an outage fails the test all the same."""
    yield
    assert only_loopback.refused() == [], "only loopback is for tests"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if not item.path.is_relative_to(TESTS):
            continue
        file = item.path.relative_to(TESTS).as_posix()
        named = f"{file}::{item.nodeid.partition('::')[2]}" in SOAKS
        soaks = named or (file in TOLD_ON_ONE and "postgresql" in item.name)
        if file in LONG or soaks:
            item.add_marker(pytest.mark.long)
        if soaks:
            item.add_marker(pytest.mark.soak)
    items.sort(key=lambda item: DATABASES.index(database_of(item)))


def pytest_collection_finish() -> None:
    """Modules, tests and catalogues stay to the end: whoever looks for garbage need not walk through them each time."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)
