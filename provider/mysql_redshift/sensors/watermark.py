"""The sensor that waits until a stage of a table has reached a point."""

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
    """Waits until a stage of a table has reached ``point``. Reads S3 only.

    The table is given as ``spec``, or by the path of its log: ``pipeline``, ``database``, ``table``, ``bucket`` and
    ``prefix``, as in the pipeline's YAML.

    Returns the position of the stage as text.

    :param point: ISO 8601 for time cursors, an integer for id cursors; reached if every row below it is done.
    :param stage: ``mysql`` (rows are on S3), ``redshift`` (rows are loaded) or ``verified``.
    :param spec: a TableSpec or its plain form; if given, the parameters below up to ``prefix`` are not used.
    :param pipeline: pipeline name.
    :param database: source database.
    :param table: source table.
    :param aws_conn_id: AWS connection of the lake.
    :param bucket: bucket of the lake.
    :param prefix: first part of every S3 key.
    :param deferrable: wait in the triggerer, without a worker; False waits as set by ``mode``.
    :param poke_interval: seconds between two reads of S3.
    :param timeout: seconds until the sensor fails.
    """

    template_fields: Sequence[str] = ("stage", "point", "pipeline", "database", "table", "bucket", "prefix")

    def __init__(  # noqa: PLR0913 - operators have one parameter per setting
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
        """Check once and wait if the point is not reached. Return the position reached."""
        if not self.deferrable:
            return super().execute(context)
        position = self._position_reached()
        if position is None:
            self.defer(trigger=self._trigger(), method_name="execute_complete", timeout=timedelta(seconds=self.timeout))
        return position

    def poke(self, context: Context) -> PokeReturnValue:
        """Check once. If S3 cannot be read, the point counts as not reached and the sensor checks again."""
        del context
        position = self._position_reached()
        return PokeReturnValue(is_done=position is not None, xcom_value=position)

    def execute_complete(self, context: Context, event: dict[str, Any]) -> str:
        """Return the position from the trigger's event; fail if the event is an error."""
        from airflow.providers.common.compat.sdk import AirflowFailException

        del context
        if "error" in event:
            raise AirflowFailException(event["error"])
        self.log.info("%s: stage %s has reached %s", self._table_name(), self.stage, event["position"])
        return str(event["position"])

    def _position_reached(self) -> str | None:
        from airflow.providers.common.compat.sdk import AirflowFailException

        from mysql_redshift.triggers.watermark import reached

        try:
            self._check()
            position = reached(self._plain_spec(), self.stage, str(self.point))
        except TransientError as exc:
            self.log.warning("%s: reading S3 failed, retrying: %s", self._table_name(), exc)
            return None
        except TerminalError as exc:
            raise AirflowFailException(str(exc)) from exc
        state = f"has reached {position}" if position else f"is below {self.point}"
        self.log.info("%s: stage %s %s", self._table_name(), self.stage, state)
        return position

    def _trigger(self) -> WatermarkTrigger:
        from mysql_redshift.triggers.watermark import WatermarkTrigger

        return WatermarkTrigger(
            spec=self._plain_spec(), stage=self.stage, point=str(self.point), poke_interval=self.poke_interval
        )

    def _plain_spec(self) -> dict[str, Any]:
        """Return the spec in plain form; without ``spec``, only the fields that give the path of the log are real."""
        if self.spec is not None:
            return dict(self.spec)
        found = spec_from_arguments(
            self.table,
            pipeline={
                "pipeline": self.pipeline,
                "source": {"conn_id": "not_used", "database": self.database},
                "lake": {"conn_id": self.aws_conn_id, "bucket": self.bucket, "prefix": self.prefix},
                "target": {"conn_id": "not_used", "schema": "not_used", "iam_role": "default"},
            },
            settings={},
            environment=environment(),
            where=f"task {self.task_id}",
        )
        return dict(codec.to_plain(found))

    def _table_name(self) -> str:
        return codec.from_plain(TableSpec, self._plain_spec(), where=f"task {self.task_id}, spec").name

    def _check(self) -> None:
        if self.stage not in STAGES:
            raise ConfigurationError(
                "Unknown stage", where=f"task {self.task_id}", expected=" or ".join(STAGES), found=self.stage
            )
        kind = PositionKind.ID if str(self.point).lstrip("-").isdigit() else PositionKind.TIME
        parse_position(kind, str(self.point))
