"""What somebody else wrote is a number, or it is not: never a fault."""

import pytest

from adapters.digits import whole


@pytest.mark.parametrize(
    ("written", "number"),
    [("0", 0), ("007", 7), ("999999", 999999), ("1000000", None), ("9" * 10_000, None), ("", None), ("-1", None),
     ("1.5", None), (" 1", None), ("²", None), ("٣", None), ("one", None)],
)  # fmt: skip
def test_a_whole_number_of_few_digits_and_nothing_else(written: str, number: int | None) -> None:
    assert whole(written, 6) == number
