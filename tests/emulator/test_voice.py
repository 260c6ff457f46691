"""The line of what is said: silences, queues, and what a tape keeps of it."""

from math import inf

import pytest

from emulator.voice import Deed, Quiet, Sound, Voice, Words, clipped, words_of


def test_words_queue_one_after_the_other() -> None:
    voice = Voice()
    voice.speak([Words("one", 2)], 10)
    voice.speak([Quiet(1), Words("two", 2), Deed("#")], 11)
    assert [(sound.begin, sound.end) for sound in voice.sounds] == [(10, 12), (13, 15)]
    assert [(plan.at, plan.deed.keys) for plan in voice.plans] == [(15, "#")]


def test_what_waits_is_said_at_the_beep() -> None:
    voice = Voice()
    voice.hold([Words("one", 2)])
    assert voice.speaking(0)
    assert voice.sounds == []
    assert voice.beep(7) == (Sound(7, 9, "one"),)
    assert not voice.speaking(9)


@pytest.mark.parametrize(("gap", "silent_at"), [(4, 11), (6, 7)])
def test_a_silence_counts_from_the_last_sound(gap: float, silent_at: float) -> None:
    voice = Voice()
    voice.speak([Words("one", 2), Quiet(gap), Words("two", 0)], 0)
    assert voice.silent_for(5, 0) == silent_at


def test_a_time_out_of_nothing_is_never() -> None:
    assert Voice().silent_for(0, 3) == inf


@pytest.mark.parametrize(
    ("begin", "end", "kept"), [(0, 10, "abcdefghij"), (2, 10, "cdefghij"), (0, 5, "abcde"), (3, 4, "d"), (10, 20, "")]
)
def test_a_tape_keeps_what_falls_on_it(begin: float, end: float, kept: str) -> None:
    assert words_of(clipped([Sound(0, 10, "abcdefghij")], begin, end)) == kept
