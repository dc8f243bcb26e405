"""The contract of ``ObjectStore``: the fake and the adapter keep every promise of the port."""

from __future__ import annotations

import random
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from mysql_redshift.ports import ObjectInfo, ObjectStore
from tests.contract.conftest import EmptyBucket

PAGE = 1_000  # keys of one ListObjectsV2 page, and of one DeleteObjects request
ABOVE_MULTIPART = 65 * 2**20
# In UTF-8 order, which is S3's: "\uffee" before "😀", although UTF-16 sorts them the other way round.
ODD_KEYS = ["a b+c%20d", "a'b\"c", "a//b", "a=b&c?d#e", "a\\b", "aé", "a漢", "a\uffee", "a😀"]


def test_get_returns_the_body_and_the_etag_of_put(store: ObjectStore) -> None:
    etag = store.put("a/b.json", b"body")

    found = store.get("a/b.json")

    assert found is not None
    assert (found.body, found.etag) == (b"body", etag)


@pytest.mark.parametrize(
    "body", [b"", bytes(range(256)), b"\r\n", "😀".encode()], ids=["empty", "bytes", "crlf", "utf8"]
)
def test_a_body_is_stored_byte_for_byte(store: ObjectStore, body: bytes) -> None:
    store.put("key", body)

    found, info = store.get("key"), store.head("key")

    assert found is not None
    assert found.body == body
    assert info is not None
    assert info.size == len(body)


def test_a_missing_object_is_none(store: ObjectStore) -> None:
    """A prefix of a stored key is not an object."""
    store.put("log/10", b"")

    for key in ("log/1", "log/", "log", "log/100"):
        assert store.get(key) is None
        assert store.head(key) is None


def test_put_replaces_an_object(store: ObjectStore) -> None:
    """Body, size and ETag are those of the last put."""
    first = store.put("key", b"first")

    last = store.put("key", b"the last")

    found, info = store.get("key"), store.head("key")
    assert last != first
    assert found is not None
    assert (found.body, found.etag) == (b"the last", last)
    assert info is not None
    assert (info.size, info.etag) == (8, last)


def test_an_etag_has_no_quotes(store: ObjectStore) -> None:
    """Every method returns the same ETag, without the quotes of the HTTP header."""
    etag = store.put("key", b"body")

    (listed,) = store.list("key")

    assert etag
    assert '"' not in etag
    assert listed.etag == etag
    assert store.head("key") == listed


def test_the_modification_time_is_iso_8601_in_utc(store: ObjectStore) -> None:
    store.put("key", b"")

    info = store.head("key")

    assert info is not None
    modified = datetime.fromisoformat(info.modified)
    assert modified.utcoffset() == timedelta()
    assert info.modified == modified.strftime("%Y-%m-%dT%H:%M:%SZ")
    assert modified <= datetime.now(UTC) + timedelta(minutes=1)


def test_put_new_creates_a_missing_object(store: ObjectStore) -> None:
    assert store.put_new("key", b"mine") is True

    found = store.get("key")
    assert found is not None
    assert found.body == b"mine"


def test_put_new_does_not_replace_an_object(store: ObjectStore) -> None:
    """Whether the object was created by put_new or by put, it stays as it is."""
    store.put_new("created", b"theirs")
    store.put("written", b"theirs")

    for key in ("created", "written"):
        before = store.head(key)
        assert store.put_new(key, b"mine") is False
        found = store.get(key)
        assert found is not None
        assert found.body == b"theirs"
        assert store.head(key) == before


def test_put_new_returns_true_for_an_identical_body(store: ObjectStore) -> None:
    """After a lost reply, a retry recognises its own object by the body alone.

    Two callers with the same body therefore both get True, even if no reply was lost. A caller that must be the only
    one needs a unique body: a log entry contains its ``run_key``.
    """
    assert store.put_new("key", b"same") is True
    assert store.put_new("key", b"same") is True
    assert store.put_new("key", b"other") is False

    found = store.get("key")
    assert found is not None
    assert found.body == b"same"


def test_put_new_creates_a_deleted_object_again(store: ObjectStore) -> None:
    store.put_new("key", b"first")
    store.delete(["key"])

    assert store.put_new("key", b"second") is True


def test_exactly_one_of_many_creators_gets_true(store: ObjectStore) -> None:
    """Eight threads race for each of ten keys; the body that is stored is the winner's."""
    with ThreadPoolExecutor(8) as pool:
        for race in range(10):
            key = f"race/{race}"
            attempts = [pool.submit(store.put_new, key, b"writer %d" % writer) for writer in range(8)]
            created = [attempt.result() for attempt in attempts]
            found = store.get(key)

            assert created.count(True) == 1
            assert found is not None
            assert found.body == b"writer %d" % created.index(True)


@pytest.mark.parametrize("size", [0, 1, 100_000])
def test_upload_stores_a_file_and_returns_what_head_returns(store: ObjectStore, tmp_path: Path, size: int) -> None:
    """Size and ETag go to the log, and COPY checks the size."""
    path = tmp_path / "part.parquet"
    path.write_bytes(random.Random(size).randbytes(size))

    info = store.upload("data/part.parquet", path)

    found = store.get("data/part.parquet")
    assert found is not None
    assert found.body == path.read_bytes()
    assert (info.key, info.size, info.etag) == ("data/part.parquet", size, found.etag)
    assert store.head("data/part.parquet") == info


def test_upload_stores_a_large_file_whole(store: ObjectStore, tmp_path: Path) -> None:
    """S3 receives it in parts: all of them arrive, in the order of the file."""
    path = tmp_path / "large"
    path.write_bytes(random.Random(1).randbytes(ABOVE_MULTIPART))

    info = store.upload("large", path)

    found = store.get("large")
    assert info.size == ABOVE_MULTIPART
    assert found is not None
    assert found.body == path.read_bytes()
    assert store.head("large") == info


def test_upload_replaces_an_object(store: ObjectStore, tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"new")
    store.put("key", b"what was there")

    assert store.upload("key", path).size == 3

    found = store.get("key")
    assert found is not None
    assert found.body == b"new"


def test_head_describes_an_object(store: ObjectStore) -> None:
    etag = store.put("a/b.json", b"body")

    info = store.head("a/b.json")

    assert info is not None
    assert info == ObjectInfo(key="a/b.json", size=4, etag=etag, modified=info.modified)


def test_list_yields_in_key_order(store: ObjectStore) -> None:
    """Keys sort by their bytes, not by their creation."""
    keys = ["b", "a/2", "a/10", "a/1", "A", "a", "a-1", "a.1", "_", "9"]
    for key in keys:
        store.put(key, b"")

    assert keys_of(store.list("")) == sorted(keys, key=str.encode)


def test_list_matches_the_prefix_as_exact_text(store: ObjectStore) -> None:
    """A prefix is neither a folder nor a pattern: it is case-sensitive, and ``*``, ``%`` and ``_`` are literal."""
    for key in ("log/1", "log/10", "log/2", "Log/1", "logs/1", "log%/1", "log_/1", "log*/1", "x/log/1"):
        store.put(key, b"")

    assert keys_of(store.list("log/")) == ["log/1", "log/10", "log/2"]
    assert keys_of(store.list("log/1")) == ["log/1", "log/10"]
    assert keys_of(store.list("log_")) == ["log_/1"]
    assert keys_of(store.list("log%/")) == ["log%/1"]
    assert keys_of(store.list("log*")) == ["log*/1"]
    assert keys_of(store.list("lag")) == []


def test_list_starts_after_a_key(store: ObjectStore) -> None:
    """The key itself is excluded and need not exist."""
    for number in range(1, 6):
        store.put(f"log/{number}", b"")

    assert keys_of(store.list("log/", start_after="log/2")) == ["log/3", "log/4", "log/5"]
    assert keys_of(store.list("log/", start_after="log/2x")) == ["log/3", "log/4", "log/5"]
    assert keys_of(store.list("log/", start_after="")) == [f"log/{number}" for number in range(1, 6)]
    assert keys_of(store.list("log/", start_after="a")) == [f"log/{number}" for number in range(1, 6)]
    assert keys_of(store.list("log/", start_after="log/5")) == []
    assert keys_of(store.list("log/", start_after="z")) == []


def test_list_returns_an_iterator(store: ObjectStore) -> None:
    """A caller can stop after the first key."""
    store.put("a", b"")
    store.put("b", b"")

    listing = store.list("")

    assert iter(listing) is listing
    assert next(listing).key == "a"


def test_more_than_one_page_is_listed_and_deleted(store: ObjectStore) -> None:
    """1,100 keys need two pages and two delete requests; a delete may consume the listing."""
    keys = [f"log/{number:06d}.json" for number in range(PAGE + 100)]
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda key: store.put(key, b"x"), [*keys, "other"]))

    assert keys_of(store.list("log/")) == keys
    assert keys_of(store.list("log/", start_after=keys[PAGE + 1])) == keys[PAGE + 2 :]

    store.delete(info.key for info in store.list("log/"))
    assert keys_of(store.list("")) == ["other"]


def test_delete_deletes_the_given_keys_only(store: ObjectStore) -> None:
    """A key is not a prefix, and duplicates are allowed."""
    for key in ("log/1", "log/10", "log/2"):
        store.put(key, b"")

    store.delete(["log/1", "log/1"])

    assert keys_of(store.list("")) == ["log/10", "log/2"]
    assert store.get("log/1") is None


def test_delete_ignores_missing_objects(store: ObjectStore) -> None:
    """A repeated cleanup does not fail, and existing objects are still deleted."""
    store.put("there", b"")

    store.delete(["missing", "there", "missing too"])
    store.delete(["there"])
    store.delete([])

    assert keys_of(store.list("")) == []


def test_uri_names_the_bucket_and_the_key(empty_bucket: EmptyBucket) -> None:
    """The key is not escaped: a manifest needs it verbatim."""
    assert empty_bucket.store.uri("a/b c%.json") == f"s3://{empty_bucket.name}/a/b c%.json"


def test_keys_of_any_text_are_stored_listed_and_deleted(store: ObjectStore) -> None:
    """Quotes, blanks, reserved characters of URLs and letters of any script; listings sort by UTF-8 bytes."""
    for number, key in enumerate(ODD_KEYS):
        assert store.put_new(key, b"%d" % number) is True

    bodies = [found.body for key in ODD_KEYS if (found := store.get(key))]

    assert bodies == [b"%d" % number for number in range(len(ODD_KEYS))]
    assert keys_of(store.list("")) == sorted(ODD_KEYS, key=str.encode)
    store.delete(ODD_KEYS)
    assert keys_of(store.list("")) == []


def keys_of(listing: Iterator[ObjectInfo]) -> list[str]:
    """Return the keys of a listing."""
    return [info.key for info in listing]
