"""From a source to a document: the request, the judgement of its answer, and the fallback when there is none."""

from dataclasses import replace

from emulator.call_params import standard
from emulator.calls import Call, Fetch, Inline, Source
from emulator.history import Problem
from emulator.http_client import MOST_BYTES, Answer, Failed
from emulator.network import Network
from emulator.overrides import split
from emulator.twiml_parse import Document, Element, NotXml, parse
from emulator.twiml_tables import Context
from emulator.webhook import Webhook

TWIML_TYPES = frozenset({"text/xml", "application/xml", "text/html"})
AUDIO_TYPES = frozenset(
    "audio/" + kind
    for kind in ("mpeg", "wav", "wave", "x-wav", "aiff", "x-aifc", "x-aiff", "x-gsm", "gsm", "ulaw", "basic")
)


class NoDocument(Exception):
    """Nothing to play: neither the URL nor the fallback gave a document."""


class DocumentProblem(Exception):
    def __init__(self, problem: Problem, body: str = "") -> None:
        super().__init__(problem.message)
        self.problem = problem
        self.body = body


def obtain(network: Network, call: Call, source: Source, context: Context) -> tuple[Document, bool]:
    """The document, and whether it was free of errors."""
    try:
        return _read(network, call, source, context)
    except DocumentProblem as failure:
        url = split(source.url)[0] if isinstance(source, Fetch) else ""
        call.check()
        network.problem(call, failure.problem, failure.body, url)
        if context is not Context.CALL or call.fallback is None:
            raise NoDocument from failure
        return _fallback(network, call, call.fallback, failure.problem, url)


def _fallback(network: Network, call: Call, fallback: Fetch, problem: Problem, url: str) -> tuple[Document, bool]:
    extra = (("ErrorCode", str(problem.code)), ("ErrorUrl", url))
    try:
        return _read(network, call, replace(fallback, params=extra), Context.CALL)
    except DocumentProblem as failure:
        call.check()
        network.problem(call, failure.problem, failure.body, fallback.url)
        raise NoDocument from failure


def _read(network: Network, call: Call, source: Source, context: Context) -> tuple[Document, bool]:
    if isinstance(source, Inline):
        return _twiml(network, call, source.twiml, "", "POST", context)
    fields = standard(call, network.config.account_sid) | dict(source.params)
    webhook = Webhook(source.url, source.method, tuple(fields.items()), call.sid)
    result = network.sender.deliver(webhook)
    call.check()  # hung up or sent elsewhere meanwhile: the answer is nobody's
    if isinstance(result, Failed):
        raise DocumentProblem(Problem(result.code, result.message))
    return _judge(network, call, result, source, context)


def _judge(network: Network, call: Call, answer: Answer, source: Fetch, context: Context) -> tuple[Document, bool]:
    kind = answer.content_type.partition(";")[0].strip().lower()
    url = split(source.url)[0]
    if len(answer.body) > MOST_BYTES:
        raise DocumentProblem(Problem(11750, "more than 64 kB"))
    if kind in AUDIO_TYPES:
        return Document((Element("Play", {}, url), Element("Hangup")), url, "GET", context), True
    body = answer.body.decode("utf-8", "replace")
    if kind not in TWIML_TYPES and kind != "text/plain":
        raise DocumentProblem(Problem(12300, kind or "no Content-Type"), body)
    if not body.strip():
        raise DocumentProblem(Problem(11770, "empty body"))
    try:
        return _twiml(network, call, body, url, source.method, context)
    except DocumentProblem:
        if kind != "text/plain":
            raise
        return Document((Element("Say", {}, body.strip()), Element("Hangup")), url, "GET", context), True


def _twiml(network: Network, call: Call, body: str, url: str, method: str, context: Context) -> tuple[Document, bool]:
    try:
        verbs, problems = parse(body, context)
    except NotXml as error:
        raise DocumentProblem(Problem(12100, str(error)), body) from error
    for problem in problems:
        network.problem(call, problem, body, url)
    return Document(verbs, url, method, context), not problems
