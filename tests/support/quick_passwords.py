"""A password's hash at the price of none: argon2 takes 64 MB and much of a core for each, and a trial has several.

The hashes are of the same kind and are told from wrong passwords the same way. What the service's cost is stands in
``console.signing_in.passwords``, and the processes that a test starts keep to it.
"""

from dataclasses import replace

from console.signing_in import passwords

OF_THE_SERVICE = passwords.COST


def for_this_process() -> None:
    """Wherever the service makes a hasher."""
    passwords.COST = replace(OF_THE_SERVICE, time_cost=1, memory_cost=8, parallelism=1)
