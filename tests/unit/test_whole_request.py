"""When a request is whole: before that it takes no thread."""

import pytest

from operations.whole_request import WHOLE_BYTES, Arriving, Standing

HEAD = b"POST /voice/incoming HTTP/1.1\r\nHost: city\r\nContent-Length: 7\r\n"
POST = HEAD + b"\r\nDigits="
GET = b"GET /healthz HTTP/1.1\r\nHost: city\r\n\r\n"


def told(*parts: bytes) -> Standing:
    """After the last part; all before it were not enough."""
    one = Arriving()
    assert {one.takes(part) for part in parts[:-1]} <= {"part"}
    standing = one.takes(parts[-1])
    assert bytes(one.seen) == b"".join(parts), "nothing is lost on the way to the thread"
    return standing


@pytest.mark.parametrize("request_", [GET, POST], ids=["GET", "POST"])
def test_a_request_is_whole_with_its_last_byte_however_it_is_split(request_: bytes) -> None:
    assert told(request_) == "whole"
    assert told(*(request_[at : at + 1] for at in range(len(request_)))) == "whole"
    for at in range(1, len(request_)):
        assert told(request_[:at], request_[at:]) == "whole"
        assert told(request_[:at]) == "part"


@pytest.mark.parametrize(
    ("more_of_the_head", "standing"),
    [
        ("", "whole"),
        ("Content-Length: 0", "whole"),
        ("content-length:0", "whole"),
        ("Content-Length : 5", "part"),
        ("CONTENT-LENGTH: 5", "part"),
        ("X-Content-Length: 5", "whole"),
        ("X-Told: Content-Length: 5", "whole"),
        ("Content-Length: ", "long"),
        ("Content-Length: five", "long"),
        ("Content-Length: -5", "long"),
        ("Content-Length: +5", "long"),
        ("Content-Length: 5, 5", "long"),
        ("Content-Length: 5\r\nContent-Length: 5", "long"),
        ("Content-Length: \u00b2", "long"),
        ("Content-Length: 5\r\nContent-Length: 0", "long"),
        (f"Content-Length: {WHOLE_BYTES}", "long"),
        ("Content-Length: " + "9" * 5000, "long"),
        ("Transfer-Encoding: chunked", "long"),
        ("transfer-encoding: identity\r\nContent-Length: 0", "long"),
        ("Content-Length: 5\r\nExpect: 100-continue", "long"),
    ],
)
def test_a_body_is_waited_for_where_its_length_is_plainly_told(more_of_the_head: str, standing: Standing) -> None:
    lines = [line for line in ("POST / HTTP/1.1", "Host: city", more_of_the_head) if line]
    assert told("\r\n".join(lines).encode("latin-1") + b"\r\n\r\n") == standing


def test_what_is_sent_behind_a_request_is_kept_for_the_next_one() -> None:
    assert told(GET + GET[:10]) == "whole"
    assert told(POST + GET) == "whole"
    assert told(HEAD[:20], HEAD[20:] + b"\r\nDig", b"its=" + GET) == "whole"


def test_no_more_is_kept_than_a_webhook_could_bring() -> None:
    endless = b"GET / HTTP/1.1\r\nX: "
    one = Arriving()
    assert one.takes(endless + b"x" * (WHOLE_BYTES - len(endless) - 1)) == "part"
    assert one.takes(b"x") == "long"
    head = b"POST / HTTP/1.1\r\nContent-Length: %05d\r\n\r\n"
    room = WHOLE_BYTES - len(head % 0)
    assert told(head % room, b"x" * (room - 1), b"x") == "whole"
    assert told(head % (room + 1)) == "long"


def test_looking_for_the_end_of_a_head_that_drips_is_not_begun_anew_each_time() -> None:
    """Otherwise a few that drip would keep the loop busy instead of the threads."""
    one = Arriving()

    class Counted(bytearray):
        looked = 0

        def find(self, wanted: bytes, start: int = 0) -> int:  # type: ignore[override]
            Counted.looked += len(self) - start
            return super().find(wanted, start)

    one.seen = Counted()
    for _ in range(3000):
        one.takes(b"x")
    assert 3000 <= Counted.looked <= 4 * 3000
