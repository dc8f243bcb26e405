"""Extras of the Redshift connection: none bypasses the tunnel, disables TLS or is ignored."""

from __future__ import annotations

from typing import Any

import pytest

from mysql_redshift.errors import ConfigurationError
from tests.stack.tunnel.conftest import Hook


@pytest.mark.parametrize(
    "extra",
    [
        {"host": "127.0.0.1"},
        {"port": 5439},
        {"unix_sock": "/tmp/socket"},
        {"ssl": False},
        {"iam": True},
        {"cluster_identifier": "other"},
        {"source_address": "10.0.0.1"},
        {"credentials_provider": "x"},
        {"remote_host": "10.0.0.1"},
    ],
    ids=lambda extra: next(iter(extra)),
)
def test_no_extra_bypasses_the_tunnel(make_hook: Hook, extra: dict[str, Any]) -> None:
    """The driver's options for host, socket and login are refused as unknown extras."""
    with pytest.raises(ConfigurationError, match=f"unknown extra '{next(iter(extra))}'"):
        make_hook(redshift={"extra": extra}).warehouse()


@pytest.mark.parametrize(
    ("extra", "message"),
    [
        ({"ssh_conn_id": None}, "expected either ssh_conn_id"),
        ({"direct": "true"}, "expected either ssh_conn_id"),
        ({"ssh_conn_id": None, "direct": "yes"}, "expected either ssh_conn_id"),
        ({"sslmode": "disable"}, "TLS is always verified"),
        ({"sslmode": "require"}, "TLS is always verified"),
        ({"sslmode": "verify-full"}, "no certificate contains the name of the tunnel's local end"),
        ({"statement_timeout": "soon"}, "expected a number of seconds above 0"),
        ({"connect_timeout": "0"}, "expected a number of seconds above 0"),
    ],
)
def test_an_invalid_extra_is_refused(make_hook: Hook, extra: dict[str, Any], message: str) -> None:
    """No tunnel needs ``direct: true``, TLS certificates are always verified, and timeouts cannot be disabled."""
    with pytest.raises(ConfigurationError, match=message):
        make_hook(redshift={"extra": extra}).warehouse()


def test_all_problems_of_a_connection_are_reported_at_once(make_hook: Hook) -> None:
    """The user of the form can correct all of them in one pass."""
    with pytest.raises(ConfigurationError) as error:
        make_hook(redshift={"host": "", "login": "", "schema": "", "extra": {"speed": 1}}).warehouse()

    for problem in ("no host", "no login", "no schema", "unknown extra 'speed'"):
        assert problem in str(error.value)


def test_settings_do_not_show_the_password(make_hook: Hook) -> None:
    """Settings may appear in a log (S09)."""
    hook = make_hook(redshift={"password": "hunter2-secret"})

    assert "hunter2" not in repr(hook.settings())
    assert "hunter2" not in hook.settings().address.where


def test_the_error_names_a_missing_ssh_connection(make_hook: Hook) -> None:
    """``ssh_conn_id`` may name a connection that does not exist."""
    hook = make_hook(redshift={"extra": {"ssh_conn_id": "no_such_bastion"}})

    with pytest.raises(ConfigurationError, match="no_such_bastion"), hook.get_conn():
        pass
