"""Waits until a table has come to a point."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from airflow.sdk import BaseSensorOperator, PokeReturnValue

from mysql_redshift.config.arguments import spec_from_arguments
from mysql_redshift.core import codec
from mysql_redshift.core.position import PositionKind, parse_position
from mysql_redshift.core.spec import TableSpec
from mysql_redshift.errors import ConfigurationError, TerminalError, TransientError
from mysql_redshift.hooks.environment import environment

if TYPE_CHECKING:
    from airflow.sdk import Context

    from mysql_redshift.triggers.watermark import WatermarkTrigger

STAGES = ("mysql", "redshift", "verified")


class WatermarkSensor(BaseSensorOperator):
    """Waits until the stage ``mysql``, ``redshift`` or ``verified`` of a table has reached ``point``.

    It reads S3 only. Deferred, it waits in the triggerer without a worker. Give it ``spec``, or where the table's log
    lies: ``pipeline``, ``database``, ``table``, ``bucket`` and ``prefix``, as in the pipeline's YAML.

    :param point: ISO 8601, or an integer for id cursors: every row below it is done.
    :param stage: one of the three.
    :param deferrable: wait in the triggerer; otherwise as ``mode`` says.
    :param poke_interval: seconds between two looks. :param timeout: seconds until it fails.
    """

    template_fields: Sequence[str] = ("stage", "point", "pipeline", "database", "table", "bucket", "prefix")

    def __init__(  # noqa: PLR0913 - an operator's parameters are its form
        self,
        *,
        point: str | int,
        stage: str = "verified",
        spec: TableSpec | Mapping[str, Any] | None = None,
        pipeline: str = "manual",
        database: str = "",
        table: str = "",
        aws_conn_id: str = "aws_default",
        bucket: str = "",
        prefix: str = "",
        deferrable: bool = True,
        poke_interval: float = 30,
        **kwargs: Any,
    ) -> None:
        super().__init__(poke_interval=poke_interval, **kwargs)
        self.spec = codec.to_plain(spec) if isinstance(spec, TableSpec) else spec
        self.point = point
        self.stage = stage
        self.pipeline = pipeline
        self.database = database
        self.table = table
        self.aws_conn_id = aws_conn_id
        self.bucket = bucket
        self.prefix = prefix
        self.deferrable = deferrable

    def execute(self, context: Context) -> Any:
        """Look once, and wait where the point is not reached. Returns the position that was reached."""
        if not self.deferrable:
            return super().execute(context)
        position = self._look()
        if position is None:
            self.defer(trigger=self._trigger(), method_name="execute_complete", timeout=timedelta(seconds=self.timeout))
        return position

    def poke(self, context: Context) -> PokeReturnValue:
        """Look once; S3 that cannot be reached is looked at again."""
        del context
        position = self._look()
        return PokeReturnValue(is_done=position is not None, xcom_value=position)

    def execute_complete(self, context: Context, event: dict[str, Any]) -> str:
        """Return the position that was reached; fail with the trigger's error."""
        from airflow.providers.common.compat.sdk import AirflowFailException

        del context
        if "error" in event:
            raise AirflowFailException(event["error"])
        self.log.info("Stage %s has reached %s", self.stage, event["position"])
        return str(event["position"])

    def _look(self) -> str | None:
        from airflow.providers.common.compat.sdk import AirflowFailException

        from mysql_redshift.triggers.watermark import reached

        try:
            self._check()
            position = reached(self._plain_spec(), self.stage, str(self.point))
        except TransientError as exc:
            self.log.warning("S3 cannot be asked, asking again: %s", exc)
            return None
        except TerminalError as exc:
            raise AirflowFailException(str(exc)) from exc
        self.log.info("Stage %s %s", self.stage, f"has reached {position}" if position else f"is below {self.point}")
        return position

    def _trigger(self) -> WatermarkTrigger:
        from mysql_redshift.triggers.watermark import WatermarkTrigger

        return WatermarkTrigger(
            spec=self._plain_spec(), stage=self.stage, point=str(self.point), poke_interval=self.poke_interval
        )

    def _plain_spec(self) -> dict[str, Any]:
        """Return the spec as far as it says where the table's log lies."""
        if self.spec is not None:
            return dict(self.spec)
        found = spec_from_arguments(
            self.table,
            pipeline={
                "pipeline": self.pipeline,
                "source": {"conn_id": "not_asked", "database": self.database},
                "lake": {"conn_id": self.aws_conn_id, "bucket": self.bucket, "prefix": self.prefix},
                "target": {"conn_id": "not_asked", "schema": "not_asked", "iam_role": "default"},
            },
            settings={},
            environment=environment(),
            where=f"task {self.task_id}",
        )
        return dict(codec.to_plain(found))

    def _check(self) -> None:
        if self.stage not in STAGES:
            raise ConfigurationError(
                "Unknown stage", where=f"task {self.task_id}", expected=" or ".join(STAGES), found=self.stage
            )
        kind = PositionKind.ID if str(self.point).lstrip("-").isdigit() else PositionKind.TIME
        parse_position(kind, str(self.point))
