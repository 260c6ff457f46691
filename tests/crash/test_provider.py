"""The provider fails once, and the resident notices nothing; ``make crash`` runs every case."""

import pytest

from tests.crash.provider import ProviderCase, run
from tests.rig.city import City
from tests.rig.fixtures import on_sqlite

CASES = [
    ProviderCase("the answer to the ring is lost"),
    ProviderCase("the accept never arrives at first"),
    ProviderCase("the answer to the accept is lost"),
    ProviderCase("the accept comes twice at once"),
    ProviderCase("news of the agent's leg never come"),
]


@on_sqlite
@pytest.mark.parametrize("case", CASES, ids=str)
def test_the_promise_is_kept_once_though(city: City, case: ProviderCase) -> None:
    run(city, case)
