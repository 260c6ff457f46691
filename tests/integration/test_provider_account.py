"""The account asked over a real connection: what cannot be read is a value; a silent provider is waited for once."""

import json
import socket
import threading
from collections.abc import Iterator

import pytest

from adapters.provider_account import ProviderAccount
from adapters.provider_facts import Account, CallSeen, NotTold, OwnedNumber
from tests.integration.doctor_rig import site

ACCOUNT = "AC" + "0" * 32


def account(base: str) -> ProviderAccount:
    return ProviderAccount(ACCOUNT, "0123456789abcdef", base)


class Cuts:
    """Takes every connection, reads the question, and hangs up without a word."""

    def __init__(self) -> None:
        self.taken = 0
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.base = f"http://127.0.0.1:{self.listener.getsockname()[1]}"

    def serve(self) -> None:
        while True:
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            self.taken += 1
            with connection:
                connection.recv(4096)


@pytest.fixture
def cuts() -> Iterator[Cuts]:
    server = Cuts()
    threading.Thread(target=server.serve, daemon=True).start()
    yield server
    server.listener.shutdown(socket.SHUT_RDWR)
    server.listener.close()


def test_a_provider_that_was_silent_is_not_asked_again(cuts: Cuts) -> None:
    asked = account(cuts.base)
    answers = [
        asked.account(),
        asked.number("+358171234567"),
        asked.profiles(),
        asked.country("FI"),
        asked.key_accepted("SK1", "secret"),
        asked.newest_recording(),
        asked.ring("+358401234567", "+358171234567", "<Response/>", 5),
        asked.set_webhooks("PN1", {"VoiceUrl": "https://a.example/"}),
    ]
    assert {answer.status if isinstance(answer, NotTold) else -1 for answer in answers} == {0}
    assert cuts.taken == 1


@pytest.mark.parametrize("body", ["", "<html>", "[]", "null", '"text"', "{"])
def test_nonsense_is_not_told(body: str) -> None:
    with site() as provider:
        provider.body = body
        assert isinstance(account(provider.base).account(), NotTold)


@pytest.mark.parametrize("status", [401, 403, 404, 429, 500, 503])
def test_a_refusal_keeps_its_status(status: int) -> None:
    with site() as provider:
        provider.status, provider.body = status, '{"code": 20003, "message": "no"}'
        assert account(provider.base).account() == NotTold(status)


def test_missing_and_odd_fields_are_empty_values() -> None:
    with site() as provider:
        number = {"phone_number": "+358171234567", "capabilities": None}
        provider.body = json.dumps({"incoming_phone_numbers": [number], "duration": None})
        asked = account(provider.base)
        found = asked.number("+358171234567")
        assert isinstance(found, OwnedNumber)
        assert (found.voice_url, found.application, found.voice) == ("", "", False)
        assert asked.number("+358179999999") is None
        assert asked.call("CA1") == CallSeen("", "", None)
        told = asked.account()
        assert isinstance(told, Account)
        assert told.provider_time is not None
