"""The schema of the YAML. One model serves run time, lint, JSON Schema and reference; unknown keys are errors."""

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
from mysql_redshift.core.spec import Compression, Deletes, LoadMode, OnTypeChange, Strategy
from mysql_redshift.core.types.policy import POLICIES, Policy
from mysql_redshift.core.verification import Check


class Strict(BaseModel):
    """Unknown keys are errors."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Source(Strict):
    """The MySQL server and database that rows are read from."""

    conn_id: ConnectionId
    database: Name
    writer_conn_id: ConnectionId | None = Field(None, description="Connection of the writer if conn_id is a replica.")
    readers: tuple[str, ...] = Field(
        (), description="MySQL accounts that never write: their running statements do not hold the window back."
    )
    pool: Name | None = Field(None, description="Airflow pool of the extract tasks.")


class Lake(Strict):
    """The S3 location of files and state."""

    conn_id: ConnectionId = "aws_default"
    bucket: Bucket
    prefix: str = ""
    sse: Literal["AES256", "aws:kms"] | None = Field(None, description="Server-side encryption of objects in S3.")
    kms_key: Name | None = Field(None, description="KMS key id or ARN; only with sse: aws:kms.")


class Target(Strict):
    """The Redshift cluster and schema that rows are loaded into."""

    conn_id: ConnectionId
    schema_: Name = Field(alias="schema")
    iam_role: Role
    ledger_schema: Name = Field("mysql_redshift", description="Schema of the ledger tables.")
    may_sleep: Flag = Field(
        False,
        description="Open no Redshift session in a run with nothing to load or count; verified_through then stays.",
    )


class CursorEntry(Strict):
    """The column that determines which rows are new."""

    column: Name
    kind: Literal["unix-s", "unix-ms", "unix-us"] | None = Field(
        None, description="Unit of an integer that counts time since 1970. Default: derived from the column's type."
    )
    zone: Zone | None = Field(
        None, description="Time zone of a DATETIME or DATE column. Required if the server's own zone is not UTC."
    )
    nulls: Literal["fail", "load"] = Field("fail", description="Rows whose cursor is NULL: fail the run, or load them.")


class ColumnsEntry(Strict):
    """Which columns are replicated, and under which names."""

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
    __doc__="How to handle values that the target cannot hold unchanged.",
    **{f"{policy.name}_": _policy_field(policy) for policy in POLICIES.values()},  # BaseModel defines its own `json`
)


def _column_to_mapping(value: Any) -> Any:
    return {"column": value} if isinstance(value, str) else value


Encoding = Literal[
    "raw", "az64", "bytedict", "delta", "delta32k", "lzo", "mostly8", "mostly16", "mostly32", "runlength", "text255",
    "text32k", "zstd",
]  # fmt: skip


class TableEntry(Strict):
    """The settings of a table; ``defaults`` sets them for all tables."""

    cursor: (
        Annotated[CursorEntry, BeforeValidator(_column_to_mapping, json_schema_input_type=Name | CursorEntry)] | None
    ) = Field(None, description="A column name or a mapping. Without a cursor each run reads the whole table.")
    load: LoadMode | None = Field(
        None, description="Default: replace without a cursor, merge if the table has a key, else append."
    )
    key: Names = Field((), description="Default: the primary key, else a unique key of NOT NULL columns.")
    strategy: Strategy | None = None
    schedule: Schedule | None = Field(
        None, description="Own schedule; the pipeline's scheduled runs then skip the table."
    )
    lookback: Seconds = Field(0.0, description="How far below the watermark a run reads again in merge mode.")
    lag: Seconds | None = Field(
        None, description="Subtracted from the safe point. Default: 2 s if transactions are visible, else 30 s."
    )
    max_hold: Seconds = Field(3600.0, description="How long an open transaction may hold the window back.")
    batch_rows: Rows = Field(131_072, description="Maximum number of rows per batch in memory.")
    chunk_rows: Rows = Field(2_000_000, description="Approximate number of rows per chunk.")
    max_chunks: Annotated[int, Field(strict=True, ge=1, le=1024)] = Field(
        32, description="Maximum number of chunks per run; the next run continues a larger backlog."
    )
    part_size: Bytes = Field(256 * 1024 * 1024, description="Approximate size of a Parquet file.")
    compression: Compression = Field(
        Compression.SNAPPY, description="Compression of Parquet files; that COPY reads zstd is not documented."
    )
    allow_empty_replace: Flag = Field(False, description="Allow an empty source table to empty the target.")
    columns: ColumnsEntry = ColumnsEntry()
    policies: Policies = Field(default_factory=Policies)
    column_policies: dict[Name, Policies] = Field(
        default_factory=dict, description="Policies by column; they override policies."
    )
    source_table: Name | None = Field(None, description="The table's name in MySQL. Default: the entry's name.")
    target_table: Name | None = Field(
        None, description="The table's name in Redshift. Default: the entry's name in lower case."
    )
    target_schema: Name | None = None
    dist_style: Literal["auto", "even", "all", "key"] | None = Field(None, description="For a new table.")
    dist_key: Name | None = Field(None, description="For a new table; with dist_style: key.")
    sort_key: Names = Field((), description="For a new table.")
    encode: dict[Name, Encoding] = Field(
        default_factory=dict, description="Compression by column of a new table. Default: Redshift chooses."
    )
    declare_key: Flag | None = Field(
        None,
        description="Declare the primary key of a new table, which Redshift's planner trusts. Default: not with load: "
        "append, nor if key texts may differ in trailing blanks only.",
    )
    deletes: Deletes = Field(
        Deletes.KEEP, description="Rows deleted at the source: keep them, or reconcile: the check keys deletes them."
    )
    on_type_change: OnTypeChange = Field(
        OnTypeChange.FAIL,
        description="Type changes that Redshift cannot alter: fail the run, or rebuild the table and swap it in.",
    )
    checks: tuple[Check, ...] = Field(
        (Check.CUSTODY, Check.BOUNDS), description="Checks that runs make; keys compares every key, once a day."
    )
    tags: Tags = ()


class PipelineFile(Strict):
    """One pipeline. The content of ``defaults`` and ``tables`` is validated table by table as ``TableEntry``."""

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
    """Return the JSON Schema of a pipeline file, for use in editors."""
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
