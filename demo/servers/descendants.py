"""Terminate all descendant processes, so that no process outlives the demo."""

from __future__ import annotations

import ctypes
import os
import signal
import time
from pathlib import Path

PR_SET_PDEATHSIG = 1
PR_SET_CHILD_SUBREAPER = 36
PATIENCE = 3.0  # seconds between SIGTERM and SIGKILL


def die_with_parent(number: signal.Signals | None) -> None:
    """Have the kernel send this signal to this process when its parent exits; None cancels it."""
    _prctl(PR_SET_PDEATHSIG, number or 0)


def adopt_orphans() -> None:
    """Become the parent of every descendant whose own parent exits first."""
    _prctl(PR_SET_CHILD_SUBREAPER, 1)


def end_descendants() -> None:
    """Terminate every descendant, and kill it if it ignores that. Orphans are found only after ``adopt_orphans``."""
    deadline = time.monotonic() + PATIENCE
    while below := _descendants(os.getpid()):
        late = time.monotonic() > deadline
        for pid in below:
            _signal(pid, signal.SIGKILL if late else signal.SIGTERM)
        _reap()
        time.sleep(0.1)


def _descendants(root: int) -> list[int]:
    children: dict[int, list[int]] = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            pid, parent, state = _parse(stat.read_text())
        except (FileNotFoundError, ProcessLookupError):
            continue
        if state != "Z":
            children.setdefault(parent, []).append(pid)
    found, waiting = [], [root]
    while waiting:
        below = children.get(waiting.pop(), [])
        found += below
        waiting += below
    return found


def _parse(stat: str) -> tuple[int, int, str]:
    """Return pid, parent and state; the name between them may contain blanks and brackets."""
    head, _, tail = stat.rpartition(")")
    state, parent = tail.split()[:2]
    return int(head.split()[0]), int(parent), state


def _signal(pid: int, number: signal.Signals) -> None:
    try:
        os.kill(pid, number)
    except ProcessLookupError:
        return


def _reap() -> None:
    """Reap adopted children; ``subprocess`` reaps its own, so a missing child is no error."""
    try:
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass
    except ChildProcessError:
        return


def _prctl(option: int, value: int) -> None:
    if ctypes.CDLL(None, use_errno=True).prctl(option, value, 0, 0, 0):
        raise OSError(ctypes.get_errno(), f"prctl {option} failed")
