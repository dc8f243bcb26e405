"""Connects to a bastion whose host key is pinned."""

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
# Extras of an SSH connection that let any host key pass, or one that changed.
LOOSE = ("no_host_key_check", "ignore_hostkey_verification", "allow_host_key_change")


@dataclass(frozen=True, kw_only=True)
class Bastion:
    """A connected SSH client; ``where`` names the bastion in messages. Whoever got it closes it."""

    client: paramiko.SSHClient
    where: str


class PromptSocket(socket.socket):
    """Sends at once and acknowledges at once.

    sshd leaves Nagle's algorithm on where a connection only forwards: the second packet of each answer waits until we
    acknowledge the first, and Linux takes 40 ms over that. A load's forty statements would wait for seconds.
    """

    @classmethod
    def connected(cls, host: str, port: int) -> PromptSocket:
        """Connect; raises OSError."""
        found = cls(fileno=socket.create_connection((host, port), timeout=CONNECT_SECONDS).detach())
        found.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return found

    def recv(self, bufsize: int, flags: int = 0, /) -> bytes:
        """Receive; the kernel forgets between two answers that it was asked to be quick."""
        if hasattr(socket, "TCP_QUICKACK"):  # Linux has it
            self.setsockopt(socket.IPPROTO_TCP, socket.TCP_QUICKACK, 1)
        return super().recv(bufsize, flags)


def connect_bastion(ssh_conn_id: str) -> Bastion:
    """Connect once through the SSH connection ``ssh_conn_id``.

    Raises:
        ConfigurationError: the connection is missing or unreadable, or does not pin the host key.
        ConnectionFailed: the bastion is down or silent.
        HostKeyMismatch: the bastion has another key.
        AccessDenied: it refuses our login.

    """
    import paramiko

    hook = _settings(ssh_conn_id)
    where = f"{hook.username}@{hook.remote_host}:{hook.port or SSH_PORT}, SSH connection {ssh_conn_id}"
    try:
        return Bastion(client=_dial(hook), where=where)
    except paramiko.BadHostKeyException as exc:
        raise HostKeyMismatch(
            "The bastion is not the one whose host key is pinned",
            where=where,
            expected=_fingerprint(exc.expected_key),
            found=_fingerprint(exc.key),
            remedy="Ask who runs the bastion whether its key changed. Only then put the new one into host_key.",
        ) from exc
    except (OSError, EOFError, paramiko.SSHException) as exc:
        if _login_refused(exc):
            raise AccessDenied(
                "The bastion refused the login",
                where=where,
                found=str(exc),
                remedy="Check login, password and private_key of the SSH connection.",
            ) from exc
        raise ConnectionFailed(
            "The bastion cannot be reached",
            where=where,
            found=f"{type(exc).__name__}: {exc}",
            remedy="Check that it is up and that this worker may reach it. A retry may succeed.",
        ) from exc


def _settings(ssh_conn_id: str) -> Any:
    """Return the SSH provider's hook, which reads the connection; we connect ourselves."""
    from mysql_redshift.hooks.connections import find_connection

    extra = find_connection(ssh_conn_id, what="ssh_conn_id").extra_dejson
    loose = [name for name in LOOSE if str(extra.get(name)).lower() == "true"]
    if loose or len(str(extra.get("host_key") or "").split()) < 2:
        raise ConfigurationError(
            "The bastion's host key is not pinned, so anybody could pose as the bastion",
            where=f"SSH connection {ssh_conn_id}, extra",
            expected='"host_key": "ssh-ed25519 AAAA..."',
            found=", ".join(f"{name}: true" for name in loose) or "no host_key with its type",
            remedy="Put there what `ssh-keyscan -t ed25519 BASTION` prints, compared with the bastion's own.",
        )
    return _hook(ssh_conn_id)


def _hook(ssh_conn_id: str) -> Any:
    import paramiko
    from airflow.providers.common.compat.sdk import AirflowException  # Airflow moved it between versions
    from airflow.providers.ssh.hooks.ssh import SSHHook

    try:
        return SSHHook(ssh_conn_id=ssh_conn_id, conn_timeout=CONNECT_SECONDS, keepalive_interval=0)
    except (AirflowException, ValueError, OSError, paramiko.SSHException) as exc:
        # Only the kind of the error: its text could quote the key that could not be read.
        raise ConfigurationError(
            "The SSH connection of the bastion cannot be read",
            where=f"connection {ssh_conn_id}",
            expected="type ssh with host and login; extra: private_key or key_file, host_key as `type base64`",
            found=type(exc).__name__,
            remedy="Correct the connection in Airflow.",
        ) from None


def _dial(hook: Any) -> paramiko.SSHClient:
    """Connect once: the SSH hook's own way retries for seconds what a task's retry does better."""
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
            compress=False,  # the SSH provider's default costs five sixths of the throughput
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
