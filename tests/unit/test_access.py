"""Who may hear and take what, as a table; and how long a reason opens the door."""

from datetime import UTC, datetime, timedelta

import pytest

from recordings.access import HERS, OPEN_FOR, REASONS, Deed, Held, Listener, may, reasons_for, sees, still_open

NOW = datetime(2026, 11, 24, 8, 12, tzinfo=UTC)
AGENT, ANOTHER = Listener("aino", "agent", ("housing",)), Listener("bertil", "agent", ("streets",))
HEAD, HEAD_ELSEWHERE = Listener("sirpa", "supervisor", ("housing",)), Listener("seppo", "supervisor", ("streets",))
ADMINISTRATOR = Listener("olli", "administrator", None)
ALL = (AGENT, ANOTHER, HEAD, HEAD_ELSEWHERE, ADMINISTRATOR)


def held(kind: str, state: str, *, desk: str | None = None, sensitive: bool = False, before: str = "") -> Held:
    return Held(kind, state, frozenset({"housing"}), desk, sensitive, frozenset({before} - {""}))


@pytest.mark.parametrize(
    ("deed", "what", "who"),
    [
        ("listen", held("message", "kept"), "aino sirpa olli"),
        ("listen", held("duty", "heard"), "aino sirpa olli"),
        ("listen", held("message", "kept", desk="streets"), "aino bertil sirpa seppo olli"),
        ("listen", held("message", "kept", desk="streets", sensitive=True), "aino sirpa olli"),
        ("listen", held("message", "kept", desk="streets", sensitive=True, before="bertil"), "aino bertil sirpa olli"),
        ("listen", held("message", "draft"), ""),
        ("listen", held("message", "dropped"), ""),
        ("listen", held("talk", "kept"), "sirpa olli"),
        ("listen", held("talk", "kept", desk="streets"), "sirpa olli"),
        ("listen", held("talk", "running"), ""),
        ("listen", held("talk", "heard"), ""),
        ("download", held("message", "kept"), "sirpa olli"),
        ("download", held("message", "kept", desk="streets"), "sirpa seppo olli"),
        ("download", held("talk", "kept"), "sirpa olli"),
        ("download", held("message", "dropped"), ""),
    ],
)
def test_who_may(deed: Deed, what: Held, who: str) -> None:
    assert " ".join(one.agent_id for one in ALL if may(one, deed, what)) == who


def test_a_talk_is_seen_by_its_department_alone_while_it_is_spoken_too() -> None:
    assert [sees(one, held("talk", "running", desk="streets")) for one in ALL] == [True, False, True, False, True]


def test_an_agents_reason_is_her_matter() -> None:
    assert reasons_for(AGENT) == HERS
    assert reasons_for(HEAD) == reasons_for(ADMINISTRATOR) == REASONS


def test_a_reason_holds_for_half_an_hour_and_the_sounds_length() -> None:
    end = OPEN_FOR + timedelta(seconds=68)
    assert still_open(NOW, 68, NOW)
    assert still_open(NOW, 68, NOW + end - timedelta(seconds=1))
    assert not still_open(NOW, 68, NOW + end)
    assert not still_open(NOW + timedelta(seconds=1), 68, NOW), "a clock that was set back opens nothing"
