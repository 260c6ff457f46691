"""The running cities for this folder."""

from tests.rig.fixtures import city, stop_all

__all__ = ["city"]


def pytest_sessionfinish() -> None:
    stop_all()
