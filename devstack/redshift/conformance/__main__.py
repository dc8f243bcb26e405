"""``python -m devstack.redshift.conformance``: run the cases against a server."""

from __future__ import annotations

import argparse
import os
import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlparse

from devstack.redshift.conformance.case import MARKS, Case, cases
from devstack.redshift.conformance.drivers import PROTOCOLS, Address
from devstack.redshift.conformance.run import Cluster, Difference, run


def main(argv: Sequence[str] | None = None) -> int:
    """Run the cases; return 0 if there is no difference."""
    arguments = _parser().parse_args(argv)
    real = bool(arguments.dsn) and not arguments.s3_endpoint
    found = [case for case in cases() if _wanted(case, arguments) and not (case.own and real)]
    if arguments.unverified:
        print(unverified(found), end="")
        return 0
    print(_counts(found))
    if arguments.list:
        for case in found:
            print(f"[{case.mark}] {case.family}: {case.name}")
        return 0
    if not arguments.dsn or not arguments.bucket:
        print("--dsn and --bucket are required to run the cases", file=sys.stderr)
        return 2
    cluster = _cluster(arguments)
    differences: list[Difference] = []
    ran = 0
    for protocol in arguments.protocol or PROTOCOLS:
        for case in found:
            if case.protocols and protocol not in case.protocols:
                continue
            ran += 1
            difference = run(case, protocol, cluster)
            if difference is not None:
                differences.append(difference)
                print(f"The stand-in must be corrected: {difference}", flush=True)
    print(f"{ran} runs of {len(found)} cases, {len(differences)} differences")
    return 1 if differences else 0


def unverified(found: Sequence[Case]) -> str:
    """Return Markdown with the cases that are unverified on a real cluster, and the statement that verifies each."""
    lines = [
        "# Behaviour that is unverified on a real cluster",
        "",
        "The stand-in refuses what is in doubt, and the provider does not use it. Each line is a case of the",
        "conformance suite with the mark `?`, with the statement that verifies it. To run them all on a cluster:",
        "",
        "```",
        "python -m devstack conformance --dsn postgresql://USER@HOST:5439/DB --password-file FILE --bucket BUCKET \\",
        "    --iam-role ARN --mark '?'",
        "```",
        "",
        "`python -m devstack conformance --unverified` generates this page.",
        "",
        "| case | expected | statement | source or reason for doubt |",
        "| --- | --- | --- | --- |",
    ]
    for case in found:
        if case.mark == "?":
            step = next((s for s in case.steps if s.expected.error), case.steps[0])
            expected = step.expected.error or "accepted"
            lines.append(f"| {case.name} | {expected} | `{step.sql}` | {case.source} |")
    return "\n".join([*lines, ""])


def _counts(found: Sequence[Case]) -> str:
    marks = Counter(case.mark for case in found)
    return f"{len(found)} cases: " + ", ".join(f"{mark} {marks[mark]}" for mark in MARKS)


def _wanted(case: Case, arguments: argparse.Namespace) -> bool:
    family = not arguments.family or case.family in arguments.family
    return family and arguments.only in case.name and (not arguments.mark or case.mark in arguments.mark)


def _cluster(arguments: argparse.Namespace) -> Cluster:
    dsn = urlparse(arguments.dsn)
    password = unquote(dsn.password or "") or Path(arguments.password_file).read_text().strip()
    if arguments.ca_file:
        os.environ["SSL_CERT_FILE"] = arguments.ca_file
    address = Address(
        host=dsn.hostname or "127.0.0.1",
        port=dsn.port or 5439,
        user=unquote(dsn.username or ""),
        password=password,
        database=dsn.path.lstrip("/"),
        ca_file=arguments.ca_file or "",
    )
    return Cluster(address=address, s3=_s3(arguments), bucket=arguments.bucket, iam_role=arguments.iam_role)


def _s3(arguments: argparse.Namespace) -> Any:
    import boto3

    return boto3.client("s3", endpoint_url=arguments.s3_endpoint or None)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m devstack conformance",
        description="Run Redshift's rules as cases. A difference on a real cluster is a bug of the stand-in. "
        "boto3 finds the S3 credentials as usual (AWS_ACCESS_KEY_ID and so on).",
    )
    parser.add_argument("--dsn", help="postgresql://user:password@host:port/database")
    parser.add_argument("--password-file", default="", help="file with the password, if the DSN contains none")
    parser.add_argument("--ca-file", help="CA of the server's certificate, unless it is a public one")
    parser.add_argument("--bucket", help="a bucket that the server and this process can access")
    parser.add_argument("--s3-endpoint", help="S3 endpoint, unless it is Amazon's")
    parser.add_argument("--iam-role", default="default", help="a role of the cluster that can read the bucket")
    parser.add_argument("--protocol", action="append", choices=tuple(PROTOCOLS))
    parser.add_argument("--family", action="append", help="run only cases of this family; repeatable")
    parser.add_argument("--mark", action="append", choices=MARKS, help="run only cases with this mark; repeatable")
    parser.add_argument("--unverified", action="store_true", help="print docs/unverified.md")
    parser.add_argument("--only", default="", help="run only cases whose name contains this text")
    parser.add_argument("--list", action="store_true", help="list the cases")
    return parser


if __name__ == "__main__":
    sys.exit(main())
