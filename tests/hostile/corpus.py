"""What telephones, networks, forms and attackers may send: forty-three groups of it. Data only.

``Group.inputs`` are values for any field. A group without inputs is about an order of events or a whole request: it has
a test of its own, and ``shown_by`` names where.
"""

from dataclasses import dataclass

NUL, BEL, ESC, BAD, BOM = "\x00", "\x07", "\x1b", "\ufffe", "\ufeff"
RLO, LRI, ZWSP = "\u202e", "\u2066", "\u200b"
UNSEEN = "".join(  # marks of direction, and characters without width: no text that is kept holds one
    map(chr, (0xAD, 0x34F, 0x61C, 0x180E, *range(0x200B, 0x2010), *range(0x202A, 0x202F), *range(0x2060, 0x2070)))
) + "".join(map(chr, (0xFEFF, *range(0xFFF9, 0xFFFC), *range(0xE0000, 0xE0080))))
HETU, CARD = "131052-308T", "4111 1111 1111 1111"
OUR_OWN = "+358175550100"
ARABIC = str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩")
WIDE = str.maketrans("+0123456789", "＋０１２３４５６７８９")  # noqa: RUF001  that is the point of it


@dataclass(frozen=True)
class Group:
    says: str
    inputs: tuple[str, ...] = ()
    shown_by: str = ""  # a test file, beside the fields


def _spellings(number: str) -> tuple[str, ...]:
    """As people, forms and networks write one Finnish number."""
    plain = "".join(number.split())
    return (number, plain, f"+358{plain.removeprefix('0')}", f"00358{plain.removeprefix('0')}", f"tel:{plain}")


NUMBERS_SEEN = "tests/unit/test_callable_numbers.py"
GROUPS: dict[int, Group] = {
    1: Group("entertainment numbers", _spellings("0700 12345"), NUMBERS_SEEN),
    2: Group("service numbers at a price", _spellings("0600 12345"), NUMBERS_SEEN),
    3: Group("business service numbers", _spellings("0100 100"), NUMBERS_SEEN),
    4: Group("directory services", _spellings("0200 12345"), NUMBERS_SEEN),
    5: Group("short directory services", _spellings("020 202"), NUMBERS_SEEN),
    6: Group("directory enquiries", ("118", "+358118", "00358118", "118 "), NUMBERS_SEEN),
    7: Group("the emergency number", ("112", "+358112", "00358112", "112#"), NUMBERS_SEEN),
    8: Group("medical helpline", ("116117", "+358116117", "116 117", "116000"), NUMBERS_SEEN),
    9: Group("international premium rate", ("+979 123456789", "+979123456789", "00979123456789"), NUMBERS_SEEN),
    10: Group("personal numbers abroad", ("+44 7012345678", "+447012345678", "00447012345678"), NUMBERS_SEEN),
    11: Group("islands that pay for traffic", ("+1 876 5551234", "+18765551234", "0018765551234"), NUMBERS_SEEN),
    12: Group("global networks", ("+882 13300655", "+88213300655", "+8835100012345"), NUMBERS_SEEN),
    13: Group("a country that is not open", ("+53 5 1234567", "+5351234567"), NUMBERS_SEEN),
    14: Group("a far island", ("+960 7712345", "+9607712345"), NUMBERS_SEEN),
    15: Group("premium rate across the ocean", ("+1 900 5551234", "+19005551234"), NUMBERS_SEEN),
    16: Group(
        "keys after the number",
        ("+358401234567,,,600", "+358401234567;600", "+358401234567p600", "+358401234567w600", "0401234567#600"),
        NUMBERS_SEEN,
    ),
    17: Group("an extension", ("+358401234567;ext=9", "+358401234567 ext. 9", "+358401234567x9"), NUMBERS_SEEN),
    18: Group(
        "written as an address",
        ("tel:+358401234567", "tel:+358401234567;phone-context=evil.example", "callto:+358401234567"),
        NUMBERS_SEEN,
    ),
    19: Group("a nought in brackets", ("+358(0)401234567", "+358 (0) 40 123 4567"), NUMBERS_SEEN),
    20: Group("another country's trunk", ("0049 30 123456", "+49 30 123456", "00 49 30 123456"), NUMBERS_SEEN),
    21: Group(
        "digits of other scripts",
        ("0700 12345".translate(ARABIC), "+358700123456".translate(WIDE), "０７００１２３４５", "²³⁴⁵⁶⁷⁸", "۱۲۳۴"),  # noqa: RUF001
        NUMBERS_SEEN,
    ),
    22: Group(
        "a number in marks of direction",
        (f"{RLO}0700 12345{RLO}", f"{LRI}+358700123456\u2069", f"07{ZWSP}00{ZWSP}12345", f"{BOM}070012345"),
        NUMBERS_SEEN,
    ),
    23: Group("our own number", (OUR_OWN, "0175550100", "00358175550100", f"sip:{OUR_OWN}@example"), NUMBERS_SEEN),
    # seen by the number that the call shows, ours: ``ForwardedFrom`` is read by nobody
    24: Group("a call that leads back to us", shown_by="tests/hostile/test_order_of_events.py"),
    25: Group(
        "callers who show no number",
        (
            *("anonymous", "Restricted", "+266696687", "+7378742833", "+86282452253", "unknown", "+", "0", "-"),
            *("sip:mallory@example.org", "sip:+358700123456@evil.example", "client:mallory", "9" * 200, "+" * 200),
        ),
        "tests/integration/test_webhooks_bad_input.py",
    ),
    26: Group(
        "keys that no menu knows",
        ("999999", "*", "#", "**##", "5" * 500, "abcd", "1w2", "-1", "1 2", "1;2", "0x1", "1e9", "NaN", "1.0"),
        "tests/integration/test_webhooks_bad_input.py",
    ),
    27: Group(
        "speech that would be an instruction",
        (
            *("</Say><Dial>+35870012345</Dial>", "]]></Say><Redirect>http://evil.example</Redirect>", "<Hangup/>"),
            *("<?xml version='1.0'?><!DOCTYPE x SYSTEM 'file:///etc/passwd'>", "&xxe;", "&#x3C;Dial&#x3E;", "<!--"),
            *("<break time='9s'/>", "<![CDATA[<Dial>]]>", "</Response><Response><Dial>+35870012345</Dial>"),
        ),
        "tests/unit/test_twiml.py",
    ),
    28: Group(
        "characters that XML forbids",
        (NUL, BEL, ESC, BAD, f"a{NUL}b", f"a{BEL}{ESC}[2J", "\x0b\x0c", "\x7f\x85", "\uffff", "\u2028\u2029", "a\r\nb"),
        "tests/unit/test_twiml.py",
    ),
    29: Group(
        "markup and templates",
        (
            *("<img src=x onerror=alert(1)>", "<script>alert(1)</script>", "\"><svg onload=alert(1)>", "{{7*7}}"),
            *("javascript:alert(1)", "{% raw %}", "${7*7}", "#{7*7}", "' onmouseover=alert(1) x='", "<a href=//evil>"),
            *("data:text/html,<script>alert(1)</script>", "</title><script>alert(1)</script>", "</textarea><script>x"),
            *("\\u003cscript\\u003e", "%3Cscript%3E", "&lt;script&gt;", "<math><mtext></form>", "-->", "</script>"),
            *("__proto__", "constructor.prototype", "{self.__class__}", "{0.__init__.__globals__}", "%(x)s%n%s"),
        ),
        "tests/hostile/test_pages_stay_inert.py",
    ),
    30: Group(
        "cells that a spreadsheet would calculate",
        (
            *('=HYPERLINK("http://evil.example","click")', "+cmd|' /C calc'!A0", "-2+3+cmd|' /C calc'!A0", "@SUM(1+1)"),
            *("\t=1+1", "\r=1+1", "＝1+1", f"{NUL}=1+1", '"=1+1"', ";=1+1"),  # noqa: RUF001
        ),
        "tests/web/test_audit.py",
    ),
    31: Group(
        "too much of it",
        ("a" * 5_000, "ä" * 5_000, "\U0001f4de" * 2_000, "1" * 10_000, " " * 5_000, "\n" * 2_000, "<" * 5_000),
        "tests/hostile/test_whole_requests.py",
    ),
    32: Group(
        "names that are none of the provider's",
        (
            *("ca" + "1" * 32, "CA" + "1" * 31, "CA" + "1" * 33, "CA" + "G" * 32, "CA/../" + "1" * 28, "SM" + "1" * 32),
            *("AC" + "f" * 32, "CA" + "1" * 31 + "\n", "CA" + "1" * 32 + "\n", "CA" + "１" * 32),  # noqa: RUF001
        ),
        "tests/integration/test_webhooks_bad_input.py",
    ),
    33: Group("a genuine request of a call that is over", shown_by="tests/hostile/test_order_of_events.py"),
    34: Group("the signature of another request", shown_by="tests/hostile/test_whole_requests.py"),
    35: Group(
        "addresses to fetch",
        (
            *("http://169.254.169.254/latest/meta-data/", "file:///etc/passwd", "http://127.0.0.1:6379/"),
            *("http://[::1]/", "gopher://127.0.0.1:6379/_FLUSHALL", "https://api.twilio.com@evil.example/"),
            *("//evil.example", "\\\\evil\\x"),
            *("http://0x7f000001/", "http://2130706433/", "https://api.twilio.com.evil.example/x", "ftp://evil.example"),
        ),
        "tests/integration/test_recording_news_bad_input.py",
    ),
    36: Group(
        "paths",
        (
            *("RE../../etc/passwd", "../../../../etc/passwd", "..%2f..%2fetc%2fpasswd", "/etc/passwd"),
            *("....//....//x", f"RE{'b' * 32}/../../Calls", f"RE{'b' * 32}?x=1", "C:\\windows\\win.ini", f"a{NUL}.wav"),
            *("con", ".", ".."),
        ),
        "tests/integration/test_recording_news_bad_input.py",
    ),
    37: Group(
        "codes and cards of people",
        (HETU, CARD, "131052A308T", "4111111111111111", f"tunnukseni on {HETU}", f"kort {CARD}", "010100+123D"),
        "tests/hostile/test_nothing_in_the_logs.py",
    ),
    38: Group(
        "figures and times that cannot be",
        (
            *("-5", "99999999999999999999", "2147483648", "9007199254740993", "Thu, 01 Jan 1970 00:00:00 +0000"),
            *("2100-01-01T00:00:00Z", "1e400", "-0", "0b1", "1970-01-01", "9999-12-31T23:59"),
            *("2026-02-30T10:00", "24:60"),
        ),
        "tests/integration/test_webhooks_broken_forms.py",
    ),
    39: Group("bytes that are no text, and another kind of body", shown_by="tests/hostile/test_whole_requests.py"),
    40: Group(
        "times that are none, or two at once",
        (
            *("2026-03-29T03:30", "2026-10-25T03:30", "2026-11-24T23:59", "2026-11-25T00:01", "0000-00-00T00:00"),
            *("asap?", "2026-11-24T10:00+99:00", "2026-W48-2", "now"),
        ),
        "tests/hostile/test_order_of_events.py",
    ),
    41: Group(
        "languages that nobody speaks here",
        ("xx", "FI", "sv-FI", "fi_FI", "en;q=0.8", "../sv", "fi\n", "suomi", "english"),
        "tests/integration/test_webhooks_bad_input.py",
    ),
    42: Group("a department or a right that went while it was used", shown_by="tests/hostile/test_order_of_events.py"),
    43: Group("planted jobs, and ids that are done or none", shown_by="tests/integration/test_queue_planted.py"),
}  # fmt: skip

INJECTIONS = (  # beside the groups: what other databases and shells would obey
    *("'; DROP TABLE call; --", "' OR 1=1 --", "1 UNION SELECT password_hash FROM agent", "%' --", "\\'; --"),
    *("$(id)", "`id`", "| id", "; id", "|| id", "%0a id", "() { :; };", "*)(uid=*", "None", "null", "true", "[]", "{}"),
    *("undefined", "0", "false", '{"$ne": null}', "[object Object]", "​", "\\", "'", '"', "%", "%%", "\\x00", "%00"),
)
INPUTS: tuple[str, ...] = tuple(
    dict.fromkeys((*(one for group in GROUPS.values() for one in group.inputs), *INJECTIONS, ""))
)
