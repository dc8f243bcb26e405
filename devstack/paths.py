"""The folders of data and of downloads."""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import stat
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

from devstack.errors import DevstackError

REPOSITORY = Path(__file__).resolve().parent.parent
NAME = "mysql-redshift-devstack"
CLAIM_SECONDS = 1.0  # ``is_abandoned`` holds the lock briefly
Say = Callable[[str], None]


def home() -> Path:
    """Return the folder of data, keys and logs: DEVSTACK_HOME, else ``.devstack`` in the checkout.

    As root some servers run under another account. If that cannot enter the checkout, return a folder in /var/lib.
    """
    chosen = os.environ.get("DEVSTACK_HOME")
    if chosen:
        return Path(chosen).resolve()
    if os.geteuid() == 0 and not open_to_all(REPOSITORY):
        digest = hashlib.sha256(str(REPOSITORY).encode()).hexdigest()[:12]
        return Path("/var/lib") / NAME / digest
    return REPOSITORY / ".devstack"


def cache() -> Path:
    """Return the folder of downloads, shared by checkouts: DEVSTACK_CACHE, else the user's or the system's."""
    chosen = os.environ.get("DEVSTACK_CACHE")
    if chosen:
        return Path(chosen).resolve()
    if os.geteuid() == 0:
        return Path("/var/cache") / NAME
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / NAME


def open_to_all(path: Path) -> bool:
    """Return whether every account may enter this folder."""
    return all(folder.stat().st_mode & stat.S_IXOTH for folder in (path, *path.parents))


def require_open(path: Path, variable: str) -> None:
    """Check that the accounts of the servers can enter a folder.

    Raises:
        DevstackError: this process runs as root, and a part of the path is closed to other accounts.

    """
    if os.geteuid() == 0 and not open_to_all(path):
        raise DevstackError(
            f"As root some servers run under another account, which cannot enter {path}: "
            f"set {variable} to a folder that every account may enter"
        )


def cached(name: str, make: Callable[[Path], None], announce: Callable[[], None] | None = None) -> Path:
    """Return ``cache()/name``; build it at most once, in a temporary folder under a lock, then rename it.

    ``announce`` is called before it is built.
    """
    final = cache() / name
    if final.exists():
        return final
    cache().mkdir(parents=True, exist_ok=True)
    with _lock(cache() / f"{name}.lock"):
        for left in cache().glob(f"{name}.building-*"):  # abandoned: this process holds the lock
            shutil.rmtree(left, ignore_errors=True)
        if not final.exists():
            if announce:
                announce()
            building = Path(tempfile.mkdtemp(prefix=f"{name}.building-", dir=cache()))
            try:
                make(building)
                building.chmod(0o755)
                building.rename(final)
            finally:
                shutil.rmtree(building, ignore_errors=True)
    return final


@contextmanager
def claimed(home: Path) -> Iterator[None]:
    """Prevent other processes from starting servers on the same data.

    Raises:
        DevstackError: another process runs servers there.

    """
    with _claim(home).open("a+") as claim:
        deadline = time.monotonic() + CLAIM_SECONDS
        while not _try_lock(claim, fcntl.LOCK_EX):
            if time.monotonic() > deadline:
                claim.seek(0)
                raise DevstackError(
                    f"Process {claim.read()} runs servers in {home}: "
                    "stop them (python -m devstack down), or set DEVSTACK_HOME to another folder"
                )
            time.sleep(0.05)
        claim.truncate(0)
        claim.write(str(os.getpid()))
        claim.flush()
        yield


def is_abandoned(home: Path) -> bool:
    """Return whether the process that ran servers in this home exited without removing its status file."""
    try:
        with _claim(home).open() as claim:
            return _try_lock(claim, fcntl.LOCK_SH)
    except FileNotFoundError:
        return False


def _claim(home: Path) -> Path:
    return home / "lock"


def _try_lock(file: TextIO, kind: int) -> bool:
    try:
        fcntl.flock(file, kind | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


@contextmanager
def _lock(path: Path) -> Iterator[None]:
    with path.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
