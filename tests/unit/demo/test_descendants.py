"""No process outlives the demo."""

from __future__ import annotations

import os
import subprocess
import sys
import time

CHILD = (
    "import subprocess, sys; p = subprocess.Popen(['sleep', '97'], start_new_session=True); print(p.pid, flush=True)"
)
STUBBORN = (
    "import os, signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print(os.getpid(), flush=True);"
    " time.sleep(97)"
)
DYING = (
    "import signal, time; from demo import descendants; descendants.die_with_parent(signal.SIGTERM);"
    " print(1, flush=True); time.sleep(97)"
)
PARENT = f"""
import subprocess, sys
from demo import descendants
descendants.PATIENCE = 0.5
descendants.adopt_orphans()
for code in ({CHILD!r}, {STUBBORN!r}):
    parent = (
        f"import subprocess, sys, time; p = subprocess.Popen([sys.executable, '-c', {DYING!r}], stdout=subprocess.PIPE);"
        " p.stdout.readline(); print(p.pid, flush=True); time.sleep(97)"
    )
    with subprocess.Popen([sys.executable, "-c", parent], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        pid = int(process.stdout.readline())
        assert alive(pid)
        process.kill()
    deadline = time.monotonic() + 10
    while alive(pid) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not alive(pid)
