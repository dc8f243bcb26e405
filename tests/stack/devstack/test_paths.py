"""The status file, downloads, and folders that other accounts can enter."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from devstack import paths, stack, status
from devstack.errors import DevstackError
from devstack.status import BastionStatus, MySQLStatus, PostgresStatus, RedshiftStatus, S3Status, Status

DATABASE = MySQLStatus(
    flavor="mysql", version="9.7", host="127.0.0.1", port=1, user="u", password="p", system_zone="Europe/Berlin"
)
FULL = Status(
    home="/somewhere",
    mysql=DATABASE,
    s3=S3Status(endpoint="http://127.0.0.1:2", region="us-east-1", bucket="lake", access_key="a", secret_key="s"),
    bastion=BastionStatus(
        host="127.0.0.1", port=3, user="daemon", private_key_file="/k", host_key="ssh-ed25519 A", pid=4
    ),
    redshift=RedshiftStatus(
        host="127.0.0.1",
        port=5,
        conformance_port=6,
        user="awsuser",
        password="p",
        database="dev",
        ca_file="/ca",
        iam_role="arn",
        control_socket="/s",
    ),
    postgres=PostgresStatus(host="127.0.0.1", port=7, user="postgres", password="", database="postgres"),
)
BUILD_ONCE = """
import sys, time
from pathlib import Path
from devstack import paths
def make(folder):
    time.sleep(0.5)
    with (paths.cache() / "made").open("a") as file:
        file.write("x")
print(paths.cached("thing", make))
"""


@pytest.mark.parametrize("found", [FULL, Status(home="/somewhere")], ids=["all", "none"])
def test_a_status_round_trips_through_json(found: Status) -> None:
    """This includes servers that are not running."""
    assert status.from_json(found.to_json()) == found


def test_only_the_owner_can_read_the_status_file(home: Path) -> None:
    """It contains passwords."""
    with stack.running(("s3",), home):
        assert status.path(home).stat().st_mode & 0o077 == 0


def test_concurrent_processes_make_a_download_once(home: Path) -> None:
    """Four processes request the same download at the same time: one makes it, all return it."""
    environment = {**os.environ, "DEVSTACK_CACHE": str(home)}
    children = [
        subprocess.Popen([sys.executable, "-c", BUILD_ONCE], env=environment, stdout=subprocess.PIPE, text=True)
        for _ in range(4)
    ]
    answers = {child.communicate(timeout=60)[0] for child in children}
    assert answers == {f"{home}/thing\n"}
    assert (home / "made").read_text() == "x"


def test_a_failed_download_leaves_nothing(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The next attempt starts from scratch; the folder of a killed attempt is removed."""
    monkeypatch.setenv("DEVSTACK_CACHE", str(home))
    (home / "thing.building-killed").mkdir()

    def fail(folder: Path) -> None:
        (folder / "half").touch()
        raise DevstackError("the mirror is down")

    with pytest.raises(DevstackError, match="the mirror is down"):
        paths.cached("thing", fail)
    assert sorted(path.name for path in home.iterdir()) == ["thing.lock"]


def test_root_rejects_a_home_that_other_accounts_cannot_enter(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The message names the remedy; otherwise a server would fail with a permission error."""
    tmp_path.chmod(0o700)
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    with pytest.raises(DevstackError, match=f"cannot enter {tmp_path}: set DEVSTACK_HOME"):
        paths.require_open(tmp_path, "DEVSTACK_HOME")
