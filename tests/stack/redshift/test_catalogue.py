"""Catalogue queries: a table's columns, and the privileges that a load needs."""

from __future__ import annotations

import secrets
from collections.abc import Iterator

import pytest

from mysql_redshift.adapters.redshift.warehouse import RedshiftWarehouse
from mysql_redshift.core.ledger import table_name
from mysql_redshift.core.spec import TargetRef
from mysql_redshift.core.target_schema import normal_type
from mysql_redshift.errors import AccessDenied
from mysql_redshift.ports import MissingPrivileges
from tests.stack.redshift.conftest import single_value
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


def target(schema: str, ledger: str) -> TargetRef:
    """The table ``t`` and its ledger."""
    return TargetRef(conn_id="", schema=schema, table="t", ledger_schema=ledger)


def test_an_owner_lacks_no_privilege(warehouse: RedshiftWarehouse, schema: str, label: str) -> None:
    """A user who may create schemas needs no existing schema."""
    with warehouse.session(label) as session:
        assert session.missing_privileges(target(schema, "a_new_schema")) == MissingPrivileges()


@pytest.fixture
def outsider(make_hook: Hook, user: str) -> RedshiftWarehouse:
    """The same server for a user without privileges."""
    return make_hook(redshift={"login": user, "password": PASSWORD}).warehouse()


def test_every_missing_privilege_is_reported(
    warehouse: RedshiftWarehouse, outsider: RedshiftWarehouse, schema: str, user: str, label: str
) -> None:
    """Each grant shortens the list until it is empty."""
    ref = target(schema, f"{schema}_ledger")
    ledger = f"{ref.ledger_schema}.{table_name(ref)}"

    def missing() -> list[str]:
        with outsider.session(f"{label} outsider") as session:
            return list(session.missing_privileges(ref).rights)

    with warehouse.session(label) as admin:
        try:
            assert missing() == [
                f"no USAGE on schema {schema}",
                f"no CREATE on schema {schema}",
                f"schema {ref.ledger_schema} does not exist, and no CREATE on the database",
            ]

            admin.execute(f"CREATE SCHEMA {ref.ledger_schema}")
            admin.execute(f"CREATE TABLE {schema}.t (a INTEGER)")
            admin.execute(f"GRANT USAGE ON SCHEMA {schema} TO {user}")
            admin.execute(f"GRANT USAGE ON SCHEMA {ref.ledger_schema} TO {user}")
            admin.commit()
            assert missing() == [
                f"no CREATE on schema {ref.ledger_schema}",
                *(f"no {right} on table {schema}.t" for right in ("SELECT", "INSERT", "DELETE")),
            ]

            admin.execute(f"GRANT SELECT, INSERT, DELETE ON {schema}.t TO {user}")
            admin.execute(f"CREATE TABLE {ledger} (a INTEGER)")
            admin.commit()
            assert missing() == [
                f"no SELECT on table {ledger}",
                f"no INSERT on table {ledger}",
                f"no DELETE or UPDATE on table {ledger}",
            ]

            admin.execute(f"GRANT SELECT, INSERT, UPDATE ON {ledger} TO {user}")
            admin.commit()
            assert missing() == []
        finally:
            admin.rollback()
            admin.execute(f"DROP TABLE IF EXISTS {schema}.t")
            admin.execute(f"DROP SCHEMA IF EXISTS {ref.ledger_schema} CASCADE")
            admin.execute(f"REVOKE ALL ON SCHEMA {schema} FROM {user}")
            admin.commit()


def test_a_load_needs_temporary_tables(
    warehouse: RedshiftWarehouse, outsider: RedshiftWarehouse, schema: str, user: str, label: str
) -> None:
    """Every user has TEMP on the database until an administrator revokes it."""
    with warehouse.session(label) as admin, outsider.session(f"{label} outsider") as session:
        database = str(single_value(admin.query("SELECT current_database()")))
        admin.execute(f"REVOKE TEMP ON DATABASE {database} FROM PUBLIC")
        admin.commit()
        try:
            rights = session.missing_privileges(target(schema, "a_new_schema")).rights
        finally:
            admin.execute(f"GRANT TEMP ON DATABASE {database} TO PUBLIC")
            admin.commit()

    assert f"no TEMP on database {database}" in rights


def test_only_the_owner_may_alter_the_target(
    warehouse: RedshiftWarehouse, outsider: RedshiftWarehouse, schema: str, user: str, label: str
) -> None:
    """A superuser may as well; a table that does not exist yet will belong to the user."""
    ref = target(schema, f"{schema}_ledger")

    def may_alter() -> bool:
        with outsider.session(f"{label} outsider") as session:
            return session.missing_privileges(ref).may_alter

    with warehouse.session(label) as admin:
        try:
            assert may_alter()

            admin.execute(f"CREATE TABLE {schema}.t (a INTEGER)")
            admin.execute(f"GRANT ALL ON SCHEMA {schema} TO {user}")
            admin.execute(f"GRANT ALL ON {schema}.t TO {user}")
            admin.commit()
            assert not may_alter()
            assert admin.missing_privileges(ref).may_alter

            admin.execute(f"ALTER TABLE {schema}.t OWNER TO {user}")
            admin.commit()
            assert may_alter()
        finally:
            admin.rollback()
            admin.execute(f"DROP TABLE IF EXISTS {schema}.t")
            admin.execute(f"REVOKE ALL ON SCHEMA {schema} FROM {user}")
            admin.commit()


def test_the_roles_of_a_user_make_a_missing_privilege_uncertain(
    warehouse: RedshiftWarehouse, outsider: RedshiftWarehouse, schema: str, user: str, label: str
) -> None:
    """has_table_privilege and its siblings may not see the privileges of roles."""

    def roles() -> bool:
        with outsider.session(f"{label} outsider") as session:
            return session.missing_privileges(target(schema, f"{schema}_ledger")).has_roles

    with warehouse.session(label) as admin:
        assert not roles()

        admin.execute(f"CREATE ROLE r_{user}")
        admin.execute(f"GRANT ROLE r_{user} TO {user}")
        admin.commit()
        try:
            assert roles()
        finally:
            admin.execute(f"DROP ROLE r_{user}")
            admin.commit()


def test_a_missing_privilege_is_access_denied(make_hook: Hook, schema: str, user: str, label: str) -> None:
    """The message has the statement, Redshift's message and a remedy."""
    outsider = make_hook(redshift={"login": user, "password": PASSWORD}).warehouse()

    with pytest.raises(AccessDenied, match="permission denied") as error, outsider.session(label) as session:
        session.execute(f"CREATE TABLE {schema}.t (a INTEGER)")

    assert f"CREATE TABLE {schema}.t" in error.value.where
    assert "administrator" in error.value.remedy
