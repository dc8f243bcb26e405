"""Open one SSH tunnel per database connection; a bastion that stops answering is detected. See docs/adr/0005."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from typing import TYPE_CHECKING, Any

from mysql_redshift.errors import ConnectionFailed, MysqlRedshiftError, TargetError
from mysql_redshift.hooks.bastion import Bastion, connect_bastion

if TYPE_CHECKING:
    import paramiko

LOOPBACK = "127.0.0.1"
CHANNEL_SECONDS = 15
CHUNK_BYTES = 65536
KEEPALIVE_SECONDS = 15.0  # between two keepalive requests to the bastion
REPLY_SECONDS = 30.0  # timeout of a keepalive's reply
JOIN_SECONDS = 5.0
PROHIBITED = 1  # reason code "administratively prohibited", RFC 4254 section 5.1; 2 is "connect failed"


@contextmanager
def open_tunnel(ssh_conn_id: str, host: str, port: int) -> Iterator[int]:
    """Yield a local port that forwards one connection to ``host:port`` as seen from the bastion.

    Raises:
        ConnectionFailed: the bastion is unreachable, or cannot connect to the target.
        TargetError: the bastion does not allow forwarding to the target.
        ConfigurationError, HostKeyMismatch, AccessDenied: see ``connect_bastion``.

    """
    bastion = connect_bastion(ssh_conn_id)
    with closing(bastion.client):
        channel = _open_channel(bastion, host, port)
        with _monitored(bastion.client), _forwarded(channel) as local_port:
            yield local_port


def _open_channel(bastion: Bastion, host: str, port: int) -> paramiko.Channel:
    import paramiko

    target = f"{host}:{port} behind {bastion.where}"
    try:
        transport: Any = bastion.client.get_transport()
        channel: paramiko.Channel = transport.open_channel(
            "direct-tcpip", (host, port), (LOOPBACK, 0), timeout=CHANNEL_SECONDS
        )
    except paramiko.ChannelException as exc:
        raise _refused(exc.code, exc.text, target) from exc
    except (OSError, EOFError, paramiko.SSHException) as exc:
        raise ConnectionFailed(
            "The bastion did not open a channel to Redshift",
            where=target,
            found=f"{type(exc).__name__}: {exc}",
            remedy="Check the connection's host and port as seen from the bastion; a retry may succeed.",
        ) from exc
    return channel


def _refused(code: int, text: str, target: str) -> MysqlRedshiftError:
    if code == PROHIBITED:
        return TargetError(
            "The bastion does not allow forwarding to Redshift",
            where=target,
            found=text,
            remedy="Allow it in the bastion's sshd_config (PermitOpen, AllowTcpForwarding), or correct the "
            "connection's host and port.",
        )
    return ConnectionFailed(
        "The bastion could not connect to Redshift",
        where=target,
        found=text,
        remedy="Check the connection's host and port as seen from the bastion, and that the cluster is not paused; "
        "a retry may succeed.",
    )


@contextmanager
def _forwarded(channel: paramiko.Channel) -> Iterator[int]:
    """Forward the first local connection over the channel; further connections are refused."""
    with socket.create_server((LOOPBACK, 0), backlog=1) as listener:
        forwarder = threading.Thread(target=_forward, args=(listener, channel), name="bastion-forward", daemon=True)
        port = int(listener.getsockname()[1])
        forwarder.start()
        try:
            yield port
        finally:
            _shut_down(channel)
            _shut_down(listener)
            forwarder.join(JOIN_SECONDS)


def _forward(listener: socket.socket, channel: paramiko.Channel) -> None:
    try:
        local, _ = listener.accept()
    except OSError:  # the tunnel was closed before the first connection
        return
    listener.close()
    with local:
        local.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        back = threading.Thread(target=_pump, args=(channel, local), name="bastion-forward-back", daemon=True)
        back.start()
        _pump(local, channel)
        back.join()


def _pump(source: socket.socket | paramiko.Channel, sink: socket.socket | paramiko.Channel) -> None:
    """Copy until one side closes, then shut both down, so that neither waits for the other."""
    with suppress(OSError, EOFError):
        while data := source.recv(CHUNK_BYTES):
            sink.sendall(data)
    _shut_down(sink)
    _shut_down(source)


def _shut_down(peer: socket.socket | paramiko.Channel) -> None:
    """Shut a socket or channel down, which unblocks its reader; paramiko's channel does so on close."""
    with suppress(OSError, EOFError):
        if isinstance(peer, socket.socket):
            peer.shutdown(socket.SHUT_RDWR)
        else:
            peer.close()


@contextmanager
def _monitored(client: paramiko.SSHClient) -> Iterator[None]:
    """Send keepalives to the bastion; without a reply, close the SSH session, so that reads and writes fail."""
    done = threading.Event()
    monitor = threading.Thread(target=_monitor, args=(client, done), name="bastion-monitor", daemon=True)
    monitor.start()
    try:
        yield
    finally:
        done.set()
        client.close()
        monitor.join(JOIN_SECONDS)


def _monitor(client: paramiko.SSHClient, done: threading.Event) -> None:
    transport = client.get_transport()
    while transport is not None and not done.wait(KEEPALIVE_SECONDS):
        request = threading.Thread(target=_keepalive, args=(transport,), name="bastion-keepalive", daemon=True)
        request.start()
        request.join(REPLY_SECONDS)
        if request.is_alive() or not transport.is_active():
            _close(transport)
            return


def _keepalive(transport: paramiko.Transport) -> None:
    """Send a request that every server must answer, even if only with a refusal."""
    import paramiko

    with suppress(OSError, EOFError, paramiko.SSHException):
        transport.global_request("keepalive@openssh.com", wait=True)


def _close(transport: paramiko.Transport) -> None:
    """Close the transport; shut the socket down first, because a thread of paramiko may block in a write to it."""
    with suppress(OSError):
        transport.sock.shutdown(socket.SHUT_RDWR)
    transport.close()
