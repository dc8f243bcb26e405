"""redshift_connector works with the stand-in."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pyarrow as pa

from devstack.redshift.conformance.run import Cluster
from tests.stack.devstack.redshift.conftest import Connect


def test_redshift_connector_loads_and_commits(
    redshift_connection: Any, connect: Connect, schema: str, upload: Any, cluster: Cluster
) -> None:
    """The provider's driver runs a COPY inside its transaction, reads the count, and commits."""
    url = upload("f.parquet", pa.table({"a": pa.array(range(10), pa.int64())}))
    cursor = redshift_connection.cursor()
    cursor.execute(f"CREATE TABLE {schema}.t (a BIGINT)")
    cursor.execute(f"COPY {schema}.t FROM '{url}' IAM_ROLE '{cluster.iam_role}' FORMAT AS PARQUET")
    cursor.execute("SELECT PG_LAST_COPY_COUNT()")
    assert cursor.fetchall() == ([10],)
    redshift_connection.commit()
    assert connect().execute(f"SELECT COUNT(*) FROM {schema}.t".encode()).fetchone() == (10,)


def test_redshift_connector_decodes_super_varbyte_and_decimal(redshift_connection: Any) -> None:
    """SUPER and VARBYTE have Redshift's type OIDs, so that the driver decodes them."""
    cursor = redshift_connection.cursor()
    cursor.execute("SELECT JSON_PARSE('{\"a\":1}'), FROM_HEX('616263'), 1.25::DECIMAL(5,2)")
    assert cursor.fetchone() == ['{"a":1}', "abc", Decimal("1.25")]
    assert [column[1] for column in cursor.description][:2] == [4000, 6551]


def test_redshift_connector_lists_tables_and_columns(redshift_connection: Any, schema: str) -> None:
    """The driver's own queries for catalogues, schemas, tables and columns work."""
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
