"""How long wrong passwords make whom wait, and where a try comes from."""

import pytest

from console.signing_in.back_off import FREE_TRIES_OF_AN_ADDRESS, Visitor, wait_after, wait_left
from console.signing_in.known_browser import known_as, mark, network_address

KEY = "unit-tests-0123456789abcdefghijklm"


def test_nothing_for_a_slip_then_doubling_up_to_five_minutes() -> None:
    assert [wait_after(tries) for tries in (0, 4, 5, 6, 11, 13, 10_000)] == [0, 0, 2, 4, 128, 300, 300]


def test_a_strangers_browser_is_counted_by_name_and_by_address() -> None:
    keys = [one.key for one in Visitor("192.0.2.7").counters("aino", "a1")]
    assert keys == ["name aino", "address 192.0.2.7"]
    assert [one.key for one in Visitor().counters("aino", "a1")] == ["name aino"]


def test_her_own_browser_is_counted_by_itself_and_only_for_her() -> None:
    hers = Visitor("192.0.2.7", ("a1", "b9"))
    assert [one.key for one in hers.counters("aino", "a1")] == ["browser b9"]
    assert [one.key for one in hers.counters("bertil", "a2")] == ["name bertil", "address 192.0.2.7"]
    assert [one.key for one in hers.counters("nobody", None)] == ["name nobody", "address 192.0.2.7"]


def test_the_longest_wait_of_all_counters_counts() -> None:
    failed = {"name aino": (5, 100.0), "address 192.0.2.7": (FREE_TRIES_OF_AN_ADDRESS + 3, 101.0)}
    tries = Visitor("192.0.2.7").counters("aino", None)
    assert wait_left(failed.__getitem__, tries, 102.0) == 101 + 16 - 102
    assert wait_left(failed.__getitem__, tries, 200.0) <= 0


@pytest.mark.parametrize(
    ("peer", "forwarded", "hops", "address"),
    [
        ("203.0.113.9", [], 0, "203.0.113.9"),
        ("127.0.0.1", [], 0, None),  # a proxy that the settings do not tell of, or this machine
        ("203.0.113.9", ["198.51.100.1"], 0, None),
        ("127.0.0.1", ["198.51.100.1"], 1, "198.51.100.1"),
        ("127.0.0.1", ["1.2.3.4, 198.51.100.1"], 1, "198.51.100.1"),  # what stands before it the visitor made up
        ("127.0.0.1", ["1.2.3.4", "198.51.100.1, 10.0.0.2"], 2, "198.51.100.1"),
        ("127.0.0.1", [], 1, None),
        ("127.0.0.1", ["nonsense"], 1, None),
        ("2001:db8:1:2:3::9", [], 0, "2001:db8:1:2::"),
        ("::ffff:203.0.113.9", [], 0, "203.0.113.9"),
        (None, [], 0, None),
    ],
)
def test_the_address_is_what_our_own_proxy_says(
    peer: str | None, forwarded: list[str], hops: int, address: str | None
) -> None:
    assert network_address(peer, forwarded, hops) == address


def test_a_forged_mark_is_nobodys_browser() -> None:
    made = mark(KEY, "a1")
    found = known_as((KEY,), made)
    assert found is not None
    assert found[0] == "a1"
    for wrong in ("", "nonsense", made[:-2] + "xx", mark("another-key-0123456789abcdefghijk", "a1")):
        assert known_as((KEY,), wrong) is None
