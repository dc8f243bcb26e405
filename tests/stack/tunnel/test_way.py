"""Every session goes through the bastion, whose key is pinned; each refusal says what is wrong."""

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
    """Open a session and ask one question."""
    with hook.warehouse().session("test of the way") as session:
        return session.query("SELECT 1")


def public(key: Any) -> str:
    """Return a key as authorized_keys and host_key spell it."""
    return str(key.public_key().public_bytes(Encoding.OpenSSH, PublicFormat.OpenSSH).decode())


def test_a_session_goes_through_the_bastion(make_hook: Hook) -> None:
    """The stand-in admits the bastion's sockets only; so an answer proves the way."""
    assert use(make_hook()) == [(1,)]


def test_the_direct_way_is_closed(make_hook: Hook) -> None:
    """The same address without the tunnel is refused: the test above passes by no other way."""
    hook = make_hook(redshift={"extra": {"ssh_conn_id": None, "direct": "true", "sslmode": "verify-ca"}})

    with pytest.raises(AccessDenied, match="from the bastion only"):
        use(hook)


def test_the_connection_test_says_what_happened(make_hook: Hook) -> None:
    """Airflow's button shows success, or the error with its remedy."""
    assert make_hook().test_connection() == (True, "Redshift answered through the tunnel")

    ok, message = make_hook(redshift={"extra": {"unix_sock": "/tmp/x"}}).test_connection()
    assert not ok
    assert "unknown extra 'unix_sock'" in message


def test_get_conn_closes_what_it_opened(make_hook: Hook) -> None:
    """A connection for a hand-written task lives as long as its with block."""
    with make_hook().get_conn() as connection, connection.cursor() as cursor:
        cursor.execute("SELECT 2")
        assert cursor.fetchone()[0] == 2

    assert connection._sock is None


def test_a_bastion_that_is_down_is_transient_and_named(make_hook: Hook) -> None:
    """It may come back; whoever is woken reads which one it was."""
    port = free_port()

    with pytest.raises(ConnectionFailed, match=f"@127.0.0.1:{port}, SSH connection bastion_"):
        use(make_hook(ssh={"port": port}))


@pytest.mark.parametrize("other", [Ed25519PrivateKey.generate(), generate_private_key(SECP256R1())])
def test_another_host_key_is_refused_with_both_fingerprints(make_hook: Hook, other: Any) -> None:
    """Whether of the same kind or of another, a key that is not the pinned one ends the run."""
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
    ids=["no key", "a key without its type", "no check", "no check, as it was called", "any change allowed"],
)
def test_a_bastion_without_a_pinned_key_is_refused(make_hook: Hook, extra: dict[str, Any]) -> None:
    """Nothing is connected to where anybody could pose as the bastion."""
    with pytest.raises(ConfigurationError, match="not pinned") as error:
        use(make_hook(ssh={"extra": extra}))

    assert "ssh-keyscan" in error.value.remedy


def test_a_target_the_bastion_forbids_is_terminal_and_named(make_hook: Hook, redshift: RedshiftStatus) -> None:
    """PermitOpen leaves it out; a retry would fail again."""
    with pytest.raises(TargetError, match=f"127.0.0.1:{redshift.conformance_port} behind") as error:
        use(make_hook(redshift={"port": redshift.conformance_port}))

    assert "PermitOpen" in error.value.remedy


def test_a_login_the_bastion_refuses_is_terminal(make_hook: Hook) -> None:
    """Another private key does not open it, and the message does not hold the key."""
    stranger = Ed25519PrivateKey.generate().private_bytes(Encoding.PEM, PrivateFormat.OpenSSH, NoEncryption()).decode()

    with pytest.raises(AccessDenied, match="bastion refused the login") as error:
        use(make_hook(ssh={"extra": {"private_key": stranger}}))

    assert stranger.splitlines()[1] not in str(error.value)


def test_a_key_that_cannot_be_read_is_not_quoted(make_hook: Hook) -> None:
    """S9: a broken private key is a configuration error whose text and causes hold nothing of it."""
    with pytest.raises(ConfigurationError, match="SSH connection of the bastion") as error:
        use(make_hook(ssh={"extra": {"private_key": "-----BEGIN hunter2 KEY-----\nhunter2\n"}}))

    assert "hunter2" not in str(error.value)
    assert error.value.__cause__ is None


def test_nobody_behind_the_bastion_is_transient_and_named(make_hook: Hook, own_bastion: OwnBastion) -> None:
    """A paused cluster comes back."""
    port = free_port()

    with pytest.raises(ConnectionFailed, match=f"127.0.0.1:{port} behind"):
        use(make_hook(ssh=own_bastion.ssh, redshift={"port": port}))


def test_a_certificate_of_an_unknown_authority_is_refused(
    make_hook: Hook, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """TLS is checked inside the tunnel too: the bastion is not trusted with the password."""
    certificates.make(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "ca.pem"))

    with pytest.raises(TargetError, match="certificate is not trusted") as error:
        use(make_hook())

    assert "SSL_CERT_FILE" in error.value.remedy


def test_a_wrong_password_is_terminal(make_hook: Hook) -> None:
    """Redshift refuses the login; neither password is told."""
    with pytest.raises(AccessDenied, match="Redshift refused the login") as error:
        use(make_hook(redshift={"password": "not-the-password"}))

    assert "not-the-password" not in str(error.value)
