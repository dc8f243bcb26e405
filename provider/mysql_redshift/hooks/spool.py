"""Provide a task's local folder for Parquet files before their upload, and delete the folders of killed tasks.

A lock on the folder shows that its owner is running: the kernel releases it when the process ends, even if killed.
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
    """A folder under ``root`` (default: the system's temporary folder), locked until ``close`` deletes it."""

    def __init__(self, root: Path | None = None) -> None:
        root = root or Path(tempfile.gettempdir())
        _remove_abandoned(root)
        self.folder, self._lock = _new_folder(root)

    def close(self) -> None:
        """Delete the folder and its files."""
        shutil.rmtree(self.folder, ignore_errors=True)
        os.close(self._lock)


def _new_folder(root: Path) -> tuple[Path, int]:
    while True:
        folder = Path(tempfile.mkdtemp(prefix=PREFIX, dir=root))
        try:
            lock = _locked(folder)
        except OSError:  # a file system without locks: no task can lock the folder, so none deletes it
            return folder, os.open(folder, os.O_RDONLY)
        if lock is not None and folder.is_dir():  # another task may have deleted it before it was locked
            return folder, lock
        if lock is not None:
            os.close(lock)


def _remove_abandoned(root: Path) -> None:
    """Delete the files of killed tasks: a full disk would fail every task of the worker."""
    for folder in root.glob(f"{PREFIX}*"):
        with suppress(OSError):  # another user's folder, or another task deleted it at the same time
            lock = _locked(folder)
            if lock is None:
                continue
            try:
                _delete(folder)
            finally:
                os.close(lock)


def _delete(folder: Path) -> None:
    """Delete the folder's Parquet files, then the folder if it is empty."""
    files = list(folder.glob("*.parquet"))
    size = sum(file.stat().st_size for file in files)
    for file in files:
        file.unlink()
    folder.rmdir()
    log.info("Deleted %s with %d bytes of Parquet files; its task was killed", folder, size)


def _locked(folder: Path) -> int | None:
    """Lock the folder and return the descriptor; return None if another process has the lock or the folder is gone."""
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
