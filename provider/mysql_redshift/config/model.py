"""The YAML's shape. One model serves run time, lint, JSON Schema and the reference; unknown keys are errors."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, field_validator, model_validator

from mysql_redshift.config import quantities
from mysql_redshift.core.spec import LoadMode, Strategy

Name = Annotated[str, Field(min_length=1)]
Seconds = Annotated[float, BeforeValidator(quantities.seconds), Field(ge=0)]
Bytes = Annotated[int, BeforeValidator(quantities.size), Field(ge=1024)]
Rows = Annotated[int, Field(ge=1)]
Role = Annotated[str, Field(pattern=r"^arn:aws[a-z-]*:iam::\d{12}:role/.+$|^default$")]


class Strict(BaseModel):
    """Unknown keys are errors."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Source(Strict):
    """Where rows come from."""

    conn_id: Name
    database: Name
    writer_conn_id: Name | None = Field(None, description="The writer's connection, where conn_id is a replica.")
    pool: Name | None = Field(None, description="Airflow pool of the extract tasks.")


class Lake(Strict):
    """Where files and state live."""

    conn_id: Name = "aws_default"
    bucket: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$")]
    prefix: str = ""
    sse: Literal["AES256", "aws:kms"] | None = None
    kms_key: Name | None = None


class Target(Strict):
    """Where rows go."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)

    conn_id: Name
    schema_: Name = Field(alias="schema")
    iam_role: Role
    ledger_schema: Name = "mysql_redshift"


class CursorEntry(Strict):
    """The column that tells how new a row is."""

    column: Name
    kind: Literal["unix-s", "unix-ms", "unix-us"] | None = None
    zone: str = "UTC"
    nulls: Literal["fail", "load"] = "fail"

    @field_validator("zone")
    @classmethod
    def _known_zone(cls, value: str) -> str:
        from zoneinfo import ZoneInfo, ZoneInfoNotFoundError  # noqa: PLC0415

        try:
            ZoneInfo(value)
        except (ZoneInfoNotFoundError, ValueError) as exc:
            raise ValueError(f"{value!r} is not a time zone; write it as Europe/Berlin") from exc
        return value


class ColumnsEntry(Strict):
    """Which columns travel, and under which names."""

    include: tuple[Name, ...] = ()
    exclude: tuple[Name, ...] = ()
    rename: dict[Name, Name] = Field(default_factory=dict)


class LayoutEntry(Strict):
    """How a new target table is laid out."""

    dist_style: Literal["auto", "even", "all", "key"] | None = None
    dist_key: Name | None = None
    sort_key: tuple[Name, ...] = ()


def _cursor(value: Any) -> Any:
    return {"column": value} if isinstance(value, str) else value


class TableEntry(Strict):
    """Everything that can be said of a table; ``defaults`` says it of all."""

    cursor: Annotated[CursorEntry, BeforeValidator(_cursor)] | None = None
    load: LoadMode | None = None
    key: tuple[Name, ...] = ()
    strategy: Strategy | None = None
    schedule: str | None = None
    lookback: Seconds = 0.0
    lag: Seconds | None = None
    max_hold: Seconds = 3600.0
    batch_rows: Rows = 131_072
    chunk_rows: Rows = 2_000_000
    max_chunks: Annotated[int, Field(ge=1, le=1024)] = 32
    part_size: Bytes = 256 * 1024 * 1024
    allow_empty_replace: bool = False
    columns: ColumnsEntry = ColumnsEntry()
    layout: LayoutEntry = LayoutEntry()
    policies: dict[Name, str] = Field(default_factory=dict)
    column_policies: dict[Name, dict[Name, str]] = Field(default_factory=dict)
    target_table: Name | None = None
    target_schema: Name | None = None
    deletes: Literal["keep"] = "keep"
    tags: tuple[Name, ...] = ()

    @model_validator(mode="after")
    def _fits(self) -> TableEntry:
        if self.load in (LoadMode.MERGE, LoadMode.APPEND) and self.cursor is None:
            raise ValueError(f"load: {self.load.value} needs a cursor")
        return self


class PipelineFile(Strict):
    """One pipeline."""

    pipeline: Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]+$")]
    description: str = ""
    schedule: str | None = None
    source: Source
    lake: Lake
    target: Target
    strategy: Strategy = Strategy.INTER_TABLE
    defaults: dict[str, Any] = Field(default_factory=dict)
    tables: dict[str, Any] = Field(min_length=1)
    tags: tuple[Name, ...] = ()
