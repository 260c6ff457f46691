"""Redirect, Hangup, Reject: where the call goes next, or that it goes nowhere."""

from emulator.calls import CallEnded, Fetch
from emulator.player import Playing, verb
from emulator.twiml_parse import Element


@verb("Redirect")
def redirect(element: Element, playing: Playing) -> Fetch | None:
    return playing.link(element.text, element.get("method", "POST"))


@verb("Hangup")
def hangup(_element: Element, playing: Playing) -> Fetch | None:
    playing.network.end(playing.call, "completed", "document")
    raise CallEnded


@verb("Reject")
def reject(element: Element, playing: Playing) -> Fetch | None:
    """Only a ringing call can be rejected; an answered one is hung up."""
    busy = element.get("reason", "rejected") == "busy"
    ringing = playing.call.status == "ringing"
    playing.network.end(playing.call, ("busy" if busy else "failed") if ringing else "completed", "document")
    raise CallEnded
