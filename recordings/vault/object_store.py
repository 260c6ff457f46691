"""A bucket of an S3-compatible object storage. What is reported as stored is what the storage has confirmed.

Long files go up in parts while they are written, and are visible only when the last part is there. A part that was left
behind by a process that died is invisible and sealed; the bucket's own rule for unfinished uploads removes it.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import timedelta
from typing import TYPE_CHECKING, cast
from urllib.parse import urlsplit

import obstore
from obstore.exceptions import BaseError, PermissionDeniedError, UnauthenticatedError
from obstore.store import S3Store

from recordings.vault.model import NoSound, VaultError
from recordings.vault.store import Entry, Sink

if TYPE_CHECKING:
    from obstore.store import S3Config

PART_BYTES = 5 * 1024 * 1024  # the least that the protocol allows
CONNECT, WHOLE = "5s", "60s"  # for each request; no request is longer than a part
NO_BUCKET = "NoSuchBucket"  # the storage's own code
BUCKET_MISSING = "the bucket of RECORDINGS_STORE does not exist"
RETRIES, RETRY_SECONDS = 2, 20.0


class ObjectStore:
    def __init__(self, url: str, endpoint: str, account: Mapping[str, str]) -> None:
        """``url``: s3://bucket/prefix. ``account``: access_key_id and so on; empty: as the machine's role says."""
        parts = urlsplit(url)
        self._store = S3Store(
            parts.hostname or "",
            prefix=parts.path.strip("/") or None,
            client_options={"connect_timeout": CONNECT, "timeout": WHOLE, "allow_http": endpoint.startswith("http://")},
            retry_config={"max_retries": RETRIES, "retry_timeout": timedelta(seconds=RETRY_SECONDS)},
            config=cast("S3Config", {**account, **({"endpoint": endpoint} if endpoint else {})}),
        )

    @contextmanager
    def writing(self, name: str) -> Iterator[Sink]:
        yield _Upload(self._store, name)

    def size(self, name: str) -> int:
        with _told():
            return int(obstore.head(self._store, name)["size"])

    def get(self, name: str, start: int, end: int) -> bytes:
        if start == end:
            return b""
        with _told():
            return obstore.get_range(self._store, name, start=start, end=end).to_bytes()

    def delete(self, name: str) -> None:
        try:
            with _told():
                obstore.delete(self._store, name)
        except NoSound:
            return

    def entries(self, folder: str = "", beginning: str = "") -> Iterator[Entry]:
        after = f"{folder}/{beginning}" if beginning else None
        with _told():
            for batch in obstore.list(self._store, prefix=folder or None, offset=after, chunk_size=500):
                for one in batch:
                    if beginning and not one["path"].startswith(f"{folder}/{beginning}"):
                        return
                    yield Entry(one["path"], one["last_modified"])


class _Upload:
    def __init__(self, store: S3Store, name: str) -> None:
        self._writer = obstore.open_writer(store, name, buffer_size=PART_BYTES, max_concurrency=1)

    def write(self, content: bytes) -> None:
        with _told(writes=True):
            self._writer.write(content)

    def finish(self) -> None:
        with _told(writes=True):
            self._writer.close()


@contextmanager
def _told(writes: bool = False) -> Iterator[None]:
    """Short, and without addresses: what the library says names every request."""
    try:
        yield
    except FileNotFoundError as error:
        if writes or NO_BUCKET in str(error):
            raise VaultError(BUCKET_MISSING) from None
        raise NoSound("nothing is stored under this id") from None
    except (PermissionError, PermissionDeniedError, UnauthenticatedError):
        raise VaultError("the object storage refuses the keys") from None
    except (BaseError, OSError, ValueError) as error:
        if NO_BUCKET in str(error):
            raise VaultError(BUCKET_MISSING) from None
        raise VaultError(f"the object storage does not do it ({type(error).__name__})") from None
