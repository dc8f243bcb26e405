"""The local folder in which a task's Parquet files wait for their upload; what a killed task left there is removed.

A lock on the folder itself says that its owner lives: the kernel lets go of it when the process ends, however it ends.
"""

from __future__ import annotations

import fcntl
import logging
import os
import shutil
import tempfile
from contextlib import suppress
from pathlib import Path

PREFIX = "mysql-redshift-spool-"
log = logging.getLogger(__name__)


class Spool:
    """A folder below ``root`` (default: the system's for temporary files), locked until ``close`` removes it."""

    def __init__(self, root: Path | None = None) -> None:
        root = root or Path(tempfile.gettempdir())
        _remove_abandoned(root)
        self.folder, self._lock = _new_folder(root)

    def close(self) -> None:
        """Remove the folder and all that is in it."""
        shutil.rmtree(self.folder, ignore_errors=True)
        os.close(self._lock)


def _new_folder(root: Path) -> tuple[Path, int]:
    while True:
        folder = Path(tempfile.mkdtemp(prefix=PREFIX, dir=root))
        try:
            lock = _locked(folder)
        except OSError:  # a file system without locks: nobody can lock it, so nobody removes it either
            return folder, os.open(folder, os.O_RDONLY)
        if lock is not None and folder.is_dir():  # between its making and its locking another task may have removed it
            return folder, lock
        if lock is not None:
            os.close(lock)


def _remove_abandoned(root: Path) -> None:
    """Remove the files of tasks that were killed: a full disk would stop every other task of the worker."""
    for folder in root.glob(f"{PREFIX}*"):
        with suppress(OSError):  # another user's, or removed by another task meanwhile
            lock = _locked(folder)
            if lock is None:
                continue
            try:
                _remove(folder)
            finally:
                os.close(lock)


def _remove(folder: Path) -> None:
    """Remove our own files, and the folder if it is empty then."""
    files = list(folder.glob("*.parquet"))
    size = sum(file.stat().st_size for file in files)
    for file in files:
        file.unlink()
    folder.rmdir()
    log.info("Removed %s, %d bytes of Parquet files: the task that wrote them was killed", folder, size)


def _locked(folder: Path) -> int | None:
    """Lock the folder; None where another process holds it, or it is gone."""
    try:
        descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    except FileNotFoundError:
        return None
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(descriptor)
        return None
    except OSError:
        os.close(descriptor)
        raise
    return descriptor
