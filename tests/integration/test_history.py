"""A matter's whole history, as it is read from a record that the service's own use cases have filled."""

from datetime import timedelta

import pytest
from sqlalchemy import update

from adapters.schema import callback_request
from desks import service, wishes
from desks.line.waiting import Line
from desks.matter.history import of_caller, of_request
from desks.matter.model import Matter
from desks.supervision import deeds as supervision
from desks.supervision.choices import choices
from desks.supervision.deeds import NewTime
from desks.talk import abuse as talk_abuse
from tests.support.clock import TUESDAY
from tests.support.services import Town

HOUSING = ("housing",)
AT_ELEVEN = TUESDAY + timedelta(hours=1)


def history(town: Town, request: str, scope: tuple[str, ...] | None = None) -> Matter:
    matter = of_request(town.services, scope, request, "fi")
    assert matter is not None
    return matter


def test_everything_that_happened_is_told_in_order_with_who(town: Town) -> None:
    town.agent("aino")
    town.agent("bertil")
    town.agent("sirpa")
    request = town.request()
    service.decline(town.services, "aino", town.offered("aino"), "conflict")
    service.set_presence(town.services, "sirpa", "away")
    code = next(one.code for one in getattr(choices(town.services, request, "fi"), "times", ()) if one.room)
    town.deal()
    town.clock.pass_(minutes=1)
    supervision.change_window(town.services, "sirpa", request, NewTime(code, True, False, "pyysi myöhemmäksi"))
    told = [(one.kind, one.code, one.who, one.agent, one.words) for one in history(town, request).history]
    first, second = (row for row in told if row[0] == "told")
    steps = [row for row in told if row[0] != "told"]
    assert [(code, who) for _, code, who, _, _ in steps] == [
        ("request", "caller"), ("claim", "service"), ("give_back", "aino"),
        ("claim", "service"), ("give_back", "service"), ("move", "sirpa"),
    ]  # fmt: skip
    assert steps[-1][4] == "pyysi myöhemmäksi"
    assert (first[1], second[1], second[2]) == ("voice", "agent", "sirpa")
    skipped = next(one for one in history(town, request).history if one.code == "give_back")
    assert skipped.codes == {"state": "requested", "outcome": "declined", "reason": "conflict"}


def test_a_talk_is_told_with_its_outcome_and_note(town: Town) -> None:
    town.agent("aino")
    request = town.request()
    token = town.talking()
    service.note_outcome(town.services, "aino", token, "done", "Neuvottu irtisanomisesta.")
    last = [one for one in history(town, request).history if one.kind == "event"][-1]
    assert (last.code, last.who, last.agent, last.words) == ("done", "aino", "aino", "Neuvottu irtisanomisesta.")
    assert last.codes["outcome"] == "done"
    assert [one.codes["verdict"] for one in history(town, request).history if one.kind == "told"] == ["kept"]


def test_a_callers_stay_is_told_with_the_agents_who_were_offered_her(town: Town) -> None:
    town.agent("aino")
    caller = town.caller()
    service.decline(town.services, "aino", town.offered("aino"), "language")
    town.agent("bertil")
    token = town.offered("bertil")
    matter = of_caller(town.services, HOUSING, caller, "fi")
    assert matter is not None
    steps = [(one.code, one.agent) for one in matter.history]
    assert steps == [("join", None), ("offer", "aino"), ("give_back", "aino"), ("offer", "bertil")]
    assert matter.history[2].codes["reason"] == "language"
    assert token


def test_the_request_of_a_caller_leads_to_her_call(town: Town) -> None:
    request = town.request()
    caller = town.caller(request_id=request)
    assert [one.goal for one in history(town, request).history if one.kind == "rang_in"] == [caller]
    matter = of_caller(town.services, HOUSING, caller, "fi")
    assert matter is not None
    assert matter.about == request


def test_another_departments_matter_is_unknown(town: Town) -> None:
    request, caller = town.request(), town.caller()
    for scope in (("families",), ()):
        assert of_request(town.services, scope, request, "fi") is None
        assert of_caller(town.services, scope, caller, "fi") is None
    assert of_request(town.services, None, "never", "fi") is None
    assert history(town, request, HOUSING).number is not None


def steps(town: Town, request: str) -> list[tuple[str, str | None, str | None]]:
    """Steps of a request: what, by which code, in whose words."""
    found = history(town, request).history
    return [(one.code, one.codes.get("note"), one.words) for one in found if one.kind == "event"]


def test_a_code_is_never_quoted_as_if_somebody_had_written_it(town: Town) -> None:
    town.agent("aino")
    request = town.request()
    service.decline(town.services, "aino", town.offered("aino"), "conflict")
    assert ("give_back", None, None) in steps(town, request)
    talk_abuse.end(town.services, "aino", town.talking(), close_request=True)
    assert steps(town, request)[-1] == ("done", "abusive", None)


def test_no_step_in_the_line_quotes_a_code(town: Town) -> None:
    town.agent("aino")
    caller = town.caller()
    service.decline(town.services, "aino", town.offered("aino"), "language")
    town.within(lambda tx: Line(town.services, tx, town.rules).leave(caller, "system"))
    matter = of_caller(town.services, HOUSING, caller, "fi")
    assert matter is not None
    assert {one.code for one in matter.history} >= {"give_back", "hang_up"}
    assert [one.words for one in matter.history if one.words] == []


def test_a_caller_without_a_choice_at_closing_time_is_not_told_as_one_who_chose(town: Town) -> None:
    line = town.caller()
    town.within(lambda tx: Line(town.services, tx, town.rules).close(line))
    found = of_caller(town.services, HOUSING, line, "fi")
    assert found is not None
    closed = next(one for one in found.history if one.code == "close_line")
    assert (closed.codes["note"], closed.words) == ("no choice", None)


def test_an_interpreter_is_told_as_a_code_and_by_name(town: Town) -> None:
    town.agent("aino")
    request = town.request()
    assert wishes.with_interpreter(town.services, "aino", request, AT_ELEVEN, "Dari, Tulkkikeskus") is True
    assert steps(town, request)[-1] == ("wish", "interpreter", "Dari, Tulkkikeskus")
    other = town.request()
    town.talking()
    assert wishes.with_interpreter(town.services, "aino", other, AT_ELEVEN, "Dari") is True
    assert steps(town, other)[-1] == ("missed", "interpreter", None)


@pytest.mark.parametrize(("words", "told"), [("", ("in writing", None)), ("Lähetän ohjeen", (None, "Lähetän ohjeen"))])
def test_a_talk_after_which_a_letter_is_owed_is_told_as_a_talk(
    town: Town, words: str, told: tuple[str | None, str | None]
) -> None:
    town.agent("aino")
    request = town.request()
    token = town.talking()
    town.within(lambda tx: tx.connection.execute(update(callback_request).values(contact="text")))
    service.note_outcome(town.services, "aino", token, "done", words)
    last = [one for one in history(town, request).history if one.kind == "event"][-1]
    assert (last.code, last.codes["outcome"], last.codes.get("note"), last.words) == ("missed", "done", *told)
