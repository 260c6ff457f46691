"""Rule: every answer is a document that Twilio accepts, with a status that it understands.

While processes are killed on purpose a request may go unanswered or answered by nobody; what counts then is that the
next try was answered, so silence is counted and only a refused document or a server error is a violation.
"""

from urllib.parse import urlsplit

from tests.checker.evidence import Evidence, ProviderError, Webhook
from tests.checker.verdict import Verdict, Violation

NEWS = frozenset({"/voice/status", "/voice/leg", "/voice/recording", "/voice/recording/talk", "/sms/status"})
GOOD = frozenset({200, 204, 403})
UNREACHABLE = frozenset({11200, 11205, 11206, 11210, 15003})


def judge(evidence: Evidence) -> Verdict:
    silent = [hook for hook in evidence.webhooks if hook.status is None]
    wrong = [hook for hook in evidence.webhooks if hook.status is not None and not _good(evidence, hook)]
    refused = [error for error in evidence.errors if not _excused(evidence, error)]
    return Verdict(
        (("webhooks", len(evidence.webhooks)), ("webhooks without an answer", len(silent))),
        (
            *(Violation("bad status", f"{hook.status} from {hook.url}") for hook in wrong),
            *(Violation("refused document", f"{e.code} {e.message} in {e.call_sid}") for e in refused),
            *(
                Violation("no answer", f"nobody answered {hook.url}")
                for hook in silent
                if not evidence.run.disturbances
            ),
        ),
    )


def _good(evidence: Evidence, hook: Webhook) -> bool:
    """News that cannot be kept at this instant (a store is down, or slower than its deadline) are refused with a 503,
    so that the provider tells them again; that it did, and was heard, is what counts."""
    return hook.status in GOOD or (hook.status == 503 and _heard_in_the_end(evidence, hook))


def _heard_in_the_end(evidence: Evidence, hook: Webhook) -> bool:
    if urlsplit(hook.url).path not in NEWS:
        return False
    after = evidence.webhooks[evidence.webhooks.index(hook) + 1 :]
    told_again = any((one.url, one.call_sid) == (hook.url, hook.call_sid) and one.status in GOOD for one in after)
    return told_again or bool(evidence.run.disturbances)


def _excused(evidence: Evidence, error: ProviderError) -> bool:
    if evidence.run.disturbances:
        return error.code in UNREACHABLE
    postponed = {hook.call_sid for hook in evidence.webhooks if hook.status == 503 and _good(evidence, hook)}
    return error.code == 15003 and error.call_sid in postponed
