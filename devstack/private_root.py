"""Fetches Debian packages into a folder of their own: the system stays as it is, and no root is needed."""

from __future__ import annotations

import platform
import re
import subprocess
from collections.abc import Sequence
from pathlib import Path

from devstack import places
from devstack.errors import DevstackError
from devstack.process import run

# Packages whose scripts or files are of no use in a private root; apt takes them for installed.
STUBS = (
    "perl",
    "perl-base",
    "debconf",
    "adduser",
    "passwd",
    "psmisc",
    "lsb-base",
    "lsof",
    "init-system-helpers",
    "libc-bin",
)
KEYRINGS = ("/usr/share/keyrings/debian-archive-keyring.gpg", "/usr/share/keyrings/debian-archive-keyring.pgp")


def fetch(name: str, suite: str, packages: Sequence[str]) -> Path:
    """Return a folder with the packages and what they depend on, unpacked; downloaded once.

    Raises:
        DevstackError: apt is not there, or the mirror has no such suite or package.

    """
    return places.cached(f"{name}-{platform.machine()}", lambda root: _unpack(root, suite, packages))


def launcher(root: Path, binary: Path) -> list[str]:
    """Return the words that start a binary with the root's own C library, which may differ from the system's."""
    triple = f"{platform.machine()}-linux-gnu"
    libraries = ":".join(str(root / folder / triple) for folder in ("usr/lib", "lib"))
    for folder in ("usr/lib64", "lib64", f"usr/lib/{triple}", f"lib/{triple}", "usr/lib", "lib"):
        for loader in sorted((root / folder).glob("ld-linux*.so.*")):
            if loader.exists():
                return [str(loader), "--argv0", str(binary), "--library-path", libraries, str(binary)]
    raise DevstackError(f"{root} holds no dynamic loader: delete the folder and start again")


def _unpack(root: Path, suite: str, packages: Sequence[str]) -> None:
    apt = root / "apt"
    for folder in ("state/lists/partial", "cache/archives/partial"):
        (apt / folder).mkdir(parents=True)
    (apt / "sources.list").write_text(_source(suite))
    (apt / "status").write_text("".join(_stub(package) for package in STUBS))
    options = _options(apt)
    run(["apt-get", *options, "update", "-qq"])
    run(["apt-get", *options, "install", "-y", "-qq", "--download-only", *packages])
    for archive in sorted((apt / "cache/archives").glob("*.deb")):
        run(["dpkg-deb", "-x", archive, root])
    run(["rm", "-rf", apt])


def _source(suite: str) -> str:
    keyring = next((path for path in KEYRINGS if Path(path).exists()), None)
    if keyring is None:
        raise DevstackError(f"No Debian keyring on this machine; looked for {', '.join(KEYRINGS)}")
    return f"deb [signed-by={keyring}] {_mirror()} {suite} main\n"


def _mirror() -> str:
    """Return the Debian mirror of this machine's own apt configuration."""
    listing = subprocess.run(
        ["apt-get", "indextargets", "--format", "$(SITE)"], capture_output=True, text=True, check=False
    )
    for site in dict.fromkeys(listing.stdout.split()):
        if re.search(r"/debian/?$", site):
            return site
    raise DevstackError("This machine's apt sources name no Debian mirror")


def _options(apt: Path) -> list[str]:
    settings = {
        "Dir::State": apt / "state",
        "Dir::State::status": apt / "status",
        "Dir::Cache": apt / "cache",
        "Dir::Etc::sourcelist": apt / "sources.list",
        "Dir::Etc::sourceparts": "/dev/null",
        "Dir::Etc::preferences": "/dev/null",
        "Dir::Etc::preferencesparts": "/dev/null",
        "Debug::NoLocking": "1",
        "APT::Install-Recommends": "0",
        "APT::Sandbox::User": "root",
    }
    return [part for name, value in settings.items() for part in ("-o", f"{name}={value}")]


def _stub(package: str) -> str:
    fields = {
        "Package": package,
        "Status": "install ok installed",
        "Priority": "optional",
        "Section": "misc",
        "Maintainer": "nobody <nobody@localhost>",
        "Architecture": "amd64",
        "Multi-Arch": "allowed",
        "Version": "99:99",
        "Provides": "debconf-2.0",
        "Description": "taken for installed",
    }
    return "".join(f"{key}: {value}\n" for key, value in fields.items()) + "\n"
