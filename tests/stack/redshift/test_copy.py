"""COPY: its row count, and the full text of its errors."""

from __future__ import annotations

import io
import json
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from devstack.status import RedshiftStatus, S3Status
from mysql_redshift.adapters.redshift import catalogue
from mysql_redshift.adapters.redshift.session import RedshiftSession
from mysql_redshift.adapters.redshift.warehouse import RedshiftWarehouse
from mysql_redshift.errors import MysqlRedshiftError, TargetError
from tests.stack.devstack.redshift.control import order
from tests.stack.redshift.conftest import single_value

PART = f"{'folder/' * 30}part.parquet"  # the message of COPY is cut within the file's name
TABLE = pa.table({"a": pa.array([1, 2, 3], pa.int32()), "b": ["x", "y" * 50, None]})


@pytest.fixture
def manifest(bucket: S3Status, s3_client: Any) -> str:
    """The URL of a manifest with one file of three rows."""
    body = io.BytesIO()
    pq.write_table(TABLE, body)
    s3_client.put_object(Bucket=bucket.bucket, Key=PART, Body=body.getvalue())
    entry = {
        "url": f"s3://{bucket.bucket}/{PART}",
        "mandatory": True,
        "meta": {"content_length": len(body.getvalue())},
    }
    s3_client.put_object(Bucket=bucket.bucket, Key="manifest", Body=json.dumps({"entries": [entry]}).encode())
    return f"s3://{bucket.bucket}/manifest"


def copy_sql(table: str, manifest: str, redshift: RedshiftStatus) -> str:
    """Return a COPY statement like a load's."""
    return f"COPY {table} (a, b) FROM '{manifest}' IAM_ROLE '{redshift.iam_role}' FORMAT AS PARQUET MANIFEST"


def test_copy_returns_the_number_of_loaded_rows(
    warehouse: RedshiftWarehouse, redshift: RedshiftStatus, schema: str, manifest: str, label: str
) -> None:
    """The count is pg_last_copy_count() in the same transaction, because Redshift's command tag has none."""
    with warehouse.session(label) as session:
        session.execute(f"CREATE TABLE {schema}.t (a INTEGER, b VARCHAR(50))")

        assert session.copy(copy_sql(f"{schema}.t", manifest, redshift)) == 3
        assert single_value(session.query(f"SELECT COUNT(*) FROM {schema}.t")) == 3


def test_the_error_of_a_failed_copy_names_column_file_and_reason(
    warehouse: RedshiftWarehouse, redshift: RedshiftStatus, schema: str, manifest: str, label: str
) -> None:
    """Redshift truncates its message, so the full text is read from sys_load_error_detail. No row is loaded."""
    with warehouse.session(label) as session:
        session.execute(f"CREATE TABLE {schema}.t (a INTEGER, b VARCHAR(49))")
        session.commit()

        with pytest.raises(TargetError, match="nothing was loaded") as error:
            session.copy(copy_sql(f"{schema}.t", manifest, redshift))

        found = str(error.value.found)
        assert "column b" in found
        assert "part.parquet" in found
        assert "longer than the length defined in the table" in found
        assert single_value(session.query(f"SELECT COUNT(*) FROM {schema}.t")) == 0


def failed_copy(warehouse: RedshiftWarehouse, redshift: RedshiftStatus, schema: str, manifest: str, label: str) -> str:
    """Return what is reported of a COPY that fails because a text is too long."""
    with warehouse.session(label) as session:
        session.execute(f"CREATE TABLE {schema}.t (a INTEGER, b VARCHAR(49))")
        session.commit()
        with pytest.raises(TargetError, match="nothing was loaded") as error:
            session.copy(copy_sql(f"{schema}.t", manifest, redshift))
    return str(error.value.found)


@pytest.mark.faults
@pytest.mark.parametrize("denied", [[], ["sys_load_error_detail", "stl_load_errors"]], ids=["empty", "denied"])
def test_a_load_error_that_only_svl_s3log_has_is_reported_in_full(
    warehouse: RedshiftWarehouse, redshift: RedshiftStatus, schema: str, manifest: str, label: str, denied: list[str]
) -> None:
    """For Parquet files sys_load_error_detail can be empty, and the message of COPY is cut before the column."""
    order(redshift, fault="hide_load_error", application_name=label)
    try:
        order(redshift, deny=denied)
        found = failed_copy(warehouse, redshift, schema, manifest, label)
    finally:
        order(redshift, deny=[])

    assert "The length of the data column b is longer than the length defined in the table" in found
    assert "Table: 49, Data: 50" in found
    assert "part.parquet" in found.split("svl_s3log: ")[1]


@pytest.mark.faults
def test_a_load_error_whose_text_no_view_shows_is_still_reported(
    warehouse: RedshiftWarehouse, redshift: RedshiftStatus, schema: str, manifest: str, label: str
) -> None:
    """On Serverless svl_s3log does not exist."""
    order(redshift, fault="hide_load_error", application_name=label)
    try:
        order(redshift, serverless=True)
        found = failed_copy(warehouse, redshift, schema, manifest, label)
    finally:
        order(redshift, serverless=False)

    assert "Spectrum Scan Error" in found
    assert "svl_s3log" not in found


def test_a_load_error_that_sys_load_error_detail_has_is_reported_once(
    warehouse: RedshiftWarehouse, redshift: RedshiftStatus, schema: str, manifest: str, label: str
) -> None:
    """svl_s3log repeats it."""
    assert "svl_s3log" not in failed_copy(warehouse, redshift, schema, manifest, label)


@pytest.mark.parametrize("views", [("SELECT 1 FROM no_such_view WHERE {pid} = {most}",), ()], ids=["denied", "none"])
def test_unreadable_load_errors_do_not_hide_the_failure(
    warehouse: RedshiftWarehouse,
    redshift: RedshiftStatus,
    schema: str,
    manifest: str,
    label: str,
    monkeypatch: pytest.MonkeyPatch,
    views: tuple[str, ...],
) -> None:
    """On many clusters, ordinary users may read neither view; COPY's own message is reported."""
    monkeypatch.setattr(catalogue, "LOAD_ERROR_VIEWS", views)
    with warehouse.session(label) as session:
        session.execute(f"CREATE TABLE {schema}.t (a INTEGER, b VARCHAR(49))")
        session.commit()

        with pytest.raises(TargetError, match="Spectrum Scan Error"):
            session.copy(copy_sql(f"{schema}.t", manifest, redshift))
        assert session.query("SELECT 1") == [(1,)]


@pytest.mark.parametrize("how", [RedshiftSession.copy, RedshiftSession.execute])
@pytest.mark.parametrize(
    "secret",
    [
        "ACCESS_KEY_ID 'AKIAHUNTER2' SECRET_ACCESS_KEY 'hunter2'",
        "CREDENTIALS 'aws_access_key_id=AKIAHUNTER2;aws_secret_access_key=hunter2'",
    ],
)
def test_the_error_of_a_copy_contains_no_secret(
    warehouse: RedshiftWarehouse, schema: str, manifest: str, label: str, secret: str, how: Any
) -> None:
    """Access keys in a COPY statement must not reach a log (S09)."""
    with pytest.raises(MysqlRedshiftError) as error, warehouse.session(label) as session:
        how(session, f"COPY {schema}.no_such_table FROM '{manifest}' {secret} FORMAT AS PARQUET MANIFEST")

    assert "hunter2" not in str(error.value).lower()
    assert "COPY" in str(error.value)
