"""Unpack Debian or Ubuntu packages into a separate folder, without root and without changing the system."""

from __future__ import annotations

import hashlib
import platform
import re
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from devstack import paths
from devstack.errors import DevstackError
from devstack.paths import Say
from devstack.process import run

# Packages whose scripts and files are useless in such a folder; apt is told that they are installed.
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


@dataclass(frozen=True, kw_only=True)
class Origin:
    """Packages and the Debian suite to fetch them from; on Ubuntu they come from the machine's own release."""

    suite: str
    packages: tuple[str, ...]
    ubuntu_packages: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Distribution:
    """A distribution's mirror and the keyring of its signatures."""

    name: str
    mirror: str
    keyring: Path
    components: str
    release: str  # empty: use the suite of the origin


KEYRINGS = {
    "debian": ("debian-archive-keyring.gpg", "debian-archive-keyring.pgp"),
    "ubuntu": ("ubuntu-archive-keyring.gpg",),
}
COMPONENTS = {"debian": "main", "ubuntu": "main universe"}


def fetch(name: str, origin: Origin, say: Say | None = None) -> Path:
    """Return a folder with the unpacked packages and their dependencies; they are downloaded once.

    Raises:
        DevstackError: apt is missing, or the mirror has no such suite or package.

    """
    digest = hashlib.sha256(repr(origin).encode()).hexdigest()[:8]

    def announce() -> None:
        if say:
            say(f"downloading {name} from {_distribution().mirror} (once per machine)")

    return paths.cached(f"{name}-{platform.machine()}-{digest}", lambda root: _unpack(root, origin), announce)


def launcher(root: Path, binary: Path) -> list[str]:
    """Return the command that starts a binary with the folder's C library, which may differ from the system's."""
    triple = f"{platform.machine()}-linux-gnu"
    libraries = ":".join(str(root / folder / triple) for folder in ("usr/lib", "lib"))
    for folder in (f"usr/lib/{triple}", f"lib/{triple}", "usr/lib64", "lib64", "usr/lib", "lib"):
        for loader in sorted((root / folder).glob("ld-linux*.so.*")):
            # an absolute link points to the system's loader, which does not match the folder's C library
            if loader.exists() and loader.resolve().is_relative_to(root.resolve()):
                return [str(loader), "--argv0", str(binary), "--library-path", libraries, str(binary)]
    raise DevstackError(f"{root} contains no dynamic loader. Delete the folder and start again.")


def _unpack(root: Path, origin: Origin) -> None:
    apt = root / "apt"
    for folder in ("state/lists/partial", "cache/archives/partial"):
        (apt / folder).mkdir(parents=True)
    distribution = _distribution()
    (apt / "sources.list").write_text("".join(_sources(distribution, origin)))
    architecture = _output("dpkg", "--print-architecture").strip()
    (apt / "status").write_text("".join(_stub(package, architecture) for package in STUBS))
    options = _options(apt)
    run(["apt-get", *options, "update", "-qq"])
    run(["apt-get", *options, "install", "-y", "-qq", "--download-only", *_packages(distribution, origin)])
    for archive in sorted((apt / "cache/archives").glob("*.deb")):
        run(["dpkg-deb", "-x", archive, root])
    run(["rm", "-rf", apt])


def _distribution() -> Distribution:
    """Read the mirror from the machine's apt configuration, in any format of its sources."""
    listed = _output("apt-get", "indextargets", "--format", "$(SITE)").split()
    for site in dict.fromkeys([*listed, *mirror_lists(Path("/etc/apt"))]):
        match = re.search(r"/(debian|ubuntu)/?$", site)
        if match:
            return _known(match[1], site)
    raise DevstackError("This machine's apt sources name no Debian or Ubuntu mirror")


def mirror_lists(folder: Path) -> Iterator[str]:
    """Yield the addresses in files that apt's sources name as ``mirror+file:``; apt does not list them itself."""
    for source in [*folder.glob("*.list"), *folder.glob("sources.list.d/*")]:
        for file in re.findall(r"mirror\+file:(/\S+)", source.read_text(errors="replace")):
            yield from re.findall(r"^https?://\S+", Path(file).read_text(), re.MULTILINE)


def _known(name: str, mirror: str) -> Distribution:
    candidates = [Path("/usr/share/keyrings") / file for file in KEYRINGS[name]]
    keyring = next((path for path in candidates if path.exists()), None)
    if keyring is None:
        raise DevstackError(f"This machine has no keyring of {name}; expected {', '.join(map(str, candidates))}")
    release = platform.freedesktop_os_release().get("VERSION_CODENAME", "") if name == "ubuntu" else ""
    return Distribution(name=name, mirror=mirror, keyring=keyring, components=COMPONENTS[name], release=release)


def _sources(distribution: Distribution, origin: Origin) -> Iterator[str]:
    release = distribution.release
    for suite in (release, f"{release}-updates") if release else (origin.suite,):
        yield f"deb [signed-by={distribution.keyring}] {distribution.mirror} {suite} {distribution.components}\n"


def _packages(distribution: Distribution, origin: Origin) -> tuple[str, ...]:
    return (origin.ubuntu_packages if distribution.release else ()) or origin.packages


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


def _stub(package: str, architecture: str) -> str:
    fields = {
        "Package": package,
        "Status": "install ok installed",
        "Priority": "optional",
        "Section": "misc",
        "Maintainer": "nobody <nobody@localhost>",
        "Architecture": architecture,
        "Multi-Arch": "allowed",
        "Version": "99:99",
        "Provides": "debconf-2.0",
        "Description": "marked as installed",
    }
    return "".join(f"{key}: {value}\n" for key, value in fields.items()) + "\n"


def _output(*command: str) -> str:
    """Return the output of a command; raise DevstackError if it is missing or fails."""
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    except FileNotFoundError as exc:
        raise DevstackError(f"This machine has no {command[0]}; expected Debian or Ubuntu") from exc
    if done.returncode:
        raise DevstackError(f"{' '.join(command)} exited with code {done.returncode}\n{done.stderr[-1000:]}")
    return done.stdout
