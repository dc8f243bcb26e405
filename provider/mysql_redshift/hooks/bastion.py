"""Connect to a bastion whose host key is pinned."""

from __future__ import annotations

import base64
import hashlib
import socket
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from mysql_redshift.errors import AccessDenied, ConfigurationError, ConnectionFailed, HostKeyMismatch

if TYPE_CHECKING:
    import paramiko

CONNECT_SECONDS = 15
SSH_PORT = 22
# Extras of an SSH connection that accept any host key, or a changed one.
INSECURE = ("no_host_key_check", "ignore_hostkey_verification", "allow_host_key_change")


@dataclass(frozen=True, kw_only=True)
class Bastion:
    """A connected SSH client, closed by the caller; ``where`` names the bastion in messages."""

    client: paramiko.SSHClient
    where: str


class PromptSocket(socket.socket):
    """A socket without Nagle's algorithm (TCP_NODELAY) and without delayed acknowledgements (TCP_QUICKACK).

    sshd keeps Nagle's algorithm enabled on a connection that only forwards: the second packet of each reply waits for
    our acknowledgement of the first, which Linux delays by 40 ms. The forty statements of a load would wait seconds.
    """

    @classmethod
    def connected(cls, host: str, port: int) -> PromptSocket:
        """Connect; raises OSError."""
        connection = cls(fileno=socket.create_connection((host, port), timeout=CONNECT_SECONDS).detach())
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return connection

    def recv(self, bufsize: int, flags: int = 0, /) -> bytes:
        """Set TCP_QUICKACK, which the kernel resets, and receive."""
        if hasattr(socket, "TCP_QUICKACK"):  # Linux only
            self.setsockopt(socket.IPPROTO_TCP, socket.TCP_QUICKACK, 1)
        return super().recv(bufsize, flags)


def connect_bastion(ssh_conn_id: str) -> Bastion:
    """Connect once to the bastion of the SSH connection ``ssh_conn_id``.

    Raises:
        ConfigurationError: the connection is missing or unreadable, or does not pin the host key.
        ConnectionFailed: the bastion is unreachable or does not answer.
        HostKeyMismatch: the bastion has another host key than the pinned one.
        AccessDenied: the bastion refuses the login.

    """
    import paramiko

    hook = _settings(ssh_conn_id)
    where = f"{hook.username}@{hook.remote_host}:{hook.port or SSH_PORT}, SSH connection {ssh_conn_id}"
    try:
        return Bastion(client=_connect(hook), where=where)
    except paramiko.BadHostKeyException as exc:
        raise HostKeyMismatch(
            "The bastion's host key is not the pinned one",
            where=where,
            expected=_fingerprint(exc.expected_key),
            found=_fingerprint(exc.key),
            remedy="Verify the new key with the bastion's administrator. Only then set host_key to it.",
        ) from exc
    except (OSError, EOFError, paramiko.SSHException) as exc:
        if _login_refused(exc):
            raise AccessDenied(
                "The bastion refused the login",
                where=where,
                found=str(exc),
                remedy="Check the SSH connection's login, password and private_key.",
            ) from exc
        raise ConnectionFailed(
            "The bastion is unreachable",
            where=where,
            found=f"{type(exc).__name__}: {exc}",
            remedy="Check that it is running and that this worker can reach it; a retry may succeed.",
        ) from exc


def _settings(ssh_conn_id: str) -> Any:
    """Return the SSH provider's hook, used to read the connection but not to connect.

    Raises:
        ConfigurationError: the connection is missing or unreadable, or does not pin the host key.

    """
    from mysql_redshift.hooks.connections import find_connection

    extra = find_connection(ssh_conn_id, setting="ssh_conn_id").extra_dejson
    insecure = [name for name in INSECURE if str(extra.get(name)).lower() == "true"]
    if insecure or len(str(extra.get("host_key") or "").split()) < 2:
        raise ConfigurationError(
            "The bastion's host key is not pinned, so another server could impersonate the bastion",
            where=f"SSH connection {ssh_conn_id}, extra",
            expected='"host_key": "ssh-ed25519 AAAA..."',
            found=", ".join(f"{name}: true" for name in insecure) or "no host_key with a key type",
            remedy="Set host_key to what `ssh-keyscan -t ed25519 BASTION` prints, after verifying it on the bastion"
            + (f", and remove {', '.join(insecure)}." if insecure else "."),
        )
    return _ssh_hook(ssh_conn_id)


def _ssh_hook(ssh_conn_id: str) -> Any:
    import paramiko
    from airflow.providers.common.compat.sdk import AirflowException  # Airflow moved it between versions
    from airflow.providers.ssh.hooks.ssh import SSHHook

    try:
        return SSHHook(ssh_conn_id=ssh_conn_id, conn_timeout=CONNECT_SECONDS, keepalive_interval=0)
    except (AirflowException, ValueError, OSError, paramiko.SSHException) as exc:
        # Report only the error's type: its text could quote the private key.
        raise ConfigurationError(
            "The SSH connection of the bastion cannot be read",
            where=f"connection {ssh_conn_id}",
            expected="type ssh with host and login; extra: private_key or key_file, host_key as `type base64`",
            found=type(exc).__name__,
            remedy="Correct the connection in Airflow.",
        ) from None


def _connect(hook: Any) -> paramiko.SSHClient:
    """Connect once. The SSH hook's own method retries for seconds; a task's retry is better."""
    import paramiko

    client, pinned, port = paramiko.SSHClient(), hook.host_key, hook.port or SSH_PORT
    name = hook.remote_host if port == SSH_PORT else f"[{hook.remote_host}]:{port}"
    client.get_host_keys().add(name, pinned.get_name(), pinned)
    client.set_missing_host_key_policy(paramiko.RejectPolicy())
    try:
        client.connect(
            hostname=hook.remote_host,
            port=port,
            username=hook.username,
            password=hook.password,
            pkey=hook.pkey,
            key_filename=hook.key_file,
            timeout=CONNECT_SECONDS,
            banner_timeout=CONNECT_SECONDS,
            auth_timeout=CONNECT_SECONDS,
            channel_timeout=CONNECT_SECONDS,
            compress=False,  # the SSH provider's default (True) reduces the throughput to a sixth
            sock=hook.host_proxy or PromptSocket.connected(hook.remote_host, port),
            look_for_keys=hook.look_for_keys,
            allow_agent=False,
            disabled_algorithms=hook.disabled_algorithms,
        )
    except BaseException:
        client.close()
        raise
    return client


def _login_refused(exc: BaseException) -> bool:
    import paramiko

    if isinstance(exc, paramiko.AuthenticationException):
        return "timeout" not in str(exc).lower()
    return isinstance(exc, paramiko.SSHException) and "No authentication methods" in str(exc)


def _fingerprint(key: paramiko.PKey) -> str:
    """Return the fingerprint as ``ssh-keygen -l`` prints it."""
    digest = base64.b64encode(hashlib.sha256(key.asbytes()).digest()).decode().rstrip("=")
    return f"{key.get_name()} SHA256:{digest}"
