"""Starts a server, waits for its first words, and makes sure that it ends with us."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from devstack.errors import DevstackError

POLL_SECONDS = 0.05


class Server:
    """One child in a session of its own. It dies with this process, however that ends."""

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
    ) -> None:
        self.name = name
        self.log = log
        self._stop_signal = stop_signal
        log.parent.mkdir(parents=True, exist_ok=True)
        with log.open("ab") as output:
            self._child = subprocess.Popen(
                [*_as_account(account), "setpriv", "--pdeathsig", "KILL", "--", *map(str, command)],
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
        """Wait until ``ready`` says so; raises DevstackError with the log's tail where the child ends or time is up."""
        deadline = time.monotonic() + seconds
        while not ready():
            if self._child.poll() is not None:
                raise DevstackError(f"{self.name} ended with code {self._child.returncode}\n{self._tail()}")
            if time.monotonic() > deadline:
                raise DevstackError(f"{self.name} did not answer within {seconds:.0f} s\n{self._tail()}")
            time.sleep(POLL_SECONDS)

    def stop(self, *, seconds: float = 15) -> None:
        """Ask the whole process group to end, then kill what is left of it."""
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

    def _tail(self) -> str:
        text = self.log.read_text(errors="replace") if self.log.exists() else ""
        return "\n".join([f"(end of {self.log})", *text.splitlines()[-25:]])


def free_port() -> int:
    """Return a port of the loopback address that nobody listens on at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


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
        [*_as_account(account), *map(str, command)],
        capture_output=True,
        text=True,
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
