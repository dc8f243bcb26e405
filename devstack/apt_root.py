"""Fetches Debian or Ubuntu packages into a folder of their own: the system stays as it is, and no root is needed."""

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


@dataclass(frozen=True, kw_only=True)
class Origin:
    """Packages and the Debian suite they come from; Ubuntu machines take them from their own release."""

    suite: str
    packages: tuple[str, ...]
    ubuntu_packages: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Distribution:
    """Where a distribution keeps its packages, and with what it signs them."""

    name: str
    mirror: str
    keyring: Path
    components: str
    release: str  # empty: the origin names its own


KEYRINGS = {
    "debian": ("debian-archive-keyring.gpg", "debian-archive-keyring.pgp"),
    "ubuntu": ("ubuntu-archive-keyring.gpg",),
}
COMPONENTS = {"debian": "main", "ubuntu": "main universe"}


def fetch(name: str, origin: Origin, say: Say | None = None) -> Path:
    """Return a folder with the packages and what they depend on, unpacked; downloaded once.

    Raises:
        DevstackError: apt is not there, or the mirror has no such suite or package.

    """
    digest = hashlib.sha256(repr(origin).encode()).hexdigest()[:8]

    def announce() -> None:
        if say:
            say(f"fetching {name} from {_distribution().mirror}: once for this machine")

    return paths.cached(f"{name}-{platform.machine()}-{digest}", lambda root: _unpack(root, origin), announce)


def launcher(root: Path, binary: Path) -> list[str]:
    """Return the words that start a binary with the root's own C library, which may differ from the system's."""
    triple = f"{platform.machine()}-linux-gnu"
    libraries = ":".join(str(root / folder / triple) for folder in ("usr/lib", "lib"))
    for folder in (f"usr/lib/{triple}", f"lib/{triple}", "usr/lib64", "lib64", "usr/lib", "lib"):
        for loader in sorted((root / folder).glob("ld-linux*.so.*")):
            # an absolute link leads out of the root, to the system's loader, which does not fit the root's library
            if loader.exists() and loader.resolve().is_relative_to(root.resolve()):
                return [str(loader), "--argv0", str(binary), "--library-path", libraries, str(binary)]
    raise DevstackError(f"{root} holds no dynamic loader: delete the folder and start again")


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
    """Read the mirror from this machine's own apt configuration, whatever the format of its sources."""
    listed = _output("apt-get", "indextargets", "--format", "$(SITE)").split()
    for site in dict.fromkeys([*listed, *mirror_lists(Path("/etc/apt"))]):
        match = re.search(r"/(debian|ubuntu)/?$", site)
        if match:
            return _known(match[1], site)
    raise DevstackError("This machine's apt sources name no Debian or Ubuntu mirror")


def mirror_lists(folder: Path) -> Iterator[str]:
    """Yield the addresses in files that apt's sources name as ``mirror+file:``: apt tells them to nobody."""
    for source in [*folder.glob("*.list"), *folder.glob("sources.list.d/*")]:
        for file in re.findall(r"mirror\+file:(/\S+)", source.read_text(errors="replace")):
            yield from re.findall(r"^https?://\S+", Path(file).read_text(), re.MULTILINE)


def _known(name: str, mirror: str) -> Distribution:
    candidates = [Path("/usr/share/keyrings") / file for file in KEYRINGS[name]]
    keyring = next((path for path in candidates if path.exists()), None)
    if keyring is None:
        raise DevstackError(f"No keyring of {name} on this machine; looked for {', '.join(map(str, candidates))}")
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
        "Description": "taken for installed",
    }
    return "".join(f"{key}: {value}\n" for key, value in fields.items()) + "\n"


def _output(*command: str) -> str:
    """Return what a command prints; raises DevstackError where it is missing or fails."""
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    except FileNotFoundError as exc:
        raise DevstackError(f"This machine has no {command[0]}: it is neither Debian nor Ubuntu") from exc
    if done.returncode:
        raise DevstackError(f"{' '.join(command)} ended with code {done.returncode}\n{done.stderr[-1000:]}")
    return done.stdout
