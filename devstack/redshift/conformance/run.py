"""Run cases and report differences."""

from __future__ import annotations

import contextlib
import re
import secrets
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from devstack.redshift.conformance import files
from devstack.redshift.conformance.case import Case, Expected, Step
from devstack.redshift.conformance.drivers import Address, Outcome, Session


@dataclass(frozen=True, kw_only=True)
class Cluster:
    """The server that runs cases: a database, a bucket, and a role that can read the bucket."""

    address: Address
    s3: Any
    bucket: str
    iam_role: str


@dataclass(frozen=True, kw_only=True)
class Difference:
    """A case with an unexpected outcome; on a real cluster the stand-in or the case is wrong."""

    case: Case
    protocol: str
    step: str
    expected: str
    found: str

    def __str__(self) -> str:
        head = f"[{self.case.mark}] {self.case.name} ({self.protocol})"
        return f"{head}\n  {self.step}\n  expected {self.expected}\n  found    {self.found}"


def run(case: Case, protocol: str, cluster: Cluster) -> Difference | None:
    """Run one case in a separate schema and under a separate prefix; return None if the outcome is as expected."""
    token = secrets.token_hex(6)
    names = {
        "schema": f"conf_{token}",
        "bucket": cluster.bucket,
        "prefix": f"s3://{cluster.bucket}/conformance/{token}/",
        "role": f"IAM_ROLE '{cluster.iam_role}'",
        "token": token,
        "database": cluster.address.database,
    }
    with contextlib.ExitStack() as ending:
        ending.enter_context(_objects(case, f"conformance/{token}/", cluster))
        sessions = _Sessions(protocol, cluster.address)
        ending.callback(sessions.finish, names["schema"])
        first = sessions["a"]
        for sql in (f"CREATE SCHEMA {names['schema']}", *case.setup):
            outcome = first.run(_fill(sql, names))
            if outcome.error is not None:
                return _difference(case, protocol, sql, "success of the setup", outcome)
        for step in case.steps:
            outcome = _take(step, sessions[step.session], names)
            expected = _wrong(step.expected, outcome, names)
            if expected is not None:
                return _difference(case, protocol, step.sql, expected, outcome)
    return None


class _Sessions(dict[str, Session]):
    def __init__(self, protocol: str, address: Address) -> None:
        super().__init__()
        self._protocol, self._address = protocol, address

    def __missing__(self, name: str) -> Session:
        self[name] = Session(self._protocol, self._address)
        return self[name]

    def finish(self, schema: str) -> None:
        """Roll back every transaction, drop the schema, and close the sessions."""
        for session in self.values():
            session.run("ROLLBACK")
        self["a"].run(f"DROP SCHEMA {schema} CASCADE")
        for session in self.values():
            session.close()


def _take(step: Step, session: Session, names: Mapping[str, str]) -> Outcome:
    if step.joins:
        return session.join()
    sql = _fill(step.sql, names)
    if not step.expected.blocked:
        return session.run(sql)
    return Outcome(tag="blocked") if session.start(sql) else session.join()


def _wrong(expected: Expected, outcome: Outcome, names: Mapping[str, str]) -> str | None:
    """Return the expectation if the outcome differs, else None."""
    if expected.blocked:
        return None if outcome.tag == "blocked" else "to wait for the other session"
    if expected.error is not None:
        wanted = f"{expected.error} {expected.message} {expected.detail}{expected.detail_matches}"
        fits = outcome.error == expected.error
        fits = fits and _fill(expected.message, names) in outcome.message
        fits = fits and _fill(expected.detail, names) in outcome.detail
        fits = fits and re.search(expected.detail_matches, outcome.detail) is not None
        fits = fits and (not expected.absent or _fill(expected.absent, names) not in outcome.detail)
        return None if fits else wanted
    if outcome.error is not None:
        return "success"
    rows = expected.rows and [[_fill(v, names) if isinstance(v, str) else v for v in row] for row in expected.rows]
    if rows is not None and [[_plain(v) for v in row] for row in outcome.rows] != rows:
        return str(rows)
    if expected.tag is not None and outcome.tag and outcome.tag != expected.tag:
        return f"tag {expected.tag}"
    return None


def _plain(value: Any) -> Any:
    """Convert a driver's value to one that TOML can express."""
    if value is None:
        return "NULL"
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() and "." not in str(value) else str(value)
    return value if isinstance(value, (bool, int, float, str)) else str(value)


def _fill(text: str, names: Mapping[str, str]) -> str:
    for key, value in names.items():
        text = text.replace("{" + key + "}", value)
    return text


def _difference(case: Case, protocol: str, step: str, expected: str, outcome: Outcome) -> Difference:
    found = str(outcome.rows) if outcome.error is None else f"{outcome.error} {outcome.message} {outcome.detail}"
    return Difference(case=case, protocol=protocol, step=step, expected=expected, found=found or outcome.tag)


@contextlib.contextmanager
def _objects(case: Case, prefix: str, cluster: Cluster) -> Iterator[None]:
    """Put the case's objects, manifests last, since they contain the lengths of the others."""
    urls = {name: f"s3://{cluster.bucket}/{prefix}{name}" for name in (*case.files, "missing")}
    sizes: dict[str, int] = {}
    for name, spec in sorted(case.files.items(), key=lambda item: "entries" in item[1]):
        body = files.body(spec, urls, sizes)
        sizes[name] = len(body)
        cluster.s3.put_object(Bucket=cluster.bucket, Key=prefix + name, Body=body)
    try:
        yield
    finally:
        for name in case.files:
            cluster.s3.delete_object(Bucket=cluster.bucket, Key=prefix + name)
