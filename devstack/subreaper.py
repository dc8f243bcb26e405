"""Run one command; when it exits or on SIGTERM, kill all its descendants including orphans.

A server may fork children into their own sessions (sshd does, one per connection), where a signal to the process group
does not reach them. Linux makes a *subreaper* the parent of such orphans, so this process can kill them all.
Run it as a script with only the standard library: ``python -I -S subreaper.py COMMAND ...``.
"""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from types import FrameType

PR_SET_CHILD_SUBREAPER = 36
PATIENCE_SECONDS = 10.0  # between SIGTERM and SIGKILL


def main(command: list[str]) -> int:
    """Run the command; return its exit code, or 128 plus the number of the signal that terminated it."""
    if ctypes.CDLL(None, use_errno=True).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0):
        raise OSError(ctypes.get_errno(), "prctl(PR_SET_CHILD_SUBREAPER) failed")
    signal.signal(signal.SIGINT, _nothing)  # the terminal sends SIGINT to the command as well
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _leave)
    child = subprocess.Popen(command)
    try:
        code = child.wait()
    finally:
        for number in (signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, signal.SIG_IGN)
        _end(child)
    return 128 - code if code < 0 else code


def _end(child: subprocess.Popen[bytes]) -> None:
    if child.poll() is None:
        child.terminate()
        try:
            child.wait(PATIENCE_SECONDS)
        except subprocess.TimeoutExpired:
            child.kill()
    while children := _children():  # children of killed processes are adopted and found by the next iteration
        for pid in children:
            os.kill(pid, signal.SIGKILL)  # the pid is still valid: only this process reaps it
        _reap()
        time.sleep(0.01)


def _children() -> list[int]:
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            head, _, tail = stat.read_text().rpartition(")")  # a name may contain blanks and brackets
        except (FileNotFoundError, ProcessLookupError):
            continue
        if int(tail.split()[1]) == os.getpid():
            found.append(int(head.split()[0]))
    return found


def _reap() -> None:
    try:
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass
    except ChildProcessError:
        return


def _leave(number: int, frame: FrameType | None) -> None:
    del frame
    sys.exit(128 + number)


def _nothing(number: int, frame: FrameType | None) -> None:
    """Ignore the signal; the command would inherit SIG_IGN."""
    del number, frame


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
