"""Six digits, with the leading noughts, from whatever bytes come."""

from hypothesis import given
from hypothesis import strategies as st

from callbacks.code import request_code


@given(st.binary(min_size=8, max_size=8))
def test_always_six_digits(random: bytes) -> None:
    code = request_code(lambda n: random[:n])
    assert len(code) == 6
    assert code.isascii()
    assert code.isdigit()


def test_small_numbers_keep_their_noughts() -> None:
    assert request_code(lambda n: (42).to_bytes(n)) == "000042"


def test_enough_randomness_is_asked_for() -> None:
    asked: list[int] = []

    def source(n: int) -> bytes:
        asked.append(n)
        return bytes(n)

    request_code(source)
    assert sum(asked) >= 8
