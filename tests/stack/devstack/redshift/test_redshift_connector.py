"""What redshift_connector does and asks for."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pyarrow as pa

from devstack.redshift.conformance.run import Place
from tests.stack.devstack.redshift.conftest import Connect


def test_redshift_connector_loads_and_commits(
    redshift_connection: Any, connect: Connect, schema: str, upload: Any, place: Place
) -> None:
    """The driver of the product: a COPY inside its own transaction, the count, the commit."""
    url = upload("f.parquet", pa.table({"a": pa.array(range(10), pa.int64())}))
    cursor = redshift_connection.cursor()
    cursor.execute(f"CREATE TABLE {schema}.t (a BIGINT)")
    cursor.execute(f"COPY {schema}.t FROM '{url}' IAM_ROLE '{place.iam_role}' FORMAT AS PARQUET")
    cursor.execute("SELECT PG_LAST_COPY_COUNT()")
    assert cursor.fetchall() == ([10],)
    redshift_connection.commit()
    assert connect().execute(f"SELECT COUNT(*) FROM {schema}.t".encode()).fetchone() == (10,)


def test_values_come_back_through_redshift_connector(redshift_connection: Any) -> None:
    """SUPER and VARBYTE bear Redshift's type numbers, so that the driver reads them."""
    cursor = redshift_connection.cursor()
    cursor.execute("SELECT JSON_PARSE('{\"a\":1}'), FROM_HEX('616263'), 1.25::DECIMAL(5,2)")
    assert cursor.fetchone() == ['{"a":1}', "abc", Decimal("1.25")]
    assert [column[1] for column in cursor.description][:2] == [4000, 6551]


def test_redshift_connector_lists_tables_and_columns(redshift_connection: Any, schema: str) -> None:
    """Its own queries for catalogues, schemas, tables and columns are answered."""
    cursor = redshift_connection.cursor()
    cursor.execute(f"CREATE TABLE {schema}.t (a BIGINT NOT NULL, b VARCHAR(5), c DECIMAL(10,2), d SUPER)")
    cursor.execute(f"CREATE VIEW {schema}.late AS SELECT a FROM {schema}.t WITH NO SCHEMA BINDING")
    redshift_connection.commit()
    assert [row[0] for row in cursor.get_catalogs()] == ["dev"]
    assert schema in [row[0] for row in cursor.get_schemas()]
    assert [(row[2], row[3]) for row in cursor.get_tables(None, schema, "t", ["TABLE"])] == [("t", "TABLE")]
    columns = [(row[2], row[3], row[6]) for row in cursor.get_columns(None, schema)]
    assert columns[:3] == [("late", "a", 19), ("t", "a", 19), ("t", "b", 5)]
    redshift_connection.rollback()
