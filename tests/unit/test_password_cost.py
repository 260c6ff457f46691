"""What a guess at a password costs: the same whether anybody has that name or not, else its time would tell."""

from argon2 import extract_parameters

from console.signing_in import passwords
from console.signing_in.passwords import NOBODY, Argon2Passwords, hash_password
from tests.support.quick_passwords import OF_THE_SERVICE


def test_an_unknown_name_is_checked_at_the_cost_of_a_known_one() -> None:
    assert extract_parameters(NOBODY) == OF_THE_SERVICE


def test_every_hash_is_made_at_the_one_cost_that_is_named() -> None:
    for made in (hash_password("lumme nousee rannasta"), Argon2Passwords().hash("lumme nousee rannasta")):
        assert extract_parameters(made) == passwords.COST
