"""Plays documents on one call, verb after verb, and follows where they lead. One thread for each call.

The verbs themselves are in `verbs_*`; a verb answers the next document to request, or None to go on.
"""

from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urljoin

from emulator.calls import Call, CallEnded, CallRedirected, Fetch, Source
from emulator.documents import NoDocument, obtain
from emulator.history import Problem
from emulator.network import Network
from emulator.twiml_parse import NOT_TWILIOS, Document, Element
from emulator.twiml_tables import Context
from emulator.voice import speaking_time
from emulator.words import spoken


@dataclass(frozen=True)
class Playing:
    """What a verb is given: the call, the network, and the document it stands in."""

    network: Network
    call: Call
    document: Document

    def link(self, url: str, method: str, params: tuple[tuple[str, str], ...] = ()) -> Fetch:
        """A URL of the document, resolved; an empty one is the document itself."""
        if not self.document.url and "://" not in url:
            self.network.problem(self.call, Problem(11100, f"relative URL {url} in an inline document"))
        return Fetch(urljoin(self.document.url, url) if url else self.document.url, method, params)


Verb = Callable[[Element, Playing], Fetch | None]

VERBS: dict[str, Verb] = {}


def verb(name: str) -> Callable[[Verb], Verb]:
    """Registers the function that plays this verb."""

    def register(function: Verb) -> Verb:
        VERBS[name] = function
        return function

    return register


def follow(network: Network, call: Call, source: Source, context: Context) -> bool:
    """Plays from this source until a document runs out; False if any of them held an error."""
    clean = True
    step: Source | None = source
    while step is not None:
        document, sound = obtain(network, call, step, context)
        clean = clean and sound
        if not clean and context is Context.QUEUE_WAIT:
            return False
        call.check()
        step = play(network, call, document)
    return clean


def play(network: Network, call: Call, document: Document) -> Fetch | None:
    playing = Playing(network, call, document)
    for element in document.verbs:
        call.check()
        following = VERBS[element.name](element, playing)
        if following is not None:
            return following
    return None


def answer_if_ringing(playing: Playing) -> None:
    if playing.call.status == "ringing":
        playing.network.progress(playing.call, "in-progress")


def start(network: Network, call: Call, deed: Callable[[], None]) -> None:
    """Runs a call's life in a thread of its own; whatever ends it, the call is ended."""

    def run() -> None:
        try:
            deed()
        except CallEnded:
            return
        except Exception as error:
            network.problem(call, Problem(NOT_TWILIOS, f"the emulator failed: {error!r}"))
            raise
        finally:
            network.end(call, "completed", "document")

    network.threads.start(f"call {call.sid}", run)


def live(network: Network, call: Call, first: Source) -> None:
    """The call's whole life from its first document: every redirect from outside begins anew."""
    source: Source | None = first
    while source is not None:
        try:
            follow(network, call, source, Context.CALL)
            source = None
        except CallRedirected:
            source = call.take_redirect()
        except NoDocument:
            source = _apologise(network, call)


def _apologise(network: Network, call: Call) -> Source | None:
    words = spoken("application_error")
    try:
        if call.status == "ringing":
            network.progress(call, "in-progress")
        call.note("say", words.text, words.language)
        with call.sounding(words.text, speaking_time(words.text)):
            call.wait(speaking_time(words.text))
    except CallRedirected:
        return call.take_redirect()
    return None
