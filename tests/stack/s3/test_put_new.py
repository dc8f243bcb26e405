"""The commit of stage one: exactly one writer creates a key, even if replies are lost."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from mysql_redshift.adapters.s3 import S3Store
from mysql_redshift.errors import OutcomeUnknown
from tests.stack.s3.conftest import MakeStore
from tests.stack.tunnel.cutting import CuttingProxy


def test_the_first_writer_creates_the_object_and_the_second_is_refused(store: S3Store) -> None:
    """The object keeps the first writer's body."""
    assert store.put_new("key", b"mine") is True
    assert store.put_new("key", b"yours") is False

    found = store.get("key")
    assert found is not None
    assert found.body == b"mine"


def test_exactly_one_concurrent_writer_wins(make_store: MakeStore) -> None:
    """Eight writers race for each of ten keys; the object is that of the writer that got True."""
    stores = [make_store() for _ in range(8)]
    with ThreadPoolExecutor(len(stores)) as pool:
        for round_number in range(10):
            key = f"race/{round_number}"
            attempts = [pool.submit(store.put_new, key, b"writer %d" % n) for n, store in enumerate(stores)]
            won = [attempt.result() for attempt in attempts]
            found = stores[0].get(key)

            assert won.count(True) == 1
            assert found is not None
            assert found.body == b"writer %d" % won.index(True)


@pytest.mark.faults
@pytest.mark.parametrize("attempts", [1, 3], ids=["no retry", "botocore retries"])
def test_put_new_returns_true_if_its_own_reply_was_lost(
    make_store: MakeStore, proxy: CuttingProxy, endpoint: str, attempts: int
) -> None:
    """The object was created but the reply was lost: a retry, ours or botocore's, recognises the body."""
    store = make_store(endpoint=endpoint, attempts=attempts)
    proxy.lose_reply()

    assert store.put_new("key", b"mine") is True
    assert proxy.cuts == 1


@pytest.mark.faults
@pytest.mark.parametrize("attempts", [1, 3], ids=["no retry", "botocore retries"])
def test_put_new_returns_false_if_a_refusal_was_lost(
    make_store: MakeStore, proxy: CuttingProxy, endpoint: str, attempts: int
) -> None:
    """Another writer's object is not mistaken for our own."""
    make_store().put_new("key", b"theirs")
    proxy.lose_reply()

    assert make_store(endpoint=endpoint, attempts=attempts).put_new("key", b"mine") is False
    assert proxy.cuts == 1


@pytest.mark.faults
def test_a_lost_reply_with_s3_unreachable_is_an_unknown_outcome(
    make_store: MakeStore, proxy: CuttingProxy, endpoint: str
) -> None:
    """Neither success nor failure is reported."""
    store = make_store(endpoint=endpoint)
    proxy.lose_reply(request=1)
    original = proxy._drops

    def drop_and_close(data: bytes) -> bool:
        lost = original(data)
        if lost:
            proxy.close()
        return lost

    proxy._drops = drop_and_close  # type: ignore[method-assign]

    with pytest.raises(OutcomeUnknown, match="unknown whether the object was created"):
        store.put_new("key", b"mine")

    assert make_store().get("key") is not None
