"""Where data lies, and where downloads are kept."""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import stat
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parent.parent


NAME = "mysql-redshift-devstack"


def home() -> Path:
    """Return the folder of data, keys and logs: DEVSTACK_HOME, else ``.devstack`` in the checkout.

    As root some servers run under another account. Where that cannot enter the checkout, the folder lies elsewhere.
    """
    chosen = os.environ.get("DEVSTACK_HOME")
    if chosen:
        return Path(chosen).resolve()
    if os.geteuid() == 0 and not open_to_all(REPOSITORY):
        digest = hashlib.sha256(str(REPOSITORY).encode()).hexdigest()[:12]
        return Path("/var/tmp") / NAME / digest
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


def cached(name: str, make: Callable[[Path], None]) -> Path:
    """Return ``cache()/name``, made at most once: built beside it under a lock, then renamed."""
    final = cache() / name
    cache().mkdir(parents=True, exist_ok=True)
    with _lock(cache() / f"{name}.lock"):
        if not final.exists():
            building = Path(tempfile.mkdtemp(prefix=f"{name}.", dir=cache()))
            try:
                make(building)
                building.chmod(0o755)
                building.rename(final)
            finally:
                shutil.rmtree(building, ignore_errors=True)
    return final


@contextmanager
def _lock(path: Path) -> Iterator[None]:
    with path.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
