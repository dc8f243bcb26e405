"""No process outlives the demo: children of children are adopted, found and ended."""

from __future__ import annotations

import ctypes
import os
import signal
import time
from pathlib import Path

PR_SET_PDEATHSIG = 1
PR_SET_CHILD_SUBREAPER = 36
PATIENCE = 3.0  # seconds between asking and killing


def die_with_parent(number: signal.Signals | None) -> None:
    """Ask the kernel for this signal when the parent ends; None takes it back."""
    _prctl(PR_SET_PDEATHSIG, number or 0)


def adopt_orphans() -> None:
    """Become the parent of every descendant whose own parent ends before it."""
    _prctl(PR_SET_CHILD_SUBREAPER, 1)


def end_descendants() -> None:
    """End every process below this one: first asked, then killed. Needs ``adopt_orphans`` to find them all."""
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
    """Read pid, parent and state: the name between may hold blanks and brackets."""
    head, _, tail = stat.rpartition(")")
    state, parent = tail.split()[:2]
    return int(head.split()[0]), int(parent), state


def _signal(pid: int, number: signal.Signals) -> None:
    try:
        os.kill(pid, number)
    except ProcessLookupError:
        return


def _reap() -> None:
    """Bury adopted children; those of subprocess are buried by it as well, which is why their absence is no error."""
    try:
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass
    except ChildProcessError:
        return


def _prctl(option: int, value: int) -> None:
    if ctypes.CDLL(None, use_errno=True).prctl(option, value, 0, 0, 0):
        raise OSError(ctypes.get_errno(), f"prctl {option} failed")
