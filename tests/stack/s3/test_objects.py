"""The contract of the port ObjectStore, on a real S3 server."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from devstack.process import free_port
from mysql_redshift.adapters.s3 import S3Store
from mysql_redshift.errors import StoreError, StoreUnavailable
from tests.stack.s3.conftest import MakeStore

MEBIBYTE = 2**20


def test_get_head_and_list_return_what_was_put(store: S3Store) -> None:
    """They agree on body, size and ETag."""
    etag = store.put("a/b.json", b"body")

    found, info = store.get("a/b.json"), store.head("a/b.json")

    assert found is not None
    assert (found.body, found.etag) == (b"body", etag)
    assert info is not None
    assert (info.size, info.etag) == (4, etag)
    assert list(store.list("a/")) == [info]


def test_a_missing_object_is_none(store: S3Store) -> None:
    """get and head return None if S3 reports that the key does not exist."""
    assert store.get("nothing") is None
    assert store.head("nothing") is None


@pytest.mark.parametrize(
    "call",
    [
        pytest.param(lambda store, path: store.get("k"), id="get"),
        pytest.param(lambda store, path: store.head("k"), id="head"),
        pytest.param(lambda store, path: store.put("k", b""), id="put"),
        pytest.param(lambda store, path: store.put_new("k", b""), id="put_new"),
        pytest.param(lambda store, path: store.upload("k", path), id="upload"),
        pytest.param(lambda store, path: list(store.list("k")), id="list"),
        pytest.param(lambda store, path: store.delete(["k"]), id="delete"),
    ],
)
def test_a_missing_bucket_is_not_reported_as_a_missing_object(
    make_store: MakeStore, tmp_path: Path, call: Callable[[S3Store, Path], object]
) -> None:
    """Unreadable is not empty (L08). Every call names the bucket and the YAML key that sets it."""
    path = tmp_path / "file"
    path.write_bytes(b"x")

    with pytest.raises(StoreError, match="no-such-bucket") as error:
        call(make_store(name="no-such-bucket"), path)

    assert "lake.bucket" in error.value.remedy


def test_a_large_file_is_uploaded_in_parts(store: S3Store, tmp_path: Path) -> None:
    """A file above the threshold is complete on S3, with the ETag of a multipart upload."""
    path = tmp_path / "large"
    with path.open("wb") as file:
        file.truncate(65 * MEBIBYTE)

    info = store.upload("large", path)

    assert info.size == 65 * MEBIBYTE
    assert info.etag.endswith("-5")


def test_a_listing_returns_every_page(store: S3Store) -> None:
    """1,500 keys need more than one page and more than one delete request (L09)."""
    keys = [f"log/{number:06d}.json" for number in range(1500)]
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda key: store.put(key, b""), keys))

    assert [info.key for info in store.list("log/")] == keys
    assert [info.key for info in store.list("log/", start_after=keys[1200])] == keys[1201:]

    store.delete(keys)
    assert list(store.list("")) == []


def test_deleting_a_missing_object_is_not_an_error(store: S3Store) -> None:
    """A repeated cleanup succeeds."""
    store.delete(["gone", "gone too"])


def test_an_unreachable_server_is_a_transient_error(make_store: MakeStore) -> None:
    """A retry may succeed; the message names the object."""
    with pytest.raises(StoreUnavailable, match="S3 is unreachable") as error:
        make_store(endpoint=f"http://127.0.0.1:{free_port()}").get("some/key")

    assert error.value.where.endswith("/some/key")
