"""ministack's S3, in a separate environment because it pins botocore."""

from __future__ import annotations

import hashlib
import http.client
import shutil
import sys
import venv
from contextlib import suppress
from pathlib import Path

import boto3
from botocore.config import Config

from devstack import paths
from devstack.errors import DevstackError
from devstack.paths import Say
from devstack.process import Server, free_port, run
from devstack.status import S3Status

BUCKET = "lake"
REGION = "us-east-1"
LOCK_FILE = paths.REPOSITORY / "requirements/ministack.lock"


def start(home: Path, say: Say) -> tuple[Server, S3Status]:
    """Start the server on a free port with its objects below ``home``, and create the bucket."""
    digest = hashlib.sha256(LOCK_FILE.read_bytes()).hexdigest()[:12]
    name = f"ministack-{sys.version_info.major}.{sys.version_info.minor}-{digest}"
    environment = paths.cached(name, _install, lambda: say("installing ministack (once per machine)"))
    port = free_port()
    settings = {
        "BIND_HOST": "127.0.0.1",
        "GATEWAY_PORT": str(port),
        "SERVICES": "s3,sts,iam",
        "SFTP_ENABLED": "0",
        "IOT_MTLS_ENABLED": "0",
        "S3_PERSIST": "1",
        "S3_DATA_DIR": str(home / "s3/data"),
        "PERSIST_STATE": "1",
        "STATE_DIR": str(home / "s3/state"),
        "DOCKER_HOST": "unix:///nonexistent",
        "TMPDIR": str(home / "s3/tmp"),  # ministack creates a file there
        "PYTHONPATH": str(environment / "site"),
    }
    (home / "s3/tmp").mkdir(parents=True, exist_ok=True)
    # -S: ignore our own virtual environment; -P: ignore the current folder
    command = [sys.executable, "-S", "-P", "-m", "ministack"]
    server = Server("s3", command, log=home / "logs/s3.log", env=settings, cwd=home)
    server.wait_ready(lambda: _healthy(port))
    status = S3Status(
        endpoint=f"http://127.0.0.1:{port}", region=REGION, bucket=BUCKET, access_key="test", secret_key="test-secret"
    )
    _create_bucket(status)
    return server, status


def _install(folder: Path) -> None:
    """Install the packages into a plain folder, which can be renamed; a virtual environment contains its own path."""
    uv = shutil.which("uv", path=str(Path(sys.executable).parent)) or shutil.which("uv")
    target = folder / "site"
    with suppress(DevstackError):  # pip may be configured with an index that uv does not know
        if uv:
            run([uv, "pip", "install", "-q", "--python", sys.executable, "--target", target, "-r", LOCK_FILE])
            return
    builder = folder / "builder"
    venv.create(builder, with_pip=True)
    run([builder / "bin/pip", "install", "-q", "--target", target, "-r", LOCK_FILE])
    shutil.rmtree(builder)


def _healthy(port: int) -> bool:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=2)
    try:
        connection.request("GET", "/_ministack/health")
        return connection.getresponse().status == http.client.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def _create_bucket(status: S3Status) -> None:
    client = boto3.client(
        "s3",
        endpoint_url=status.endpoint,
        region_name=status.region,
        aws_access_key_id=status.access_key,
        aws_secret_access_key=status.secret_key,
        config=Config(s3={"addressing_style": "path"}),
    )
    if status.bucket not in [bucket["Name"] for bucket in client.list_buckets()["Buckets"]]:
        client.create_bucket(Bucket=status.bucket)
