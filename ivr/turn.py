"""What one webhook answers, as values: instructions that a renderer turns into TwiML or plain text. Pure.

A turn never holds a sentence: it names announcement keys and typed values; ``ivr.speech`` finds the words.
"""

from dataclasses import dataclass, field
from datetime import datetime

from routing_rules.routes import Route

# --- values spoken inside an announcement ------------------------------------------------------------------------


@dataclass(frozen=True)
class TopicSpoken:
    """The topic's words from the ruleset: ``spoken`` in menus, ``about`` in promises."""

    topic: str
    form: str = "spoken"  # spoken | about


@dataclass(frozen=True)
class DepartmentSpoken:
    department: str


@dataclass(frozen=True)
class KeySpoken:
    key: str  # "0".."9" "*" "#"


@dataclass(frozen=True)
class PhoneSpoken:
    e164: str  # spoken in national form, digit by digit


@dataclass(frozen=True)
class DigitsSpoken:
    digits: str  # a code, digit by digit


@dataclass(frozen=True)
class OrdinalSpoken:
    number: int  # "neljäntenä" / "nummer fyra" / "number four"


@dataclass(frozen=True)
class MinutesSpoken:
    minutes: int  # "noin kymmenen minuuttia"


@dataclass(frozen=True)
class WindowSpoken:
    """ "tänään kello kolmentoista ja neljäntoista välillä"; ``now`` decides today / tomorrow / weekday."""

    start: datetime
    end: datetime
    now: datetime


@dataclass(frozen=True)
class MomentSpoken:
    """ "maanantaina kello seitsemän"."""

    at: datetime
    now: datetime


@dataclass(frozen=True)
class LanguagesSpoken:
    """ "ruotsiksi tai englanniksi"."""

    languages: tuple[str, ...]


@dataclass(frozen=True)
class WordsSpoken:
    """Words of the ruleset or a notice, in every language: spoken as they stand."""

    words: tuple[tuple[str, str], ...]  # (language, words)


@dataclass(frozen=True)
class DutySpoken:
    duty: str


Value = (
    TopicSpoken
    | DepartmentSpoken
    | KeySpoken
    | PhoneSpoken
    | DigitsSpoken
    | OrdinalSpoken
    | MinutesSpoken
    | WindowSpoken
    | MomentSpoken
    | LanguagesSpoken
    | WordsSpoken
    | DutySpoken
)


# --- instructions ------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Say:
    key: str
    values: tuple[tuple[str, Value], ...] = ()
    language: str | None = None  # None: the turn's language


@dataclass(frozen=True)
class Pause:
    seconds: int


@dataclass(frozen=True)
class Music:
    """A stretch of hold music."""

    seconds: int


@dataclass(frozen=True)
class PlayRecorded:
    """What the caller has just recorded, played back from our own store."""

    token: str


Spoken = Say | Pause | Music | PlayRecorded


@dataclass(frozen=True)
class Gather:
    spoken: tuple[Spoken, ...]
    action: str  # absolute URL
    digits: int | None = 1  # None: until #
    timeout: int = 7  # seconds of business time after the last word
    posts_silence: bool = True  # False: whoever presses nothing goes on to what follows in the same answer


@dataclass(frozen=True)
class Redirect:
    url: str


@dataclass(frozen=True)
class Enqueue:
    queue: str  # opaque name
    wait_url: str
    action: str


@dataclass(frozen=True)
class LeaveQueue:
    pass


@dataclass(frozen=True)
class DialNumber:
    e164: str
    action: str
    timeout: int = 20
    status_callback: str | None = None
    greeting_url: str | None = None  # played to the called party before the legs are joined
    answer_on_bridge: bool = False


@dataclass(frozen=True)
class DialConference:
    room: str  # m-<opaque id>
    action: str
    wait_url: str | None = None
    ends: bool = True  # whoever hears this document ends the room by leaving it
    muted: bool = False
    coach: str | None = None  # CallSid of the only one who hears this participant


@dataclass(frozen=True)
class Record:
    """A beep, then the caller speaks until the hash key, silence or the limit."""

    action: str
    status_callback: str
    seconds: int = 120  # longest
    silence: int = 5  # seconds of silence that end it


@dataclass(frozen=True)
class Hangup:
    pass


Instruction = (
    Say
    | Pause
    | Music
    | Gather
    | Redirect
    | Enqueue
    | LeaveQueue
    | DialNumber
    | DialConference
    | Hangup
    | PlayRecorded
    | Record
)


@dataclass(frozen=True)
class ToldInLine:
    """What a caller in the line has just been told, for the agent's card. ``place`` None: not said this time."""

    line_id: str
    place: int | None
    wait_minutes: int | None


@dataclass(frozen=True)
class Decided:
    """Where a topic leads was decided here: kept, so that a supervisor can see why the call went there."""

    topic: str
    language: str
    route: Route


@dataclass(frozen=True)
class Turn:
    language: str
    instructions: tuple[Instruction, ...]
    told: ToldInLine | None = None
    decided: Decided | None = field(default=None, compare=False)  # what the caller hears is the same turn without it
