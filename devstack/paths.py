"""Where data lies, and where downloads are kept."""

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
CLAIM_SECONDS = 1.0  # one who only looks holds the lock for a moment
Say = Callable[[str], None]


def home() -> Path:
    """Return the folder of data, keys and logs: DEVSTACK_HOME, else ``.devstack`` in the checkout.

    As root some servers run under another account. Where that cannot enter the checkout, the folder lies elsewhere.
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
    """Whether every account may enter this folder."""
    return all(folder.stat().st_mode & stat.S_IXOTH for folder in (path, *path.parents))


def require_open(path: Path, variable: str) -> None:
    """Refuse a folder that a server's own account could not enter.

    Raises:
        DevstackError: we are root, and some part of the path is closed to others.

    """
    if os.geteuid() == 0 and not open_to_all(path):
        raise DevstackError(
            f"As root some servers run under another account, which cannot enter {path}: "
            f"set {variable} to a folder that everybody may enter"
        )


def cached(name: str, make: Callable[[Path], None], announce: Callable[[], None] | None = None) -> Path:
    """Return ``cache()/name``, made at most once: built beside it under a lock, then renamed.

    ``announce`` is called before it is made.
    """
    final = cache() / name
    if final.exists():
        return final
    cache().mkdir(parents=True, exist_ok=True)
    with _lock(cache() / f"{name}.lock"):
        for left in cache().glob(f"{name}.building-*"):  # whoever built there has ended, as the lock is ours
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
    """Keep others from starting servers on the same data.

    Raises:
        DevstackError: somebody does so already.

    """
    with _claim(home).open("a+") as claim:
        deadline = time.monotonic() + CLAIM_SECONDS
        while not _try_lock(claim, fcntl.LOCK_EX):
            if time.monotonic() > deadline:
                claim.seek(0)
                raise DevstackError(
                    f"Process {claim.read()} runs servers in {home}: "
                    "end them (python -m devstack down), or set DEVSTACK_HOME to another folder"
                )
            time.sleep(0.05)
        claim.truncate(0)
        claim.write(str(os.getpid()))
        claim.flush()
        yield


def is_abandoned(home: Path) -> bool:
    """Whether whoever ran servers in this home has ended without saying so."""
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
