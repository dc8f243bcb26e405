"""Forward a local port through the bastion to the stand-in with OpenSSH."""

from __future__ import annotations

import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from devstack.process import free_port
from devstack.status import BastionStatus, RedshiftStatus

PATIENCE_SECONDS = 30.0


@contextmanager
def forwarded(bastion: BastionStatus, redshift: RedshiftStatus, folder: Path) -> Iterator[int]:
    """Yield a local port that is forwarded to the stand-in's guarded port."""
    port = free_port()
    known = folder / "known_hosts"
    known.write_text(f"[{bastion.host}]:{bastion.port} {bastion.host_key}\n")
    options = (f"UserKnownHostsFile={known}", "StrictHostKeyChecking=yes", "ExitOnForwardFailure=yes")
    command = ["ssh", "-N", "-F", "/dev/null", "-i", bastion.private_key_file, "-p", str(bastion.port)]
    command += [part for option in options for part in ("-o", option)]
    command += ["-L", f"127.0.0.1:{port}:{redshift.host}:{redshift.port}", f"{bastion.user}@{bastion.host}"]
    process = subprocess.Popen(command)
    try:
        _wait_for(port)
        yield port
    finally:
        process.terminate()
        process.wait(10)


def _wait_for(port: int) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            assert time.monotonic() < deadline, "the tunnel did not open"
            time.sleep(0.1)
        else:
            return
