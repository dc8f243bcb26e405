"""Clusters with enable_case_sensitive_identifier, which zero-ETL needs: names fold the same way everywhere."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from devstack.status import Status
from mysql_redshift.adapters.redshift import warehouse
from mysql_redshift.errors import TargetError
from tests.flavors import ON_FIRST
from tests.stack.devstack.redshift.control import order
from tests.table_pipeline import TablePipeline, insert_orders

pytestmark = [ON_FIRST, pytest.mark.faults]


@pytest.fixture
def exact(pipeline: TablePipeline, stack_status: Status, monkeypatch: pytest.MonkeyPatch) -> Iterator[TablePipeline]:
    """A pipeline in whose sessions quoted names keep their case, although the provider asks for the contrary."""
    settings = {name: value for name, value in warehouse.PINNED.items() if name != "enable_case_sensitive_identifier"}
    monkeypatch.setattr(warehouse, "PINNED", settings)
    assert stack_status.redshift is not None
    order(stack_status.redshift, case_sensitive=True)
    yield pipeline
    order(stack_status.redshift, case_sensitive=False)


def test_names_with_upper_case_letters_are_created_and_found_in_lower_case(exact: TablePipeline) -> None:
    """Target, ledger and columns are one name each, however YAML and source spell them."""
    lower = exact.spec.target
    exact.change(
        target=replace(lower, schema=lower.schema.upper(), table="Orders", ledger_schema=lower.ledger_schema.upper())
    )
    insert_orders(exact, 3)
    exact.sql("ALTER TABLE orders ADD COLUMN `MixedCase` VARCHAR(9)")
    exact.sync()
    exact.sql("UPDATE orders SET MixedCase = 'two', updated_at = UTC_TIMESTAMP(6) WHERE id = 2")
    exact.sql("ALTER TABLE orders MODIFY COLUMN `MixedCase` VARCHAR(20), ADD COLUMN `Later` INT")
    exact.sql("DO SLEEP(0.01)")
    exact.sync()
    exact.change(target=lower)
    assert exact.target("SELECT id, mixedcase FROM {t} ORDER BY id") == [(1, None), (2, "two"), (3, None)]
    exact.sync()


@pytest.mark.parametrize("name", ["Orders", "orders"], ids=["table", "column"])
def test_a_target_that_differs_in_case_is_refused(exact: TablePipeline, name: str) -> None:
    """A second table, or a second column without the older values, would be created beside it."""
    schema = exact.spec.target.schema
    exact.target(f"CREATE SCHEMA {schema}")
    exact.target(f'CREATE TABLE {schema}."{name}" (id DECIMAL(20,0), "Amount" DECIMAL(12,2))')
    insert_orders(exact, 3)
    with pytest.raises(TargetError, match="upper-case letters"):
        exact.sync()
    exact.target(f'ALTER TABLE {schema}."{name}" RENAME COLUMN "Amount" TO amount')
    if name == "Orders":
        exact.target(f'ALTER TABLE {schema}."{name}" RENAME TO orders')
    exact.sync()
