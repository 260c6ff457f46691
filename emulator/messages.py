"""Text messages: into a telephone's inbox, in segments, kept over a restart; and from a telephone to a number."""

import json
from dataclasses import asdict
from typing import TYPE_CHECKING

from emulator.calls import StatusSubscription
from emulator.clock import write_atomically
from emulator.http_client import Answer
from emulator.sids import new_sid
from emulator.telephones import TextMessage
from emulator.webhook import Webhook

if TYPE_CHECKING:
    from emulator.network import Network

GSM_BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
GSM_EXTENDED = frozenset("^{}\\[~]|€\f")
MOST_CHARACTERS = 1600


def segments(body: str) -> int:
    """160 characters of GSM-7 or 70 of UCS-2 in one; 153 and 67 in each of several."""
    if set(body) <= GSM_BASIC | GSM_EXTENDED:
        length = len(body) + sum(character in GSM_EXTENDED for character in body)
        return 1 if length <= 160 else -(-length // 153)
    length = len(body.encode("utf-16-be")) // 2
    return 1 if length <= 70 else -(-length // 67)


class Messages:
    def __init__(self, network: "Network") -> None:
        self._network = network
        self.sent: dict[str, TextMessage] = {}
        network.reset_listeners.append(self._forget)
        self._load()

    def send(self, sender: str, to: str, body: str, told: StatusSubscription) -> TextMessage:
        """From the account to a telephone: arrives at once."""
        network = self._network
        with network.lock:
            message = TextMessage(new_sid("SM"), sender, to, body, network.clock.now().isoformat(), segments(body))
            self.sent[message.sid] = message
            network.telephone(to).messages.append(message)
            network.history.add("message", direction="outbound", **asdict(message))
            self._save()
        self._tell(message, told)
        return message

    def delete(self, sid: str) -> bool:
        """False: there is none."""
        with self._network.lock:
            found = self.sent.pop(sid, None)
            self._save()
        return found is not None

    def receive(self, sender: str, to: str, body: str) -> TextMessage | None:
        """From a telephone to a number of the account; None where nothing is set to take it."""
        network = self._network
        owned = network.numbers.get(to)
        if owned is None or not owned.sms_url:
            return None
        message = TextMessage(new_sid("SM"), sender, to, body, network.clock.now().isoformat(), segments(body))
        network.telephone(sender)
        network.history.add("message", direction="inbound", **asdict(message))
        fields = self._fields(message) | {"NumMedia": "0", "SmsStatus": "received", "FromCountry": "FI"}
        webhook = Webhook(owned.sms_url, "POST", tuple(fields.items()), message.sid)
        network.threads.start("message", lambda: network.sender.deliver(webhook))
        return message

    def _tell(self, message: TextMessage, told: StatusSubscription) -> None:
        if not told.url:
            return

        def run() -> None:
            for status in ("sent", "delivered"):
                fields = self._fields(message) | {"MessageStatus": status, "SmsStatus": status}
                webhook = Webhook(told.url, told.method, tuple(fields.items()), message.sid)
                if not isinstance(self._network.sender.deliver(webhook), Answer):
                    return

        self._network.threads.start("message status", run)

    def _fields(self, message: TextMessage) -> dict[str, str]:
        return {
            "AccountSid": self._network.config.account_sid,
            "ApiVersion": "2010-04-01",
            "Body": message.body,
            "From": message.sender,
            "MessageSid": message.sid,
            "NumSegments": str(message.segments),
            "SmsMessageSid": message.sid,
            "SmsSid": message.sid,
            "To": message.to,
        }

    def _save(self) -> None:
        if self._network.config.state_file is not None:
            content = [asdict(message) for message in self.sent.values()]
            write_atomically(self._network.config.state_file, json.dumps(content, ensure_ascii=False))

    def _load(self) -> None:
        path = self._network.config.state_file
        if path is None or not path.exists():
            return
        for entry in json.loads(path.read_text(encoding="utf-8")):
            message = TextMessage(**entry)
            self.sent[message.sid] = message
            self._network.telephone(message.to).messages.append(message)

    def _forget(self) -> None:
        self.sent.clear()
        self._save()
