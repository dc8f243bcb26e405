"""Sessions with the stand-in through the bastion, and a separate schema per test."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from typing import Any

import pytest

from devstack.status import RedshiftStatus
from mysql_redshift.adapters.redshift.warehouse import RedshiftWarehouse
from tests.stack.tunnel.conftest import Hook, OwnBastion, make_hook, own_bastion, redshift
from tests.stack.tunnel.cutting import CuttingProxy

__all__ = ["make_hook", "own_bastion", "redshift"]


@pytest.fixture
def warehouse(make_hook: Hook) -> RedshiftWarehouse:
    """The stand-in behind the stack's bastion."""
    return make_hook().warehouse()


@pytest.fixture
def label() -> str:
    """A label that is unique to the test."""
    return f"test {secrets.token_hex(8)}"


@pytest.fixture
def schema(warehouse: RedshiftWarehouse, label: str) -> Iterator[str]:
    """An empty schema, dropped after the test."""
    name = f"t_{secrets.token_hex(6)}"
    with warehouse.session(f"{label} schema") as session:
        session.execute(f"CREATE SCHEMA {name}")
        session.commit()
        yield name
        session.rollback()
        session.execute(f"DROP SCHEMA {name} CASCADE")
        session.commit()


@pytest.fixture
def proxy(redshift: RedshiftStatus) -> Iterator[CuttingProxy]:
    """A proxy in front of the stand-in, which can drop a reply."""
    with CuttingProxy((redshift.host, redshift.conformance_port)) as proxy:
        yield proxy


@pytest.fixture
def cut_warehouse(make_hook: Hook, own_bastion: OwnBastion, proxy: CuttingProxy) -> RedshiftWarehouse:
    """The stand-in behind the test's own bastion and the proxy."""
    return make_hook(ssh=own_bastion.ssh, redshift={"port": proxy.port}).warehouse()


def single_value(rows: list[tuple[Any, ...]]) -> Any:
    """Return the only value of a result."""
    [(value,)] = rows
    return value
