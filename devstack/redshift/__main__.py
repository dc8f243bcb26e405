"""``python -m devstack.redshift serve``: run the stand-in without the other servers."""

from __future__ import annotations

import argparse
import asyncio
import logging
import signal
import sys
from collections.abc import Sequence
from pathlib import Path

from devstack.redshift import control
from devstack.redshift.catalogue.prepare import prepare, set_administrator
from devstack.redshift.server import Server
from devstack.redshift.service import Service
from devstack.redshift.settings import Settings, StorageSettings


def main(argv: Sequence[str] | None = None) -> int:
    """Serve until SIGINT or SIGTERM."""
    arguments = _parser().parse_args(argv)
    logging.basicConfig(
        filename=arguments.log_file, level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s"
    )
    logging.getLogger("psycopg").setLevel(logging.WARNING)
    settings = _settings(arguments)
    prepare(settings.conninfo, settings.database)
    set_administrator(settings.conninfo, settings.database, settings.user, settings.password)
    asyncio.run(_serve(settings))
    return 0


async def _serve(settings: Settings) -> None:
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    service = Service(settings)
    await service.learn_types()
    await service.learn_names()
    listener = await control.serve(settings.control_socket, service.faults) if settings.control_socket else None
    try:
        await Server(service).serve(stop)
    finally:
        if listener is not None:
            listener.close()
        await service.close()


def _settings(arguments: argparse.Namespace) -> Settings:
    secret = Path(arguments.s3_secret_key_file).read_text().strip() if arguments.s3_secret_key_file else ""
    return Settings(
        host=arguments.host,
        port=arguments.port,
        conformance_port=arguments.conformance_port,
        backend_host=arguments.backend_host,
        backend_port=arguments.backend_port,
        backend_user=arguments.backend_user,
        database=arguments.database,
        user=arguments.user,
        password=Path(arguments.password_file).read_text().strip(),
        tls_cert=arguments.tls_cert,
        tls_key=arguments.tls_key,
        bastion_pid=arguments.bastion_pid,
        control_socket=arguments.control_socket,
        storage=StorageSettings(
            endpoint=arguments.s3_endpoint or "http://127.0.0.1:9",
            access_key=arguments.s3_access_key or "",
            secret_key=secret,
            roles=tuple(arguments.iam_role),
        ),
    )


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m devstack.redshift", description="A stand-in for Amazon Redshift.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    serve = commands.add_parser("serve", help="serve in the foreground")
    for name, text in (
        ("--host", "address of both listeners"),
        ("--backend-host", "host of a PostgreSQL 16 that trusts connections from this machine"),
        ("--backend-user", "a superuser of that PostgreSQL"),
        ("--database", "created and prepared if it is missing"),
        ("--user", "the cluster's first user, a superuser"),
        ("--password-file", "file with the password of --user"),
        ("--tls-cert", "PEM file"),
        ("--tls-key", "PEM file"),
    ):
        serve.add_argument(name, required=True, help=text)
    serve.add_argument(
        "--port", type=int, required=True, help="accepts connections of descendants of --bastion-pid only"
    )
    serve.add_argument("--conformance-port", type=int, required=True, help="accepts every connection")
    serve.add_argument("--backend-port", type=int, required=True)
    serve.add_argument(
        "--bastion-pid", type=int, help="process id of the bastion's sshd; without it --port rejects all connections"
    )
    serve.add_argument("--s3-endpoint")
    serve.add_argument("--s3-access-key")
    serve.add_argument("--s3-secret-key-file")
    serve.add_argument("--iam-role", action="append", default=[], help="a role that COPY may name; repeatable")
    serve.add_argument("--control-socket", help="a Unix socket that accepts fault orders, one JSON object per line")
    serve.add_argument("--log-file")
    return parser


if __name__ == "__main__":
    sys.exit(main())
