"""Create the bastion's keys, the stand-in's certificate and its password, unless they exist."""

from __future__ import annotations

import secrets
import sys
from pathlib import Path

from devstack import bastion, certificates


def main(folder: Path) -> None:
    """Write all files below ``folder``, readable by every account, since the containers use different accounts."""
    if not (folder / "bastion/client_key").exists():
        bastion.make_keys(folder / "bastion")
    certificates.make(folder / "redshift")
    for name, value in (("password", secrets.token_hex(12)), ("s3-secret", "test-secret")):
        file = folder / "redshift" / name
        if not file.exists():
            file.write_text(value)
    for path in folder.rglob("*"):
        path.chmod(0o755 if path.is_dir() else 0o644)
    (folder / "bastion/host_key").chmod(0o600)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
