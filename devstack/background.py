"""Run servers in the background: a supervisor process in its own session outlives the command that started it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from devstack import paths, status
from devstack.errors import DevstackError
from devstack.paths import Say

START_SECONDS = 900  # a first start downloads
STOP_SECONDS = 120
POLL_SECONDS = 0.1


def start(only: Sequence[str], say: Say) -> None:
    """Start a supervisor, pass on its output, and wait until the servers are ready.

    Raises:
        DevstackError: the supervisor exited, or the servers did not start in time.

    """
    home = paths.home()
    home.mkdir(parents=True, exist_ok=True)
    status.path(home).unlink(missing_ok=True)
    log = home / "supervisor.log"
    with log.open("wb") as output:
        child = subprocess.Popen(
            [sys.executable, "-u", "-m", "devstack", "serve", "--only", ",".join(only)],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            cwd=paths.REPOSITORY,
            env={**os.environ, "DEVSTACK_HOME": str(home)},
        )
    _pid_file().write_text(str(child.pid))
    try:
        _wait(child, log, say)
    except BaseException:  # including Ctrl-C: nothing else would stop these servers
        child.terminate()
        child.wait()
        raise


def stop() -> bool:
    """Stop the supervisor and with it all servers; return whether it was running."""
    pid = supervisor()
    if pid is None:
        return False
    deadline = time.monotonic() + STOP_SECONDS
    with suppress(ProcessLookupError):  # it may exit at any time
        os.kill(pid, signal.SIGTERM)
        while supervisor() is not None:
            if time.monotonic() > deadline:
                os.kill(pid, signal.SIGKILL)  # the kernel then kills the servers
            time.sleep(POLL_SECONDS)
    return True


def supervisor() -> int | None:
    """Return the supervisor's process id, None if it is not running."""
    try:
        pid = int(_pid_file().read_text())
        words = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
    except (OSError, ValueError):
        return None
    return pid if b"devstack" in words and b"serve" in words else None


def _wait(child: subprocess.Popen[bytes], log: Path, say: Say) -> None:
    shown = 0
    deadline = time.monotonic() + START_SECONDS
    ready = ended = False
    while not (ready or ended):
        ready = status.path(paths.home()).exists()
        ended = child.poll() is not None or time.monotonic() > deadline
        text = log.read_text(errors="replace")
        whole = text.rfind("\n") + 1
        for line in text[shown:whole].splitlines():
            say(line)
        shown = max(shown, whole)
        time.sleep(POLL_SECONDS)
    if not ready:
        raise DevstackError(f"The servers did not start; see the output above or {log}")


def _pid_file() -> Path:
    return paths.home() / "supervisor.pid"
