"""Prepare the database for clients of Redshift; idempotent."""

from __future__ import annotations

import hashlib
import logging
from importlib import resources

import psycopg
from psycopg import sql

log = logging.getLogger(__name__)

SETTINGS = {
    "timezone": "UTC",
    "standard_conforming_strings": "off",  # a backslash is an escape in every literal, as in PostgreSQL 8
    "escape_string_warning": "off",
    "backslash_quote": "on",
    "extra_float_digits": "0",
    "bytea_output": "hex",
    "jit": "off",
    "client_connection_check_interval": "1s",  # the session of a lost client must not wait for a lock forever
}


def prepare(conninfo: str, database: str) -> None:
    """Create the database and run the ``*.sql`` files of this folder in order."""
    parts = sorted((p.name, p.read_text()) for p in resources.files(__package__).iterdir() if p.name.endswith(".sql"))
    version = hashlib.sha256("".join(text for _, text in parts).encode()).hexdigest()[:16]
    with psycopg.connect(conninfo, dbname="postgres", autocommit=True) as connection:
        _create_database(connection, database, version)
    with psycopg.connect(conninfo, dbname=database, autocommit=True) as connection:
        if connection.execute("SELECT to_regnamespace('standin') IS NOT NULL").fetchone() == (True,):
            return
        with connection.transaction():
            connection.execute("SET LOCAL allow_system_table_mods = on")
            connection.execute("SET LOCAL client_min_messages = warning")
            connection.execute("GRANT ALL ON SCHEMA public TO PUBLIC")
            for name, text in parts:
                log.info("running %s", name)
                connection.execute(text.encode())


def _create_database(connection: psycopg.Connection[tuple[object, ...]], database: str, version: str) -> None:
    found = connection.execute(
        "SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = %s", [database]
    ).fetchone()
    name = sql.Identifier(database)
    if found is not None and found[0] != version:
        log.warning("database %s was prepared by another version and is recreated", database)
        connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(name))
        found = None
    if found is None:
        connection.execute(sql.SQL("CREATE DATABASE {}").format(name))
        connection.execute(sql.SQL("COMMENT ON DATABASE {} IS {}").format(name, sql.Literal(version)))
    for key, value in SETTINGS.items():
        statement = sql.SQL("ALTER DATABASE {} SET {} = {}")
        connection.execute(statement.format(name, sql.Identifier(key), sql.Literal(value)))


def set_administrator(conninfo: str, database: str, user: str, password: str) -> None:
    """Create the cluster's first user, a superuser as on Redshift, and set its password."""
    with psycopg.connect(conninfo, dbname=database, autocommit=True) as connection:
        if connection.execute("SELECT FROM pg_roles WHERE rolname = %s", [user]).fetchone() is None:
            connection.execute(sql.SQL("CREATE ROLE {} LOGIN SUPERUSER").format(sql.Identifier(user)))
        connection.execute(
            "INSERT INTO standin.users VALUES (%s, %s, true, true) "
            "ON CONFLICT (usename) DO UPDATE SET md5 = excluded.md5",
            [user, md5_secret(user, password)],
        )


def md5_secret(user: str, password: str) -> str:
    """Return the hash that the protocol's md5 method stores instead of the password."""
    return hashlib.md5((password + user).encode(), usedforsecurity=False).hexdigest()
