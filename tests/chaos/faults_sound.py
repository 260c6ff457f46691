"""T23: messages are left at night while the provider's sound comes late, cut, empty, wrong, for ever, or not at all."""

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any

from recordings.vault.model import Vault, VaultError, whole
from recordings.vault.opening import vault_for
from tests.chaos.fault import Fault, Scene
from tests.chaos.mishaps import Mishap, mishaps
from tests.chaos.plans import Telephone
from tests.chaos.residents import Crowd, Life, hears_words

NIGHT, MORNING = "2026-11-25T02:00:00+02:00", "2026-11-25T10:00:00+02:00"
MATTER = "Avain juuttui oveen. Soittakaa aamulla."
WAY = (  # what is heard, and the key that leads on
    ("Suomeksi: paina yksi", "1"),
    ("nyt suljettu", "2"),
    ("Asuminen, rakentaminen ja vesi", "1"),
    ("Vuokra-asuminen", "1"),
)
TONE, KEEP, KEPT = "Kerro asiasi äänimerkin jälkeen", "Jos haluat jättää tämän viestin", "Viestisi on tallessa"
SPOILED = ("truncate", "empty", "wrong_type", "html", "drip", "huge_unsized")
NOWHERE = "http://127.0.0.1:9/elsewhere.wav"


def leaves_a_message(scene: Scene) -> Life:
    def life(telephone: Telephone) -> str:
        telephone.key = "1"
        for words, key in WAY:
            hears_words(telephone, words)
            telephone.press(key)
        hears_words(telephone, TONE)
        scene.city.lab.speak(telephone.call_sid, MATTER, then="#")
        hears_words(telephone, KEEP)
        telephone.press("1")
        hears_words(telephone, KEPT)
        telephone.until_over(20.0)
        return "message kept"

    return life


def sound_is_spoiled(scene: Scene) -> None:
    crowd = Crowd(scene)
    media = f"GET /2010-04-01/Accounts/{scene.city.installation.account}/Recordings/"
    scene.city.clock(NIGHT, scene.city.rate)
    with mishaps(
        scene,
        *(Mishap("rest", kind, media, 10) for kind in SPOILED),
        Mishap("rest", "redirect", media, 10, {"to": NOWHERE}),
        Mishap("rest", "status_before", media, 4, {"status": 404, "times": 5}),
        Mishap("rest", "status_before", "DELETE ", 4, {"status": 500}),
        Mishap("webhook", "double_at_once", "/voice/recording", 3),
        Mishap("webhook", "delay", "/voice/recording", 4, {"seconds": 4.0}),
        requests=60,
    ):
        while scene.wait(1.0):
            crowd.rings(leaves_a_message(scene))
            if scene.random.random() < 0.3:
                scene.city.kill(scene.random.choice(("worker-1", "worker-2")))
                scene.counts["workers killed"] += 1
        crowd.has_gone()
    scene.city.clock(MORNING, scene.city.rate)


def each_sound_in_one_place(scene: Scene) -> list[str]:
    """Stored with its hash, which what lies in the vault still has, or still at the provider; never in neither."""
    rows = {str(row["recording_sid"]): row for row in scene.city.sql("SELECT * FROM recording")}
    found = []
    for one in scene.city.lab.recordings():
        row = rows.get(one.sid)
        if one.source != "RecordVerb" or one.seconds == 0:
            continue
        scene.counts["messages spoken"] += 1
        stored = row is not None and row["stored_machine"] is not None and row["sha256"] is not None
        scene.counts["messages stored"] += stored
        if one.status == "deleted" and not stored and (row is None or row["state"] == "kept"):
            found.append(f"{one.sid} is neither here nor at the provider")
        if row is not None and row["state"] == "kept" and not stored and one.status != "deleted":
            scene.counts["still at the provider"] += 1
    files = len(list(scene.city.installation.root.rglob("*.sound")))
    kept = sum(1 for row in rows.values() if row["stored_machine"] is not None and row["deleted_at"] is None)
    if files < kept:
        found.append(f"{kept} sounds are called stored, {files} files lie in the vault")
    return [*found, *not_as_noted(vault_for(scene.city.settings), list(rows.values()))]


def not_as_noted(vault: Vault, rows: Sequence[Mapping[str, Any]]) -> list[str]:
    """I9: each sound that is stored and not deleted is opened, and has the hash that its row says."""
    found = []
    for row in rows:
        if row["stored_machine"] is None or row["deleted_at"] is not None:
            continue
        try:
            there = hashlib.sha256(whole(vault, str(row["id"]))).hexdigest()
        except VaultError as error:
            there = type(error).__name__
        if there != row["sha256"]:
            found.append(f"recording {row['id']}: {there} lies in the vault, {row['sha256']} is noted")
    return found


FAULTS = (
    Fault(
        "T23", "sound comes late, cut, empty, wrong, endless or not at all", sound_is_spoiled, each_sound_in_one_place
    ),
)
