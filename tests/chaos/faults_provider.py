"""T18 to T22, T35 to T37: the provider asks twice, loses, delays, fails, lists late, or takes one call at a time."""

import html
from collections.abc import Mapping
from urllib.parse import parse_qs, urlsplit

import requests
from twilio.request_validator import RequestValidator

from tests.chaos.fault import Fault, Scene
from tests.chaos.mishaps import Mishap, always, mishaps

TIMEOUT_SECONDS = 5.0
STEPS, NEWS, LEGS, CALLS, REST = "/voice/step/", "/voice/leg", "/voice/status", "/Calls.json", "/2010-04-01/"
ACCEPT = "/voice/agent/"
OUT_OF_ORDER = "/voice/step/desk-over"


def webhooks_doubled(scene: Scene) -> None:
    """At the same instant, and with the copy ahead of a webhook that took a slow way."""
    with mishaps(
        scene,
        Mishap("webhook", "double_at_once", STEPS, 3),
        Mishap("webhook", "overtaken", STEPS, 5, {"seconds": 0.7}),
        Mishap("webhook", "double_at_once", ACCEPT, 3),
        Mishap("webhook", "overtaken", ACCEPT, 6, {"seconds": 0.7}),
        requests=300,
    ):
        scene.wait(scene.left)


def one_answer_each(scene: Scene) -> list[str]:
    """An effect has one answer, and every copy of its webhook was given it."""
    stored: dict[tuple[str, str, str], str] = {
        (str(row["call_sid"]), str(row["step"]), str(row["nonce"])): str(row["answer"])
        for row in scene.city.sql("SELECT call_sid, step, nonce, answer FROM receipt")
    }
    found, compared = [], 0
    for entry in scene.city.lab.history():
        if entry["kind"] != "webhook" or entry["status"] != 200:
            continue
        url = urlsplit(str(entry["url"]))
        nonce = parse_qs(url.query).get("n", [""])[0]
        answer = stored.get((str(entry["call_sid"]), url.path.rpartition("/")[2], nonce))
        if answer is None or OUT_OF_ORDER in str(entry["body"]):
            continue  # the record did not answer this copy in time: it was told another way, and changed nothing
        compared += 1
        if html.unescape(answer) != html.unescape(str(entry["body"])):
            found.append(f"{entry['call_sid']} {url.path}: {str(entry['body'])[60:400]} instead of {answer[60:400]}")
    scene.counts["answers compared"] += compared
    return found


def news_in_disorder(scene: Scene) -> None:
    """News of calls come twice, late, the wrong way round, a third of them never; and some of calls nobody knows."""
    with mishaps(
        scene,
        *(
            mishap
            for match in (NEWS, LEGS)
            for mishap in (
                Mishap("webhook", "drop", match, 4, {"times": 3}),  # each with the provider's own second and third try
                Mishap("webhook", "double_at_once", match, 5),
                Mishap("webhook", "hold_back", match, 6),
                Mishap("webhook", "delay", match, 8, {"seconds": 12.0}),
            )
        ),
        requests=200,
    ):
        while scene.wait(1.0):
            strange_news(scene)


def strange_news(scene: Scene) -> None:
    """Rightly signed, about a call and an offer that never were."""
    number = scene.random.getrandbits(128)
    sid = f"CA{number:032x}"
    for path in (f"/voice/leg?k={number:x}&w=agent", f"/voice/leg?k={number:x}&w=resident"):
        answer = signed_post(scene, path, {"CallSid": sid, "CallStatus": "completed", "SequenceNumber": "3"})
        scene.counts["news of strangers"] += 1
        assert answer.status_code in (204, 503), f"{path}: {answer.status_code}"  # 503: busy, to be told again


def signed_post(scene: Scene, path: str, fields: Mapping[str, str]) -> requests.Response:
    city = scene.city.installation
    form = {"AccountSid": city.account, **fields}
    signature = RequestValidator(city.token).compute_signature(city.web + path, form)
    return requests.post(city.web + path, form, headers={"X-Twilio-Signature": signature}, timeout=TIMEOUT_SECONDS)


def provider_fails(scene: Scene) -> None:
    """Refused before anything was done, refused after it was, answers lost, too many at once, and a hang."""
    with mishaps(
        scene,
        Mishap("rest", "status_before", REST, 8, {"status": 500}),
        Mishap("rest", "status_after", REST, 8, {"status": 500}),
        Mishap("rest", "lose_answer", REST, 8),
        Mishap("rest", "status_before", REST, 8, {"status": 429}),
        Mishap("rest", "delay", REST, 12, {"seconds": 12.0}),
        Mishap("rest", "status_before", "GET ", 6, {"status": 404}),
        requests=40,
    ):
        scene.wait(scene.left)


def provider_forgets(scene: Scene) -> None:
    """Its list of calls is a minute old while workers die after asking and the news of residents' legs are lost."""
    with mishaps(
        scene,
        Mishap("webhook", "drop", "w=resident", 3, {"times": 3}),
        Mishap("webhook", "lose_answer", "/voice/agent/over", 4, {"times": 3}),
        requests=60,
    ):
        always(scene, "rest", "stale", "GET /2010-04-01", seconds=60.0)
        while scene.wait(3.0):
            scene.city.kill(scene.random.choice(("worker-1", "worker-2")))
            scene.counts["workers killed"] += 1


def one_call_at_a_time(scene: Scene) -> None:
    """The account's pace is a call a second while the line is full: what the provider queues rings late."""
    scene.city.lab.post("/lab/pace", {"calls_per_second": 1 / scene.city.rate})
    try:
        while scene.wait(0.5):
            scene.load.rings("callback")
            scene.counts["more callers"] += 1
    finally:
        scene.city.lab.post("/lab/pace", {"calls_per_second": None})


def answers_lost(scene: Scene) -> None:
    """We have done it and said so, and the provider never heard: it asks again. Where each of its tries was lost, it
    hears the fallback: were that lost too, nothing of ours could be heard."""
    with mishaps(
        scene,
        *(Mishap("webhook", "lose_answer", match, 3) for match in (STEPS, ACCEPT, NEWS, "/voice/incoming")),
        requests=300,
    ):
        scene.wait(scene.left)


def provider_refuses_all(scene: Scene) -> None:
    """429 to every order, for half of the window."""
    always(scene, "rest", "status_before", "POST /2010-04-01", status=429)
    scene.wait(scene.seconds / 2)
    scene.city.lab.delete("/lab/faults")
    refused = [one for one in scene.city.lab.history() if one["kind"] == "fault"]
    scene.counts["refused"] += len(refused)


def provider_slow(scene: Scene) -> None:
    """Every answer takes three seconds, and each third one is lost after it."""
    with mishaps(scene, Mishap("rest", "lose_answer", REST, 3), requests=60):
        always(scene, "rest", "delay", REST, seconds=3.0)
        scene.wait(scene.left)


FAULTS = (
    Fault("T18", "webhooks come twice at once, or the copy first", webhooks_doubled, one_answer_each),
    Fault("T19", "news doubled, reversed, late, lost, and of strangers", news_in_disorder),
    Fault("T20", "the provider: 500 before, 500 after, answer lost, 429, a hang", provider_fails),
    Fault("T21", "the provider's list is a minute old, news and workers are lost", provider_forgets),
    Fault("T22", "the provider places one call a second", one_call_at_a_time),
    Fault("T35", "each third answer to a webhook is lost", answers_lost, one_answer_each),
    Fault("T36", "the provider refuses every order for ten seconds", provider_refuses_all),
    Fault("T37", "the provider takes three seconds for everything", provider_slow),
)
