"""The vault: what goes in comes out, nothing lies in the clear, and every kind of damage says what it is."""

import base64
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from recordings.vault import Damaged, LocalVault, NoSound, VaultError, WrongKey

KEY = base64.b64encode(bytes(range(32))).decode()
OTHER_KEY = base64.b64encode(bytes(range(1, 33))).decode()
ID = "abcdefghijkmnpqrstuv"


@pytest.fixture
def vault(tmp_path: Path) -> LocalVault:
    return LocalVault(tmp_path / "recordings", KEY)


def file_of(tmp_path: Path) -> Path:
    files = [path for path in (tmp_path / "recordings").rglob("*") if path.is_file()]
    assert len(files) == 1, files
    return files[0]


@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(sound=st.binary(max_size=5000))
def test_what_is_put_is_got(vault: LocalVault, sound: bytes) -> None:
    vault.put(ID, sound)
    assert vault.get(ID) == sound


def test_nothing_lies_in_the_clear_and_only_the_owner_may_read(vault: LocalVault, tmp_path: Path) -> None:
    vault.put(ID, b"RIFF my secret matter" * 20)
    stored = file_of(tmp_path)
    assert b"secret" not in stored.read_bytes()
    assert stored.stat().st_mode & 0o077 == 0


def test_the_same_sound_is_sealed_differently_each_time(vault: LocalVault, tmp_path: Path) -> None:
    vault.put(ID, b"same")
    first = file_of(tmp_path).read_bytes()
    vault.put(ID, b"same")
    assert file_of(tmp_path).read_bytes() != first


def test_any_flipped_bit_is_noticed(vault: LocalVault, tmp_path: Path) -> None:
    vault.put(ID, b"a short message")
    stored = file_of(tmp_path)
    whole = stored.read_bytes()
    for at in range(len(whole)):
        stored.write_bytes(whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :])
        with pytest.raises((Damaged, WrongKey)):
            vault.get(ID)
    stored.write_bytes(whole)
    assert vault.get(ID) == b"a short message"


@pytest.mark.parametrize("kept", [0, 3, 23, 24, 30])
def test_a_file_cut_short_is_damaged(vault: LocalVault, tmp_path: Path, kept: int) -> None:
    vault.put(ID, b"a short message")
    stored = file_of(tmp_path)
    stored.write_bytes(stored.read_bytes()[:kept])
    with pytest.raises(Damaged):
        vault.get(ID)


def test_another_key_says_so(vault: LocalVault, tmp_path: Path) -> None:
    vault.put(ID, b"sound")
    with pytest.raises(WrongKey, match="another key"):
        LocalVault(tmp_path / "recordings", OTHER_KEY).get(ID)


def test_without_a_key_nothing_is_stored_in_the_clear(tmp_path: Path) -> None:
    with pytest.raises(WrongKey, match="not set"):
        LocalVault(tmp_path / "recordings", "").put(ID, b"sound")
    assert not (tmp_path / "recordings").exists()


def test_a_file_in_anothers_place_is_refused(vault: LocalVault, tmp_path: Path) -> None:
    vault.put(ID, b"hers")
    stored = file_of(tmp_path)
    stored.rename(stored.with_name(f"{ID[:-1]}z.sound"))
    with pytest.raises(Damaged):
        vault.get(f"{ID[:-1]}z")


def test_what_is_deleted_is_gone_and_may_be_deleted_again(vault: LocalVault) -> None:
    vault.put(ID, b"sound")
    vault.delete(ID)
    vault.delete(ID)
    with pytest.raises(NoSound):
        vault.get(ID)


@pytest.mark.parametrize("name", ["", "../../etc/passwd", "abc/defghijk", "ABCDEFGHIJK", "a" * 41, "abcdefgh\n"])
def test_an_id_that_is_none_leads_nowhere(vault: LocalVault, name: str) -> None:
    with pytest.raises(VaultError):
        vault.put(name, b"sound")
    with pytest.raises(VaultError):
        vault.get(name)


def test_a_disk_that_refuses_says_so(tmp_path: Path) -> None:
    (tmp_path / "recordings").write_text("a file stands where the folder should be")
    with pytest.raises(VaultError, match="cannot be written"):
        LocalVault(tmp_path / "recordings", KEY).put(ID, b"sound")
