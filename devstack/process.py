"""Start a server process, wait until it is ready, and ensure that it does not outlive this process."""

from __future__ import annotations

import os
import random
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from devstack import subreaper
from devstack.errors import DevstackError

POLL_SECONDS = 0.05
# Below the range that Linux uses for outgoing connections (32768 and up): one of those could occupy the port before
# the server does, and a probe of a port in that range can even connect to itself.
PORTS = range(15000, 32000)
_given: set[int] = set()  # a port may be requested long before its server binds it


class Server:
    """One child process in its own session. The kernel kills it when this process dies.

    ``subreaper`` starts it under a subreaper, for a server whose children can outlive it; ``pid`` is then that of the
    subreaper.
    """

    def __init__(
        self,
        name: str,
        command: Sequence[str | Path],
        *,
        log: Path,
        env: Mapping[str, str] | None = None,
        account: str | None = None,
        stop_signal: signal.Signals = signal.SIGTERM,
        cwd: Path | None = None,
        subreaper: bool = False,
    ) -> None:
        self.name = name
        self.log = log
        self._stop_signal = stop_signal
        words = tied_to_parent(command, account=account)
        log.parent.mkdir(parents=True, exist_ok=True)
        with log.open("ab") as output:
            self._child = subprocess.Popen(
                under_subreaper(words) if subreaper else words,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                env={**os.environ, **(env or {})},
                start_new_session=True,
                cwd=cwd,
            )

    @property
    def pid(self) -> int:
        """The child's process id; setpriv replaces itself with the command."""
        return self._child.pid

    def wait_ready(self, ready: Callable[[], bool], *, seconds: float = 60) -> None:
        """Wait until ``ready`` returns True; stop the server if it does not in time.

        Raises:
            DevstackError: the child exited or is not ready in time; the message contains the last lines of its log.

        """
        try:
            self._wait_ready(ready, time.monotonic() + seconds)
        except BaseException:  # the caller has no reference to this server yet
            self.stop()
            raise

    def stop(self, *, seconds: float = 15) -> None:
        """Terminate the server, then kill what is left of its process group."""
        if self._child.poll() is None:
            self._child.send_signal(self._stop_signal)
            try:
                self._child.wait(seconds)
            except subprocess.TimeoutExpired:
                self._child.kill()
                self._child.wait()
        try:
            os.killpg(self.pid, signal.SIGKILL)
        except ProcessLookupError:
            return

    def _wait_ready(self, ready: Callable[[], bool], deadline: float) -> None:
        while not ready():
            if self._child.poll() is not None:
                raise DevstackError(f"{self.name} exited with code {self._child.returncode}\n{self._tail()}")
            if time.monotonic() > deadline:
                raise DevstackError(f"{self.name} does not respond\n{self._tail()}")
            time.sleep(POLL_SECONDS)

    def _tail(self) -> str:
        text = self.log.read_text(errors="replace") if self.log.exists() else ""
        return "\n".join([f"(last lines of {self.log})", *text.splitlines()[-25:]])


def tied_to_parent(
    command: Sequence[str | Path], *, account: str | None = None, death_signal: str = "KILL"
) -> list[str]:
    """Return the command wrapped so that it receives a signal when its parent dies; as root, under ``account``."""
    # in this order: the kernel clears the signal when a process changes its account
    return [*_as_account(account), "setpriv", "--pdeathsig", death_signal, "--", *map(str, command)]


def under_subreaper(command: Sequence[str]) -> list[str]:
    """Return the command under a subreaper, which terminates it and its descendants when this process dies."""
    return tied_to_parent([sys.executable, "-I", "-S", Path(subreaper.__file__), *command], death_signal="TERM")


def free_port() -> int:
    """Return a free port of the loopback address that this process has not returned before."""
    for port in random.sample(PORTS, k=1000):
        if port not in _given and _is_free(port):
            _given.add(port)
            return port
    raise DevstackError(f"No free port on 127.0.0.1 between {PORTS.start} and {PORTS.stop}")


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
        return True


def first_bytes(port: int, *, send: bytes = b"", expect: int = 1, seconds: float = 2) -> bytes:
    """Connect, send, and return the first ``expect`` bytes of the response; empty if there is none."""
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=seconds) as connection:
            connection.sendall(send)
            return connection.recv(expect)
    except OSError:
        return b""


def run(command: Sequence[str | Path], *, account: str | None = None, env: Mapping[str, str] | None = None) -> None:
    """Run a command; raise DevstackError with its output if it fails."""
    done = subprocess.run(
        tied_to_parent(command, account=account),
        capture_output=True,
        stdin=subprocess.DEVNULL,
        text=True,
        errors="replace",
        env={**os.environ, **(env or {})},
        check=False,
    )
    if done.returncode:
        tail = (done.stdout + done.stderr)[-3000:]
        raise DevstackError(f"{' '.join(map(str, command))[:300]} exited with code {done.returncode}\n{tail}")


def _as_account(account: str | None) -> list[str]:
    """Return the command prefix that changes the account; empty unless this process runs as root."""
    if account is None or os.geteuid() != 0:
        return []
    return ["setpriv", "--reuid", account, "--regid", account, "--clear-groups", "--"]
