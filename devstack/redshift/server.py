"""Listen, authenticate clients, and run a session per client."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import logging
import os
import socket
import ssl
import struct
from typing import Any

from devstack.redshift import identity
from devstack.redshift.client import Client, receive, secured
from devstack.redshift.faults import Dropped
from devstack.redshift.service import Service
from devstack.redshift.session import backend as backends
from devstack.redshift.session.conversation import converse
from devstack.redshift.session.opening import opening, prepare
from devstack.redshift.session.session import Session
from devstack.redshift.wire import messages as m
from devstack.redshift.wire.framing import FramingError

log = logging.getLogger(__name__)

STARTUP_SECONDS = 30
REFUSED_PEER = "the stand-in accepts connections from the bastion only"


class Server:
    """A running stand-in with two listeners: one for the bastion only, one for conformance tests."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self._settings = service.settings
        self._tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._tls.load_cert_chain(self._settings.tls_cert, self._settings.tls_key)
        self._tasks: set[asyncio.Task[None]] = set()

    async def serve(self, stop: asyncio.Event) -> None:
        """Serve until ``stop`` is set; then close every session."""
        settings = self._settings
        listeners = [_listen(settings.host, settings.port), _listen(settings.host, settings.conformance_port)]
        loops = [
            asyncio.ensure_future(self._accept(listener, guarded=number == 0))
            for number, listener in enumerate(listeners)
        ]
        await stop.wait()
        for task in [*loops, *self._tasks]:
            task.cancel()
        await asyncio.gather(*loops, *self._tasks, return_exceptions=True)
        for listener in listeners:
            listener.close()

    async def _accept(self, listener: socket.socket, *, guarded: bool) -> None:
        loop = asyncio.get_running_loop()
        while True:
            peer, address = await loop.sock_accept(listener)
            task = asyncio.ensure_future(self._connection(peer, address, listener.getsockname(), guarded=guarded))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _connection(self, peer: socket.socket, address: Any, own: Any, *, guarded: bool) -> None:
        peer.setblocking(False)
        peer.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        try:
            admitted = not guarded or await asyncio.to_thread(self._is_bastion, address, own)
            async with asyncio.timeout(STARTUP_SECONDS):
                client = await self._greet(peer)
                if client is None:
                    return
        except (ConnectionError, FramingError, ssl.SSLError, TimeoutError, asyncio.IncompleteReadError) as exc:
            log.info("no session for %s: %s", address, exc)
            peer.close()
            return
        try:
            await self._welcome(client, admitted=admitted)
        except m.ServerError as error:
            log.info("rejected %s: %s", address, error)
            error.severity = "FATAL"
            with contextlib.suppress(ConnectionError):
                await client.send(error.encode())
        except (ConnectionError, FramingError, ssl.SSLError, TimeoutError, asyncio.IncompleteReadError) as exc:
            log.info("session of %s ended: %s", address, exc)
        except Dropped as fault:
            log.info("dropped %s because of an ordered fault: %s", address, fault)
            client.writer.transport.abort()
        finally:
            client.writer.close()

    def _is_bastion(self, address: tuple[str, int], own: tuple[str, int]) -> bool:
        pid = self._settings.bastion_pid
        return pid is not None and identity.belongs_to(address, own, pid)

    async def _greet(self, peer: socket.socket) -> Client | None:
        """Handle the messages before TLS; return None if the connection was a cancel request or is closed."""
        loop = asyncio.get_running_loop()
        while True:
            head = await receive(peer, 8)
            length, code = struct.unpack("!II", head)
            if code == m.SSL_REQUEST and length == 8:
                await loop.sock_sendall(peer, b"S")
                return Client(*await secured(peer, self._tls))
            if code == m.GSS_REQUEST and length == 8:
                await loop.sock_sendall(peer, b"N")
                continue
            if code == m.CANCEL_REQUEST and length == 16:
                await self._cancel(await receive(peer, 8))
                peer.close()
                return None
            error = m.ServerError(code="28000", message="SSL is required", severity="FATAL")
            await loop.sock_sendall(peer, error.encode())
            peer.close()
            return None

    async def _cancel(self, body: bytes) -> None:
        process, secret = struct.unpack("!II", body)
        await backends.cancel(self._settings.backend_host, self._settings.backend_port, process, secret)

    async def _welcome(self, client: Client, *, admitted: bool) -> None:
        async with asyncio.timeout(STARTUP_SECONDS):
            body = await client.startup()
            (code,) = struct.unpack_from("!I", body)
            if code == m.CANCEL_REQUEST:
                await self._cancel(body[4:12])
                return
            if code != m.PROTOCOL_3:
                raise m.ServerError(code="0A000", message=f"unsupported frontend protocol {code >> 16}.{code & 0xFFFF}")
            parameters = m.parse_startup(body[4:])
            if not admitted:
                raise m.ServerError(code="28000", message=REFUSED_PEER)
            superuser = await self._authenticate(client, parameters.get("user", ""))
        await self._run(client, parameters, superuser=superuser)

    async def _authenticate(self, client: Client, user: str) -> bool:
        """Check the password with the md5 method; return whether the user is a superuser."""
        salt = os.urandom(4)
        await client.send(m.message(b"R", struct.pack("!I", 5) + salt))
        answer = await client.one()
        given = m.take_cstring(answer.body, 0)[0] if answer.kind == b"p" else ""
        rows = await self._service.sql("SELECT md5, superuser FROM standin.users WHERE usename = %s", [user.lower()])
        stored = str(rows[0][0]) if rows else ""
        expected = "md5" + hashlib.md5(stored.encode() + salt, usedforsecurity=False).hexdigest()
        if not stored or given != expected:
            raise m.ServerError(code="28000", message=f'password authentication failed for user "{user}"')
        return bool(rows[0][1])

    async def _run(self, client: Client, parameters: dict[str, str], *, superuser: bool) -> None:
        settings = self._settings
        database = parameters.get("database", settings.database)
        if database.lower() != settings.database:
            raise m.ServerError(code="3D000", message=f'database "{database}" does not exist')
        user = parameters["user"].lower()
        name = parameters.get("application_name", "")
        backend = backends.Backend(client.send)
        wanted = {"user": user, "database": settings.database, "application_name": name, "client_encoding": "UTF8"}
        reported = await backend.connect(settings.backend_host, settings.backend_port, wanted)
        session = Session(self._service, backend, client.send, user=user, application_name=name, superuser=superuser)
        tasks = [asyncio.ensure_future(backend.pump())]
        try:
            await prepare(backend)
            await client.send(opening(backend, reported))
            idle = self._service.faults.at("start", name)
            if idle is not None:
                tasks.append(asyncio.ensure_future(client.drop_when_idle(idle.seconds)))
            await converse(client, session, backend)
        finally:
            await self._leave(session, backend)
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def _leave(self, session: Session, backend: backends.Backend) -> None:
        """Close the backend's session and cancel its statement, unless a fault orders it to linger."""
        linger = self._service.faults.at("gone", session.application_name)
        if linger is not None:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(backend.closed.wait(), linger.seconds)
        elif not backend.replies.idle:
            settings = self._settings
            await backends.cancel(settings.backend_host, settings.backend_port, backend.process, backend.secret)
        await backend.close()


def _listen(host: str, port: int) -> socket.socket:
    listener = socket.create_server((host, port), backlog=128)
    listener.setblocking(False)
    return listener
