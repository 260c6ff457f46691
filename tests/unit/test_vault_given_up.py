"""Sealing takes long where a bucket is slow: whoever no longer should puts nothing in place."""

import base64
from pathlib import Path

import pytest

from recordings.vault import NoLonger, put, whole
from recordings.vault.opening import local_vault
from recordings.vault.sealed_form import CHUNK

KEY = base64.b64encode(bytes(32)).decode()
ID = "abcdefghijkmnpqrstuv"


def test_it_is_asked_at_every_piece_that_is_read_back(tmp_path: Path) -> None:
    asked: list[int] = []

    def still() -> bool:
        asked.append(1)
        return True

    with local_vault(tmp_path, KEY).writing(ID) as writer:
        writer.write(bytes(5 * CHUNK))
        before = len(asked)
        writer.seal(still)
    assert len(asked) - before >= 5


@pytest.mark.parametrize("which", ["still", "sure"])
def test_whoever_no_longer_should_leaves_what_is_there_as_it_is(tmp_path: Path, which: str) -> None:
    vault = local_vault(tmp_path, KEY)
    put(vault, ID, b"what the other one has sealed")
    with vault.writing(ID) as writer:
        writer.write(bytes(2 * CHUNK))
        with pytest.raises(NoLonger):
            writer.seal(**{which: lambda: False})
    assert whole(vault, ID) == b"what the other one has sealed"
    assert len(list(tmp_path.rglob("*.body"))) == 1
