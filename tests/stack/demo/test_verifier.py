"""The verifier reports every kind of damage, and reports nothing for identical tables."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import paramiko
import psycopg
import pytest

from demo.dataset import Table
from demo.verifier import Comparison, TargetReader, source_reader, target_reader, verify
from devstack.status import MySQLStatus, Status
from tests.stack.demo.conftest import SCHEMA, connected

pytestmark = pytest.mark.stack

CUSTOMERS = f'"{SCHEMA}".customers'
EMPTY = f"(SELECT MIN(id) FROM {CUSTOMERS} WHERE email = '')"
NULL = f"(SELECT MIN(id) FROM {CUSTOMERS} WHERE email IS NULL)"
DELETED = f"DELETE FROM {CUSTOMERS} WHERE id = 17"
DUPLICATED = f"INSERT INTO {CUSTOMERS} SELECT * FROM {CUSTOMERS} WHERE id = 23"
DAMAGES = {
    "row deleted": ([DELETED], "299 in the target"),
    "row duplicated": ([DUPLICATED], "300 keys in 301 rows"),
    "one row deleted and one duplicated": ([DELETED, DUPLICATED], "299 keys in 300 rows"),
    "value changed": ([f"UPDATE {CUSTOMERS} SET newsletter = 3 WHERE id = 1"], "values differ in newsletter"),
    "two columns swapped": (
        [f"UPDATE {CUSTOMERS} SET email = full_name, full_name = email WHERE id = 6"],
        "values differ in full_name, email",
    ),
    "two rows' values swapped": (
        [
            f"UPDATE {CUSTOMERS} SET birthday = DATE '1940-03-08' WHERE id = 4",
            f"UPDATE {CUSTOMERS} SET birthday = DATE '1940-03-04' WHERE id = 8",
        ],
        "values differ in birthday",
    ),
    "NULL and '' swapped": (
        [f"UPDATE {CUSTOMERS} SET email = CASE WHEN email IS NULL THEN '' ELSE NULL END WHERE id IN ({EMPTY}, {NULL})"],
        "values differ in email",
    ),
    "timestamp off by a microsecond": (
        [f"UPDATE {CUSTOMERS} SET updated_at = updated_at + INTERVAL '1 microsecond' WHERE id = 9"],
        "values differ in updated_at",
    ),
}


def first(servers: dict[str, MySQLStatus]) -> MySQLStatus:
    return next(iter(servers.values()))


def compared(server: MySQLStatus, target: TargetReader, tables: Sequence[Table]) -> list[Comparison]:
    with source_reader(server) as source:
        return list(verify(source, [target], tuple(tables)))


def test_no_difference_is_reported_for_identical_tables(
    mysql_server: MySQLStatus, filled: dict[str, MySQLStatus], copied: TargetReader, small_tables: tuple[Table, ...]
) -> None:
    """Rows of MySQL and of MariaDB both match the target's."""
    found = compared(filled[mysql_server.flavor], copied, small_tables)

    assert [comparison.differences for comparison in found] == [()] * len(small_tables)
    assert all(comparison.checksums_equal and comparison.distinct_keys_equal for comparison in found)


@pytest.mark.parametrize("damage", DAMAGES)
def test_each_kind_of_damage_is_reported(
    damage: str, filled: dict[str, MySQLStatus], damaged: TargetReader, small_tables: tuple[Table, ...]
) -> None:
    """A target that differs in one row or one value is never equal, and the message names the difference."""
    statements, message = DAMAGES[damage]
    customers = [table for table in small_tables if table.name == "customers"]
    for statement in statements:
        damaged.execute(statement)

    (comparison,) = compared(first(filled), damaged, customers)

    assert not comparison.equal
    assert message in "; ".join(comparison.differences)


def test_a_missing_table_is_a_difference(
    filled: dict[str, MySQLStatus], copied: TargetReader, stack_status: Status, small_tables: tuple[Table, ...]
) -> None:
    """A table that was never loaded is reported as a difference; the verifier does not fail."""
    assert stack_status.bastion is not None
    assert stack_status.redshift is not None
    with target_reader(stack_status.bastion, stack_status.redshift, "no_such_schema") as target:
        (comparison,) = compared(first(filled), target, small_tables[-1:])

    assert comparison.differences == ("countries: the table does not exist in the target",)


def test_rows_committed_after_the_snapshot_are_not_compared(
    filled: dict[str, MySQLStatus], copied: TargetReader, small_tables: tuple[Table, ...]
) -> None:
    """Applications may continue to write while the verifier runs."""
    countries = small_tables[-1:]
    server = first(filled)
    with source_reader(server) as source, connected(server) as application, application.cursor() as cursor:
        cursor.execute("INSERT INTO settlement.countries VALUES ('XX', 'Nowhere', 'XXX', NULL, 0)")
        application.commit()
        (during,) = verify(source, [copied], countries)
    (after,) = compared(server, copied, countries)
    with connected(server) as application, application.cursor() as cursor:
        cursor.execute("DELETE FROM settlement.countries WHERE code = 'XX'")
        application.commit()

    assert during.equal
    assert not after.equal


def test_a_bastion_with_another_host_key_is_rejected(stack_status: Status) -> None:
    """The host key is pinned: nothing is sent to a server with another key."""
    assert stack_status.bastion is not None
    assert stack_status.redshift is not None
    other = paramiko.ECDSAKey.generate()
    forged = replace(stack_status.bastion, host_key=f"{other.get_name()} {other.get_base64()}")

    with pytest.raises(paramiko.SSHException), target_reader(forged, stack_status.redshift, SCHEMA):
        pass


def test_redshift_cannot_be_reached_without_the_bastion(stack_status: Status) -> None:
    """The address that the verifier uses accepts connections from the bastion only."""
    address = stack_status.redshift
    assert address is not None
    with pytest.raises(psycopg.OperationalError):
        psycopg.connect(
            host=address.host,
            port=address.port,
            dbname=address.database,
            user=address.user,
            password=address.password,
            sslmode="require",
        )
