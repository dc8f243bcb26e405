"""Airflow connections as addresses and clients: missing fields are reported, and no secret is shown."""

from __future__ import annotations

import json
from typing import Any

import pytest

from mysql_redshift.core.spec import LakeRef
from mysql_redshift.errors import ConfigurationError
from mysql_redshift.hooks.connections import find_connection
from mysql_redshift.hooks.lake import lake_store
from mysql_redshift.hooks.mysql_source import mysql_address

MYSQL = {"conn_type": "mysql", "host": "db", "port": 3307, "login": "reader", "password": "hunter2-secret"}


def define(monkeypatch: pytest.MonkeyPatch, name: str, connection: dict[str, Any]) -> None:
    """Define a connection in Airflow's environment variables."""
    monkeypatch.setenv(f"AIRFLOW_CONN_{name.upper()}", json.dumps(connection))


def test_a_mysql_connection_becomes_an_address(monkeypatch: pytest.MonkeyPatch) -> None:
    """Fields are read by name; the database comes from the pipeline, not from the connection."""
    define(
        monkeypatch, "source", {**MYSQL, "schema": "other", "extra": {"ssl": {"ca": "/ca.pem"}, "charset": "latin1"}}
    )

    address = mysql_address("source", "settlement")

    assert (address.host, address.port, address.user, address.database) == ("db", 3307, "reader", "settlement")
    assert address.ssl == {"ca": "/ca.pem"}
    assert "hunter2" not in repr(address)


@pytest.mark.parametrize(
    ("change", "found"),
    [({"conn_type": "postgres"}, "type postgres"), ({"host": ""}, "host"), ({"login": None}, "login")],
)
def test_an_incomplete_mysql_connection_is_refused(
    monkeypatch: pytest.MonkeyPatch, change: dict[str, Any], found: str
) -> None:
    """The message shows the fields that were found, but not the password."""
    define(monkeypatch, "source", {**MYSQL, **change})

    with pytest.raises(ConfigurationError, match="not a complete MySQL connection") as error:
        mysql_address("source")

    assert found in str(error.value.found)
    assert "hunter2" not in str(error.value)


def test_an_ssl_extra_that_is_not_a_mapping_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """An invalid value must not silently mean "no TLS"."""
    define(monkeypatch, "source", {**MYSQL, "extra": {"ssl": "true"}})

    with pytest.raises(ConfigurationError, match="ssl"):
        mysql_address("source")


def test_the_error_for_a_missing_writer_connection_names_its_own_key() -> None:
    """A replica has two MySQL connections."""
    with pytest.raises(ConfigurationError) as error:
        mysql_address("no_such_writer", setting="source.writer_conn_id")

    assert error.value.where == "source.writer_conn_id"


def test_the_error_for_a_missing_connection_names_the_yaml_key() -> None:
    """The author of the YAML reads which key to correct."""
    with pytest.raises(ConfigurationError, match="no_such_connection") as error:
        find_connection("no_such_connection", setting="lake.conn_id")

    assert error.value.where == "lake.conn_id"
    assert "airflow connections add" in error.value.remedy


def test_s3_timeouts_and_retries_are_limited(monkeypatch: pytest.MonkeyPatch) -> None:
    """No request to S3 waits or retries forever; the connection's own config takes precedence (S02)."""
    extra = {"region_name": "eu-west-1", "config_kwargs": {"read_timeout": 7}}
    define(monkeypatch, "lake", {"conn_type": "aws", "login": "AKIA", "password": "hunter2-secret", "extra": extra})

    store = lake_store(LakeRef(conn_id="lake", bucket="b"))

    config = store._client.meta.config
    assert (config.connect_timeout, config.read_timeout) == (10, 7)
    assert config.retries == {"mode": "standard", "total_max_attempts": 5}
    assert store.uri("k") == "s3://b/k"


def test_secrets_of_a_connection_are_masked(monkeypatch: pytest.MonkeyPatch) -> None:
    """The password and the secret extras are registered with Airflow's masker (S09)."""
    masked: list[object] = []
    monkeypatch.setattr("airflow.sdk.log.mask_secret", masked.append)
    extra = {"private_key": "hunter2-key", "host_key": "ssh-ed25519 AAAA"}
    define(monkeypatch, "bastion", {**MYSQL, "conn_type": "ssh", "extra": extra})

    find_connection("bastion", setting="ssh_conn_id")

    assert "hunter2-secret" in masked
    assert "hunter2-key" in masked
