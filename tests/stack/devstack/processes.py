"""Running processes, and an SSH session with the bastion."""

from __future__ import annotations

import base64
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import paramiko

from devstack.status import BastionStatus

END_SECONDS = 10


@contextmanager
def connected(bastion: BastionStatus) -> Iterator[paramiko.Transport]:
    """Open a session with the bastion and pin its host key."""
    algorithm, blob = bastion.host_key.split()
    with paramiko.Transport((bastion.host, bastion.port)) as transport:
        transport.connect(
            hostkey=paramiko.PKey.from_type_string(algorithm, base64.b64decode(blob)),
            username=bastion.user,
            pkey=paramiko.Ed25519Key.from_private_key_file(bastion.private_key_file),
        )
        yield transport


def descendants(pid: int) -> set[tuple[int, str]]:
    """Return the descendants of a process as pairs of id and start time, since ids are reused."""
    parents = {found: (parent, started) for found, parent, started in _alive()}
    below = {pid}
    while more := {found for found, (parent, _) in parents.items() if parent in below} - below:
        below |= more
    return {(found, parents[found][1]) for found in below - {pid}}


def left_alive(processes: set[tuple[int, str]]) -> set[tuple[int, str]]:
    """Return the processes that are still running after ``END_SECONDS``."""
    deadline = time.monotonic() + END_SECONDS
    while left := processes & {(pid, started) for pid, _, started in _alive()}:
        if time.monotonic() > deadline:
            break
        time.sleep(0.1)
    return left


def _alive() -> Iterator[tuple[int, int, str]]:
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            head, _, tail = stat.read_text().rpartition(")")
        except (FileNotFoundError, ProcessLookupError):
            continue
        fields = tail.split()
        if fields[0] != "Z":
            yield int(head.split()[0]), int(fields[1]), fields[19]
