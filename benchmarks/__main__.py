"""``python -m benchmarks``: the reader compared to plain fetching, COPY into the stand-in, and the configuration."""

from __future__ import annotations

import argparse
import contextlib
import re
import resource
import secrets
import statistics
import sys
import tempfile
import time
from contextlib import closing
from pathlib import Path
from typing import Any

import boto3
import psycopg
import pyarrow as pa
import pyarrow.parquet as pq
import pymysql
import pymysql.cursors

from benchmarks import configuration
from benchmarks.timing import interleaved
from devstack.stack import running
from devstack.status import MySQLStatus, RedshiftStatus, S3Status, Status
from mysql_redshift.adapters.mysql import MySQLAddress, MySQLSource
from mysql_redshift.adapters.parquet import ParquetEncoder
from mysql_redshift.core.chunk import Chunk
from mysql_redshift.core.spec import LakeRef, SourceRef, TableSpec, TargetRef
from mysql_redshift.core.sql import source as source_sql
from mysql_redshift.core.types.resolve_schema import resolve_schema

DATABASE = "bench"
DIGITS = f"(SELECT 0 d UNION SELECT {' UNION SELECT '.join(map(str, range(1, 10)))})"


def main() -> int:
    """Run all benchmarks and print one line per result."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks")
    parser.add_argument("--rows", type=int, default=200_000)
    parser.add_argument("--rounds", type=int, default=3)
    arguments = parser.parse_args()
    home = Path(tempfile.mkdtemp(prefix="bench-", dir="/var/tmp"))
    configuration.measure(500, arguments.rounds)
    with running(("mysql", "s3", "bastion", "redshift"), home) as status:
        _reader(status, arguments.rows, arguments.rounds)
        rate, peak = _copy(status, arguments.rows * 10, arguments.rounds)
        print(f"stand-in: COPY of {arguments.rows * 10} narrow rows, {rate / 1e6:.2f} million rows per second")
        _, larger = _copy(status, arguments.rows * 40, 1)
        print(f"stand-in: peak memory {peak} MB, {larger} MB after a file four times as large")
    return 0


def _reader(status: Status, rows: int, rounds: int) -> None:
    server = status.mysql
    assert isinstance(server, MySQLStatus)
    _fill(server, rows)
    drain, parquet = interleaved(lambda: _drain(server), lambda: _to_parquet(server), rounds)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(
        f"reader: {rows} rows x 8 columns; PyMySQL's unbuffered cursor alone {drain:.2f} s, "
        f"to zstd Parquet {parquet:.2f} s: {drain / parquet:.2f} of the cursor's speed; peak memory {peak} MB"
    )


def _connect(server: MySQLStatus, **settings: Any) -> Any:
    return pymysql.connect(
        host=server.host, port=server.port, user=server.user, password=server.password, autocommit=True, **settings
    )


def _fill(server: MySQLStatus, rows: int) -> None:
    with closing(_connect(server)) as connection, connection.cursor() as cursor:
        cursor.execute(f"CREATE DATABASE {DATABASE}")
        cursor.execute(f"USE {DATABASE}")
        cursor.execute(
            "CREATE TABLE orders (id BIGINT PRIMARY KEY, customer INT, state VARCHAR(12), amount DECIMAL(12,2), "
            "rate DOUBLE, note VARCHAR(60), day DATE, updated_at DATETIME(6))"
        )
        numbers = " + ".join(f"{10**place} * t{place}.d" for place in range(6))
        tables = ", ".join(f"{DIGITS} t{place}" for place in range(6))
        cursor.execute(
            f"INSERT INTO orders SELECT n, n % 977, 'settled', n / 7, n / 3, CONCAT('order number ', n), '2026-01-01', "
            f"TIMESTAMPADD(SECOND, n, '2026-01-01') FROM (SELECT {numbers} AS n FROM {tables}) AS many WHERE n < {rows}"
        )


def _drain(server: MySQLStatus) -> None:
    with closing(_connect(server, cursorclass=pymysql.cursors.SSCursor)) as connection, connection.cursor() as cursor:
        cursor.execute(f"SELECT * FROM {DATABASE}.orders")
        while cursor.fetchmany(10_000):
            pass


def _to_parquet(server: MySQLStatus) -> None:
    address = MySQLAddress(host=server.host, port=server.port, user=server.user, password=server.password)
    spec = TableSpec(
        pipeline="bench",
        environment="bench",
        source=SourceRef(conn_id="x", database=DATABASE, table="orders"),
        lake=LakeRef(conn_id="x", bucket="x"),
        target=TargetRef(conn_id="x", schema="x", table="orders"),
    )
    with tempfile.TemporaryDirectory() as folder, closing(MySQLSource(address)) as source:
        schema = resolve_schema(source.describe(DATABASE, "orders"), spec)
        sql = source_sql.rows(spec.source, schema, None, Chunk(index=0))
        with source.snapshot() as snapshot:
            stream = snapshot.stream(sql, schema, batch_rows=spec.batch_rows)
            for _ in ParquetEncoder(Path(folder)).parts(stream, schema, part_bytes=spec.part_bytes):
                pass


def _copy(status: Status, rows: int, rounds: int) -> tuple[float, int]:
    """Return rows per second, and the peak memory in MB of the stand-in's process so far."""
    redshift, s3 = status.redshift, status.s3
    assert isinstance(redshift, RedshiftStatus)
    assert isinstance(s3, S3Status)
    key = f"bench/{secrets.token_hex(4)}.parquet"
    with tempfile.NamedTemporaryFile(suffix=".parquet") as file:
        numbers = pa.array(range(rows), pa.int64())
        pq.write_table(pa.table({"id": numbers, "customer": numbers}), file.name, compression="zstd")
        client = boto3.client(
            "s3",
            endpoint_url=s3.endpoint,
            region_name=s3.region,
            aws_access_key_id=s3.access_key,
            aws_secret_access_key=s3.secret_key,
        )
        client.upload_file(file.name, s3.bucket, key)
    address = psycopg.conninfo.make_conninfo(
        host=redshift.host,
        port=redshift.conformance_port,
        user=redshift.user,
        password=redshift.password,
        dbname=redshift.database,
        sslmode="require",
    )
    times, name = [], secrets.token_hex(4)
    with psycopg.connect(address, prepare_threshold=None, autocommit=True) as connection:
        for number in range(rounds):
            connection.execute(f"CREATE TABLE bench_{name}_{number} (id BIGINT, customer BIGINT)")
            start = time.perf_counter()
            source = f"'s3://{s3.bucket}/{key}' IAM_ROLE '{redshift.iam_role}'"
            connection.execute(f"COPY bench_{name}_{number} FROM {source} FORMAT AS PARQUET")
            times.append(time.perf_counter() - start)
    return rows / statistics.median(times), _peak_memory(redshift.control_socket)


def _peak_memory(argument: str) -> int:
    """Return the peak memory in MB of the stand-in's process that was started with ``argument``."""
    for command in Path("/proc").glob("[0-9]*/cmdline"):
        with contextlib.suppress(OSError):
            words = command.read_bytes().split(b"\0")
            if argument.encode() in words and b"devstack.redshift" in words:
                (line,) = re.findall(r"VmHWM:\s+(\d+) kB", command.with_name("status").read_text())
                found = int(line) // 1024
                if b"subreaper.py" not in b" ".join(words):
                    return found
    raise RuntimeError(f"no process was started with {argument}")


if __name__ == "__main__":
    sys.exit(main())
