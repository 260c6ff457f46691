"""Webhooks as Twilio sends them: signed, within 15 s, retried after the URL's own policy, redirects followed.

Faults strike here. What the answer means (TwiML, audio, nonsense) is judged in `documents`.
"""

import threading
import time
import uuid
from dataclasses import dataclass, replace
from urllib.parse import urlencode

from emulator.config import Config
from emulator.faults import Fault, FaultTable
from emulator.history import History, Json
from emulator.http_client import MOST_REDIRECTS, Answer, Failed, Sending, classify, redirected, send
from emulator.overrides import Overrides, split
from emulator.signature import sign

HELD_AT_MOST = 10.0  # machine seconds a held-back webhook waits for the next one of its call
HELD_FOR_ONE = 60.0  # where it waits for a certain one


@dataclass(frozen=True)
class Webhook:
    url: str
    method: str
    params: tuple[tuple[str, str], ...]
    call_sid: str


class WebhookSender:
    def __init__(self, config: Config, history: History, faults: FaultTable) -> None:
        self._config = config
        self._history = history
        self._faults = faults
        self._delivered = threading.Condition()
        self._counts: dict[str, int] = {}
        self._awaited: list[tuple[str, str, threading.Event]] = []  # of this call, with this in it

    def deliver(self, webhook: Webhook) -> Answer | Failed:
        """Sends until answered or given up; the answer is final (no 3xx, 4xx, 5xx)."""
        address, limits = split(webhook.url)
        token = str(uuid.uuid4())
        deadline = time.monotonic() + limits.total
        attempt = 0
        while True:
            result = self._attempt(replace(webhook, url=address), limits, deadline, token, attempt)
            if isinstance(result, Answer) or result.kind not in limits.retry_on:
                return result
            if attempt >= limits.retries or time.monotonic() >= deadline:
                return result
            attempt += 1

    def _attempt(
        self, webhook: Webhook, limits: Overrides, deadline: float, token: str, attempt: int
    ) -> Answer | Failed:
        fault = self._faults.strike("webhook", f"{webhook.method} {webhook.url}", urlencode(webhook.params))
        began = time.monotonic()
        result = self._with_fault(webhook, limits, deadline, token, fault)
        self._record(webhook, attempt, result, time.monotonic() - began, fault)
        return result

    def _with_fault(
        self, webhook: Webhook, limits: Overrides, deadline: float, token: str, fault: Fault | None
    ) -> Answer | Failed:
        match fault.do if fault else None:
            case "drop":
                return Failed("ct", 11205, "dropped")
            case "delay" if fault:
                time.sleep(fault.seconds)
                return self._send(webhook, limits, time.monotonic() + limits.total, token)
            case "hold_back" if fault:
                self._hold(webhook.call_sid, fault.until)
                return self._send(webhook, limits, time.monotonic() + limits.total, token)
            case "lose_answer":
                self._send(webhook, limits, deadline, token)
                return Failed("rt", 11200, "answer lost")
            case "double":
                result = self._send(webhook, limits, deadline, token)
                self._copy(webhook, limits, token)
                return result
            case "overtaken" if fault:
                self._copy(webhook, limits, token)
                time.sleep(fault.seconds)
                return self._send(webhook, limits, time.monotonic() + limits.total, token)
            case "double_at_once":
                self._copy(webhook, limits, token)
                return self._send(webhook, limits, deadline, token)
            case _:
                return self._send(webhook, limits, deadline, token)

    def _copy(self, webhook: Webhook, limits: Overrides, token: str) -> None:
        def run() -> None:
            began = time.monotonic()
            result = self._send(webhook, limits, began + limits.total, token)
            self._record(webhook, 0, result, time.monotonic() - began, None, copy=True)

        threading.Thread(target=run, name="webhook copy", daemon=True).start()

    def _hold(self, call_sid: str, until: str) -> None:
        if until:
            arrived = threading.Event()
            with self._delivered:
                self._awaited.append((call_sid, until, arrived))
            arrived.wait(HELD_FOR_ONE)
            return
        with self._delivered:
            count = self._counts.get(call_sid, 0)
            self._delivered.wait_for(lambda: self._counts.get(call_sid, 0) > count, HELD_AT_MOST)

    def _send(self, webhook: Webhook, limits: Overrides, deadline: float, token: str) -> Answer | Failed:
        """One request with the redirects it leads to; a redirected POST becomes a GET, and its fields are lost."""
        current = webhook
        for _ in range(MOST_REDIRECTS + 1):
            result = send(self._sending(current, token), limits, deadline)
            if isinstance(result, Failed):
                return result
            following = redirected(result)
            if following is None:
                return classify(result) or result
            kept = webhook.params if result.status in {307, 308} else ()
            method = current.method if result.status in {307, 308} else "GET"
            current = replace(current, url=following, method=method, params=kept)
        return Failed("other", 11215, "more than 10 redirects")

    def _sending(self, webhook: Webhook, token: str) -> Sending:
        fields = dict(webhook.params)
        if webhook.method == "GET":
            joint = "&" if "?" in webhook.url else "?"
            url = webhook.url + (joint + urlencode(fields) if fields else "")
            signature, body = sign(self._config.auth_token, url, {}), ""
        else:
            url, body = webhook.url, urlencode(fields)
            signature = sign(self._config.auth_token, url, fields)
        return Sending(webhook.method, url, body, _headers(signature, token, webhook.method))

    def _record(
        self,
        webhook: Webhook,
        attempt: int,
        result: Answer | Failed,
        seconds: float,
        fault: Fault | None,
        *,
        copy: bool = False,
    ) -> None:
        params: dict[str, Json] = dict(webhook.params)
        self._history.add(
            "webhook",
            call_sid=webhook.call_sid,
            method=webhook.method,
            url=webhook.url,
            params=params,
            attempt=attempt,
            copy=copy,
            status=result.status,
            body=result.body.decode("utf-8", "replace") if isinstance(result, Answer) else None,
            ms=round(seconds * 1000, 1),
            outcome=f"{result.kind} {result.code} {result.message}" if isinstance(result, Failed) else "answered",
            fault=fault.do if fault else None,
        )
        with self._delivered:
            self._counts[webhook.call_sid] = self._counts.get(webhook.call_sid, 0) + 1
            self._delivered.notify_all()
            self._let_go(webhook)

    def _let_go(self, webhook: Webhook) -> None:
        """Of what was held back until this one arrived."""
        told = f"{webhook.method} {webhook.url} {urlencode(webhook.params)}"
        for one in [one for one in self._awaited if one[0] == webhook.call_sid and one[1] in told]:
            self._awaited.remove(one)
            one[2].set()


def _headers(signature: str, token: str, method: str) -> tuple[tuple[str, str], ...]:
    common = (
        ("User-Agent", "TwilioProxy/1.1"),
        ("Accept", "*/*"),
        ("X-Twilio-Signature", signature),
        ("X-Home-Region", "us1"),
        ("I-Twilio-Idempotency-Token", token),
    )
    if method == "GET":
        return common
    return (*common, ("Content-Type", "application/x-www-form-urlencoded; charset=UTF-8"))
