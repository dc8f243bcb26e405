"""What is found out before any row moves."""

from __future__ import annotations

import pytest

from mysql_redshift.errors import StoreError
from mysql_redshift.steps.planning import preflight
from tests.fakes.specs import spec
from tests.fakes.store import MemoryStore


class Forgetful(MemoryStore):
    """A server that takes If-None-Match for a comment."""

    def put_new(self, key: str, body: bytes) -> bool:
        self.put(key, body)
        return True


def test_a_bucket_without_conditional_writes_is_refused_and_left_as_it_was() -> None:
    """Golden: two runs could overwrite each other's log there."""
    store = Forgetful()
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


def test_a_bucket_that_keeps_its_word_is_left_as_it_was() -> None:
    """The probe leaves nothing behind."""
    store = MemoryStore()
    preflight.check_bucket(spec(), store)
    assert not store.objects
