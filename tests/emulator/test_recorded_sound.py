"""What is in the file of a recorded call: everybody the leg hears, and nothing that was said in a pause."""

from itertools import pairwise

import pytest

from emulator.sound import PITCHES
from tests.emulator.other_side import OtherSide
from tests.emulator.rig import AGENT, CITY, RESIDENT, Rig
from tests.emulator.test_conference import OTHER, conference, two
from tests.emulator.test_recorders import change, start
from tests.support.samples import Samples


def stopped(rig: Rig, side: OtherSide, call: str, recording: str) -> Samples:
    """The file, fetched as the service fetches it."""
    told = len(side.of("/told"))
    change(rig, call, recording, "stopped")
    side.await_request("/told", told + 1)
    return Samples.of(rig.media(recording).content)


def begun(rig: Rig, side: OtherSide, call: str, **fields: object) -> str:
    sid = start(rig, side, call, **fields)
    side.await_request("/told", len(side.of("/told")) or 1)
    return sid


def texts(rig: Rig, sid: str, by: str) -> list[str]:
    return [one["text"] for one in rig.on_tape(sid) if one["by"] == by]


@pytest.mark.parametrize("behaviour", ["silence", "skip"])
def test_nothing_of_the_pause_is_in_the_file(rig: Rig, side: OtherSide, behaviour: str) -> None:
    one, other = two(rig, side)
    sid = begun(rig, side, one)
    rig.talk(one, "my code is", 3)
    change(rig, one, sid, "paused", PauseBehavior=behaviour)
    rig.press(one, "4711")
    rig.talk(one, "131052-308T", 3)
    rig.talk(other, "thank you", 3)
    change(rig, one, sid, "in-progress")
    rig.talk(other, "go on", 3)
    sound = stopped(rig, side, one, sid)
    assert texts(rig, sid, RESIDENT) == ["my code is"]
    assert texts(rig, sid, OTHER) == ["go on"]
    before, after = rig.on_tape(sid)
    assert sound.voices(before["begin"], before["end"]) == {PITCHES[0]}
    assert sound.voices(after["begin"], after["end"]) == {PITCHES[1]}
    assert sound.silent(before["end"] + 0.01, after["begin"] - 0.01)
    gap = after["begin"] - before["end"]
    assert gap > 6 if behaviour == "silence" else gap < 6, "a skipped pause takes no time"
    assert sound.seconds == pytest.approx(int(side.of("/told")[-1].params["RecordingDuration"]), abs=1)


def test_the_same_words_without_a_pause_are_in_it(rig: Rig, side: OtherSide) -> None:
    one, _ = two(rig, side)
    sid = begun(rig, side, one)
    rig.press(one, "4711")
    rig.passes(1)
    rig.talk(one, "131052-308T", 3)
    sound = stopped(rig, side, one, sid)
    assert "".join(texts(rig, sid, RESIDENT)) == "4711131052-308T"
    assert all(sound.loudest(word["begin"], word["end"]) > 1000 for word in rig.on_tape(sid))


def test_a_word_that_a_pause_cuts_keeps_its_beginning_and_end(rig: Rig, side: OtherSide) -> None:
    one, _ = two(rig, side)
    sid = begun(rig, side, one)
    rig.speak(one, text="abcdefghijklmnopqrstuvwxyz", seconds=30, now=True)
    rig.passes(5)
    change(rig, one, sid, "paused")
    rig.passes(5)
    change(rig, one, sid, "in-progress")
    rig.passes(21)
    sound = stopped(rig, side, one, sid)
    first, last = rig.on_tape(sid)
    assert "abc" in first["text"]
    assert "xyz" in last["text"]
    assert len(first["text"] + last["text"]) < 26
    assert sound.silent(first["end"] + 0.01, last["begin"] - 0.01)


def test_both_are_heard_at_once(rig: Rig, side: OtherSide) -> None:
    one, other = two(rig, side)
    sid = begun(rig, side, one)
    rig.speak(one, text="me", seconds=8, now=True)
    rig.passes(4)
    rig.talk(other, "and me", 8)
    sound = stopped(rig, side, one, sid)
    mine, theirs = rig.on_tape(sid)
    assert sound.voices(mine["begin"], theirs["begin"] - 0.01) == {PITCHES[0]}
    assert sound.voices(theirs["begin"], mine["end"]) == {PITCHES[0], PITCHES[1]}
    assert sound.voices(mine["end"] + 0.01, theirs["end"]) == {PITCHES[1]}


def test_on_hold_the_music_is_in_it_and_the_others_are_not(rig: Rig, side: OtherSide) -> None:
    one, other = two(rig, side)
    third = rig.ring("+358404444444")
    rig.until(one, lambda call: len(call["talking_with"]) == 2, "the third")
    side.on("/music", '<Say>on hold</Say><Pause length="500"/>')
    sid = begun(rig, side, one)
    path = f"Conferences/{conference(rig)}/Participants/{one}.json"
    rig.rest("POST", path, Hold="true", HoldUrl=f"{side.base}/music")
    rig.heard(one, "say", "on hold")
    rig.talk(other, "between colleagues", 3)
    rig.talk(third, "indeed", 2)
    rig.rest("POST", path, Hold="false")
    rig.until(one, lambda call: len(call["talking_with"]) == 2, "the talk")
    rig.talk(other, "back again", 3)
    stopped(rig, side, one, sid)
    assert texts(rig, sid, "") == ["on hold"]
    assert texts(rig, sid, OTHER) == ["back again"]
    assert texts(rig, sid, "+358404444444") == []


def test_who_is_muted_is_not_heard_but_hears(rig: Rig, side: OtherSide) -> None:
    one, other = two(rig, side)
    rig.rest("POST", f"Conferences/{conference(rig)}/Participants/{other}.json", Muted="true")
    rig.until(one, lambda call: call["talking_with"] == [], "the muting")
    of_one, of_other = begun(rig, side, one), start(rig, side, other)
    rig.talk(one, "hello", 2)
    rig.talk(other, "unheard", 2)
    stopped(rig, side, one, of_one)
    stopped(rig, side, other, of_other)
    assert [word["text"] for word in rig.on_tape(of_one)] == ["hello"]
    assert [word["text"] for word in rig.on_tape(of_other)] == ["hello", "unheard"]


def test_who_comes_and_goes(rig: Rig, side: OtherSide) -> None:
    one, other = two(rig, side)
    rig.talk(other, "before it began", 2)
    sid = begun(rig, side, one)
    rig.talk(other, "goodbye", 2)
    rig.speak(other, text="cut off by the line", seconds=20, now=True)
    rig.passes(2)
    rig.hang_up(other)
    rig.heard(one, "parted")
    third = rig.ring("+358404444444")
    rig.until(one, lambda call: call["talking_with"] == [third], "the third")
    rig.talk(third, "good morning", 2)
    stopped(rig, side, one, sid)
    first, cut = texts(rig, sid, OTHER)
    assert first == "goodbye"
    assert "cut off by the line".startswith(cut)
    assert cut != "cut off by the line"
    assert texts(rig, sid, "+358404444444") == ["good morning"]
    times = [(word["begin"], word["end"]) for word in rig.on_tape(sid)]
    assert all(end <= begin + 0.01 for (_, end), (begin, _) in pairwise(times))


def test_across_a_bridge_and_its_whisper(rig: Rig, side: OtherSide) -> None:
    rig.behave(AGENT, "answer", after=1)
    side.on("/voice", f'<Dial callerId="{CITY}"><Number url="/whisper">{AGENT}</Number></Dial>')
    side.on("/whisper", f"<Say>{'for you alone ' * 20}</Say>")
    call = rig.ring()
    rig.heard(leg := rig.leg_to(AGENT), "say")
    sid = begun(rig, side, call)
    rig.heard(call, "joined")
    rig.talk(leg, "good day", 2)
    rig.talk(call, "good day to you", 2)
    stopped(rig, side, call, sid)
    assert [word["text"] for word in rig.on_tape(sid)] == ["good day", "good day to you"]


def test_what_the_line_plays_is_in_it_as_long_as_it_is_heard(rig: Rig, side: OtherSide) -> None:
    side.on("/voice", '<Pause length="2"/><Redirect>/menu</Redirect>')
    question = "press one for the first of very many things that we can do for you today " * 3
    side.on("/menu", f'<Gather numDigits="1" action="/then"><Say>{question}</Say></Gather>')
    side.on("/then", '<Say>chosen</Say><Pause length="500"/>')
    call = rig.ring()
    rig.heard(call, "say")
    sid = begun(rig, side, call)
    rig.passes(3)
    rig.press(call, "1")
    rig.heard(call, "say", "chosen")
    rig.passes(1)
    stopped(rig, side, call, sid)
    asked, key, chosen = rig.on_tape(sid)
    assert question.strip().find(asked["text"].strip()) > 0, "it began in the middle, and the key cut it"
    assert len(asked["text"]) < len(question) / 2
    assert (key["text"], key["key"], key["by"]) == ("1", True, RESIDENT)
    assert (chosen["text"], chosen["by"]) == ("chosen", "")


def test_two_channels_and_one_side(rig: Rig, side: OtherSide) -> None:
    one, other = two(rig, side)
    both = begun(rig, side, one, RecordingChannels="dual")
    inbound, outbound = (start(rig, side, one, RecordingTrack=track) for track in ("inbound", "outbound"))
    side.await_request("/told", 3)
    rig.talk(one, "mine", 2)
    rig.talk(other, "theirs", 2)
    stopped(rig, side, one, both)
    stopped(rig, side, one, inbound)
    stopped(rig, side, one, outbound)
    mine, theirs = rig.on_tape(both)
    own, heard = (Samples.of(rig.media(both).content, channel) for channel in (0, 1))
    assert own.loudest(mine["begin"], mine["end"]) > 1000
    assert own.silent(theirs["begin"], theirs["end"])
    assert heard.silent(mine["begin"], mine["end"])
    assert heard.loudest(theirs["begin"], theirs["end"]) > 1000
    assert [word["text"] for word in rig.on_tape(inbound)] == ["mine"]
    assert [word["text"] for word in rig.on_tape(outbound)] == ["theirs"]


def test_silence_at_both_ends_may_be_left_out(rig: Rig, side: OtherSide) -> None:
    one, _ = two(rig, side)
    sid = begun(rig, side, one, Trim="trim-silence")
    rig.passes(5)
    rig.talk(one, "hello", 2)
    rig.passes(5)
    sound = stopped(rig, side, one, sid)
    assert sound.seconds == pytest.approx(2, abs=0.01)
