"""A real OpenSSH server that only forwards connections to the databases."""

from __future__ import annotations

import os
import pwd
import shutil
from collections.abc import Sequence
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from devstack import apt_root
from devstack.apt_root import Origin
from devstack.paths import Say
from devstack.process import Server, first_bytes, free_port
from devstack.status import BastionStatus

ACCOUNT = "daemon"  # sshd does not run as "nobody"
ORIGIN = Origin(suite="bookworm", packages=("openssh-server",))
CONFIG = """\
Port {port}
ListenAddress 127.0.0.1
HostKey {folder}/host_key
AuthorizedKeysFile {folder}/authorized_keys
PidFile {folder}/run/sshd.pid
StrictModes no
UsePAM no
PasswordAuthentication no
KbdInteractiveAuthentication no
AllowTcpForwarding local
PermitOpen {targets}
GatewayPorts no
X11Forwarding no
AllowAgentForwarding no
PermitTTY no
ForceCommand /bin/false
MaxStartups 100:30:200
MaxSessions 100
LogLevel VERBOSE
UseDNS no
"""


def start(home: Path, targets: Sequence[str], say: Say) -> tuple[Server, BastionStatus]:
    """Start sshd on a free port. It forwards to ``targets`` only, each written as ``127.0.0.1:5439``."""
    folder = home / "bastion"
    if not (folder / "client_key").exists():
        make_keys(folder)
    user = ACCOUNT if os.geteuid() == 0 else pwd.getpwuid(os.geteuid()).pw_name
    port = free_port()
    (folder / "run").mkdir(exist_ok=True)
    (folder / "sshd_config").write_text(CONFIG.format(port=port, folder=folder, targets=" ".join(targets) or "none"))
    _readable_by_account(folder)
    # -r: no re-exec, which would not find the libraries of the unpacked packages
    command: list[str | Path] = [*_sshd(say), "-D", "-e", "-r", "-f", folder / "sshd_config"]
    # a subreaper, because sshd forks a child per connection into its own session
    server = Server("bastion", command, log=home / "logs/bastion.log", account=ACCOUNT, cwd=Path("/"), subreaper=True)
    server.wait_ready(lambda: first_bytes(port, expect=4) == b"SSH-")
    algorithm, key = (folder / "host_key.pub").read_text().split()[:2]
    status = BastionStatus(
        host="127.0.0.1",
        port=port,
        user=user,
        private_key_file=str(folder / "client_key"),
        host_key=f"{algorithm} {key}",
        pid=int((folder / "run/sshd.pid").read_text()),
    )
    return server, status


def _sshd(say: Say) -> list[str]:
    """Return the command that starts sshd from unpacked packages, so that no system service is installed."""
    root = apt_root.fetch("openssh", ORIGIN, say)
    return apt_root.launcher(root, root / "usr/sbin/sshd")


def make_keys(folder: Path) -> None:
    """Create the host key, the client's key, and the file of authorized keys."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    for name in ("host_key", "client_key"):
        key = Ed25519PrivateKey.generate()
        private = key.private_bytes(Encoding.PEM, PrivateFormat.OpenSSH, NoEncryption())
        (folder / name).touch(mode=0o600)
        (folder / name).write_bytes(private)
        (folder / f"{name}.pub").write_bytes(key.public_key().public_bytes(Encoding.OpenSSH, PublicFormat.OpenSSH))
    shutil.copy(folder / "client_key.pub", folder / "authorized_keys")


def _readable_by_account(folder: Path) -> None:
    """Let the server's account read its files and enter the folder."""
    if os.geteuid() != 0:
        return
    for name in ("host_key", "sshd_config", "authorized_keys", "host_key.pub", "run"):
        shutil.chown(folder / name, ACCOUNT, ACCOUNT)
    folder.chmod(0o755)
