"""The bastion forwards to the databases only."""

from __future__ import annotations

from urllib.parse import urlsplit

import paramiko
import psycopg
import pytest

from devstack.postgres import SSL_REQUEST
from devstack.status import MySQLStatus, Status
from tests.stack.devstack.processes import connected

ORIGIN = ("127.0.0.1", 0)


def test_the_bastion_forwards_to_the_stand_in(stack_status: Status) -> None:
    """The stand-in responds to a TLS request through the bastion."""
    assert stack_status.bastion is not None
    assert stack_status.redshift is not None
    target = (stack_status.redshift.host, stack_status.redshift.port)
    with (
        connected(stack_status.bastion) as transport,
        transport.open_channel("direct-tcpip", target, ORIGIN) as channel,
    ):
        channel.sendall(SSL_REQUEST)
        assert channel.recv(1) == b"S"


def test_the_stand_in_rejects_connections_that_bypass_the_bastion(stack_status: Status) -> None:
    """The correct user and password do not help."""
    redshift = stack_status.redshift
    assert redshift is not None
    with pytest.raises(psycopg.OperationalError, match="accepts connections from the bastion only"):
        psycopg.connect(
            host=redshift.host,
            port=redshift.port,
            user=redshift.user,
            password=redshift.password,
            dbname=redshift.database,
            sslmode="require",
        )


def test_the_bastion_forwards_to_mysql(stack_status: Status, mysql_server: MySQLStatus) -> None:
    """MySQL and MariaDB both send their greeting through the bastion."""
    assert stack_status.bastion is not None
    target = (mysql_server.host, mysql_server.port)
    with (
        connected(stack_status.bastion) as transport,
        transport.open_channel("direct-tcpip", target, ORIGIN) as channel,
    ):
        assert mysql_server.version.encode()[:4] in channel.recv(64)


def test_the_bastion_forwards_to_nothing_else(stack_status: Status) -> None:
    """The stand-in's conformance port, PostgreSQL, S3 and sshd itself listen, but forwarding is prohibited."""
    assert stack_status.bastion is not None
    assert stack_status.redshift is not None
    assert stack_status.postgres is not None
    assert stack_status.s3 is not None
    s3 = urlsplit(stack_status.s3.endpoint).port or 80
    ports = (stack_status.redshift.conformance_port, stack_status.postgres.port, stack_status.bastion.port, s3)
    with connected(stack_status.bastion) as transport:
        for port in ports:
            with pytest.raises(paramiko.ChannelException, match="prohibited"):
                transport.open_channel("direct-tcpip", ("127.0.0.1", port), ORIGIN)


def test_the_bastion_runs_no_command(stack_status: Status) -> None:
    """The session is closed without output of the command."""
    assert stack_status.bastion is not None
    with connected(stack_status.bastion) as transport, transport.open_session() as channel:
        channel.exec_command("echo reached")
        assert b"reached" not in channel.makefile().read()
        assert channel.recv_exit_status() != 0


def test_an_unknown_client_key_is_rejected(stack_status: Status) -> None:
    """Only the key in the status is authorized."""
    bastion = stack_status.bastion
    assert bastion is not None
    with paramiko.Transport((bastion.host, bastion.port)) as transport, pytest.raises(paramiko.AuthenticationException):
        transport.connect(username=bastion.user, pkey=paramiko.RSAKey.generate(2048))
