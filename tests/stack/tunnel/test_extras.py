"""Extras are read by name: none leads around the tunnel, none turns TLS off, none is ignored."""

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
def test_no_extra_leads_around_the_tunnel(make_hook: Hook, extra: dict[str, Any]) -> None:
    """What the driver would take as its host, its socket or its way to log in is refused by name."""
    with pytest.raises(ConfigurationError, match=f"unknown extra '{next(iter(extra))}'"):
        make_hook(redshift={"extra": extra}).warehouse()


@pytest.mark.parametrize(
    ("extra", "said"),
    [
        ({"ssh_conn_id": None}, "expected ssh_conn_id"),
        ({"direct": "true"}, "expected ssh_conn_id"),
        ({"ssh_conn_id": None, "direct": "yes"}, "expected ssh_conn_id"),
        ({"sslmode": "disable"}, "TLS is always checked"),
        ({"sslmode": "require"}, "TLS is always checked"),
        ({"sslmode": "verify-full"}, "no certificate names the tunnel's end"),
        ({"statement_timeout": "soon"}, "expected seconds above 0"),
        ({"connect_timeout": "0"}, "expected seconds above 0"),
    ],
)
def test_the_way_is_stated_and_tls_is_on(make_hook: Hook, extra: dict[str, Any], said: str) -> None:
    """Without a tunnel only where it says so; never without a checked certificate; no timeout that means none."""
    with pytest.raises(ConfigurationError, match=said):
        make_hook(redshift={"extra": extra}).warehouse()


def test_everything_that_is_wrong_is_said_at_once(make_hook: Hook) -> None:
    """Whoever fills in the form reads all of it."""
    with pytest.raises(ConfigurationError) as error:
        make_hook(redshift={"host": "", "login": "", "schema": "", "extra": {"speed": 1}}).warehouse()

    for said in ("no host", "no login", "no schema", "unknown extra 'speed'"):
        assert said in str(error.value)


def test_the_password_is_in_no_text(make_hook: Hook) -> None:
    """S9: settings may be printed."""
    hook = make_hook(redshift={"password": "hunter2-secret"})

    assert "hunter2" not in repr(hook.settings())
    assert "hunter2" not in hook.settings().address.where


def test_a_connection_that_does_not_exist_is_named(make_hook: Hook) -> None:
    """ssh_conn_id may point nowhere."""
    hook = make_hook(redshift={"extra": {"ssh_conn_id": "no_such_bastion"}})

    with pytest.raises(ConfigurationError, match="no_such_bastion"), hook.get_conn():
        pass
