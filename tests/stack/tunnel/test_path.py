"""The path to Redshift through a bastion with a pinned host key, and the error of each failure on it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from devstack import certificates
from devstack.process import free_port
from devstack.status import RedshiftStatus
from mysql_redshift.errors import AccessDenied, ConfigurationError, ConnectionFailed, HostKeyMismatch, TargetError
from mysql_redshift.hooks.redshift_ssh import RedshiftSSHTunnelHook
from tests.stack.tunnel.conftest import Hook, OwnBastion


def use(hook: RedshiftSSHTunnelHook) -> list[tuple[Any, ...]]:
    """Open a session and run a query."""
    with hook.warehouse().session("test path") as session:
        return session.query("SELECT 1")


def public(key: Any) -> str:
    """Return a public key in the format of authorized_keys and host_key."""
    return str(key.public_key().public_bytes(Encoding.OpenSSH, PublicFormat.OpenSSH).decode())


def test_a_session_goes_through_the_bastion(make_hook: Hook) -> None:
    """The stand-in accepts only the bastion's sockets, so a result proves the path."""
    assert use(make_hook()) == [(1,)]


def test_the_stand_in_refuses_a_direct_connection(make_hook: Hook) -> None:
    """So the test above cannot pass without the tunnel."""
    hook = make_hook(redshift={"extra": {"ssh_conn_id": None, "direct": "true", "sslmode": "verify-ca"}})

    with pytest.raises(AccessDenied, match="from the bastion only"):
        use(hook)


def test_the_connection_test_reports_success_or_the_error(make_hook: Hook) -> None:
    """Airflow's form shows the message, with the remedy."""
    assert make_hook().test_connection() == (True, "Connected to Redshift")

    ok, message = make_hook(redshift={"extra": {"unix_sock": "/tmp/x"}}).test_connection()
    assert not ok
    assert "unknown extra 'unix_sock'" in message


def test_get_conn_closes_its_connection(make_hook: Hook) -> None:
    """A connection in a hand-written task is open for its with block only."""
    with make_hook().get_conn() as connection, connection.cursor() as cursor:
        cursor.execute("SELECT 2")
        assert cursor.fetchone()[0] == 2

    assert connection._sock is None


def test_an_unreachable_bastion_is_a_transient_error_that_names_it(make_hook: Hook) -> None:
    """A retry may succeed, and the person on call reads which bastion it is."""
    port = free_port()

    with pytest.raises(ConnectionFailed, match=f"@127.0.0.1:{port}, SSH connection bastion_"):
        use(make_hook(ssh={"port": port}))


@pytest.mark.parametrize("other", [Ed25519PrivateKey.generate(), generate_private_key(SECP256R1())])
def test_the_error_for_another_host_key_has_both_fingerprints(make_hook: Hook, other: Any) -> None:
    """A key that is not the pinned one is refused, whether its type is the same or another."""
    with pytest.raises(HostKeyMismatch) as error:
        use(make_hook(ssh={"extra": {"host_key": public(other)}}))

    assert str(error.value.expected).startswith(public(other).split()[0] + " SHA256:")
    assert str(error.value.found).startswith("ssh-ed25519 SHA256:")
    assert error.value.expected != error.value.found


@pytest.mark.parametrize(
    "extra",
    [
        {"host_key": None},
        {"host_key": "AAAAC3NzaC1lZDI1NTE5AAAAIJrCUhXikScdqGQ8W"},
        {"host_key": None, "no_host_key_check": "true"},
        {"host_key": None, "ignore_hostkey_verification": "true"},
        {"allow_host_key_change": "true"},
    ],
    ids=["no key", "a key without its type", "no check", "no check, old name", "any change allowed"],
)
def test_a_bastion_without_a_pinned_key_is_refused(make_hook: Hook, extra: dict[str, Any]) -> None:
    """Without a pinned key, another server could impersonate the bastion."""
    with pytest.raises(ConfigurationError, match="not pinned") as error:
        use(make_hook(ssh={"extra": extra}))

    assert "ssh-keyscan" in error.value.remedy


def test_a_target_that_the_bastion_does_not_allow_is_a_terminal_error(
    make_hook: Hook, redshift: RedshiftStatus
) -> None:
    """PermitOpen does not list it, so a retry would fail again; the error names the target."""
    with pytest.raises(TargetError, match=f"127.0.0.1:{redshift.conformance_port} behind") as error:
        use(make_hook(redshift={"port": redshift.conformance_port}))

    assert "PermitOpen" in error.value.remedy


def test_a_login_that_the_bastion_refuses_is_a_terminal_error(make_hook: Hook) -> None:
    """The message does not contain the private key."""
    other_key = Ed25519PrivateKey.generate().private_bytes(Encoding.PEM, PrivateFormat.OpenSSH, NoEncryption()).decode()

    with pytest.raises(AccessDenied, match="bastion refused the login") as error:
        use(make_hook(ssh={"extra": {"private_key": other_key}}))

    assert other_key.splitlines()[1] not in str(error.value)


def test_the_error_for_an_unreadable_private_key_does_not_quote_it(make_hook: Hook) -> None:
    """Neither the message nor a cause contains any part of the key (S09)."""
    with pytest.raises(ConfigurationError, match="SSH connection of the bastion") as error:
        use(make_hook(ssh={"extra": {"private_key": "-----BEGIN hunter2 KEY-----\nhunter2\n"}}))

    assert "hunter2" not in str(error.value)
    assert error.value.__cause__ is None


def test_a_refused_connection_behind_the_bastion_is_a_transient_error(make_hook: Hook, own_bastion: OwnBastion) -> None:
    """The cluster may be paused, so a retry may succeed; the error names the target."""
    port = free_port()

    with pytest.raises(ConnectionFailed, match=f"127.0.0.1:{port} behind"):
        use(make_hook(ssh=own_bastion.ssh, redshift={"port": port}))


def test_a_certificate_of_an_untrusted_authority_is_refused(
    make_hook: Hook, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """TLS is verified inside the tunnel too, because the bastion is not trusted with the password."""
    certificates.make(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "ca.pem"))

    with pytest.raises(TargetError, match="certificate is not trusted") as error:
        use(make_hook())

    assert "SSL_CERT_FILE" in error.value.remedy


def test_a_wrong_password_is_a_terminal_error(make_hook: Hook) -> None:
    """Redshift refuses the login; the message contains no password."""
    with pytest.raises(AccessDenied, match="Redshift refused the login") as error:
        use(make_hook(redshift={"password": "not-the-password"}))

    assert "not-the-password" not in str(error.value)
