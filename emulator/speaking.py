"""The owner of a telephone speaks: into a recording, to whoever is on the line, or in answer to a Gather."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from emulator.calls import Call, Said
from emulator.network import Network
from emulator.voice import Deed, Part, Plan, Sound, speaking_time

LONGEST_SPEECH = 60.0  # business seconds that a Gather listens to
TYPING = 4.0  # machine seconds for which somebody who types is taken to be about to speak


def speak(network: Network, call: Call, parts: Iterable[Part], *, at_once: bool, language: str | None = None) -> None:
    """While nothing is recorded, the words wait for the beep, as a person does; unless they are said at once."""
    with network.lock:
        if call.recording is None and not at_once:
            call.voice.hold(parts)
            return
        sounds = call.voice.speak(parts, network.clock.elapsed())
        note(call, sounds)
        _across(network, call, sounds, language)
        if call.recording is None:
            hand_over(network, call)
        call.changed.notify_all()


def _across(network: Network, call: Call, sounds: Sequence[Sound], language: str | None) -> None:
    """Whoever is on the line hears it too."""
    for sid in call.partners:
        for sound in sounds:
            if sound.text:
                network.calls[sid].note("heard", sound.text, language, **{"from": call.sid})


def types(network: Network, call: Call) -> None:
    with network.lock:
        if call.recording is not None:
            call.voice.breathe(network.clock.elapsed(), TYPING * network.clock.rate)
            call.changed.notify_all()


def note(call: Call, sounds: Sequence[Sound]) -> None:
    for sound in sounds:
        call.note("speech", sound.text, seconds=sound.end - sound.begin, begin=sound.begin)


def hand_over(network: Network, call: Call) -> None:
    """Nobody records: what the speaker is going to do is done when its time comes."""
    with network.lock:
        plans, call.voice.plans = call.voice.plans, []
        for plan in plans:
            _later(network, call, plan)


def _later(network: Network, call: Call, plan: Plan) -> None:
    network.agenda.after(plan.at - network.clock.elapsed(), lambda: _do(network, call, plan.deed))


def _do(network: Network, call: Call, deed: Deed) -> None:
    with network.lock:
        if call.over:
            return
        if deed.hangs_up:
            network.hang_up(call, "telephone")
        else:
            call.press(deed.keys)


def say(network: Network, call: Call, text: str, confidence: float | None) -> str | None:
    """In answer to a question. None, or why it is impossible."""
    with network.lock:
        if call.gathering is None or not call.gathering.speech:
            return "nobody listens for speech"
        if call.keys and call.gathering.keys:
            return "keys were pressed first"
        seconds = min(LONGEST_SPEECH, speaking_time(text))
        call.said = Said(text, confidence, network.clock.elapsed() + seconds)
        call.gathering = replace(call.gathering, keys=False, speech=False)
        call.voice.sounds.append(Sound(call.said.end - seconds, call.said.end, text))
        call.note("speech", text, seconds=seconds, begin=network.clock.elapsed())
        call.changed.notify_all()
        return None
