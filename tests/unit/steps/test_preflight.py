"""Checks that run before any row is read."""

from __future__ import annotations

import pytest

from mysql_redshift.errors import StoreError
from mysql_redshift.steps.planning import preflight
from tests.fakes.specs import spec
from tests.fakes.store import MemoryStore


class StoreWithoutConditionalWrites(MemoryStore):
    """An S3 server that ignores If-None-Match."""

    def put_new(self, key: str, body: bytes) -> bool:
        self.put(key, body)
        return True


def test_a_bucket_without_conditional_writes_is_refused_and_unchanged() -> None:
    """Golden: in such a bucket two runs could overwrite each other's log entries."""
    store = StoreWithoutConditionalWrites()
    with pytest.raises(StoreError) as caught:
        preflight.check_bucket(spec(), store)
    assert str(caught.value) == (
        "The bucket has no conditional writes: two runs could overwrite each other's log\n"
        "  where: shop: shop.orders, s3://lake\n"
        "  expected: a second PUT with If-None-Match: * is refused (412)\n"
        "  found: it was accepted\n"
        "  what to do: Use a bucket on Amazon S3 or on a server that supports conditional writes."
    )
    assert not store.objects


def test_a_bucket_with_conditional_writes_passes_and_is_unchanged() -> None:
    """The probe object is deleted."""
    store = MemoryStore()
    preflight.check_bucket(spec(), store)
    assert not store.objects
