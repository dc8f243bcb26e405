"""What all operators of one table share: the spec, the run's request, and errors that retry or do not."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from airflow.sdk import BaseOperator

from mysql_redshift.core import codec
from mysql_redshift.core.request import Mode, RunRequest
from mysql_redshift.core.spec import CursorRef, LakeRef, LoadMode, SourceRef, Strategy, TableSpec, TargetRef
from mysql_redshift.errors import ConfigurationError, TerminalError

if TYPE_CHECKING:
    from airflow.sdk import Context

REQUEST_FIELDS = ("mode", "since", "until", "move_watermark", "limit", "full_refresh", "dry_run", "allow_gap")


class TableOperator(BaseOperator):
    """Works on one table, given as ``spec`` (the DAG factory does) or spelled out for a hand-written DAG.

    :param spec: a TableSpec, or its plain form. Excludes the parameters below.
    :param mysql_conn_id: MySQL connection. :param database: its database. :param table: its table.
    :param aws_conn_id: AWS connection of the lake. :param bucket: its bucket. :param prefix: first part of every key.
    :param redshift_conn_id: connection of type ``redshift_ssh``. :param schema: target schema.
    :param target_table: target table; the source's name in lower case unless given.
    :param iam_role: role that COPY reads S3 with.
    :param cursor: cursor column; None reads the whole table each run.
    :param load: ``merge``, ``append`` or ``replace``; what the table allows unless given.
    :param pipeline: name under which log and files are kept; two operators that share it share a table's state.
    :param settings: further fields of TableSpec, as ``{"strategy": "intra-table", "chunk_rows": 500_000}``.
    :param run: what the run is asked to do (see RunRequest); the DAG run's params unless given.
    """

    template_fields: Sequence[str] = ("database", "table", "bucket", "prefix", "schema", "target_table", "run")

    def __init__(  # noqa: PLR0913 - an operator's parameters are its form
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
        target_table: str = "",
        iam_role: str | None = None,
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

    def table_spec(self) -> TableSpec:
        """Return the spec, after templates were rendered."""
        if self.spec is not None:
            return codec.from_plain(TableSpec, self.spec, where=f"task {self.task_id}, spec")
        missing = [name for name in ("database", "table", "bucket", "schema") if not getattr(self, name)]
        if missing:
            raise ConfigurationError(
                "The operator lacks parameters", where=f"task {self.task_id}", expected=", ".join(missing)
            )
        return TableSpec(
            pipeline=self.pipeline,
            environment="default",
            source=SourceRef(conn_id=self.mysql_conn_id, database=self.database, table=self.table),
            lake=LakeRef(conn_id=self.aws_conn_id, bucket=self.bucket, prefix=self.prefix),
            target=TargetRef(
                conn_id=self.redshift_conn_id,
                schema=self.schema,
                table=self.target_table or self.table.lower(),
                iam_role=self.iam_role,
            ),
            cursor=CursorRef(column=self.cursor) if self.cursor else None,
            load=LoadMode(self.load) if self.load else None,
            **_typed(self.settings or {}),
        )

    def request(self, context: Context) -> RunRequest:
        """Return what the run is asked to do, from ``run`` or else from the DAG run's params."""
        given = self.run if self.run is not None else context.get("params", {})
        values = {name: given[name] for name in REQUEST_FIELDS if name in given and given[name] is not None}
        for name in ("since", "until"):
            if name in values:
                values[name] = str(values[name])
        dag_run: Any = context["dag_run"]
        actor = getattr(dag_run, "triggering_user_name", None) or getattr(dag_run.run_type, "value", dag_run.run_type)
        return RunRequest(
            **{**values, "mode": Mode(values.get("mode", Mode.SYNC))}, actor=str(actor), run_id=dag_run.run_id
        )

    @contextmanager
    def sorted_errors(self) -> Iterator[None]:
        """Fail at once on what a retry cannot mend; let Airflow retry the rest."""
        from airflow.sdk.exceptions import AirflowFailException  # noqa: PLC0415

        try:
            yield
        except TerminalError as exc:
            raise AirflowFailException(str(exc)) from exc


def _typed(settings: Mapping[str, Any]) -> dict[str, Any]:
    """Turn the strategy's text into its kind; every other field is plain already."""
    values = dict(settings)
    if "strategy" in values:
        values["strategy"] = Strategy(values["strategy"])
    return values
