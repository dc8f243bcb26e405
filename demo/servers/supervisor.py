"""Control the process that runs the demo's servers: start it, wait for it, keep or stop it."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from demo.airflow import Access
from demo.servers import descendants, paths
from devstack import status
from devstack.errors import DevstackError
from devstack.status import Status

START_SECONDS = 900  # a first start downloads
STOP_SECONDS = 90
POLL_SECONDS = 0.2


class Servers:
    """The process that runs all servers, and its log."""

    def __init__(self, child: subprocess.Popen[bytes], home: Path, say: Callable[[str], None]) -> None:
        self._child = child
        self._home = home
        self._say = say
        self._shown = 0

    def wait_stack(self) -> Status:
        """Wait until the stack is ready; return its addresses."""
        file = status.path(self._home / "stack")
        self._wait(file)
        return status.from_json(file.read_text())

    def wait_airflow(self) -> Access:
        """Wait until Airflow is healthy; return how to access it."""
        file = self._home / "airflow.json"
        self._wait(file)
        plain = json.loads(file.read_text())
        return Access(**{**plain, "environment_file": Path(plain["environment_file"])})

    def keep(self) -> None:
        """Let the servers outlive this process."""
        self._child.send_signal(signal.SIGUSR1)
        self._wait(self._home / "kept")

    def stop(self) -> None:
        """Stop every server."""
        _end(self._child.pid, lambda: self._child.poll() is not None)

    def _wait(self, file: Path) -> None:
        deadline = time.monotonic() + START_SECONDS
        while not file.exists() or not file.stat().st_size:
            self._show()
            if self._child.poll() is not None or time.monotonic() > deadline:
                raise DevstackError(f"The servers did not start; see {_log(self._home)}")
            time.sleep(POLL_SECONDS)
        self._show()

    def _show(self) -> None:
        """Print new lines of the servers' log."""
        text = _log(self._home).read_text(errors="replace")
        whole = text[: text.rfind("\n") + 1]
        for line in whole[self._shown :].splitlines():
            self._say(line)
        self._shown = len(whole)


@contextmanager
def started(scale: float, say: Callable[[str], None]) -> Iterator[Servers]:
    """Stop servers of an earlier demo and delete their data, start new ones, and stop them at exit unless kept."""
    home = paths.home()
    if down():
        say("stopped the servers of an earlier demo")
    shutil.rmtree(home, ignore_errors=True)
    home.mkdir(parents=True)
    home.chmod(0o755)  # some servers run under another account
    descendants.adopt_orphans()
    with _log(home).open("wb") as output:
        child = subprocess.Popen(
            [sys.executable, "-u", "-m", "demo", "serve", "--scale", str(scale)],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    (home / "serve.pid").write_text(str(child.pid))
    servers = Servers(child, home, say)
    try:
        yield servers
    finally:
        if not (home / "kept").exists():
            _undisturbed(servers.stop)
            descendants.end_descendants()


def down() -> bool:
    """Stop the servers of an earlier demo; return whether there were any."""
    pid = _running(paths.home() / "serve.pid")
    if pid is None:
        return False
    _end(pid, lambda: _running(paths.home() / "serve.pid") is None)
    return True


def _end(pid: int, ended: Callable[[], bool]) -> None:
    """Terminate a process, and kill it after ``STOP_SECONDS``."""
    deadline = time.monotonic() + STOP_SECONDS
    with suppress(ProcessLookupError):
        os.kill(pid, signal.SIGTERM)
        while not ended():
            if time.monotonic() > deadline:
                os.kill(pid, signal.SIGKILL)
            time.sleep(POLL_SECONDS)


def _undisturbed(action: Callable[[], None]) -> None:
    """Run an action with signals ignored: a second Ctrl-C would leave servers running."""
    before = {
        number: signal.signal(number, signal.SIG_IGN) for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    }
    try:
        action()
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _running(file: Path) -> int | None:
    """Return the process id in the file if that process is a demo's."""
    try:
        pid = int(file.read_text())
        words = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
    except (OSError, ValueError):
        return None
    return pid if b"demo" in words and b"serve" in words else None


def _log(home: Path) -> Path:
    return home / "serve.log"
