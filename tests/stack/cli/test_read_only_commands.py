"""Commands that only read send no writing request to S3 and change nothing in Redshift or MySQL."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Any

import pytest

from devstack.status import Status
from mysql_redshift.cli.commands import COMMANDS, Command, Group
from tests.faults.s3_proxy import S3Proxy
from tests.stack.cli.conftest import Shop

Calls = dict[str, list[tuple[str, ...]]]

TABLE = ("--table", "orders")
READ_ONLY: Calls = {
    "plan": [(), TABLE, ("--full-refresh",)],
    "watermark get": [(), TABLE],
    "watermark list": [()],
    "watermark history": [TABLE],
    "lint": [(), ("--ask-source",)],
    "render": [(), TABLE],
}
WRITING = {"sync", "verify", "watermark set", "watermark reset", "watermark adopt", "check-cluster"}
WITHOUT_SERVERS = {"schema"}
REFUSED: Calls = {
    "sync": [("--dry-run",), (*TABLE, "--dry-run", "--since", "yesterday")],
    "watermark set": [(*TABLE, "--timestamp", "2099-01-01"), (*TABLE, "--timestamp", "2026-01-01", "--allow-gap")],
    "watermark reset": [TABLE],
}
CALLS = [(*name.split(), *options) for name, calls in (READ_ONLY | REFUSED).items() for options in calls]


class RecordingProxy(S3Proxy):
    """Forwards every request and records those that write."""

    def __init__(self, endpoint: str) -> None:
        super().__init__(endpoint)
        self.reads = 0
        self.writes: list[str] = []

    def take(self, method: str, path: str) -> str:
        """Inject no fault."""
        if method in ("GET", "HEAD"):
            self.reads += 1
        else:
            self.writes.append(f"{method} {path}")
        return ""


@pytest.fixture
def recorded(shop: Shop, stack_status: Status) -> Iterator[RecordingProxy]:
    """Yield a proxy between the shop's commands and S3."""
    assert stack_status.s3 is not None
    proxy = RecordingProxy(stack_status.s3.endpoint)
    extra = {**shop.connections["aws_default"]["extra"], "endpoint_url": proxy.endpoint}
    shop.connect("aws_default", extra=extra)
    yield proxy
    proxy.shutdown()
    proxy.server_close()


def stored(shop: Shop) -> list[Any]:
    """Return every object on S3, watermark.json included, every table and ledger row in Redshift and every order."""
    objects = [(item["Key"], item["ETag"]) for item in shop.s3.list_objects_v2(Bucket=shop.bucket).get("Contents", [])]
    names = f"schemaname IN ('{shop.database}', 'ledger_{shop.database}')"
    tables = shop.target(f"SELECT schemaname, tablename FROM pg_tables WHERE {names} ORDER BY 1, 2")
    rows = [shop.target(f'SELECT * FROM "{schema}"."{table}" ORDER BY 1') for schema, table in tables]
    return [objects, tables, rows, shop.sql("SELECT * FROM orders ORDER BY id")]


def names(commands: tuple[Command | Group, ...], prefix: str = "") -> set[str]:
    """Return the names of all commands, as a user types them."""
    found: set[str] = set()
    for item in commands:
        name = f"{prefix}{item.name}"
        found |= names(item.commands, f"{name} ") if isinstance(item, Group) else {name}
    return found


def test_every_command_is_known_to_read_or_to_write() -> None:
    """A new command belongs into one of the sets of this module."""
    assert names(COMMANDS) == {*READ_ONLY, *WRITING, *WITHOUT_SERVERS}


@pytest.mark.parametrize("state", ["never run", "loaded", "pending", "without cache", "wrong cursor"])
def test_commands_that_only_read_write_nothing(
    shop: Shop, recorded: RecordingProxy, monkeypatch: pytest.MonkeyPatch, state: str
) -> None:
    """Neither for a table that never ran, nor for one that fails; nor do changes that are refused or not confirmed."""
    shop.orders(1, 3)
    if state != "never run":
        assert shop.run("sync").code == 0
        assert recorded.writes
    if state == "pending":
        shop.new_orders(4, 5)
        assert shop.run("sync", "--mode", "backup-only").code == 0
        shop.new_orders(6, 7)
    if state == "without cache":
        shop.s3.delete_object(Bucket=shop.bucket, Key=f"t/test/shop/{shop.database}.orders/watermark.json")
    if state == "wrong cursor":
        shop.edit("orders: {}", "orders: {cursor: updatd_at}")
    monkeypatch.setattr("sys.stdin", io.StringIO())  # nobody confirms
    before = stored(shop)
    for call in CALLS:
        recorded.writes.clear()
        recorded.reads = 0
        result = shop.run(*call)
        assert recorded.writes == [], call
        assert result.code in (0, 1, 3), (call, result.err)
        assert recorded.reads or call[0] in ("lint", "render") or result.code, call
    assert stored(shop) == before
