"""The vault on a disk: what goes in comes out by any range, nothing lies in the clear, damage of every kind is told."""

import base64
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recordings.vault import Damaged, NoSound, VaultError, WrongKey, put, whole
from recordings.vault.keyring import Keyring
from recordings.vault.opening import local_vault
from recordings.vault.sealed_form import CHUNK, SEALED_CHUNK, Chunks
from recordings.vault.sealing import SealingVault
from tests.support.byte_stores import MemoryStore

KEY = base64.b64encode(bytes(range(32))).decode()
OTHER_KEY = base64.b64encode(bytes(range(1, 33))).decode()
ID = "abcdefghijkmnpqrstuv"
SIBLING = "abcdefghijkmnpqrstuw"
SIZES = st.one_of(st.integers(0, 300), st.integers(-2, 2).map(lambda n: CHUNK + n), st.integers(0, 3 * CHUNK))


@pytest.fixture
def vault(tmp_path: Path) -> SealingVault:
    return local_vault(tmp_path / "recordings", KEY)


def files_of(root: Path) -> list[Path]:
    return sorted(path for path in root.rglob("*") if path.is_file())


def body_of(root: Path, sound_id: str = ID) -> Path:
    (found,) = (path for path in files_of(root) if path.name.startswith(sound_id) and path.suffix == ".body")
    return found


def head_of(root: Path, sound_id: str = ID) -> Path:
    return root / "recordings" / sound_id[:2] / f"{sound_id}.sound"


def sound_of(size: int) -> bytes:
    """Not the same in any two chunks."""
    return b"".join(number.to_bytes(4) for number in range(size // 4 + 1))[:size]


@settings(max_examples=60, deadline=None)
@given(size=SIZES, data=st.data())
def test_any_sound_comes_out_by_any_range_also_after_a_rotation(size: int, data: st.DataObject) -> None:
    sound = sound_of(size)
    store = MemoryStore()
    vault = SealingVault(store, Keyring(KEY))
    with vault.writing(ID) as writer:
        rest = sound
        while rest:
            cut = data.draw(st.integers(1, len(rest)))
            writer.write(rest[:cut])
            rest = rest[cut:]
        assert writer.seal().bytes == size
    if data.draw(st.booleans()):
        assert SealingVault(store, Keyring(OTHER_KEY, (KEY,))).rewrap(ID)
        vault = SealingVault(store, Keyring(OTHER_KEY))
    reader = vault.open(ID)
    assert reader.size == size
    for _ in range(3):
        start, end = data.draw(st.integers(0, size + 5)), data.draw(st.integers(0, size + 5))
        assert b"".join(reader.read(start, end)) == sound[start:end]
    assert b"".join(reader.read(start)) == sound[start:]


def test_a_range_reads_no_more_than_the_chunks_it_needs(vault: SealingVault, tmp_path: Path) -> None:
    """The others may even be damaged: the listener who jumps forward is not kept waiting by what she jumped over."""
    sound = sound_of(40 * CHUNK)
    put(vault, ID, sound)
    stored = bytearray(body_of(tmp_path).read_bytes())
    for number in (0, 19, 21, 39):
        stored[number * SEALED_CHUNK + 5] ^= 1
    body_of(tmp_path).write_bytes(stored)
    assert b"".join(vault.open(ID).read(20 * CHUNK, 21 * CHUNK)) == sound[20 * CHUNK : 21 * CHUNK]
    pieces = vault.open(ID).read(20 * CHUNK)
    assert next(pieces) == sound[20 * CHUNK : 21 * CHUNK], "what was verified is given"
    with pytest.raises(Damaged):
        next(pieces)


def test_nothing_lies_in_the_clear_and_only_the_owner_may_read(vault: SealingVault, tmp_path: Path) -> None:
    put(vault, ID, b"RIFF my secret matter" * 20)
    assert len(files_of(tmp_path)) == 2
    for stored in files_of(tmp_path):
        assert b"secret" not in stored.read_bytes()
        assert stored.stat().st_mode & 0o077 == 0


def test_the_same_sound_is_sealed_differently_each_time_and_the_last_one_counts(
    vault: SealingVault, tmp_path: Path
) -> None:
    put(vault, ID, b"same")
    first = body_of(tmp_path)
    before = first.read_bytes()
    first.unlink()
    put(vault, ID, b"same")
    assert body_of(tmp_path).read_bytes() != before
    put(vault, ID, b"another")
    assert whole(vault, ID) == b"another"


def test_any_flipped_bit_is_noticed(vault: SealingVault, tmp_path: Path) -> None:
    put(vault, ID, b"a short message")
    for file in (head_of(tmp_path), body_of(tmp_path)):
        stored = file.read_bytes()
        for place in range(len(stored)):
            for bit in (1, 128):
                file.write_bytes(stored[:place] + bytes([stored[place] ^ bit]) + stored[place + 1 :])
                with pytest.raises(VaultError):
                    whole(vault, ID)
        file.write_bytes(stored)
    assert whole(vault, ID) == b"a short message"


def test_cut_short_or_lengthened_at_any_place_it_is_damaged(vault: SealingVault, tmp_path: Path) -> None:
    put(vault, ID, b"a short message")
    for file in (head_of(tmp_path), body_of(tmp_path)):
        stored = file.read_bytes()
        for kept in (*(stored[:length] for length in range(len(stored))), stored + b"\0", stored + stored):
            file.write_bytes(kept)
            with pytest.raises(Damaged):
                vault.open(ID)
        file.write_bytes(stored)


def test_chunks_left_out_doubled_or_in_another_order_are_damage(vault: SealingVault, tmp_path: Path) -> None:
    put(vault, ID, sound_of(3 * CHUNK))
    stored = body_of(tmp_path).read_bytes()
    first, second, third = (stored[n * SEALED_CHUNK : (n + 1) * SEALED_CHUNK] for n in range(3))
    for wrong in ((second, first, third), (first, first, third), (first, third, third), (first, third, second)):
        body_of(tmp_path).write_bytes(b"".join(wrong))
        with pytest.raises(Damaged):
            whole(vault, ID)


def test_a_chunk_opens_only_as_what_it_was_sealed() -> None:
    """Number, last mark, generation and id, each by itself: whatever else might fail to notice."""
    chunks = Chunks(ID, b"generati", bytes(32))
    sealed = chunks.seal(3, b"sound", last=True)
    assert chunks.open(3, sealed, last=True) == b"sound"
    others = (Chunks(SIBLING, b"generati", bytes(32)), Chunks(ID, b"anothers", bytes(32)))
    for one, number, last in ((chunks, 3, False), (chunks, 2, True), (others[0], 3, True), (others[1], 3, True)):
        with pytest.raises(Damaged):
            one.open(number, sealed, last)


def test_a_sound_that_ends_with_its_chunk_is_whole_only_with_its_last_chunk(
    vault: SealingVault, tmp_path: Path
) -> None:
    put(vault, ID, sound_of(2 * CHUNK))
    stored = body_of(tmp_path).read_bytes()
    body_of(tmp_path).write_bytes(stored[:SEALED_CHUNK])
    with pytest.raises(Damaged):
        whole(vault, ID)


def test_a_file_in_anothers_place_is_refused(vault: SealingVault, tmp_path: Path) -> None:
    put(vault, ID, b"hers")
    put(vault, SIBLING, b"mine")
    hers, mine = body_of(tmp_path), body_of(tmp_path, SIBLING)
    kept = mine.read_bytes()
    mine.write_bytes(hers.read_bytes())
    with pytest.raises(Damaged):
        whole(vault, SIBLING)
    mine.write_bytes(kept)
    head_of(tmp_path, SIBLING).write_bytes(head_of(tmp_path).read_bytes())
    with pytest.raises(Damaged):
        whole(vault, SIBLING)


def test_an_older_body_does_not_open_under_a_newer_head(vault: SealingVault, tmp_path: Path) -> None:
    put(vault, ID, b"old one")
    older = body_of(tmp_path)
    sealed = older.read_bytes()
    older.unlink()
    put(vault, ID, b"new one")
    body_of(tmp_path).write_bytes(sealed)
    with pytest.raises(Damaged):
        whole(vault, ID)


def test_a_body_that_is_gone_is_damage_and_no_head_is_no_sound(vault: SealingVault, tmp_path: Path) -> None:
    put(vault, ID, b"sound")
    body_of(tmp_path).unlink()
    with pytest.raises(Damaged, match="missing"):
        vault.open(ID)
    head_of(tmp_path).unlink()
    with pytest.raises(NoSound):
        vault.open(ID)


def test_another_key_says_which_one_is_wanted_and_tells_no_key(vault: SealingVault, tmp_path: Path) -> None:
    name = put(vault, ID, b"sound").key
    other = local_vault(tmp_path / "recordings", OTHER_KEY)
    with pytest.raises(WrongKey, match=name) as told:
        other.open(ID)
    assert KEY not in str(told.value)
    keyless = local_vault(tmp_path / "recordings", "")
    with pytest.raises(WrongKey, match="is not set"):
        put(keyless, SIBLING, b"sound")
    assert vault.key_of(ID) == other.key_of(ID) == name, "told without the key"


def test_a_previous_key_opens_and_seals_nothing(vault: SealingVault, tmp_path: Path) -> None:
    old = put(vault, ID, b"sound").key
    rotated = local_vault(tmp_path / "recordings", OTHER_KEY, (KEY,))
    assert whole(rotated, ID) == b"sound"
    assert put(rotated, SIBLING, b"sound").key != old
    body = body_of(tmp_path).read_bytes()
    assert rotated.rewrap(ID)
    assert not rotated.rewrap(ID)
    assert body_of(tmp_path).read_bytes() == body, "the sound was not touched"
    assert whole(local_vault(tmp_path / "recordings", OTHER_KEY), ID) == b"sound"
    with pytest.raises(WrongKey):
        vault.open(ID)


def test_what_is_deleted_is_gone_and_may_be_deleted_again(vault: SealingVault, tmp_path: Path) -> None:
    put(vault, ID, b"sound")
    put(vault, SIBLING, b"stays")
    vault.delete(ID)
    vault.delete(ID)
    with pytest.raises(NoSound):
        vault.open(ID)
    assert list(vault.ids()) == [SIBLING]
    assert {path.name[:20] for path in files_of(tmp_path)} == {SIBLING}
    assert whole(vault, SIBLING) == b"stays"


def test_left_without_sealing_nothing_remains(vault: SealingVault, tmp_path: Path) -> None:
    def breaks_off() -> None:
        with vault.writing(ID) as writer:
            writer.write(sound_of(3 * CHUNK))
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        breaks_off()
    with vault.writing(ID) as writer:
        writer.write(b"never sealed")
    assert files_of(tmp_path) == []


@pytest.mark.parametrize(
    "name", ["", "../../etc/passwd", "UPPERCASE0", "a/b/c/d/e/f", "abcdefgh.sound", "a" * 41, "ab\0cdefgh"]
)
def test_an_id_that_is_none_leads_nowhere(vault: SealingVault, name: str, tmp_path: Path) -> None:
    for deed in (vault.open, vault.delete, vault.rewrap, lambda name: put(vault, name, b"sound")):
        with pytest.raises(VaultError):
            deed(name)
    assert files_of(tmp_path) == []
