"""A Unix socket that accepts fault orders: one JSON object per line, one response per line."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

from devstack.redshift.faults import Fault, Faults

FIELDS = ("application_name", "count", "seconds", "matching")


async def serve(path: str, faults: Faults) -> asyncio.Server:
    """Listen on the socket.

    Orders: ``{"fault": KIND, ...}``, ``{"deny": [VIEW, ...]}``, ``{"serverless": true}``,
    ``{"case_sensitive": true}``, ``{"clear": true}``, ``{"withdraw": APPLICATION_NAME}``, ``{"pending": true}``.
    """
    Path(path).unlink(missing_ok=True)

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while line := await reader.readline():
            writer.write(json.dumps(_obey(line, faults)).encode() + b"\n")
            await writer.drain()
        writer.close()

    return await asyncio.start_unix_server(answer, path)


def _obey(line: bytes, faults: Faults) -> dict[str, Any]:
    try:
        order = json.loads(line)
        known = _carry_out(order, faults)
    except (ValueError, TypeError) as exc:
        return {"error": str(exc)}
    return {"ok": True, "pending": len(faults.orders)} if known else {"error": f"unknown order {order}"}


def _carry_out(order: dict[str, Any], faults: Faults) -> bool:
    if "fault" in order:
        faults.order(Fault(kind=order["fault"], **{key: order[key] for key in FIELDS if key in order}))
    elif "deny" in order:
        faults.denied = frozenset(order["deny"])
    elif "serverless" in order:
        faults.serverless = bool(order["serverless"])
    elif "case_sensitive" in order:
        faults.case_sensitive = bool(order["case_sensitive"])
    elif "clear" in order:
        faults.clear()
    elif "withdraw" in order:
        faults.withdraw(str(order["withdraw"]))
    else:
        return "pending" in order
    return True
