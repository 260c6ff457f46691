"""I3 and I12: what callers heard while something was broken, how soon, and that nobody was cut off in silence."""

from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise, zip_longest
from urllib.parse import urlsplit

from tests.chaos.run import Answered, ChaosRun, Row

DEADLINE_MS, P99_MS = 3000.0, 1000.0
OURS = ("/voice/incoming", "/voice/step/", "/voice/talk/", "/voice/fallback", "/voice/wait")
FALLBACK = "/voice/fallback"
GOOD = frozenset({200, 204, 403})
NEWS = frozenset({"/voice/status", "/voice/leg", "/sms/status"})  # told again, or found by asking
REASONED = frozenset({"say", "play", "joined"})
ADVICE = {"fi": "yksi yksi kaksi", "sv": "ett ett två", "en": "one one two"}
EMERGENCY = (*ADVICE.values(), "1-1-2", "112")
CLOSED = {  # a judge's own words: not the service's catalogue
    "fi": "puhelinneuvonta on nyt suljettu",
    "sv": "telefonrådgivningen är stängd nu",
    "en": "our telephone service is closed now",
}
TIMED_OUT = "no answer in time"  # as the provider notes it
APOLOGY = "application error"  # the provider's, where it has no document to play
SORRY = ("meillä on tekninen vika. soita", "vi har ett tekniskt fel. ring", "we have a technical fault. please ring")


def spoken(webhooks: Iterable[Answered]) -> list[Answered]:
    """The tries whose answer decides what a caller hears."""
    return [one for one in webhooks if urlsplit(one.url).path.startswith(OURS) and not one.copy]


def unanswered(hooks: Iterable[Answered]) -> list[Answered]:
    """The tries on whose answer a caller waited in vain.

    Not those that a sown mishap took, nor those whose connection broke with a process that was killed in its answer,
    where the same webhook's next try was answered well. Who waited out the provider's time is never excused."""
    webhooks: dict[tuple[str, str], list[Answered]] = {}
    for one in spoken(hooks):
        webhooks.setdefault((one.call_sid, one.url), []).append(one)
    return [
        one
        for tries in webhooks.values()
        for one, following in zip_longest(tries, tries[1:])
        if one.status is None and not one.mishap and not (_broken(one) and _saved(one, following))
    ]


def _broken(one: Answered) -> bool:
    return TIMED_OUT not in one.outcome


def _saved(one: Answered, following: Answered | None) -> bool:
    return following is not None and following.attempt == one.attempt + 1 and following.status in GOOD


def late(run: ChaosRun) -> Iterable[str]:
    """By the clock on the wall: no deadline is longer because the machine was busy."""
    over = [one for one in spoken(run.webhooks) if one.status is not None and one.ms > DEADLINE_MS]
    if over:
        worst = max(over, key=lambda one: one.ms)
        yield f"{len(over)} answers came late, {urlsplit(worst.url).path} after {worst.ms / 1000:.1f} s"
    if silent := unanswered(run.webhooks):
        worst = max(silent, key=lambda one: one.ms)
        yield f"{len(silent)} tries had no answer, {urlsplit(worst.url).path} in {worst.ms / 1000:.1f} s"
    if (p99 := figures(run)["p99"]) > P99_MS:
        yield f"the 99th percentile of answers is {p99:.0f} ms"


def violations(run: ChaosRun, *, caller_may_notice: bool) -> Iterable[str]:
    if caller_may_notice:
        return
    yield from _refused_for_good(run)
    for call in run.calls:
        if any(APOLOGY in str(event.get("text") or "") for event in call["events"]):
            yield f"{call['call_sid']}: the provider's own apology was heard"
        elif _cut_in_silence(call):
            yield f"{call['call_sid']} ended without a word"


def _refused_for_good(run: ChaosRun) -> Iterable[str]:
    """A try may fail where the next one, or the fallback for this call, is answered."""
    answered = {(one.call_sid, one.url) for one in run.webhooks if one.status in GOOD}
    saved = {one.call_sid for one in run.webhooks if one.status == 200 and urlsplit(one.url).path == FALLBACK}
    for one in run.webhooks:
        if one.status is None or one.status in GOOD or urlsplit(one.url).path in NEWS:
            continue
        if (one.call_sid, one.url) not in answered and one.call_sid not in saved:
            yield f"bad status: {one.status} from {urlsplit(one.url).path}, and no later try was answered"


def _cut_in_silence(call: Row) -> bool:
    """By us: neither the caller hung up, nor had she heard anything."""
    events = call["events"]
    if call["direction"] != "inbound" or not events or events[-1]["kind"] != "end":
        return False
    if (events[-1].get("data") or {}).get("by") == "telephone":
        return False
    return not any(event["kind"] in REASONED for event in events)


def not_advised(run: ChaosRun) -> Iterable[str]:
    """I12."""
    yield from emergency_number_missing(run)
    yield from closed_without_it(run)


def closed_without_it(run: ChaosRun) -> Iterable[str]:
    """Whoever hears that we are closed hears the emergency number next, in that language, unless she pressed a key or
    hung up before."""
    for call in run.calls:
        told = [event for event in call["events"] if event["kind"] in ("say", "play", "key", "end")]
        for said, following in pairwise(told):
            language = str(said.get("language"))[:2]
            if not _says(said, CLOSED, language) or following["kind"] not in ("say", "play"):
                continue
            if not _says(following, ADVICE, language):
                yield f"{call['call_sid']} heard in {language} that we are closed, and no emergency number"


def _says(event: Row, words: Mapping[str, str], language: str) -> bool:
    return language in words and words[language] in str(event.get("text") or "").lower()


def emergency_number_missing(run: ChaosRun) -> Iterable[str]:
    """Whoever is only told of a fault and sent to another number has heard 112 too, unless she hung up before."""
    for call in run.calls:
        if call["events"] and (call["events"][-1].get("data") or {}).get("by") == "telephone":
            continue
        words = " ".join(str(event.get("text") or "").lower() for event in call["events"] if event["kind"] == "say")
        if any(sorry in words for sorry in SORRY) and not any(number in words for number in EMERGENCY):
            yield f"{call['call_sid']} was sent away without the emergency number"


def figures(run: ChaosRun) -> dict[str, float]:
    every = sorted(one.ms for one in waited_for(run.webhooks))
    return {
        "calls": sum(1 for call in run.calls if call["direction"] == "inbound"),
        "webhooks": len(run.webhooks),
        "unanswered": sum(1 for one in run.webhooks if one.status is None),  # by whatever, sown mishaps too
        "unheard": len(unanswered(run.webhooks)),
        "fallback": sum(1 for one in run.webhooks if urlsplit(one.url).path == FALLBACK),
        "p50": percentile(every, 0.5),
        "p99": p99(run.webhooks, run.began, run.ended),
        "slowest": every[-1] if every else 0.0,
        "stretch": run.stretch,
    }


def waited_for(webhooks: Sequence[Answered]) -> list[Answered]:
    """What callers waited for, in vain too: those waited as long as the provider did."""
    return [*(one for one in spoken(webhooks) if one.status == 200), *unanswered(webhooks)]


def p99(webhooks: Sequence[Answered], began: float, ended: float) -> float:
    """Milliseconds, of what ended between the two moments; of everything where nothing did."""
    waited = waited_for(webhooks)
    during = sorted(one.ms for one in waited if began <= one.machine <= ended)
    return percentile(during or sorted(one.ms for one in waited), 0.99)


def percentile(sorted_values: list[float], share: float) -> float:
    if not sorted_values:
        return 0.0
    return sorted_values[min(len(sorted_values) - 1, int(len(sorted_values) * share))]
