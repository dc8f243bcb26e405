"""Starts a server, waits for its first words, and makes sure that it ends with us."""

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
# Below the range that Linux hands out for outgoing connections (32768 and up): one of those could take the port
# before the server does, and a probe of a port in that range can even connect to itself.
PORTS = range(15000, 32000)
_given: set[int] = set()  # a port may be asked for long before its server takes it


class Server:
    """One child in a session of its own. It dies with this process, however that ends.

    ``kept`` starts it under a subreaper, for a server whose children outlive it; ``pid`` is then the subreaper's.
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
        kept: bool = False,
    ) -> None:
        self.name = name
        self.log = log
        self._stop_signal = stop_signal
        words = mortal(command, account=account)
        log.parent.mkdir(parents=True, exist_ok=True)
        with log.open("ab") as output:
            self._child = subprocess.Popen(
                keep(words) if kept else words,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                env={**os.environ, **(env or {})},
                start_new_session=True,
                cwd=cwd,
            )

    @property
    def pid(self) -> int:
        """The child's process id: setpriv replaces itself by the command."""
        return self._child.pid

    def wait_ready(self, ready: Callable[[], bool], *, seconds: float = 60) -> None:
        """Wait until ``ready`` says so, and end the server where that does not come.

        Raises:
            DevstackError: the child ended, or time is up; with the log's tail.

        """
        try:
            self._wait_ready(ready, time.monotonic() + seconds)
        except BaseException:  # nobody else knows yet that this server is there
            self.stop()
            raise

    def stop(self, *, seconds: float = 15) -> None:
        """Ask the server to end, then kill what is left of its process group."""
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
                raise DevstackError(f"{self.name} ended with code {self._child.returncode}\n{self._tail()}")
            if time.monotonic() > deadline:
                raise DevstackError(f"{self.name} does not answer\n{self._tail()}")
            time.sleep(POLL_SECONDS)

    def _tail(self) -> str:
        text = self.log.read_text(errors="replace") if self.log.exists() else ""
        return "\n".join([f"(end of {self.log})", *text.splitlines()[-25:]])


def mortal(command: Sequence[str | Path], *, account: str | None = None, on_parents_death: str = "KILL") -> list[str]:
    """Return the command so that it gets a signal when its parent dies; as root, under another account."""
    # in this order: the kernel forgets the signal where a process changes its account
    return [*_as_account(account), "setpriv", "--pdeathsig", on_parents_death, "--", *map(str, command)]


def keep(command: Sequence[str]) -> list[str]:
    """Return the command under a subreaper, which ends it and its descendants when this process dies."""
    return mortal([sys.executable, "-I", "-S", Path(subreaper.__file__), *command], on_parents_death="TERM")


def free_port() -> int:
    """Return a port of the loopback address that nobody listens on at this moment."""
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


def answers(port: int, *, send: bytes = b"", expect: int = 1, seconds: float = 2) -> bytes:
    """Connect, send, and return the first ``expect`` bytes of the answer; empty where there is none."""
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=seconds) as connection:
            connection.sendall(send)
            return connection.recv(expect)
    except OSError:
        return b""


def run(command: Sequence[str | Path], *, account: str | None = None, env: Mapping[str, str] | None = None) -> None:
    """Run a command to its end; raises DevstackError with its output where it fails."""
    done = subprocess.run(
        mortal(command, account=account),
        capture_output=True,
        stdin=subprocess.DEVNULL,
        text=True,
        errors="replace",
        env={**os.environ, **(env or {})},
        check=False,
    )
    if done.returncode:
        tail = (done.stdout + done.stderr)[-3000:]
        raise DevstackError(f"{' '.join(map(str, command))[:300]} ended with code {done.returncode}\n{tail}")


def _as_account(account: str | None) -> list[str]:
    """Become another account; nothing where we are not root, because then we stay who we are."""
    if account is None or os.geteuid() != 0:
        return []
    return ["setpriv", "--reuid", account, "--regid", account, "--clear-groups", "--"]
