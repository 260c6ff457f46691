"""Every field of every webhook, signed and aimed at with what is hostile: a document that plays or a refusal, nobody
dialled whom the record or the rules do not name, and none of it kept. ``python -m tests.hostile``: all of it."""

import ast
import logging
from collections.abc import Iterator, Mapping
from itertools import count
from pathlib import Path

import pytest
from sqlalchemy import insert
from werkzeug.datastructures import Headers
from werkzeug.test import TestResponse
from werkzeug.wrappers import Request

from adapters.schema import call
from tests.architecture.source import modules
from tests.hostile.corpus import INPUTS
from tests.hostile.webhook_rig import RIGHT, Line, Shot

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
    """None is left out. Which input a field meets goes on from field to field: one that many steps read meets many."""
    met = list(zip(line.aims, (INPUTS[at * 7 % len(INPUTS)] for at in count()), strict=False))
    assert [problem for shot, value in met for problem in line.problems(shot, value)] == []
    assert {value for _, value in met} == set(INPUTS), "every input is used, so every group is"
    assert [one.getMessage() for one in caplog.records if one.levelno >= logging.ERROR] == []


def test_a_step_finds_words_however_late_and_whatever_its_address_carries(
    line: Line, caplog: pytest.LogCaptureFixture
) -> None:
    """A stay, somebody's request and the last of her tries at once: many of these addresses we never make."""
    wrong: list[str] = []
    for shot in line.aims:
        if shot.path.startswith("/voice/step/") and (shot.place, shot.name) == ("query", "try"):
            wrong += [problem for tries in ("2", "3", "112") for problem in line.problems(shot, tries)]
    assert wrong == []
    assert [one.getMessage() for one in caplog.records if one.levelno >= logging.ERROR] == []


@pytest.mark.parametrize("value", ["+18765551234", "a\0.wav", "x" * 33])
def test_an_id_that_is_none_of_ours_is_not_kept(line: Line, value: str) -> None:
    wrong = [line.problems(shot, value) for shot in line.aims if (shot.place, shot.name) == ("query", "k")]
    assert len(wrong) > 5
    assert [problem for found in wrong for problem in found] == []


class Careless(Line):
    """Refuses every request, and yet has written: by what it was asked to, and what nobody was to keep."""

    def ask(self, path: str, form: Mapping[str, str], query: Mapping[str, str]) -> TestResponse:
        with self.town.services.database.write() as tx:
            tx.connection.execute(insert(call).values(call_sid="CA" + "9" * 32))
        return TestResponse((), "400 BAD REQUEST", Headers(), Request({}))


def test_a_refusal_that_has_written_is_told(tmp_path: Path) -> None:
    """The test above would pass with webhooks that refuse and write all the same."""
    line = Careless.at(tmp_path)
    shot = Shot("/voice/incoming", "form", "Digits", RIGHT, {})
    assert [one.partition("400: ")[2] for one in line.problems(shot, "1")] == ["refused, and the record is another"]
    assert line.record.as_before(), "put back"
    line.town.services.database.dispose()
