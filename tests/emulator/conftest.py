import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from emulator.app import make
from emulator.config import Config, OwnedNumber
from tests.emulator.other_side import OtherSide, serve
from tests.emulator.rig import ACCOUNT, CITY, TOKEN, Rig


@pytest.fixture(scope="session")
def _side() -> Iterator[OtherSide]:
    side = OtherSide()
    server = serve(side)
    yield side
    server.shutdown()


@pytest.fixture(scope="session")
def _rig(_side: OtherSide, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rig]:
    folder: Path = tmp_path_factory.mktemp("emulator")
    number = OwnedNumber(
        CITY,
        voice_url=f"{_side.base}/voice",
        voice_fallback_url=f"{_side.base}/fallback",
        status_callback=f"{_side.base}/status",
        sms_url=f"{_side.base}/sms",
    )
    plain = OwnedNumber("+358172000", voice_url=f"{_side.base}/plain")
    config = Config(
        "127.0.0.1", 0, ACCOUNT, TOKEN, "SK1", "secret", folder / "clock.json", folder / "state.json", (number, plain)
    )
    server = make(config)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield Rig(f"http://127.0.0.1:{server.port}")
    server.shutdown()


@pytest.fixture
def side(_side: OtherSide) -> OtherSide:
    _side.clear()
    return _side


@pytest.fixture
def rig(_rig: Rig, side: OtherSide) -> Rig:
    _rig.lab("POST", "reset", {})  # waits for what the test before has left under way
    side.clear()
    _rig.lab("POST", "clock", {"rate": 30})
    return _rig
