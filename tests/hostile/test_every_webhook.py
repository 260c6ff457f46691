"""Every field of every webhook, signed and aimed at with what is hostile: a document that plays or a refusal, nobody
dialled whom the record or the rules do not name, and none of it kept. ``python -m tests.hostile``: all of it."""

import ast
import logging
from collections.abc import Iterator
from itertools import count

import pytest

from tests.architecture.source import modules
from tests.hostile.corpus import INPUTS
from tests.hostile.webhook_rig import RIGHT, Line

ASKS_FOR_A_FIELD = ("request.form.get", "request.args.get", "form.get", "_form().get")


@pytest.fixture(scope="module")
def line(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Line]:
    made = Line.at(tmp_path_factory.mktemp("webhooks"))
    yield made
    made.town.services.database.dispose()


def test_every_field_that_a_webhook_reads_is_aimed_at(line: Line) -> None:
    aimed = {shot.name for shot in line.aims} | set(RIGHT)
    written = {
        (module.name, call.args[0].value)
        for module in modules()
        if module.room == "ivr" and not module.name.startswith("ivr.doctor")
        for call in ast.walk(module.tree)
        if isinstance(call, ast.Call) and ast.unparse(call.func) in ASKS_FOR_A_FIELD and call.args
        if isinstance(call.args[0], ast.Constant) and isinstance(call.args[0].value, str)
    }
    assert len(written) > 20
    assert {(where, name) for where, name in written if name not in aimed} == set()


def test_every_field_of_every_webhook(line: Line, caplog: pytest.LogCaptureFixture) -> None:
    which, wrong = count(), []
    for shot in (*line.aims[::8], *(one for one in line.aims if not one.path.startswith("/voice/step/"))):
        wrong += line.problems(shot, INPUTS[next(which) * 7 % len(INPUTS)])
    assert wrong == []
    assert next(which) >= len(INPUTS), "every input is used"
    assert [one.getMessage() for one in caplog.records if one.levelno >= logging.ERROR] == []
