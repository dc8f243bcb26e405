"""Servers do not outlive the process that started them."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from devstack import stack, status
from devstack.errors import DevstackError
from devstack.process import Server, free_port
from tests.stack.devstack.processes import connected, descendants, left_alive

# The tests may run with ignored signals, as under nohup and a shell's &; the parent restores the default handlers.
PARENT = """
import signal
import sys
from pathlib import Path
from devstack import stack
signal.signal(signal.SIGINT, signal.default_int_handler)
signal.signal(signal.SIGHUP, signal.SIG_DFL)
with stack.running(("postgres", "s3", "bastion"), Path(sys.argv[1])):
    print("up", flush=True)
    if sys.stdin.readline().strip() == "raise":
        raise RuntimeError("as requested")
"""


@contextmanager
def parent(home: Path) -> Iterator[subprocess.Popen[str]]:
    with subprocess.Popen(
        [sys.executable, "-c", PARENT, str(home)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as child:
        assert child.stdout is not None
        assert child.stdout.readline() == "up\n"
        yield child
        child.kill()


@pytest.mark.parametrize("ending", ["return", "raise", signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGKILL])
def test_nothing_outlives_the_parent(home: Path, ending: str | signal.Signals) -> None:
    """No server and no child of a server is left, not even sshd's child for a client that is still connected."""
    with parent(home) as child:
        bastion = status.from_json(status.path(home).read_text()).bastion
        assert bastion is not None
        with connected(bastion):
            servers = descendants(child.pid)
            assert len(servers) >= 6  # PostgreSQL with children, S3, the subreaper, sshd and its child
            if isinstance(ending, signal.Signals):
                child.send_signal(ending)
            else:
                child.communicate(ending)
            child.wait(60)
            assert not left_alive(servers)


def test_a_server_that_exits_at_start_is_an_error_with_its_log(tmp_path: Path) -> None:
    """The exit is reported immediately, with the last lines of the log."""
    server = Server("broken", ["sh", "-c", "echo cannot open the table; exit 3"], log=tmp_path / "log")
    with pytest.raises(DevstackError, match=r"broken exited with code 3(.|\n)*cannot open the table"):
        server.wait_ready(lambda: False)


def test_a_server_that_never_responds_is_stopped(tmp_path: Path) -> None:
    """The wait is limited, and the server does not keep running."""
    server = Server("silent", ["sleep", "600"], log=tmp_path / "log")
    below = descendants(os.getpid())
    with pytest.raises(DevstackError, match="silent does not respond"):
        server.wait_ready(lambda: False, seconds=0.2)
    assert server.pid not in {pid for pid, _ in left_alive({entry for entry in below if entry[0] == server.pid})}


def test_one_home_has_one_supervisor(home: Path) -> None:
    """A second stack on the same data is refused; the message names the process that uses it."""
    with (
        stack.running(("s3",), home),
        pytest.raises(DevstackError, match=f"Process {os.getpid()} runs servers in {home}"),
        stack.running(("s3",), home),
    ):
        pass


def test_an_interrupted_initialisation_starts_over(home: Path) -> None:
    """An incomplete data folder, left by a killed process, is never used."""
    (home / "postgres.building").mkdir()
    (home / "postgres.building/PG_VERSION").write_text("16\n")
    with stack.running(("postgres",), home) as found:
        assert found.postgres is not None


def test_the_status_file_is_removed_with_the_servers(home: Path) -> None:
    """The file exists only while the servers run."""
    with stack.running(("s3",), home):
        assert status.path(home).exists()
    assert not status.path(home).exists()


def test_a_port_is_returned_only_once() -> None:
    """Two servers that bind later never get the same port."""
    ports = [free_port() for _ in range(200)]
    assert len(set(ports)) == len(ports)
