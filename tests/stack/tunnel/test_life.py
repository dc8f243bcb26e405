"""A tunnel ends in bounded time, whatever happens to the bastion, and leaves nothing behind."""

from __future__ import annotations

import signal
import socket
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

import pytest

from devstack.postgres import SSL_REQUEST
from devstack.status import RedshiftStatus
from mysql_redshift.errors import ConnectionFailed, OutcomeUnknown
from mysql_redshift.hooks import bastion, tunnel
from mysql_redshift.hooks.redshift_ssh import RedshiftSSHTunnelHook
from tests.stack.tunnel.conftest import Hook, OwnBastion

BOUND_SECONDS = 10.0  # far above what the shortened waits add up to, far below any timeout of the driver


@pytest.fixture
def short_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    """The bastion is asked every half second and has one second to answer."""
    monkeypatch.setattr(tunnel, "KEEPALIVE_SECONDS", 0.5)
    monkeypatch.setattr(tunnel, "SILENCE_SECONDS", 1.0)
    monkeypatch.setattr(bastion, "CONNECT_SECONDS", 2)


@pytest.fixture
def own_hook(make_hook: Hook, own_bastion: OwnBastion, redshift: RedshiftStatus) -> RedshiftSSHTunnelHook:
    """Through the test's own bastion; the stand-in admits it at its other port only."""
    return make_hook(ssh=own_bastion.ssh, redshift={"port": redshift.conformance_port})


@pytest.mark.faults
@pytest.mark.parametrize("fault", [signal.SIGSTOP, signal.SIGKILL], ids=["silent", "killed"])
def test_a_bastion_lost_during_a_statement_is_found(
    own_hook: RedshiftSSHTunnelHook, own_bastion: OwnBastion, short_waits: None, fault: signal.Signals
) -> None:
    """S2: a statement that waits behind a bastion which says nothing any more does not wait for ever."""
    with own_hook.warehouse().session("test of silence") as session:
        threading.Timer(0.3, own_bastion.signal, [fault]).start()
        begun = time.monotonic()
        with pytest.raises(ConnectionFailed):
            session.query("SELECT pg_sleep(60)")

    assert time.monotonic() - begun < BOUND_SECONDS


@pytest.mark.faults
def test_a_bastion_lost_during_commit_leaves_the_outcome_unknown(
    own_hook: RedshiftSSHTunnelHook, own_bastion: OwnBastion, short_waits: None
) -> None:
    """COMMIT was sent and nobody answers: neither success nor failure (rule 6)."""
    with own_hook.warehouse().session("test of silence") as session:
        session.query("SELECT 1")
        own_bastion.signal(signal.SIGSTOP)
        begun = time.monotonic()
        with pytest.raises(OutcomeUnknown):
            session.commit()

    assert time.monotonic() - begun < BOUND_SECONDS


@pytest.mark.faults
def test_a_bastion_that_is_silent_from_the_start_is_found(
    own_hook: RedshiftSSHTunnelHook, own_bastion: OwnBastion, short_waits: None
) -> None:
    """The kernel accepts the connection, the server never speaks."""
    own_bastion.signal(signal.SIGSTOP)
    begun = time.monotonic()

    with pytest.raises(ConnectionFailed, match="cannot be reached"), own_hook.warehouse().session("test of silence"):
        pass

    assert time.monotonic() - begun < BOUND_SECONDS


def test_an_answering_bastion_is_left_alone(own_hook: RedshiftSSHTunnelHook, short_waits: None) -> None:
    """The watch ends no session whose bastion answers, however long a statement is silent."""
    with own_hook.warehouse().session("test of patience") as session:
        session.query("SELECT pg_sleep(3)")
        assert session.query("SELECT 1") == [(1,)]


def test_a_tunnel_carries_one_connection_only(make_hook: Hook, redshift: RedshiftStatus) -> None:
    """Another process of the worker cannot ride along once the driver has come."""
    bastion_id = make_hook().settings().ssh_conn_id or ""
    with (
        tunnel.open_tunnel(bastion_id, redshift.host, redshift.port) as port,
        socket.create_connection((tunnel.LOOPBACK, port)) as first,
    ):
        first.sendall(SSL_REQUEST)
        assert first.recv(1) == b"S"

        with pytest.raises(ConnectionRefusedError):
            socket.create_connection((tunnel.LOOPBACK, port))


@pytest.mark.parametrize("fails", [False, True], ids=["success", "failure"])
def test_nothing_is_left_behind(make_hook: Hook, fails: bool) -> None:
    """After its sessions no thread, socket or process remains, whether they ended well or not."""
    hook = make_hook()
    _use(hook, fails=False)  # what the first use loads, stays
    before = _threads(), _sockets()

    for _ in range(3):
        _use(hook, fails=fails)

    deadline = time.monotonic() + 5
    while (left := _left_since(*before)) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not left


@pytest.mark.slow
def test_forty_at_once(make_hook: Hook) -> None:
    """Each of forty tasks has a tunnel of its own, and all of them are up at the same time."""
    hook = make_hook()
    all_up = threading.Barrier(40, timeout=120)

    def task(number: int) -> int:
        with hook.warehouse().session(f"test of forty {number}") as session:
            all_up.wait()
            return int(session.query(f"SELECT {number}")[0][0])

    with ThreadPoolExecutor(40) as pool:
        assert list(pool.map(task, range(40))) == list(range(40))


def _use(hook: RedshiftSSHTunnelHook, *, fails: bool) -> None:
    with suppress(ZeroDivisionError), hook.warehouse().session("test of ends") as session:
        session.query("SELECT 1")
        _ = 1 / (0 if fails else 1)


def _left_since(threads: set[threading.Thread], sockets: set[str]) -> list[object]:
    """Return what was not there before; that something of another test has ended meanwhile does not matter."""
    return [*(_threads() - threads), *(_sockets() - sockets)]


def _threads() -> set[threading.Thread]:
    return set(threading.enumerate())


def _sockets() -> set[str]:
    links = []
    for link in Path("/proc/self/fd").iterdir():
        with suppress(OSError):  # the folder's own descriptor is gone by now
            links.append(str(link.readlink()))
    return {link for link in links if link.startswith("socket:")}
