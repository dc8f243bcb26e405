"""The base of all operators: the table's spec, the run request, and which errors Airflow retries."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from airflow.sdk import BaseOperator

from mysql_redshift.config.arguments import entry_from_arguments, spec_from_arguments
from mysql_redshift.core import codec
from mysql_redshift.core.request import RunRequest
from mysql_redshift.core.spec import TableSpec
from mysql_redshift.errors import TerminalError
from mysql_redshift.hooks.environment import environment
from mysql_redshift.operators.run_request import refuse_unknown, run_request

if TYPE_CHECKING:
    from airflow.sdk import Context


class TableOperator(BaseOperator):
    """Works on one table, given as ``spec`` (by the DAG factory) or as parameters (in a hand-written DAG).

    ``cursor``, ``load``, ``settings`` and ``run`` are validated when the DAG file is parsed, the others when the task
    runs.

    :param spec: a TableSpec or its plain form; if given, the parameters below except ``run`` are not used.
    :param mysql_conn_id: MySQL connection of the source.
    :param database: source database.
    :param table: source table.
    :param aws_conn_id: AWS connection of the lake.
    :param bucket: bucket of the lake.
    :param prefix: first part of every S3 key.
    :param redshift_conn_id: connection of type ``redshift_ssh``.
    :param schema: target schema; default: the name of the source database.
    :param target_table: target table; default: the name of the source table in lower case.
    :param iam_role: IAM role with which COPY reads S3; default: the cluster's default role.
    :param cursor: cursor column; None reads the whole table in every run.
    :param load: ``merge``, ``append`` or ``replace``; default: chosen from the table's cursor and key.
    :param pipeline: pipeline name, part of the S3 keys; operators with the same name share the table's state.
    :param settings: other settings of a table's entry in YAML, as ``{"lookback": "10m", "chunk_rows": 500_000}``.
    :param run: the run configuration (see RunRequest); default: the DAG run's params.
    """

    template_fields: Sequence[str] = ("database", "table", "bucket", "prefix", "schema", "target_table", "run")

    def __init__(  # noqa: PLR0913 - operators have one parameter per setting
        self,
        *,
        spec: TableSpec | Mapping[str, Any] | None = None,
        mysql_conn_id: str = "mysql_default",
        database: str = "",
        table: str = "",
        aws_conn_id: str = "aws_default",
        bucket: str = "",
        prefix: str = "",
        redshift_conn_id: str = "redshift_default",
        schema: str = "",
        target_table: str | None = None,
        iam_role: str = "default",
        cursor: str | None = None,
        load: str | None = None,
        pipeline: str = "manual",
        settings: Mapping[str, Any] | None = None,
        run: Mapping[str, Any] | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.spec = codec.to_plain(spec) if isinstance(spec, TableSpec) else spec
        self.mysql_conn_id = mysql_conn_id
        self.database = database
        self.table = table
        self.aws_conn_id = aws_conn_id
        self.bucket = bucket
        self.prefix = prefix
        self.redshift_conn_id = redshift_conn_id
        self.schema = schema
        self.target_table = target_table
        self.iam_role = iam_role
        self.cursor = cursor
        self.load = load
        self.pipeline = pipeline
        self.settings = settings
        self.run = run
        entry_from_arguments(self._settings(), where=self._where)  # reports mistakes when the DAG file is parsed
        refuse_unknown(run or (), where=self._where)

    def table_spec(self) -> TableSpec:
        """Return the table's spec; call it after templates are rendered."""
        if self.spec is not None:
            return codec.from_plain(TableSpec, self.spec, where=f"{self._where}, spec")
        target = {
            "conn_id": self.redshift_conn_id,
            "schema": self.schema or self.database,
            "iam_role": self.iam_role,
        }
        return spec_from_arguments(
            self.table,
            pipeline={
                "pipeline": self.pipeline,
                "source": {"conn_id": self.mysql_conn_id, "database": self.database},
                "lake": {"conn_id": self.aws_conn_id, "bucket": self.bucket, "prefix": self.prefix},
                "target": target,
            },
            settings={"target_table": self.target_table, **self._settings()},
            environment=environment(),
            where=self._where,
        )

    def request(self, context: Context) -> RunRequest:
        """Return the run request, from ``run`` if given, else from the DAG run's params."""
        given: Mapping[str, Any] = self.run if self.run is not None else context.get("params", {})
        return run_request(given, context["dag_run"], where=self._where)

    @contextmanager
    def fail_fast_on_terminal_errors(self) -> Iterator[None]:
        """Turn TerminalError into AirflowFailException, which Airflow does not retry; other errors are retried."""
        from airflow.providers.common.compat.sdk import AirflowFailException

        try:
            yield
        except TerminalError as exc:
            raise AirflowFailException(str(exc)) from exc

    @property
    def _where(self) -> str:
        return f"task {self.task_id}"

    def _settings(self) -> dict[str, Any]:
        own = {name: value for name, value in (("cursor", self.cursor), ("load", self.load)) if value is not None}
        return {**(self.settings or {}), **own}
