"""The settings of recorded sound: what is malformed is named, and no key is ever told."""

import base64

import pytest

from adapters.settings import load_settings
from tests.unit.test_settings import GOOD, problems_of

KEY = base64.b64encode(bytes(range(7, 39))).decode()
STORE = {"RECORDINGS_STORE": "s3://sound/kept/", "AWS_ACCESS_KEY_ID": "id", "AWS_SECRET_ACCESS_KEY": "aws-secret"}


def test_a_bucket_with_keys_is_accepted() -> None:
    settings = load_settings({**GOOD, **STORE, "RECORDINGS_KEYS_PREVIOUS": f"{KEY}, {KEY}"})
    assert settings.recordings_store == "s3://sound/kept"
    assert settings.previous_recordings_keys == (KEY, KEY)
    assert settings.storage_account == {"access_key_id": "id", "secret_access_key": "aws-secret"}
    assert not {secret for secret in (KEY, GOOD["RECORDINGS_KEY"], "aws-secret") if secret in repr(settings)}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("RECORDINGS_KEY", "short"),
        ("RECORDINGS_KEYS_PREVIOUS", f"{KEY},c2hvcnQ="),
        ("RECORDINGS_STORE", "https://bucket"),
        ("RECORDINGS_STORE", "s3://Bucket"),
        ("RECORDINGS_STORE", "s3://bucket/../other/"),
        ("RECORDINGS_STORE", "s3://"),
        ("RECORDINGS_STORE_ENDPOINT", "http://objects.example.fi"),
        ("RECORDINGS_STORE_ENDPOINT", "https://objects.example.fi/path"),
        ("AWS_SECRET_ACCESS_KEY", ""),
        ("AWS_REGION", "eu north"),
    ],
)
def test_what_is_malformed_is_named_without_its_secret(name: str, value: str) -> None:
    (problem,) = problems_of(**{**STORE, name: value})
    assert problem.startswith(f"{name}:")
    assert KEY not in problem


def test_an_endpoint_needs_a_store_and_plain_http_is_for_this_machine() -> None:
    assert problems_of(RECORDINGS_STORE_ENDPOINT="https://objects.example.fi")[0].startswith(
        "RECORDINGS_STORE_ENDPOINT:"
    )
    here = load_settings({**GOOD, **STORE, "RECORDINGS_STORE_ENDPOINT": "http://127.0.0.1:9000"})
    assert here.recordings_store_endpoint == "http://127.0.0.1:9000"
