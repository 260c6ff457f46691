"""A password's hash at the price of none: argon2 takes 64 MB and much of a core for each, and a trial has several.

The hashes are of the same kind and are told from wrong passwords the same way. What the service's cost is stands in
``console.signing_in.passwords``, and the processes that a test starts keep to it.
"""

from argon2 import PasswordHasher

CHEAP = (1, 8, 1)  # rounds, kilobytes, lanes: the first three of its settings


def for_this_process() -> None:
    """Wherever a hasher is made that names no cost."""
    usual = PasswordHasher.__init__.__defaults__ or ()
    PasswordHasher.__init__.__defaults__ = (*CHEAP, *usual[len(CHEAP) :])
