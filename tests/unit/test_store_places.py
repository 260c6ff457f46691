"""Addresses of a store and a record in several places: what is read, and what is refused without the secret."""

import pytest

from adapters.settings import SettingsInvalid, load_settings
from adapters.store_places import NotAPlace, Sentinels, one_form, sentinels
from tests.unit.test_settings import GOOD

MASTERS = "redis+sentinel://:pass%40word@one,two:26380,[fd00::3]:26379/city?db=2&sentinel_password=eyes"


def test_sentinels_are_read_with_their_service_and_both_passwords() -> None:
    assert sentinels(MASTERS) == Sentinels(
        (("one", 26379), ("two", 26380), ("fd00::3", 26379)),
        "city",
        db=2,
        password="pass@word",
        sentinel_password="eyes",
    )
    assert sentinels(MASTERS.replace("redis+", "rediss+")).encrypted
    assert "pass" not in repr(sentinels(MASTERS))


@pytest.mark.parametrize(
    "wrong",
    [
        "redis+sentinel://:hidden@one,two",
        "redis+sentinel://:hidden@one,two/city/0",
        "redis+sentinel://:hidden@one,,two/city",
        "redis+sentinel://:hidden@one:door,two/city",
        "redis+sentinel://:hidden@one:99999/city",
        "redis+sentinel://:hidden@one/city?db=first",
        "redis+sentinel://:hidden@one/city?timeout=60",
        "redis+sentinel://one,two/city",
    ],
)
def test_what_is_wrong_is_told_at_the_start_without_the_password(wrong: str) -> None:
    with pytest.raises(SettingsInvalid) as invalid:
        load_settings(GOOD | {"REDIS_URL": wrong})
    assert [problem.startswith("REDIS_URL") for problem in invalid.value.problems] == [True]
    assert "hidden" not in str(invalid.value)


def test_several_hosts_of_the_record_become_the_drivers_form_and_only_one_that_can_be_written_is_wanted() -> None:
    written = "postgresql+psycopg://city:s%2Fecret@one:5432,two:5433,[fd00::3]/record?sslmode=require"
    assert one_form(written) == (
        "postgresql+psycopg://city:s%2Fecret@/record"
        "?host=one,two,fd00::3&port=5432,5433,5432&sslmode=require&target_session_attrs=read-write"
    )
    assert load_settings(GOOD | {"DATABASE_URL": written}).database_url == one_form(written)


@pytest.mark.parametrize(
    "alone",
    [
        "sqlite:////data/service.db",
        "postgresql+psycopg://city:secret@one:5432/record?sslmode=require",
        "postgresql+psycopg://city:a%2Cb@one/record",
        "postgresql+psycopg://postgres:@/record?host=/run/postgresql",
        "postgresql+psycopg://city@/record?host=one:5432&host=two:5432&target_session_attrs=primary",
    ],
)
def test_a_record_in_one_place_and_the_drivers_own_form_stay_as_they_are(alone: str) -> None:
    assert one_form(alone) == alone


def test_what_the_operator_says_of_the_session_is_kept() -> None:
    form = one_form("postgresql+psycopg://city@one,two/record?target_session_attrs=primary")
    assert form.count("target_session_attrs") == 1


def test_a_port_that_is_no_number_is_told() -> None:
    with pytest.raises(NotAPlace, match="port"):
        one_form("postgresql+psycopg://city@one:first,two/record")
