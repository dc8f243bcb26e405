"""Servers from unpacked packages use the C library of these packages."""

from __future__ import annotations

import platform
from pathlib import Path

import pytest

from devstack import apt_root
from devstack.errors import DevstackError
from devstack.status import BastionStatus, MySQLStatus, Status

LIBRARIES = f"lib/{platform.machine()}-linux-gnu"
LOADER = "ld-linux-x86-64.so.2"


def test_the_systems_loader_is_never_used(tmp_path: Path) -> None:
    """Debian 12 links lib64 to an absolute path, which would start Debian 13's loader with Debian 12's library."""
    system, root = tmp_path / "system", tmp_path / "root"
    for folder in (system, root / LIBRARIES, root / "lib64"):
        folder.mkdir(parents=True)
    (system / LOADER).touch()
    (root / "lib64" / LOADER).symlink_to(system / LOADER)
    with pytest.raises(DevstackError, match="contains no dynamic loader"):
        apt_root.launcher(root, root / "usr/sbin/sshd")
    (root / LIBRARIES / LOADER).touch()
    assert apt_root.launcher(root, root / "usr/sbin/sshd")[0] == str(root / LIBRARIES / LOADER)


def test_mirrors_are_read_from_mirror_list_files(tmp_path: Path) -> None:
    """Machines of public CI services list their mirrors in a separate file, with priorities."""
    listed = tmp_path / "apt-mirrors.txt"
    listed.write_text("http://near.example/ubuntu/\tpriority:1\nhttp://far.example/ubuntu/\tpriority:2\n")
    (tmp_path / "sources.list.d").mkdir()
    (tmp_path / "sources.list.d/ubuntu.sources").write_text(f"Types: deb\nURIs: mirror+file:{listed}\nSuites: noble\n")
    assert list(apt_root.mirror_lists(tmp_path)) == ["http://near.example/ubuntu/", "http://far.example/ubuntu/"]


def mapped(pid: int) -> set[str]:
    """Return the files that a process has mapped, without those that the kernel provides."""
    lines = Path(f"/proc/{pid}/maps").read_text().splitlines()
    return {line.split(maxsplit=5)[5] for line in lines if "/" in line}


def test_a_server_maps_no_library_of_the_system(stack_status: Status, mysql_server: MySQLStatus) -> None:
    """MySQL, MariaDB and sshd do not depend on the versions of the system's libraries.

    Except for name service modules: /etc/nsswitch.conf names them, and incompatible ones are skipped.
    """
    bastion = stack_status.bastion
    assert isinstance(bastion, BastionStatus)
    server = int((Path(stack_status.home) / mysql_server.flavor / "server.pid").read_text())
    for pid in (server, bastion.pid):
        libraries = {file for file in mapped(pid) if ".so" in Path(file).name}
        assert libraries
        assert not {file for file in libraries if file.startswith(("/lib", "/usr")) and "/libnss_" not in file}
