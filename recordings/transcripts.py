"""What was said, as text: made by an extra that a city may install, or not at all; sealed beside the sound.

The extra is named by TRANSCRIBER as ``module:factory``; the factory takes nothing and gives a ``Transcriber``. Nothing
here sends sound anywhere; where an extra does, that is the city's decision and its data-protection assessment.
"""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property
from importlib import import_module
from typing import TYPE_CHECKING, Any, Literal, Protocol, cast

from sqlalchemy import RowMapping

from adapters.masking import mask_codes
from recordings.vault import Vault, put, whole

if TYPE_CHECKING:
    from bootstrap import Services

SUFFIX = "text"  # behind the recording's id: what rests under both goes with the recording
LONGEST = 1_000_000  # characters of one transcript; a talk of four hours has a quarter of that
TRIED_FOR = timedelta(days=7)  # business time; an extra that is out of order may be found only after a holiday
Standing = Literal["none", "coming", "ready"]


@dataclass(frozen=True)
class Said:
    at: float  # seconds from the beginning
    words: str


class Transcriber(Protocol):
    def transcribe(self, language: str, sound: Iterable[bytes]) -> Iterable[Said]:
        """``language``: fi, sv or en. ``sound``: a WAV file in pieces. Raises what it likes: it is tried again."""


class TranscriberInvalid(Exception):
    """TRANSCRIBER names nothing that can be used; the message says what is missing."""


class Extra:
    """The city's extra, found at the start and made at its first use: only a worker pays for its memory."""

    def __init__(self, factory: Callable[[], Transcriber]) -> None:
        self._factory = factory

    @cached_property
    def _made(self) -> Transcriber:
        return self._factory()

    def transcribe(self, language: str, sound: Iterable[bytes]) -> Iterable[Said]:
        return self._made.transcribe(language, sound)


def transcriber_for(entry: str) -> Transcriber | None:
    """None: there is none, and no recording becomes text. Raises TranscriberInvalid."""
    if not entry:
        return None
    module, _, name = entry.partition(":")
    try:
        factory = getattr(import_module(module), name)
    except ImportError as error:
        raise TranscriberInvalid(f"TRANSCRIBER: {module} cannot be loaded ({error}).") from None
    except AttributeError:
        raise TranscriberInvalid(f"TRANSCRIBER: {module} has no {name}.") from None
    if not callable(factory):
        raise TranscriberInvalid(f"TRANSCRIBER: {entry} cannot be called.")
    return Extra(cast(Callable[[], Transcriber], factory))


def text_id(recording_id: str) -> str:
    return f"{recording_id}{SUFFIX}"


def kept(vault: Vault, recording_id: str, said: Iterable[Said]) -> None:
    """Sealed without identity codes and card numbers. Raises VaultError."""
    lines = [{"at": round(float(one.at), 2), "words": mask_codes(str(one.words).strip())} for one in _short(said)]
    put(vault, text_id(recording_id), json.dumps(lines, ensure_ascii=False).encode())


def _short(said: Iterable[Said]) -> Iterator[Said]:
    room = LONGEST
    for one in said:
        room -= len(one.words)
        if room < 0:
            return
        yield one


def of_recording(vault: Vault, recording_id: str) -> tuple[Said, ...]:
    """Raises VaultError."""
    lines = json.loads(whole(vault, text_id(recording_id)))
    return tuple(Said(line["at"], line["words"]) for line in lines)


def standing(services: "Services", row: RowMapping | Mapping[str, Any]) -> Standing:
    """Whether there is a text, will be one, or is none."""
    if row["deleted_at"] is not None:
        return "none"
    if row["transcribed_machine"] is not None:
        return "ready"
    if services.transcriber is None or row["stored_machine"] is None:
        return "none"
    return "coming" if row["made_at"] > services.clock.now() - TRIED_FOR else "none"
