"""The doctor and the recordings' vault: keys that are missing or former, and a store that keeps nothing."""

import base64
from pathlib import Path

import pytest
from sqlalchemy import insert

from adapters.database import Database
from adapters.schema import recording
from adapters.settings import Settings, load_settings
from ivr.doctor import judge_sound, look_sound
from ivr.doctor.model import NoAnswer, VaultSays
from ivr.doctor.words import Words
from recordings.vault import put
from recordings.vault.opening import local_vault
from tests.integration.test_rotation import NOW
from tests.support.services import SETTINGS, empty_record

OLD, NEW = (base64.b64encode(bytes([n]) * 32).decode() for n in (1, 2))


@pytest.fixture
def url(tmp_path: Path) -> str:
    return empty_record("sqlite", tmp_path)


def settings(url: str, place: Path, **changes: str) -> Settings:
    return load_settings({**SETTINGS, "DATABASE_URL": url, "DATA_DIR": str(place), "RECORDINGS_KEY": NEW, **changes})


def found(known: Settings) -> list[str]:
    return [f"{one.level} {one.key}" for one in judge_sound.vault(look_sound.look(known), "there")]


def one_sealed_with_the_old_key(url: str, place: Path) -> str:
    key = put(local_vault(place / "recordings", OLD), "sound00001", b"sound").key
    row = {
        "id": "sound00001", "call_sid": "CA1", "kind": "message", "state": "kept", "topic": "housing", "language": "fi",
        "department": "housing", "token": "t", "seconds": 9, "made_at": NOW, "stored_machine": 1.0, "sealed_with": key,
    }  # fmt: skip
    database = Database(url)
    with database.write() as tx:
        tx.connection.execute(insert(recording).values(row))
    database.dispose()
    return key


def test_well(url: str, tmp_path: Path) -> None:
    assert found(settings(url, tmp_path)) == ["ok vault.keeps", "ok vault.keys"]
    assert list((tmp_path / "recordings").rglob("*.sound")) == [], "the probe is gone"


def test_a_key_that_recordings_need_is_missing_or_former(url: str, tmp_path: Path) -> None:
    key = one_sealed_with_the_old_key(url, tmp_path)
    lost = list(judge_sound.vault(look_sound.look(settings(url, tmp_path)), "there"))
    assert [(one.level, one.key) for one in lost] == [("ok", "vault.keeps"), ("fault", "vault.key_lost")]
    assert key in Words.load().line(lost[1])
    former = settings(url, tmp_path, RECORDINGS_KEYS_PREVIOUS=OLD)
    assert found(former) == ["ok vault.keeps", "warning vault.former_key", "ok vault.keys"]


def test_no_key_and_no_place(url: str, tmp_path: Path) -> None:
    assert found(settings(url, tmp_path, RECORDINGS_KEY="")) == ["fault vault.no_key"]
    (tmp_path / "recordings").write_text("a file where the folder should be")
    assert found(settings(url, tmp_path)) == ["fault vault.refuses", "ok vault.keys"]
    away = settings(url, tmp_path, RECORDINGS_STORE="s3://sound", RECORDINGS_STORE_ENDPOINT="http://127.0.0.1:9")
    assert found(away) == ["fault vault.refuses", "ok vault.keys"]


def test_each_finding_has_its_sentence() -> None:
    says = VaultSays("new", frozenset({"new", "old"}), (("gone", 3), ("old", 2)), "the disk refuses")
    for one in (*judge_sound.vault(says, "there"), *judge_sound.vault(NoAnswer("RECORDINGS_KEY is not set"), "there")):
        assert Words.load().line(one)
