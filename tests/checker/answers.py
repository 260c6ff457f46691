"""Rule: every answer is a document that Twilio accepts, with a status that it understands.

While processes are killed on purpose a request may go unanswered or answered by nobody; what counts then is that the
next try was answered, so silence is counted and only a refused document or a server error is a violation.
"""

from urllib.parse import urlsplit

from tests.checker.evidence import Evidence, ProviderError, Webhook
from tests.checker.verdict import Verdict, Violation

NEWS = frozenset({"/voice/status", "/voice/leg", "/sms/status"})
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
    """News that cannot be kept while a store is down are refused with a 503, so that the provider tells them again."""
    told_again = bool(evidence.run.disturbances) and urlsplit(hook.url).path in NEWS
    return hook.status in GOOD or (told_again and hook.status == 503)


def _excused(evidence: Evidence, error: ProviderError) -> bool:
    return error.code in UNREACHABLE and bool(evidence.run.disturbances)
