"""The trigger that reads a table's state on S3 until a point is reached."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

from airflow.triggers.base import BaseTrigger, TriggerEvent

from mysql_redshift.core import codec
from mysql_redshift.core.position import Position, parse_position
from mysql_redshift.core.spec import TableSpec
from mysql_redshift.errors import TerminalError, TransientError


class WatermarkTrigger(BaseTrigger):
    """Fires when ``stage`` has reached ``point``, or on an error that waiting cannot fix."""

    def __init__(self, *, spec: dict[str, Any], stage: str, point: str, poke_interval: float) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.spec = spec
        self.stage = stage
        self.point = point
        self.poke_interval = poke_interval

    def serialize(self) -> tuple[str, dict[str, Any]]:
        """Return the class path and the arguments."""
        arguments = {
            "spec": self.spec,
            "stage": self.stage,
            "point": self.point,
            "poke_interval": self.poke_interval,
        }
        return f"{type(self).__module__}.{type(self).__qualname__}", arguments

    async def run(self) -> AsyncIterator[TriggerEvent]:
        """Yield one event: the position reached, or a terminal error. Transient errors of S3 are retried."""
        while True:
            try:
                found = await asyncio.to_thread(reached, self.spec, self.stage, self.point)
            except TransientError as exc:
                self.log.warning("%s: reading S3 failed, retrying: %s", _table_spec(self.spec).name, exc)
                found = None
            except TerminalError as exc:
                yield TriggerEvent({"error": str(exc)})  # type: ignore[no-untyped-call]
                return
            if found is not None:
                yield TriggerEvent({"position": found})  # type: ignore[no-untyped-call]
                return
            await asyncio.sleep(self.poke_interval)


def reached(spec: dict[str, Any], stage: str, point: str) -> str | None:
    """Return the stage's position if it is at or above ``point``, else None."""
    from mysql_redshift.hooks.lake import lake_store
    from mysql_redshift.steps import watermark

    table = _table_spec(spec)
    position: Position | None = watermark.stage_position(table, lake_store(table.lake), stage)
    if position is None:
        return None
    wanted = parse_position(position.kind, point)
    return str(position) if position.order() >= wanted.order() else None


def _table_spec(spec: dict[str, Any]) -> TableSpec:
    return codec.from_plain(TableSpec, spec, where="WatermarkSensor, spec")
