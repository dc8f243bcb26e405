"""A tunnel fails within a time limit if the bastion is lost, and releases every resource."""

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

LIMIT_SECONDS = 10.0  # well above the sum of the shortened timeouts, well below the driver's timeouts


@pytest.fixture
def short_timeouts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Send a keepalive every half second, with one second for the reply."""
    monkeypatch.setattr(tunnel, "KEEPALIVE_SECONDS", 0.5)
    monkeypatch.setattr(tunnel, "REPLY_SECONDS", 1.0)
    monkeypatch.setattr(bastion, "CONNECT_SECONDS", 2)


@pytest.fixture
def own_hook(make_hook: Hook, own_bastion: OwnBastion, redshift: RedshiftStatus) -> RedshiftSSHTunnelHook:
    """A hook through the test's own bastion, which the stand-in admits only at its conformance port."""
    return make_hook(ssh=own_bastion.ssh, redshift={"port": redshift.conformance_port})


@pytest.mark.faults
@pytest.mark.parametrize("fault", [signal.SIGSTOP, signal.SIGKILL], ids=["silent", "killed"])
def test_a_bastion_lost_during_a_statement_is_detected(
    own_hook: RedshiftSSHTunnelHook, own_bastion: OwnBastion, short_timeouts: None, fault: signal.Signals
) -> None:
    """A statement must not wait forever for a bastion that no longer answers (S02)."""
    with own_hook.warehouse().session("test lost bastion") as session:
        threading.Timer(0.3, own_bastion.signal, [fault]).start()
        started = time.monotonic()
        with pytest.raises(ConnectionFailed):
            session.query("SELECT pg_sleep(60)")

    assert time.monotonic() - started < LIMIT_SECONDS


@pytest.mark.faults
def test_a_bastion_lost_during_commit_is_an_unknown_outcome(
    own_hook: RedshiftSSHTunnelHook, own_bastion: OwnBastion, short_timeouts: None
) -> None:
    """COMMIT was sent and no reply arrives: neither success nor failure is reported."""
    with own_hook.warehouse().session("test lost bastion") as session:
        session.query("SELECT 1")
        own_bastion.signal(signal.SIGSTOP)
        started = time.monotonic()
        with pytest.raises(OutcomeUnknown):
            session.commit()

    assert time.monotonic() - started < LIMIT_SECONDS


@pytest.mark.faults
def test_a_bastion_that_never_answers_is_detected(
    own_hook: RedshiftSSHTunnelHook, own_bastion: OwnBastion, short_timeouts: None
) -> None:
    """The kernel accepts the connection, but the server sends nothing."""
    own_bastion.signal(signal.SIGSTOP)
    started = time.monotonic()

    with (
        pytest.raises(ConnectionFailed, match="bastion is unreachable"),
        own_hook.warehouse().session("test lost bastion"),
    ):
        pass

    assert time.monotonic() - started < LIMIT_SECONDS


def test_a_long_statement_behind_an_answering_bastion_is_not_interrupted(
    own_hook: RedshiftSSHTunnelHook, short_timeouts: None
) -> None:
    """Only missing keepalive replies close the session, not a statement without output."""
    with own_hook.warehouse().session("test long statement") as session:
        session.query("SELECT pg_sleep(3)")
        assert session.query("SELECT 1") == [(1,)]


def test_a_tunnel_accepts_only_one_connection(make_hook: Hook, redshift: RedshiftStatus) -> None:
    """Another process on the worker cannot use the tunnel once the driver is connected."""
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
def test_closed_sessions_leave_no_thread_or_socket(make_hook: Hook, fails: bool) -> None:
    """The same holds for sessions that failed."""
    hook = make_hook()
    _use(hook, fails=False)  # the first use loads modules and caches
    before = _threads(), _sockets()

    for _ in range(3):
        _use(hook, fails=fails)

    deadline = time.monotonic() + 5
    while (left := _new_since(*before)) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not left


@pytest.mark.slow
def test_forty_tasks_can_have_tunnels_at_the_same_time(make_hook: Hook) -> None:
    """Each task has its own tunnel."""
    hook = make_hook()
    all_connected = threading.Barrier(40, timeout=120)

    def task(number: int) -> int:
        with hook.warehouse().session(f"test of forty {number}") as session:
            all_connected.wait()
            return int(session.query(f"SELECT {number}")[0][0])

    with ThreadPoolExecutor(40) as pool:
        assert list(pool.map(task, range(40))) == list(range(40))


def _use(hook: RedshiftSSHTunnelHook, *, fails: bool) -> None:
    with suppress(ZeroDivisionError), hook.warehouse().session("test closing") as session:
        session.query("SELECT 1")
        _ = 1 / (0 if fails else 1)


def _new_since(threads: set[threading.Thread], sockets: set[str]) -> list[object]:
    """Return the new threads and sockets; those of other tests may have been closed in the meantime."""
    return [*(_threads() - threads), *(_sockets() - sockets)]


def _threads() -> set[threading.Thread]:
    return set(threading.enumerate())


def _sockets() -> set[str]:
    links = []
    for link in Path("/proc/self/fd").iterdir():
        with suppress(OSError):  # the descriptor of the listing itself is already closed
            links.append(str(link.readlink()))
    return {link for link in links if link.startswith("socket:")}
