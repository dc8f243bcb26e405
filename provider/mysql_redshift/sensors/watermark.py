"""Waits until a table has come to a point."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from airflow.sdk import BaseOperator, conf

from mysql_redshift.core import codec
from mysql_redshift.core.position import PositionKind, parse_position
from mysql_redshift.core.spec import TableSpec
from mysql_redshift.errors import ConfigurationError, TerminalError

if TYPE_CHECKING:
    from airflow.sdk import Context

STAGES = ("mysql", "redshift", "verified")


class WatermarkSensor(BaseOperator):
    """Waits until the stage ``mysql``, ``redshift`` or ``verified`` of a table has reached ``point``.

    It reads S3 only, and waits in the triggerer without a worker.

    :param spec: a TableSpec or its plain form. :param stage: one of the three.
    :param point: ISO 8601, or an integer for id cursors: every row below it is done.
    :param poke_interval: seconds between two looks. :param timeout: seconds until it fails.
    """

    template_fields: Sequence[str] = ("stage", "point")

    def __init__(
        self,
        *,
        spec: TableSpec | Mapping[str, Any],
        point: str | int,
        stage: str = "verified",
        poke_interval: float = 30,
        timeout: float = 7 * 86400,
        deferrable: bool = conf.getboolean("operators", "default_deferrable", fallback=True),
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.spec = codec.to_plain(spec) if isinstance(spec, TableSpec) else spec
        self.point = point
        self.stage = stage
        self.poke_interval = poke_interval
        self.timeout = timeout
        self.deferrable = deferrable

    def execute(self, context: Context) -> str | None:
        """Look once; wait where the point is not reached."""
        from airflow.sdk.exceptions import AirflowFailException  # noqa: PLC0415

        from mysql_redshift.triggers.watermark import WatermarkTrigger, reached  # noqa: PLC0415

        del context
        try:
            self._check()
            where = reached(dict(self.spec), self.stage, str(self.point))
        except TerminalError as exc:
            raise AirflowFailException(str(exc)) from exc
        if where is not None:
            return where
        self.defer(
            trigger=WatermarkTrigger(
                spec=dict(self.spec), stage=self.stage, point=str(self.point), poke_interval=self.poke_interval
            ),
            method_name="execute_complete",
            timeout=timedelta(seconds=self.timeout),
        )
        return None

    def execute_complete(self, context: Context, event: dict[str, Any]) -> str:
        """Return the position that was reached; fail with the trigger's error."""
        from airflow.sdk.exceptions import AirflowFailException  # noqa: PLC0415

        del context
        if "error" in event:
            raise AirflowFailException(event["error"])
        self.log.info("Stage %s has reached %s", self.stage, event["position"])
        return str(event["position"])

    def _check(self) -> None:
        if self.stage not in STAGES:
            raise ConfigurationError(
                "Unknown stage", where=f"task {self.task_id}", expected=" or ".join(STAGES), found=self.stage
            )
        kind = PositionKind.ID if str(self.point).lstrip("-").isdigit() else PositionKind.TIME
        parse_position(kind, str(self.point))
