"""The vault over an S3-compatible object storage: the same promises as on a disk, and every refusal in plain words."""

import base64
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from adapters.settings import load_settings
from recordings.vault import Damaged, NoSound, VaultError, WrongKey, put, whole
from recordings.vault.opening import bucket_vault, vault_for
from recordings.vault.sealed_form import CHUNK
from recordings.vault.sealing import SealingVault
from tests.rig.installation import install
from tests.support.byte_stores import ACCOUNT, BUCKET, object_storage

KEY, NEXT_KEY = (base64.b64encode(bytes([n]) * 32).decode() for n in (1, 2))
ID, SIBLING = "abcdefghijkmnpqrstuv", "abcdefghijkmnpqrstuw"
LONG = b"".join(n.to_bytes(4) for n in range(3_000_000))  # 12 MB: three parts


@pytest.fixture(scope="module")
def storage() -> Iterator[str]:
    with object_storage() as address:
        yield address


@pytest.fixture
def vault(storage: str) -> Iterator[SealingVault]:
    made = bucket_vault(BUCKET, storage, ACCOUNT, KEY)
    yield made
    for sound_id in list(made.ids()):
        made.delete(sound_id)
    assert keys_in(storage) == []


def keys_in(storage: str) -> list[str]:
    listed = ask("GET", f"{storage}/sound?list-type=2").decode()
    return [part.partition("</Key>")[0] for part in listed.split("<Key>")[1:]]


def ask(method: str, url: str, content: bytes | None = None) -> bytes:
    """The server checks no signature, but wants one."""
    day = f"Credential={ACCOUNT['access_key_id']}/20261123/{ACCOUNT['region']}/s3/aws4_request"
    headers = {"Authorization": f"AWS4-HMAC-SHA256 {day}, SignedHeaders=host, Signature=0"}
    answer = requests.request(method, url, data=content, headers=headers, timeout=10)
    assert answer.ok, answer.text
    return answer.content


def body_key(storage: str) -> str:
    (found,) = (key for key in keys_in(storage) if key.endswith(".body"))
    return found


@pytest.mark.parametrize("sound", [b"", b"a short message", LONG], ids=["empty", "short", "long"])
def test_what_is_sealed_comes_out_whole_and_by_ranges(vault: SealingVault, storage: str, sound: bytes) -> None:
    sealed = put(vault, ID, sound)
    assert sealed.bytes == vault.open(ID).size == len(sound)
    assert whole(vault, ID) == sound
    for start, end in ((0, 1), (5, 9), (CHUNK - 1, CHUNK + 1), (len(sound) - 3, len(sound) + 5), (17 * CHUNK, None)):
        assert b"".join(vault.open(ID).read(start, end)) == sound[max(0, start) : end]
    assert list(vault.ids()) == [ID]
    stored = b"".join(ask("GET", f"{storage}/sound/{key}") for key in keys_in(storage))
    assert not sound or sound[:14] not in stored


def test_nothing_is_visible_before_it_is_sealed_and_nothing_remains_without(vault: SealingVault, storage: str) -> None:
    with vault.writing(ID) as writer:
        writer.write(LONG)
        assert keys_in(storage) == []
    assert keys_in(storage) == []
    with pytest.raises(NoSound):
        vault.open(ID)


def test_replaced_rewrapped_and_deleted(vault: SealingVault, storage: str) -> None:
    put(vault, ID, b"first")
    put(vault, SIBLING, b"stays")
    put(vault, ID, b"second")
    rotated = bucket_vault(BUCKET, storage, ACCOUNT, NEXT_KEY, (KEY,))
    assert [rotated.rewrap(sound_id) for sound_id in (ID, SIBLING, ID)] == [True, True, False]
    assert whole(bucket_vault(BUCKET, storage, ACCOUNT, NEXT_KEY), ID) == b"second"
    with pytest.raises(WrongKey, match=rotated.key_of(ID)):
        vault.open(ID)
    vault.delete(ID)
    vault.delete(ID)
    assert list(vault.ids()) == [SIBLING]


def test_damage_in_the_bucket_is_noticed(vault: SealingVault, storage: str) -> None:
    put(vault, ID, b"a short message")
    url = f"{storage}/sound/{body_key(storage)}"
    stored = ask("GET", url)
    for wrong in (stored[:-1], stored + b"x", b"", bytes([stored[0] ^ 1]) + stored[1:]):
        ask("PUT", url, wrong)
        with pytest.raises(Damaged):
            whole(vault, ID)
    ask("DELETE", url)
    with pytest.raises(Damaged, match="missing"):
        whole(vault, ID)


def test_a_bucket_that_is_not_there_is_no_missing_sound(storage: str) -> None:
    elsewhere = bucket_vault("s3://nowhere", storage, ACCOUNT, KEY)
    for deed in (lambda: put(elsewhere, ID, b"sound"), lambda: elsewhere.open(ID), lambda: list(elsewhere.ids())):
        with pytest.raises(VaultError, match="bucket of RECORDINGS_STORE does not exist") as told:
            deed()
        assert not isinstance(told.value, NoSound)


def test_a_storage_that_does_not_answer_says_so_without_addresses() -> None:
    silent = bucket_vault(BUCKET, "http://127.0.0.1:9", ACCOUNT, KEY)
    with pytest.raises(VaultError, match="object storage does not do it") as told:
        silent.open(ID)
    assert "127.0.0.1" not in str(told.value)
    assert not isinstance(told.value, NoSound)


def test_the_settings_choose_the_bucket(storage: str, tmp_path: Path) -> None:
    environment = install(tmp_path, f"sqlite:///{tmp_path}/service.db").environment
    chosen = {
        "RECORDINGS_KEY": NEXT_KEY,
        "RECORDINGS_KEYS_PREVIOUS": f" {KEY}, ",
        "RECORDINGS_STORE": BUCKET,
        "RECORDINGS_STORE_ENDPOINT": storage,
        **{f"AWS_{name.upper()}": value for name, value in ACCOUNT.items()},
    }
    put(bucket_vault(BUCKET, storage, ACCOUNT, KEY), ID, b"sound")
    made = vault_for(load_settings({**environment, **chosen}))
    assert whole(made, ID) == b"sound"
    made.delete(ID)
    assert keys_in(storage) == []
