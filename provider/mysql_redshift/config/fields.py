"""What single values of the YAML may be: each with its check, its words and its JSON Schema."""

from __future__ import annotations

import re
from typing import Annotated, Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, BeforeValidator, Field, WithJsonSchema

from mysql_redshift.config import quantities, schedules
from mysql_redshift.config.wording import expecting


def matching(pattern: str, expected: str) -> tuple[Any, ...]:
    """Return what makes text match ``pattern``; ``expected`` says it in words."""
    wrong = expecting(expected)

    def check(value: str) -> str:
        if re.fullmatch(pattern, value) is None:
            raise wrong(value)
        return value

    return (AfterValidator(check), WithJsonSchema({"type": "string", "pattern": f"^(?:{pattern})$"}))


def _one_or_more(value: Any) -> Any:
    return [value] if isinstance(value, str) else value


def _zone(value: str) -> str:
    try:
        ZoneInfo(value)
    except (ZoneInfoNotFoundError, ValueError, OSError) as exc:
        raise expecting("a time zone as Europe/Berlin")(value) from exc
    return value


def _either(kind: str, pattern: str) -> WithJsonSchema:
    return WithJsonSchema({"anyOf": [{"type": kind, "minimum": 0}, {"type": "string", "pattern": pattern}]})


_ROLE_ARN = r"arn:aws[a-z-]*:iam::\d{12}:role/[\w+=,.@/-]+"
PIPELINE_NAME = r"[A-Za-z0-9_-]{1,100}"  # it becomes a DAG's id and tag

Name = Annotated[str, Field(min_length=1)]
Names = Annotated[
    tuple[Name, ...],
    BeforeValidator(_one_or_more, json_schema_input_type=Name | tuple[Name, ...]),
]
Tag = Annotated[str, *matching(r"[\s\S]{1,100}", "a tag of at most 100 characters, as Airflow takes it")]
Tags = Annotated[tuple[Tag, ...], BeforeValidator(_one_or_more, json_schema_input_type=Tag | tuple[Tag, ...])]
ConnectionId = Annotated[str, *matching(r"[\w.-]+", "the id of an Airflow connection, as settlement_mysql")]
Bucket = Annotated[str, *matching(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]", "the name of a bucket, without s3://")]
Role = Annotated[
    str, *matching(rf"default|{_ROLE_ARN}(,{_ROLE_ARN})*", "an ARN as arn:aws:iam::123456789012:role/copy, or default")
]
PipelineName = Annotated[str, *matching(PIPELINE_NAME, "letters, digits, _ and - (it becomes a DAG's id)")]
Schedule = Annotated[str, BeforeValidator(schedules.schedule)]
Seconds = Annotated[float, BeforeValidator(quantities.seconds), Field(ge=0), _either("number", quantities.DURATION)]
Bytes = Annotated[int, BeforeValidator(quantities.size), Field(ge=1024), _either("integer", quantities.SIZE)]
Rows = Annotated[int, Field(strict=True, ge=1)]
Flag = Annotated[bool, Field(strict=True)]
Zone = Annotated[str, AfterValidator(_zone)]
