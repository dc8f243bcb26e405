"""One SSH tunnel for one database connection: host key pinned, forwarding proven, silence found in bounded time."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any

from mysql_redshift.errors import (
    AccessDenied,
    ConfigurationError,
    ConnectionFailed,
    HostKeyMismatch,
    MysqlRedshiftError,
    TargetError,
)

if TYPE_CHECKING:
    import paramiko

CONNECT_SECONDS = 15
PROBE_SECONDS = 15
KEEPALIVE_SECONDS = 15.0  # between two questions to the bastion
SILENCE_SECONDS = 30.0  # how long it may take to answer one
PROHIBITED, CONNECT_FAILED = 1, 2  # reasons of SSH's CHANNEL_OPEN_FAILURE, RFC 4254 section 5.1


@contextmanager
def open_tunnel(ssh_conn_id: str, host: str, port: int) -> Iterator[int]:
    """Yield a local port that leads to ``host:port`` as the bastion sees it; everything is closed afterwards.

    Raises:
        ConfigurationError: the SSH connection pins no host key, or accepts any.
        ConnectionFailed: the bastion is down, or nobody listens behind it.
        HostKeyMismatch: the bastion has another key.
        AccessDenied: it refuses our key.
        TargetError: it forbids forwarding to this target.

    """
    from airflow.providers.ssh.tunnel import SSHTunnel  # noqa: PLC0415 - paramiko costs 0.3 s

    client, bastion = _connect(ssh_conn_id)
    try:
        _probe(client, bastion, host, port)
        with _watched(client), SSHTunnel(client, host, port) as tunnel:
            yield tunnel.local_bind_port
    finally:
        client.close()


def _connect(ssh_conn_id: str) -> tuple[paramiko.SSHClient, str]:
    import paramiko  # noqa: PLC0415
    from airflow.providers.ssh.hooks.ssh import SSHHook  # noqa: PLC0415

    _require_pinned_key(ssh_conn_id)
    hook = SSHHook(ssh_conn_id=ssh_conn_id, conn_timeout=CONNECT_SECONDS, keepalive_interval=0)
    bastion = f"{hook.username}@{hook.remote_host}:{hook.port or 22}"
    try:
        return _dial(hook), bastion
    except paramiko.BadHostKeyException as exc:
        raise HostKeyMismatch(
            "The bastion is not the one whose host key is pinned",
            where=f"{bastion}, SSH connection {ssh_conn_id}",
            expected=f"{exc.expected_key.get_name()} SHA256 {_fingerprint(exc.expected_key)}",
            found=f"{exc.key.get_name()} SHA256 {_fingerprint(exc.key)}",
            remedy="Ask who runs the bastion whether its key changed. Only then put the new one into host_key.",
        ) from exc
    except paramiko.AuthenticationException as exc:
        raise AccessDenied(
            "The bastion refused the login",
            where=f"{bastion}, SSH connection {ssh_conn_id}",
            found=str(exc),
            remedy="Check the user and private_key of the SSH connection.",
        ) from exc
    except (OSError, EOFError, paramiko.SSHException) as exc:
        raise ConnectionFailed(
            "The bastion cannot be reached",
            where=f"{bastion}, SSH connection {ssh_conn_id}",
            found=f"{type(exc).__name__}: {exc}",
            remedy="Check that it is up and that this worker may reach it. A retry may succeed.",
        ) from exc


def _dial(hook: Any) -> paramiko.SSHClient:
    """Connect once: the hook's own way retries for seconds what a task's retry does better."""
    import paramiko  # noqa: PLC0415

    client = paramiko.SSHClient()
    key = hook.host_key
    name = hook.remote_host if (hook.port or 22) == 22 else f"[{hook.remote_host}]:{hook.port}"
    client.get_host_keys().add(name, key.get_name(), key)
    client.set_missing_host_key_policy(paramiko.RejectPolicy())
    try:
        client.connect(
            hostname=hook.remote_host,
            port=hook.port or 22,
            username=hook.username,
            password=hook.password,
            pkey=hook.pkey,
            key_filename=hook.key_file,
            timeout=CONNECT_SECONDS,
            banner_timeout=CONNECT_SECONDS,
            auth_timeout=CONNECT_SECONDS,
            channel_timeout=CONNECT_SECONDS,
            compress=hook.compress,
            sock=hook.host_proxy,
            look_for_keys=hook.look_for_keys,
            allow_agent=False,
        )
    except BaseException:
        client.close()
        raise
    return client


def _require_pinned_key(ssh_conn_id: str) -> None:
    from airflow.sdk import BaseHook  # noqa: PLC0415

    extra = BaseHook.get_connection(ssh_conn_id).extra_dejson
    loose = [name for name in ("no_host_key_check", "allow_host_key_change") if str(extra.get(name)).lower() == "true"]
    key = str(extra.get("host_key") or "")
    if loose or len(key.split()) < 2:
        raise ConfigurationError(
            "The bastion's host key is not pinned, so anybody could pose as the bastion",
            where=f"SSH connection {ssh_conn_id}, extra",
            expected='"host_key": "ssh-ed25519 AAAA..."',
            found=f"{', '.join(loose)}: true" if loose else "no host_key with its type",
            remedy="Put there what `ssh-keyscan -t ed25519 BASTION` prints, compared with the bastion's own.",
        )


def _probe(client: paramiko.SSHClient, bastion: str, host: str, port: int) -> None:
    """Open the channel once before the driver does: only here are the reasons of a refusal told."""
    import paramiko  # noqa: PLC0415

    target = f"{host}:{port} behind {bastion}"
    try:
        transport: Any = client.get_transport()
        transport.open_channel("direct-tcpip", (host, port), ("127.0.0.1", 0), timeout=PROBE_SECONDS).close()
    except paramiko.ChannelException as exc:
        raise _refused(exc.code, exc.text, target) from exc
    except (OSError, EOFError, paramiko.SSHException) as exc:
        raise ConnectionFailed(
            "The bastion does not answer", where=target, found=f"{type(exc).__name__}: {exc}", remedy="Run again."
        ) from exc


def _refused(code: int, text: str, target: str) -> MysqlRedshiftError:
    if code == PROHIBITED:
        return TargetError(
            "The bastion forbids forwarding to this target",
            where=target,
            found=text,
            remedy="Have it allowed there (PermitOpen, AllowTcpForwarding), or correct the connection's host and port.",
        )
    return ConnectionFailed(
        "Nobody answers behind the bastion",
        where=target,
        found=text,
        remedy="Check host and port as the bastion sees them, and that the cluster is not paused. A retry may succeed.",
    )


@contextmanager
def _watched(client: paramiko.SSHClient) -> Iterator[None]:
    """Ask the bastion every few seconds, and close the session where no answer comes: its sockets then fail at once."""
    done = threading.Event()
    watch = threading.Thread(target=_watch, args=(client, done), name="bastion-watch", daemon=True)
    watch.start()
    try:
        yield
    finally:
        done.set()
        client.close()
        watch.join(timeout=5)


def _watch(client: paramiko.SSHClient, done: threading.Event) -> None:
    transport = client.get_transport()
    while transport is not None and not done.wait(KEEPALIVE_SECONDS):
        question = threading.Thread(target=_ask, args=(transport,), name="bastion-question", daemon=True)
        question.start()
        question.join(SILENCE_SECONDS)
        if question.is_alive() or not transport.is_active():
            transport.close()
            with suppress(OSError):
                transport.sock.shutdown(socket.SHUT_RDWR)
            return


def _ask(transport: paramiko.Transport) -> None:
    """Ask something that every server must answer, if only with a refusal."""
    with suppress(OSError, EOFError):
        transport.global_request("keepalive@openssh.com", wait=True)


def _fingerprint(key: paramiko.PKey) -> str:
    return key.fingerprint.removeprefix("SHA256:") if hasattr(key, "fingerprint") else key.get_base64()[-16:]
