"""The local folder of a task's files: gone with its task, also where that was killed."""

from __future__ import annotations

import errno
import fcntl
import multiprocessing
import signal
from multiprocessing.connection import Connection
from pathlib import Path

import pytest

from mysql_redshift.hooks.spool import PREFIX, Spool

FILE = "part.parquet"


def work(root: Path, told: Connection) -> None:
    """Write a file, say where, and wait to be killed."""
    spool = Spool(root)
    (spool.folder / FILE).write_bytes(b"rows")
    told.send(spool.folder)
    signal.pause()


def killed(root: Path, *, meanwhile: object = None) -> Path:
    """Return the folder that a killed task left; ``meanwhile`` is called while it lives."""
    context = multiprocessing.get_context("spawn")
    heard, told = context.Pipe()
    process = context.Process(target=work, args=(root, told))
    process.start()
    folder: Path = heard.recv()
    if callable(meanwhile):
        meanwhile()
    assert (folder / FILE).exists()
    process.kill()
    process.join()
    assert process.exitcode == -signal.SIGKILL
    return folder


def test_a_folder_ends_with_its_task(tmp_path: Path) -> None:
    """Its files, too."""
    spool = Spool(tmp_path)
    (spool.folder / FILE).write_bytes(b"rows")
    spool.close()
    assert list(tmp_path.iterdir()) == []


def test_what_a_killed_task_left_is_removed_by_the_next(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """A worker on which tasks are killed again and again would run out of disk; the log says what was removed."""
    folder = killed(tmp_path)
    with caplog.at_level("INFO"):
        spool = Spool(tmp_path)
    assert list(tmp_path.iterdir()) == [spool.folder]
    assert f"Removed {folder}, 4 bytes" in caplog.text


def test_the_files_of_tasks_that_live_are_left_alone(tmp_path: Path) -> None:
    """In another process as in this one; ``killed`` looks."""
    here = Spool(tmp_path)
    (here.folder / FILE).write_bytes(b"rows")
    killed(tmp_path, meanwhile=lambda: Spool(tmp_path).close())
    assert (here.folder / FILE).exists()


@pytest.mark.parametrize("name", ["mysql-redshift-mine", f"{PREFIX}mine", f"{PREFIX}link"])
def test_what_is_not_ours_is_left_alone(tmp_path: Path, name: str) -> None:
    """Somebody's own files, and what a link points at."""
    root, mine = tmp_path / "tmp", tmp_path / "mine"
    mine.mkdir()
    root.mkdir()
    (mine / "notes.txt").write_text("mine")
    if name.endswith("link"):
        (mine / FILE).write_bytes(b"rows")
        (root / name).symlink_to(mine)
    else:
        mine.rename(root / name)
    before = sorted((root / name).iterdir())
    Spool(root).close()
    assert sorted((root / name).iterdir()) == before


def test_a_file_system_without_locks_will_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is removed there: who lives cannot be told."""
    folder = killed(tmp_path)

    def flock(descriptor: int, operation: int) -> None:
        raise OSError(errno.ENOLCK, "No locks available")

    monkeypatch.setattr(fcntl, "flock", flock)
    spool = Spool(tmp_path)
    assert sorted(tmp_path.iterdir()) == sorted([folder, spool.folder])
    spool.close()
    assert (folder / FILE).exists()
