"""A task's local folder is deleted when the task ends, even if it was killed."""

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


def work(root: Path, sender: Connection) -> None:
    """Write a file, send its folder, and wait to be killed."""
    spool = Spool(root)
    (spool.folder / FILE).write_bytes(b"rows")
    sender.send(spool.folder)
    signal.pause()


def killed(root: Path, *, meanwhile: object = None) -> Path:
    """Return the folder of a killed task; call ``meanwhile`` while the task is running."""
    context = multiprocessing.get_context("spawn")
    receiver, sender = context.Pipe()
    process = context.Process(target=work, args=(root, sender))
    process.start()
    folder: Path = receiver.recv()
    if callable(meanwhile):
        meanwhile()
    assert (folder / FILE).exists()
    process.kill()
    process.join()
    assert process.exitcode == -signal.SIGKILL
    return folder


def test_close_deletes_the_folder_and_its_files(tmp_path: Path) -> None:
    spool = Spool(tmp_path)
    (spool.folder / FILE).write_bytes(b"rows")
    spool.close()
    assert list(tmp_path.iterdir()) == []


def test_the_next_task_deletes_the_folder_of_a_killed_task(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """Otherwise repeated kills would fill the worker's disk; the deletion is logged."""
    folder = killed(tmp_path)
    with caplog.at_level("INFO"):
        spool = Spool(tmp_path)
    assert list(tmp_path.iterdir()) == [spool.folder]
    assert f"Deleted {folder} with 4 bytes" in caplog.text


def test_the_files_of_running_tasks_are_kept(tmp_path: Path) -> None:
    """This holds for tasks in this process and in another one, which ``killed`` checks."""
    here = Spool(tmp_path)
    (here.folder / FILE).write_bytes(b"rows")
    killed(tmp_path, meanwhile=lambda: Spool(tmp_path).close())
    assert (here.folder / FILE).exists()


@pytest.mark.parametrize("name", ["mysql-redshift-mine", f"{PREFIX}mine", f"{PREFIX}link"])
def test_files_of_other_programs_are_kept(tmp_path: Path, name: str) -> None:
    """So are the files that a symbolic link points to."""
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


def test_a_file_system_without_locks_is_supported(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is deleted there, because running tasks cannot be distinguished from killed ones."""
    folder = killed(tmp_path)

    def flock(descriptor: int, operation: int) -> None:
        raise OSError(errno.ENOLCK, "No locks available")

    monkeypatch.setattr(fcntl, "flock", flock)
    spool = Spool(tmp_path)
    assert sorted(tmp_path.iterdir()) == sorted([folder, spool.folder])
    spool.close()
    assert (folder / FILE).exists()
