"""Recordings as they might lie in the record after some weeks: messages and talks, ready, coming, failed, deleted."""

from datetime import timedelta

from adapters.schema import deletion, legal_hold, recording, sound_access
from recordings import transcripts
from recordings.transcripts import Said
from tests.support.media_house import wav
from tests.web.console_rig import City
from tests.web.left_messages import leave

MESSAGE, COMING, FAILED, DELETED, TALK, RUNNING = (f"abcdefghijkmnpqrst{n:02}" for n in range(22, 28))
SHA = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"


def several(city: City) -> None:
    now = city.clock.now()
    leave(city, MESSAGE, wav(68), urgent=1)
    leave(city, COMING, None, language="fi")
    leave(city, FAILED, None, failed="not audio", language="en", seconds=121)
    city.request("r1", number_id=city.number())
    spoken = {"kind": "talk", "request_id": "r1", "agent_id": "a_aino", "language": "fi"}
    leave(city, TALK, wav(192), **spoken, seconds=192, offer_token="tok8", made_at=now - timedelta(hours=3))
    leave(city, RUNNING, None, **spoken, seconds=0, offer_token="tok9", state="running", recording_sid=None)
    city.offer("a_aino", "ended", "tok8", request_id="r1", ended_at=now - timedelta(hours=2), accepted_at=now)
    hold = {"reason": "Kantelu 3/2026: tarvitaan selvitykseen", "made_at": now, "made_by": "a_sirpa"}
    city.put(legal_hold, id="l1", kind="recording", subject_id=TALK, **hold)
    transcripts.kept(city.services.vault, MESSAGE, [Said(0.5, "Hei, vesi on poikki."), Said(4.2, "Soittakaa minulle.")])
    city.change(recording, recording.c.id == MESSAGE, transcribed_machine=1.0)
    gone = now - timedelta(days=2)
    leave(city, DELETED, None, state="heard", made_at=now - timedelta(days=95), deleted_at=gone)
    proof = {"kind": "message", "subject_id": DELETED, "department": "housing", "why": "retention", "by": "service"}
    city.put(deletion, id="d1", **proof, at=gone, sha256=SHA, at_provider="absent")
    city.put(
        sound_access, id="h2", recording_id=MESSAGE, agent_id="a_aino", at=now - timedelta(hours=2), deed="listen",
        reason="matter",
    )  # fmt: skip


def opened(city: City) -> None:
    """The supervisor has given her reason a moment ago."""
    several(city)
    reason = {"reason": "other", "why": "Asukkaan palaute 14.11."}
    now = city.clock.now()
    city.put(sound_access, id="h1", recording_id=MESSAGE, agent_id="a_sirpa", at=now, deed="listen", **reason)


_SOUND, _RECORDING = "/sounds/<recording_id>/page", "/recordings/<recording_id>"
TOUR = (  # for the pictures: scene, path as in the table of routes, who, what there is, what is opened
    ("messages-left", "/messages", "aino", several, ""),
    ("messages-left-supervisor", "/messages", "sirpa", several, ""),
    ("sound", _SOUND, "sirpa", several, f"/sounds/{MESSAGE}/page"),
    ("sound-open", _SOUND, "sirpa", opened, f"/sounds/{MESSAGE}/page"),
    ("sound-deleted", _SOUND, "sirpa", several, f"/sounds/{DELETED}/page"),
    ("recordings", "/recordings", "sirpa", several, ""),
    ("recording", _RECORDING, "sirpa", opened, f"/recordings/{MESSAGE}"),
    ("recording-talk-held", _RECORDING, "sirpa", several, f"/recordings/{TALK}"),
    ("recording-deleted", _RECORDING, "sirpa", several, f"/recordings/{DELETED}"),
    ("holds", "/holds", "sirpa", several, ""),
    ("matter-hold", "/matters/<request_id>/hold", "sirpa", several, "/matters/r1/hold"),
    ("matter-recorded", "/matters/<request_id>", "sirpa", several, "/matters/r1"),
)
