"""Catalogue queries: a table's columns, and the privileges that a load needs."""

from __future__ import annotations

import secrets
from collections.abc import Iterator

import pytest

from mysql_redshift.adapters.redshift.warehouse import RedshiftWarehouse
from mysql_redshift.core.target_schema import normal_type
from mysql_redshift.errors import AccessDenied
from tests.stack.tunnel.conftest import Hook

PASSWORD = "Very-Secret-1"
COLUMNS = (
    "SMALLINT",
    "INTEGER",
    "BIGINT",
    "DECIMAL(18,4)",
    "REAL",
    "DOUBLE PRECISION",
    "BOOLEAN",
    "CHAR(5)",
    "VARCHAR(200)",
    "DATE",
    "TIMESTAMP",
    "TIMESTAMPTZ",
    "VARBYTE(30)",
    "SUPER",
)


@pytest.fixture
def user(warehouse: RedshiftWarehouse, label: str) -> Iterator[str]:
    """A user without privileges, dropped after the test."""
    name = f"u_{secrets.token_hex(6)}"
    with warehouse.session(f"{label} user") as session:
        session.execute(f"CREATE USER {name} PASSWORD '{PASSWORD}'")
        session.commit()
        yield name
        session.execute(f"DROP USER {name}")
        session.commit()


def test_describe_returns_the_columns_in_order_with_the_types_of_create_table(
    warehouse: RedshiftWarehouse, schema: str, label: str
) -> None:
    """The types of CREATE TABLE and of the catalogue are equal once normalised."""
    body = ", ".join(f"c{n} {kind}{' NOT NULL' if n == 0 else ''}" for n, kind in enumerate(COLUMNS))
    with warehouse.session(label) as session:
        session.execute(f"CREATE TABLE {schema}.t ({body})")

        table = session.describe(schema, "t")

    assert table is not None
    assert [column.name for column in table.columns] == [f"c{n}" for n in range(len(COLUMNS))]
    assert [normal_type(column.type) for column in table.columns] == [normal_type(kind) for kind in COLUMNS]
    assert [column.nullable for column in table.columns] == [False, *[True] * (len(COLUMNS) - 1)]


def test_names_fold_to_lower_case_and_are_quoted(warehouse: RedshiftWarehouse, schema: str, label: str) -> None:
    """Spaces, percent signs and quotes are ordinary characters of a name."""
    name = "Odd % \"na'me"
    quoted = name.replace('"', '""')
    with warehouse.session(label) as session:
        session.execute(f'CREATE TABLE {schema}."{quoted}" ("A b" INTEGER)')

        table = session.describe(schema.upper(), name)

    assert table is not None
    assert table.columns[0].name == "a b"


def test_a_recreated_table_has_another_oid(warehouse: RedshiftWarehouse, schema: str, label: str) -> None:
    """The ledger identifies the target by its OID (S12)."""
    with warehouse.session(label) as session:
        oids = []
        for _ in range(2):
            session.execute(f"CREATE TABLE {schema}.t (a INTEGER)")
            table = session.describe(schema, "t")
            assert table is not None
            oids.append(table.oid)
            session.execute(f"DROP TABLE {schema}.t")

    assert oids[0] != oids[1]


def test_describe_returns_none_for_a_missing_table(warehouse: RedshiftWarehouse, schema: str, label: str) -> None:
    """A missing schema is no error either."""
    with warehouse.session(label) as session:
        assert session.describe(schema, "t") is None
        assert session.describe("no_such_schema", "t") is None


def test_an_owner_lacks_no_privilege(warehouse: RedshiftWarehouse, schema: str, label: str) -> None:
    """A user who may create schemas needs no existing schema."""
    with warehouse.session(label) as session:
        assert session.missing_privileges(schema, "t", "a_new_schema") == []


def test_every_missing_privilege_is_reported(
    warehouse: RedshiftWarehouse, make_hook: Hook, schema: str, user: str, label: str
) -> None:
    """Each grant shortens the list until it is empty."""
    ledger = f"{schema}_ledger"
    outsider = make_hook(redshift={"login": user, "password": PASSWORD}).warehouse()

    def missing() -> list[str]:
        with outsider.session(f"{label} outsider") as session:
            return session.missing_privileges(schema, "t", ledger)

    with warehouse.session(label) as admin:
        try:
            assert missing() == [
                f"no USAGE on schema {schema}",
                f"no CREATE on schema {schema}",
                f"schema {ledger} does not exist, and no CREATE on the database",
            ]

            admin.execute(f"CREATE SCHEMA {ledger}")
            admin.execute(f"CREATE TABLE {schema}.t (a INTEGER)")
            admin.execute(f"GRANT USAGE ON SCHEMA {schema} TO {user}")
            admin.execute(f"GRANT USAGE, CREATE ON SCHEMA {ledger} TO {user}")
            admin.commit()
            assert missing() == [f"no {right} on table {schema}.t" for right in ("SELECT", "INSERT", "DELETE")]

            admin.execute(f"GRANT SELECT, INSERT, DELETE ON {schema}.t TO {user}")
            admin.commit()
            assert missing() == []
        finally:
            admin.rollback()
            admin.execute(f"DROP TABLE IF EXISTS {schema}.t")
            admin.execute(f"DROP SCHEMA IF EXISTS {ledger} CASCADE")
            admin.execute(f"REVOKE ALL ON SCHEMA {schema} FROM {user}")
            admin.commit()


def test_a_missing_privilege_is_access_denied(make_hook: Hook, schema: str, user: str, label: str) -> None:
    """The message has the statement, Redshift's message and a remedy."""
    outsider = make_hook(redshift={"login": user, "password": PASSWORD}).warehouse()

    with pytest.raises(AccessDenied, match="permission denied") as error, outsider.session(label) as session:
        session.execute(f"CREATE TABLE {schema}.t (a INTEGER)")

    assert f"CREATE TABLE {schema}.t" in error.value.where
    assert "administrator" in error.value.remedy
