"""Runs one command and, when that ends or SIGTERM comes, ends whatever came of it, orphans included.

A server may fork children into sessions of their own (sshd does, one for each connection), where no signal to a
process group finds them. Linux gives a *subreaper* such orphans, so this process can end them all.
Run as a script with the standard library alone: ``python -I -S subreaper.py COMMAND ...``.
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
PATIENCE_SECONDS = 10.0  # between asking the command to end and killing it


def main(command: list[str]) -> int:
    """Run the command; return its exit code, or 128 and the signal that ended it."""
    if ctypes.CDLL(None, use_errno=True).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0):
        raise OSError(ctypes.get_errno(), "prctl(PR_SET_CHILD_SUBREAPER) failed")
    signal.signal(signal.SIGINT, _nothing)  # Ctrl-C reaches the command by itself
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
    while children := _children():  # the children of those killed are adopted, and found by the next round
        for pid in children:
            os.kill(pid, signal.SIGKILL)  # cannot be gone: only this process buries it
        _bury()
        time.sleep(0.01)


def _children() -> list[int]:
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            head, _, tail = stat.read_text().rpartition(")")  # a name may hold blanks and brackets
        except (FileNotFoundError, ProcessLookupError):
            continue
        if int(tail.split()[1]) == os.getpid():
            found.append(int(head.split()[0]))
    return found


def _bury() -> None:
    try:
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass
    except ChildProcessError:
        return


def _leave(number: int, frame: FrameType | None) -> None:
    del frame
    sys.exit(128 + number)


def _nothing(number: int, frame: FrameType | None) -> None:
    """Do nothing, unlike SIG_IGN, which the command would inherit."""
    del number, frame


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
