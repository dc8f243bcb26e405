"""The commit of stage one: exactly one of many creates a key, whatever happens to the answers."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from mysql_redshift.adapters.s3 import S3Store
from mysql_redshift.errors import OutcomeUnknown
from tests.stack.s3.conftest import MakeStore
from tests.stack.tunnel.cutting import CuttingProxy


def test_the_first_creates_and_the_second_is_refused(store: S3Store) -> None:
    """The object stays the first one's."""
    assert store.put_new("key", b"mine") is True
    assert store.put_new("key", b"yours") is False

    found = store.get("key")
    assert found is not None
    assert found.body == b"mine"


def test_of_many_at_once_one_wins(make_store: MakeStore) -> None:
    """Eight writers race for each of ten keys; the one who was told True is the one who is there."""
    stores = [make_store() for _ in range(8)]
    with ThreadPoolExecutor(len(stores)) as pool:
        for round_number in range(10):
            key = f"race/{round_number}"
            tries = [pool.submit(store.put_new, key, b"writer %d" % n) for n, store in enumerate(stores)]
            won = [each.result() for each in tries]
            found = stores[0].get(key)

            assert won.count(True) == 1
            assert found is not None
            assert found.body == b"writer %d" % won.index(True)


@pytest.mark.faults
@pytest.mark.parametrize("attempts", [1, 3], ids=["no retry", "botocore retries"])
def test_a_lost_reply_is_settled_as_mine(
    make_store: MakeStore, proxy: CuttingProxy, endpoint: str, attempts: int
) -> None:
    """The object was created and the answer lost: a retry, ours or botocore's, meets it and knows it by its body."""
    store = make_store(endpoint=endpoint, attempts=attempts)
    proxy.lose_reply()

    assert store.put_new("key", b"mine") is True
    assert proxy.cuts == 1


@pytest.mark.faults
@pytest.mark.parametrize("attempts", [1, 3], ids=["no retry", "botocore retries"])
def test_a_lost_refusal_is_settled_as_not_mine(
    make_store: MakeStore, proxy: CuttingProxy, endpoint: str, attempts: int
) -> None:
    """Another's object was there first and the refusal was lost: it is not taken for mine."""
    make_store().put_new("key", b"theirs")
    proxy.lose_reply()

    assert make_store(endpoint=endpoint, attempts=attempts).put_new("key", b"mine") is False
    assert proxy.cuts == 1


@pytest.mark.faults
def test_what_cannot_be_asked_is_unknown(make_store: MakeStore, proxy: CuttingProxy, endpoint: str) -> None:
    """The reply is lost and S3 is out of reach: neither success nor failure is said (rule 6)."""
    store = make_store(endpoint=endpoint)
    proxy.lose_reply(request=1)
    original = proxy._loses

    def lose_and_close(data: bytes) -> bool:
        lost = original(data)
        if lost:
            proxy.close()
        return lost

    proxy._loses = lose_and_close  # type: ignore[method-assign]

    with pytest.raises(OutcomeUnknown, match="cannot be told yet"):
        store.put_new("key", b"mine")

    assert make_store().get("key") is not None
