"""The settings of recorded sound: its keys, and where it rests. Checked together with all others in ``settings``."""

import base64
import binascii
import re

from pydantic import BaseModel, Field, ValidationInfo, field_validator

from adapters.origins import is_loopback, origin

BUCKET = re.compile(r"s3://[a-z0-9][a-z0-9.-]{1,61}[a-z0-9](/[A-Za-z0-9_][A-Za-z0-9._-]*)*/?")
ENTRY = re.compile(r"[A-Za-z_]\w*(\.[A-Za-z_]\w*)*:[A-Za-z_]\w*")
KEY_BYTES = 32


class SoundSettings(BaseModel):
    recordings_key: str = Field(default="", repr=False)
    recordings_keys_previous: str = Field(default="", repr=False)  # comma separated; they open, and seal nothing
    recordings_store: str = ""  # empty: DATA_DIR/recordings
    recordings_store_endpoint: str = Field(default="", validate_default=True)
    aws_access_key_id: str = Field(default="", repr=False)
    aws_secret_access_key: str = Field(default="", repr=False, validate_default=True)
    aws_session_token: str = Field(default="", repr=False)
    aws_region: str = Field(default="", pattern=r"^[a-z0-9-]*$")

    transcriber: str = ""  # module:factory of an extra that makes text of sound; empty: none

    @property
    def previous_recordings_keys(self) -> tuple[str, ...]:
        return _listed(self.recordings_keys_previous)

    @property
    def storage_account(self) -> dict[str, str]:
        """As the object storage's library names it; empty: the role of the machine."""
        given = {
            "access_key_id": self.aws_access_key_id,
            "secret_access_key": self.aws_secret_access_key,
            "session_token": self.aws_session_token,
            "region": self.aws_region,
        }
        return {name: value for name, value in given.items() if value}

    @field_validator("recordings_key")
    @classmethod
    def _thirty_two_bytes(cls, value: str) -> str:
        if value and not _is_key(value):
            raise ValueError("must be 32 random bytes in base64")
        return value

    @field_validator("recordings_keys_previous")
    @classmethod
    def _each_thirty_two_bytes(cls, value: str) -> str:
        """Says which one, never what it is."""
        wrong = [str(place) for place, key in enumerate(_listed(value), 1) if not _is_key(key)]
        if wrong:
            raise ValueError(f"key {', '.join(wrong)} of the list is not 32 random bytes in base64")
        return value

    @field_validator("transcriber")
    @classmethod
    def _entry(cls, value: str) -> str:
        if value and not ENTRY.fullmatch(value):
            raise ValueError("must name module:factory of an installed extra, or be empty for none")
        return value

    @field_validator("recordings_store")
    @classmethod
    def _bucket(cls, value: str) -> str:
        if value and not BUCKET.fullmatch(value):
            raise ValueError("must be s3://bucket or s3://bucket/prefix, or empty for DATA_DIR/recordings")
        return value.rstrip("/")

    @field_validator("recordings_store_endpoint")
    @classmethod
    def _storage_origin(cls, value: str, info: ValidationInfo) -> str:
        if not value:
            return ""
        if not info.data.get("recordings_store", value):
            raise ValueError("is the address of RECORDINGS_STORE, which is not set")
        if not origin(value).startswith("https://") and not is_loopback(value):
            raise ValueError("must begin with https:// (http:// is for a storage on this machine only)")
        return origin(value)

    @field_validator("aws_secret_access_key")
    @classmethod
    def _account_whole(cls, value: str, info: ValidationInfo) -> str:
        if bool(value) != bool(info.data.get("aws_access_key_id", value)):
            raise ValueError("AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY belong together: set both or neither")
        return value


def _listed(keys: str) -> tuple[str, ...]:
    return tuple(key.strip() for key in keys.split(",") if key.strip())


def _is_key(value: str) -> bool:
    try:
        return len(base64.b64decode(value, altchars=b"-_", validate=True)) == KEY_BYTES
    except binascii.Error:
        return False
