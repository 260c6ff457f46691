"""The running city for this folder."""

from tests.rig.fixtures import city, pytest_runtest_makereport, pytest_runtest_teardown, stop_all

__all__ = ["city", "pytest_runtest_makereport", "pytest_runtest_teardown"]


def pytest_sessionfinish(exitstatus: int) -> None:
    stop_all(keep=exitstatus != 0)
