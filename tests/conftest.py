"""What every test shares: quick apps, few looks for garbage, and which files are long.

Measured, in seconds of one worker: these take more than half of the whole run. Where Chromium is not installed
``make test`` leaves them out, so that a newcomer waits five minutes; ``make long`` runs them.
"""

import gc
from pathlib import Path

import pytest
from hypothesis import settings

from tests.support import quick_app

quick_app.for_this_process()

# everybody's run tries the same examples: a change is judged by itself. `make long` looks for new ones.
settings.register_profile("the same for everybody", derandomize=True)
settings.register_profile("new ones", derandomize=False, print_blob=True)
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
        "crash/test_faults.py",
        "crash/test_provider.py",
        "emulator/test_many.py",
        "emulator/test_record.py",
        "integration/test_backup.py",
        "hostile/test_every_webhook.py",
        "hostile/test_pages_stay_inert.py",
        "integration/test_dealing_whole_line.py",
        "integration/test_every_step.py",
        "integration/test_first_administrator.py",
        "integration/test_hosts.py",
        "integration/test_keyed_in_numbers.py",
        "integration/test_known_codes.py",
        "integration/test_known_number.py",
        "integration/test_limits_of_the_city.py",
        "integration/test_machine_and_dealing_stateful.py",
        "integration/test_migrations_with_data.py",
        "integration/test_move.py",
        "integration/test_needs.py",
        "integration/test_nothing_blocks_urgent.py",
        "integration/test_processes.py",
        "integration/test_promises.py",
        "integration/test_replacing.py",
        "integration/test_talk_listen.py",
        "integration/test_voice_messages.py",
        "integration/test_webhooks_bad_input.py",
        "integration/test_webhooks_broken_forms.py",
        "integration/test_webhooks_without_record.py",
        "unit/test_dialogue_everywhere.py",
        "unit/test_monday.py",
        "unit/test_speech_budget.py",
        "web/test_accounts.py",
        "web/test_openid.py",
        "web/test_openid_trouble.py",
        "web/test_scope_everywhere.py",
    }
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if item.path.is_relative_to(TESTS) and item.path.relative_to(TESTS).as_posix() in LONG:
            item.add_marker(pytest.mark.long)


def pytest_collection_finish() -> None:
    """Modules, tests and catalogues stay to the end: whoever looks for garbage need not walk through them each time."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)
