"""Checks of docker-compose.yaml that need no Docker engine."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[3]
COMPOSE = yaml.safe_load((ROOT / "docker-compose.yaml").read_text())
SERVICES = COMPOSE["services"]


def test_redshift_can_be_reached_through_the_bastion_only() -> None:
    """Airflow and the stand-in share no network; the bastion is in both networks."""
    airflow, redshift, bastion = (set(SERVICES[name]["networks"]) for name in ("airflow", "redshift", "bastion"))
    assert not airflow & redshift
    assert airflow & bastion
    assert redshift & bastion


@pytest.mark.parametrize("name", sorted(SERVICES))
def test_images_are_pinned_and_copied_files_exist(name: str) -> None:
    """An image has a version; a Dockerfile and the files that it copies exist."""
    service = SERVICES[name]
    if "image" in service:
        assert re.search(r":\d", service["image"])
        return
    dockerfile = ROOT / service["build"]["dockerfile"]
    text = dockerfile.read_text()
    assert re.search(r"^FROM \S+:\S+", text, re.MULTILINE)
    for line in re.findall(r"^COPY (?:--\S+ )*(.+) \S+$", text, re.MULTILINE):
        for pattern in line.split():
            assert list(ROOT.glob(pattern)), f"{dockerfile}: COPY {pattern}"


def test_the_stand_in_supports_the_options_of_its_container() -> None:
    """A renamed option of the stand-in would stop the container at start."""
    shown = subprocess.run(
        [sys.executable, "-m", "devstack.redshift", "serve", "--help"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    for option in SERVICES["redshift"]["command"][4:]:
        assert option.split("=")[0] in shown


def test_secrets_are_created_once(tmp_path: Path) -> None:
    """A second start keeps the keys that other containers use."""
    command = [sys.executable, str(ROOT / "docker/make_secrets.py"), str(tmp_path)]
    environment = {"PYTHONPATH": str(ROOT)}
    subprocess.run(command, env=environment, check=True)
    first = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    subprocess.run(command, env=environment, check=True)
    assert {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()} == first
    assert {path.name for path in first} >= {"host_key", "client_key", "ca.pem", "server.key", "password"}
