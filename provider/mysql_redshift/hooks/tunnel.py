"""One SSH tunnel for one database connection, in which silence is found in bounded time. See docs/adr/0005."""

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
KEEPALIVE_SECONDS = 15.0  # between two questions to the bastion
SILENCE_SECONDS = 30.0  # how long it may take to answer one
JOIN_SECONDS = 5.0
PROHIBITED = 1  # reason of a refused channel, RFC 4254 section 5.1; 2 is "connect failed"


@contextmanager
def open_tunnel(ssh_conn_id: str, host: str, port: int) -> Iterator[int]:
    """Yield a local port that leads one connection to ``host:port`` as the bastion sees it, then close everything.

    Raises:
        ConnectionFailed: the bastion is down, or nobody listens behind it.
        TargetError: the bastion forbids forwarding to this target.
        ConfigurationError, HostKeyMismatch, AccessDenied: as ``connect_bastion`` says.

    """
    bastion = connect_bastion(ssh_conn_id)
    with closing(bastion.client):
        channel = _open_channel(bastion, host, port)
        with _watched(bastion.client), _forwarded(channel) as local_port:
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
            "The bastion does not open the way to Redshift",
            where=target,
            found=f"{type(exc).__name__}: {exc}",
            remedy="Check host and port as the bastion sees them. A retry may succeed.",
        ) from exc
    return channel


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
def _forwarded(channel: paramiko.Channel) -> Iterator[int]:
    """Carry the first local connection over the channel; nobody else on this worker can ride along."""
    with socket.create_server((LOOPBACK, 0), backlog=1) as listener:
        carrier = threading.Thread(target=_carry, args=(listener, channel), name="bastion-forward", daemon=True)
        port = int(listener.getsockname()[1])
        carrier.start()
        try:
            yield port
        finally:
            _hang_up(channel)
            _hang_up(listener)
            carrier.join(JOIN_SECONDS)


def _carry(listener: socket.socket, channel: paramiko.Channel) -> None:
    try:
        local, _ = listener.accept()
    except OSError:  # the tunnel ended before anybody came
        return
    listener.close()
    with local:
        local.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        back = threading.Thread(target=_pump, args=(channel, local), name="bastion-forward-back", daemon=True)
        back.start()
        _pump(local, channel)
        back.join()


def _pump(source: socket.socket | paramiko.Channel, sink: socket.socket | paramiko.Channel) -> None:
    """Copy until one side ends, then end both: neither may wait for the other."""
    with suppress(OSError, EOFError):
        while data := source.recv(CHUNK_BYTES):
            sink.sendall(data)
    _hang_up(sink)
    _hang_up(source)


def _hang_up(end: socket.socket | paramiko.Channel) -> None:
    """Wake whoever reads from it; paramiko's channel shuts down by closing."""
    with suppress(OSError, EOFError):
        if isinstance(end, socket.socket):
            end.shutdown(socket.SHUT_RDWR)
        else:
            end.close()


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
        watch.join(JOIN_SECONDS)


def _watch(client: paramiko.SSHClient, done: threading.Event) -> None:
    transport = client.get_transport()
    while transport is not None and not done.wait(KEEPALIVE_SECONDS):
        question = threading.Thread(target=_ask, args=(transport,), name="bastion-question", daemon=True)
        question.start()
        question.join(SILENCE_SECONDS)
        if question.is_alive() or not transport.is_active():
            _end(transport)
            return


def _ask(transport: paramiko.Transport) -> None:
    """Ask something that every server must answer, if only with a refusal."""
    import paramiko

    with suppress(OSError, EOFError, paramiko.SSHException):
        transport.global_request("keepalive@openssh.com", wait=True)


def _end(transport: paramiko.Transport) -> None:
    """Shut the socket first: a thread of paramiko's may be stuck in writing to it."""
    with suppress(OSError):
        transport.sock.shutdown(socket.SHUT_RDWR)
    transport.close()
