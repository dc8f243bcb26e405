"""Check whether the peer process of a loopback connection belongs to the bastion."""

from __future__ import annotations

import socket
import struct
from pathlib import Path

PROC = Path("/proc")


def belongs_to(peer: tuple[str, int], own: tuple[str, int], root_pid: int) -> bool:
    """Return whether ``root_pid`` or one of its descendants holds the socket ``peer`` -> ``own``."""
    inode = _inode(peer, own)
    return inode is not None and any(_holds(pid, inode) for pid in _tree(root_pid))


def _inode(peer: tuple[str, int], own: tuple[str, int]) -> str | None:
    local, remote = _hex(peer), _hex(own)
    for line in (PROC / "net/tcp").read_text().splitlines()[1:]:
        fields = line.split()
        if fields[1] == local and fields[2] == remote:
            return fields[9]
    return None


def _hex(address: tuple[str, int]) -> str:
    (number,) = struct.unpack("=I", socket.inet_aton(address[0]))
    return f"{number:08X}:{address[1]:04X}"


def _tree(root_pid: int) -> list[int]:
    children: dict[int, list[int]] = {}
    for entry in PROC.iterdir():
        if entry.name.isdigit():
            parent = _parent(entry)
            if parent is not None:
                children.setdefault(parent, []).append(int(entry.name))
    found, todo = [], [root_pid]
    while todo:
        pid = todo.pop()
        found.append(pid)
        todo += children.get(pid, [])
    return found


def _parent(entry: Path) -> int | None:
    try:
        text = (entry / "stat").read_text()
    except OSError:  # the process has exited
        return None
    return int(text.rpartition(")")[2].split()[1])


def _holds(pid: int, inode: str) -> bool:
    try:
        return any(_target(link) == f"socket:[{inode}]" for link in (PROC / str(pid) / "fd").iterdir())
    except OSError:
        return False


def _target(link: Path) -> str:
    try:
        return str(link.readlink())
    except OSError:
        return ""
