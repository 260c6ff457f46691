"""Status callbacks: told to whoever subscribed, each in a request of its own, in no promised order."""

from datetime import UTC, datetime
from email.utils import format_datetime

from emulator.call_params import standard
from emulator.calls import Call, StatusSubscription
from emulator.history import Problem
from emulator.http_client import Answer, Failed
from emulator.network import Network
from emulator.webhook import Webhook


def rfc2822(moment: datetime) -> str:
    return format_datetime(moment.astimezone(UTC))


def subscribe(network: Network) -> None:
    network.progress_listeners.append(lambda call, event: _tell(network, call, event))


def _tell(network: Network, call: Call, event: str) -> None:
    """Under the network's lock: the fields are those of this very moment."""
    subscription = call.subscription
    if not subscription.url or event not in subscription.events:
        return
    fields = standard(call, network.config.account_sid) | {
        "CallbackSource": "call-progress-events",
        "SequenceNumber": str(call.sequence),
        "Timestamp": rfc2822(network.clock.now()),
    }
    if event == "completed":
        fields |= {"CallDuration": str(call.duration), "Duration": str(-(-call.duration // 60))}
    call.sequence += 1
    notify(network, call, subscription, fields)


def notify(network: Network, call: Call, subscription: StatusSubscription, fields: dict[str, str]) -> None:
    """Sends without waiting; a 4xx or 5xx is error 15003, anything else in the answer is ignored."""
    if call.sid not in network.calls:
        return  # forgotten by a reset
    webhook = Webhook(subscription.url, subscription.method, tuple(fields.items()), call.sid)

    def run() -> None:
        result = network.sender.deliver(webhook)
        match result:
            case Failed(kind="4xx" | "5xx"):
                network.problem(call, Problem(15003, result.message), url=webhook.url)
            case Failed():
                network.problem(call, Problem(result.code, result.message), url=webhook.url)
            case Answer():
                return

    network.threads.start("status callback", run)
