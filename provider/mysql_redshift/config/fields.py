"""Types of single YAML values: validation, messages and JSON Schema."""

from __future__ import annotations

import re
from typing import Annotated, Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, BeforeValidator, Field, WithJsonSchema

from mysql_redshift.config import schedules
from mysql_redshift.config.wording import expecting

SECONDS_PER_UNIT = {"s": 1, "m": 60, "h": 3600, "d": 86400}
BYTES_PER_UNIT = {"B": 1, "KB": 1000, "MB": 1000**2, "GB": 1000**3, "KIB": 1024, "MIB": 1024**2, "GIB": 1024**3}
DURATION = r"^\s*(\d+(\.\d+)?\s*[smhd]\s*)+$"
SIZE = r"^\s*\d+(\.\d+)?\s*([kKmMgG][iI]?)?[bB]\s*$"


def matching(pattern: str, expected: str) -> tuple[Any, ...]:
    """Return annotations that require text to match ``pattern``; ``expected`` describes it in messages."""
    wrong = expecting(expected)

    def check(value: str) -> str:
        if re.fullmatch(pattern, value) is None:
            raise wrong(value)
        return value

    return (AfterValidator(check), WithJsonSchema({"type": "string", "pattern": f"^(?:{pattern})$"}))


def parse_duration(value: object) -> float:
    """Return the seconds of a duration such as ``10m``, ``1h30m``, ``2d`` or a number; raise ValueError if invalid."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        return float(value)
    if not isinstance(value, str) or not re.fullmatch(DURATION, value):
        raise ValueError(f"expected a duration such as 30s, 10m, 1h30m or 2d, found {value!r:.60}")
    return sum(
        float(number) * SECONDS_PER_UNIT[unit] for number, unit in re.findall(r"(\d+(?:\.\d+)?)\s*([smhd])", value)
    )


def parse_size(value: object) -> int:
    """Return the bytes of a size such as ``256MB``, ``1GiB`` or a number; raise ValueError if invalid."""
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    if not isinstance(value, str) or not re.fullmatch(SIZE, value):
        raise ValueError(f"expected a size such as 64MB or 256MiB, or a number of bytes, found {value!r:.60}")
    number, unit = re.findall(r"([\d.]+)\s*([A-Z]+)", value.upper())[0]
    return round(float(number) * BYTES_PER_UNIT[unit])


def _one_or_more(value: Any) -> Any:
    return [value] if isinstance(value, str) else value


def _zone(value: str) -> str:
    try:
        ZoneInfo(value)
    except (ZoneInfoNotFoundError, ValueError, OSError) as exc:
        raise expecting("a time zone such as Europe/Berlin")(value) from exc
    return value


def _either(kind: str, pattern: str) -> WithJsonSchema:
    return WithJsonSchema({"anyOf": [{"type": kind, "minimum": 0}, {"type": "string", "pattern": pattern}]})


_ROLE_ARN = r"arn:aws[a-z-]*:iam::\d{12}:role/[\w+=,.@/-]+"
PIPELINE_NAME = r"[A-Za-z0-9_-]{1,100}"  # used as DAG id and tag

Name = Annotated[str, Field(min_length=1)]
Names = Annotated[
    tuple[Name, ...],
    BeforeValidator(_one_or_more, json_schema_input_type=Name | tuple[Name, ...]),
]
Tag = Annotated[str, *matching(r"[\s\S]{1,100}", "a tag of at most 100 characters, Airflow's limit")]
Tags = Annotated[tuple[Tag, ...], BeforeValidator(_one_or_more, json_schema_input_type=Tag | tuple[Tag, ...])]
ConnectionId = Annotated[str, *matching(r"[\w.-]+", "the id of an Airflow connection, such as settlement_mysql")]
Bucket = Annotated[str, *matching(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]", "a bucket name without s3://")]
Role = Annotated[
    str,
    *matching(rf"default|{_ROLE_ARN}(,{_ROLE_ARN})*", "an ARN such as arn:aws:iam::123456789012:role/copy, or default"),
]
PipelineName = Annotated[str, *matching(PIPELINE_NAME, "letters, digits, _ and - (it is used as DAG id)")]
Schedule = Annotated[str, BeforeValidator(schedules.schedule)]
Seconds = Annotated[float, BeforeValidator(parse_duration), Field(ge=0), _either("number", DURATION)]
Bytes = Annotated[int, BeforeValidator(parse_size), Field(ge=1024), _either("integer", SIZE)]
Rows = Annotated[int, Field(strict=True, ge=1)]
Flag = Annotated[bool, Field(strict=True)]
Zone = Annotated[str, AfterValidator(_zone)]
