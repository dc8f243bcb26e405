"""``python -m devstack.redshift.conformance``: runs the cases against an address."""

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
from devstack.redshift.conformance.run import Difference, Place, run


def main(argv: Sequence[str] | None = None) -> int:
    """Run the cases; 0 where nothing differs."""
    arguments = _parser().parse_args(argv)
    cluster = bool(arguments.dsn) and not arguments.s3_endpoint
    found = [case for case in cases() if _wanted(case, arguments) and not (case.own and cluster)]
    if arguments.unverified:
        print(unverified(found), end="")
        return 0
    print(_counts(found))
    if arguments.list:
        for case in found:
            print(f"[{case.mark}] {case.family}: {case.name}")
        return 0
    if not arguments.dsn or not arguments.bucket:
        print("--dsn and --bucket are needed to run", file=sys.stderr)
        return 2
    place = _place(arguments)
    differences: list[Difference] = []
    ran = 0
    for protocol in arguments.protocol or PROTOCOLS:
        for case in found:
            if case.protocols and protocol not in case.protocols:
                continue
            ran += 1
            difference = run(case, protocol, place)
            if difference is not None:
                differences.append(difference)
                print(f"A correction to make: {difference}", flush=True)
    print(f"{ran} runs of {len(found)} cases, {len(differences)} differences")
    return 1 if differences else 0


def unverified(found: Sequence[Case]) -> str:
    """Return the cases nobody has seen on a real cluster as Markdown, each with the statement that would settle it."""
    lines = [
        "# What nobody has seen on a real cluster",
        "",
        "The stand-in refuses what is in doubt and the provider keeps away from it. Each line is a case of the",
        "conformance suite with the mark `?`; its last statement would settle it. To run them all on a cluster:",
        "",
        "```",
        "python -m devstack conformance --dsn postgresql://USER@HOST:5439/DB --password-file FILE --bucket BUCKET \\",
        "    --iam-role ARN --mark '?'",
        "```",
        "",
        "This page is made by `python -m devstack conformance --unverified`.",
        "",
        "| case | what is expected | the statement that settles it | why it is in doubt |",
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


def _place(arguments: argparse.Namespace) -> Place:
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
    return Place(address=address, s3=_s3(arguments), bucket=arguments.bucket, iam_role=arguments.iam_role)


def _s3(arguments: argparse.Namespace) -> Any:
    import boto3

    return boto3.client("s3", endpoint_url=arguments.s3_endpoint or None)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m devstack conformance",
        description="Runs Redshift's rules as cases. What differs on a real cluster is a correction to make here. "
        "The keys for S3 come from the usual places (AWS_ACCESS_KEY_ID and so on).",
    )
    parser.add_argument("--dsn", help="postgresql://user:password@host:port/database")
    parser.add_argument("--password-file", default="", help="where the DSN holds no password")
    parser.add_argument("--ca-file", help="the authority of the server's certificate, where it is no public one")
    parser.add_argument("--bucket", help="a bucket the server and this process can reach")
    parser.add_argument("--s3-endpoint", help="where S3 is, if it is not Amazon's")
    parser.add_argument("--iam-role", default="default", help="a role of the cluster that may read the bucket")
    parser.add_argument("--protocol", action="append", choices=tuple(PROTOCOLS))
    parser.add_argument("--family", action="append", help="run these families of cases only")
    parser.add_argument("--mark", action="append", choices=MARKS, help="run cases with these marks only")
    parser.add_argument("--unverified", action="store_true", help="write docs/unverified.md to standard output")
    parser.add_argument("--only", default="", help="run cases whose name holds this")
    parser.add_argument("--list", action="store_true", help="say which cases there are")
    return parser


if __name__ == "__main__":
    sys.exit(main())
