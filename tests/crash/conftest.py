"""The running city for this folder."""

from tests.rig.fixtures import city, pytest_runtest_makereport, stop_all

__all__ = ["city", "pytest_runtest_makereport"]


def pytest_sessionfinish(exitstatus: int) -> None:
    stop_all(keep=exitstatus != 0)
