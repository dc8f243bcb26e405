"""The YAML's shape. One model serves run time, lint, JSON Schema and the reference; unknown keys are errors."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, create_model

from mysql_redshift.config.fields import (
    Bucket,
    Bytes,
    ConnectionId,
    Flag,
    Name,
    Names,
    PipelineName,
    Role,
    Rows,
    Schedule,
    Seconds,
    Tags,
    Zone,
)
from mysql_redshift.config.wording import expecting
from mysql_redshift.core.spec import Deletes, LoadMode, OnTypeChange, Strategy
from mysql_redshift.core.types.policy import POLICIES, Policy
from mysql_redshift.core.verification import Check


class Strict(BaseModel):
    """Unknown keys are errors."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Source(Strict):
    """Where rows come from."""

    conn_id: ConnectionId
    database: Name
    writer_conn_id: ConnectionId | None = Field(
        None, description="The writer's connection, where conn_id is a replica."
    )
    pool: Name | None = Field(None, description="Airflow pool of the extract tasks.")


class Lake(Strict):
    """Where files and state live."""

    conn_id: ConnectionId = "aws_default"
    bucket: Bucket
    prefix: str = ""
    sse: Literal["AES256", "aws:kms"] | None = Field(None, description="How S3 encrypts what is written.")
    kms_key: Name | None = Field(None, description="Key id or ARN, with sse: aws:kms.")


class Target(Strict):
    """Where rows go."""

    conn_id: ConnectionId
    schema_: Name = Field(alias="schema")
    iam_role: Role
    ledger_schema: Name = Field("mysql_redshift", description="The schema of the ledger tables.")


class CursorEntry(Strict):
    """The column that tells how new a row is."""

    column: Name
    kind: Literal["unix-s", "unix-ms", "unix-us"] | None = Field(
        None, description="For integers that count time since 1970; left out: as the column's type says."
    )
    zone: Zone = Field("UTC", description="Whose wall clock a DATETIME shows.")
    nulls: Literal["fail", "load"] = Field("fail", description="What becomes of rows whose cursor is NULL.")


class ColumnsEntry(Strict):
    """Which columns travel, and under which names."""

    include: Names = ()
    exclude: Names = ()
    rename: dict[Name, Name] = Field(default_factory=dict)


def _policy_field(policy: Policy) -> Any:
    meaning = Field(None, alias=policy.name, description=policy.meaning)
    if not policy.any_date:
        return (Literal[policy.choices] | None, meaning)
    expected = expecting(policy.allowed)

    def check(value: str) -> str:
        if not policy.accepts(value):
            raise expected(value)
        return value

    return (Annotated[str, AfterValidator(check)] | None, meaning)


Policies: Any = create_model(
    "Policies",
    __base__=Strict,
    __doc__="What becomes of values that the target cannot hold as they are.",
    **{f"{policy.name}_": _policy_field(policy) for policy in POLICIES.values()},  # BaseModel has a `json` of its own
)


def _column_alone(value: Any) -> Any:
    return {"column": value} if isinstance(value, str) else value


Encoding = Literal[
    "raw", "az64", "bytedict", "delta", "delta32k", "lzo", "mostly8", "mostly16", "mostly32", "runlength", "text255",
    "text32k", "zstd",
]  # fmt: skip


class TableEntry(Strict):
    """Everything that can be said of a table; ``defaults`` says it of all."""

    cursor: Annotated[CursorEntry, BeforeValidator(_column_alone, json_schema_input_type=Name | CursorEntry)] | None = (
        Field(None, description="A column's name, or a mapping. Without one the whole table is read each run.")
    )
    load: LoadMode | None = Field(
        None, description="Left out: replace without a cursor, merge where there is a key, else append."
    )
    key: Names = Field((), description="Left out: the primary key, else a unique key of NOT NULL columns.")
    strategy: Strategy | None = None
    schedule: Schedule | None = Field(None, description="Its own; the pipeline's scheduled runs then leave it out.")
    lookback: Seconds = Field(0.0, description="Read this much below the watermark again, in merge mode.")
    lag: Seconds | None = Field(None, description="Left out: 2 s where transactions are visible, else 30 s.")
    max_hold: Seconds = Field(3600.0, description="How long an open transaction may hold the window back.")
    batch_rows: Rows = 131_072
    chunk_rows: Rows = 2_000_000
    max_chunks: Annotated[int, Field(strict=True, ge=1, le=1024)] = 32
    part_size: Bytes = Field(256 * 1024 * 1024, description="How large a Parquet file becomes.")
    allow_empty_replace: Flag = Field(False, description="Let an empty source empty the target.")
    columns: ColumnsEntry = ColumnsEntry()
    policies: Policies = Field(default_factory=Policies)
    column_policies: dict[Name, Policies] = Field(default_factory=dict)
    source_table: Name | None = Field(None, description="The table's name in MySQL, where the entry's name is another.")
    target_table: Name | None = Field(None, description="Left out: the entry's name in lower case.")
    target_schema: Name | None = None
    dist_style: Literal["auto", "even", "all", "key"] | None = None
    dist_key: Name | None = None
    sort_key: Names = ()
    encode: dict[Name, Encoding] = Field(
        default_factory=dict, description="Compression of a new table's columns, by column; else as Redshift chooses."
    )
    deletes: Deletes = Field(
        Deletes.KEEP, description="What becomes of rows deleted at the source; reconcile: the check keys deletes them."
    )
    on_type_change: OnTypeChange = Field(
        OnTypeChange.FAIL,
        description="Where a column's new type does not fit the target's; rebuild: fill a new table and swap it in.",
    )
    checks: tuple[Check, ...] = Field(
        (Check.CUSTODY, Check.BOUNDS), description="What each run verifies. keys compares every key, once a day."
    )
    tags: Tags = ()


class PipelineFile(Strict):
    """One pipeline. What lies below ``defaults`` and ``tables`` is checked table by table, as ``TableEntry``."""

    pipeline: PipelineName
    description: str = ""
    schedule: Schedule | None = None
    source: Source
    lake: Lake
    target: Target
    strategy: Strategy = Strategy.INTER_TABLE
    defaults: dict[str, Any] = Field(default_factory=dict)
    tables: dict[str, Any]
    tags: Tags = ()


def json_schema() -> dict[str, Any]:
    """Return the JSON Schema of a pipeline's file, for editors."""
    schema, entry = PipelineFile.model_json_schema(), TableEntry.model_json_schema()
    definitions = {**schema.pop("$defs"), **entry.pop("$defs"), "TableEntry": entry}
    reference = {"$ref": "#/$defs/TableEntry"}
    schema["properties"]["defaults"] = reference
    schema["properties"]["tables"] = {
        "type": "object",
        "minProperties": 1,
        "additionalProperties": {"anyOf": [reference, {"type": "null"}]},
    }
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema, "$defs": definitions}
