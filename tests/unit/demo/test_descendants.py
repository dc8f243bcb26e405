"""Termination of the demo's descendant processes."""

from __future__ import annotations

import os
import subprocess
import sys
import time

CHILD = "import subprocess; print(subprocess.Popen(['sleep', '97'], start_new_session=True).pid, flush=True)"
STUBBORN = (
    "import os, signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print(os.getpid(), flush=True);"
    " time.sleep(97)"
)
ENDING = f"""
import subprocess, sys
from demo.servers import descendants
descendants.PATIENCE = 0.5
descendants.adopt_orphans()
for code in ({CHILD!r}, {STUBBORN!r}):
    child = subprocess.Popen([sys.executable, '-c', code], stdout=subprocess.PIPE, text=True)
    print(child.stdout.readline().strip(), flush=True)
descendants.end_descendants()
print('ended', flush=True)
"""
DYING = (
    "import signal, time; from demo.servers import descendants; descendants.die_with_parent(signal.SIGTERM);"
    " print(1, flush=True); time.sleep(97)"
)
LEAVING = f"""
import subprocess, sys, time
child = subprocess.Popen([sys.executable, '-c', {DYING!r}], stdout=subprocess.PIPE)
print(child.pid if child.stdout.readline() else 'the child failed', flush=True)
time.sleep(97)
"""


def alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def test_orphans_in_their_own_sessions_are_terminated() -> None:
    """A grandchild in another process group and a child that ignores SIGTERM are both terminated."""
    done = subprocess.run([sys.executable, "-c", ENDING], capture_output=True, text=True, check=True, timeout=60)

    orphan, stubborn, last = done.stdout.split()
    assert last == "ended"
    assert not alive(int(orphan))
    assert not alive(int(stubborn))


def test_a_child_exits_with_its_parent_even_on_sigkill() -> None:
    """The kernel sends the signal, so the parent needs no handler."""
    with subprocess.Popen([sys.executable, "-c", LEAVING], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        pid = int(process.stdout.readline())
        assert alive(pid)
        process.kill()

    deadline = time.monotonic() + 10
    while alive(pid) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not alive(pid)
