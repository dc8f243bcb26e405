"""Users: the proxy checks their passwords, not PostgreSQL."""

from __future__ import annotations

from dataclasses import replace

from devstack.redshift.catalogue.prepare import md5_secret
from devstack.redshift.rules.names import near
from devstack.redshift.rules.plan import Plan, Rule, Situation, refuse
from devstack.redshift.sql.lexer import Kind
from devstack.redshift.sql.statement import Statement, literal
from devstack.redshift.sql.words import words

OPTIONS = words("CREATEDB NOCREATEDB NOCREATEUSER WITH SYSLOG ACCESS RESTRICTED UNRESTRICTED")


def users(plan: Plan, _: Situation) -> None:
    tokens = plan.statement.tokens
    command = " ".join(plan.statement.words(2))
    if command not in ("CREATE USER", "ALTER USER", "DROP USER"):
        return
    plan.tag = command
    at = 4 if plan.statement.words(2, 2) == ("IF", "EXISTS") else 2
    if at >= len(tokens):
        raise near(tokens[-1])
    name = tokens[at].name
    if command == "DROP USER":
        call = f"standin.drop_user({literal(name)})"
        if at == 4:
            call = f"standin.drop_user(rolname) FROM pg_roles WHERE rolname = {literal(name)}"
    else:
        secret = _secret(plan, at + 1, name)
        call = f"standin.set_user({literal(name)}, {literal(secret)}, {command == 'CREATE USER'})"
    plan.sql = f"DO LANGUAGE plpgsql {literal(f'BEGIN PERFORM {call}; END')}"


def exact_user_names(statement: Statement) -> None:
    """Keep the case of a quoted user name, whatever enable_case_sensitive_identifier is."""
    tokens = statement.tokens
    granted = tokens[0].word in ("GRANT", "REVOKE")
    for index, before in enumerate(tokens[:-1]):
        owner = before.word == "TO" and tokens[index - 1].word == "OWNER"
        if owner or before.word in ("USER", "AUTHORIZATION") or (granted and before.word in ("TO", "FROM")):
            tokens[index + 1] = replace(tokens[index + 1], exact=True)


def _secret(plan: Plan, at: int, name: str) -> str:
    tokens, secret = plan.statement.tokens, ""
    while at < len(tokens):
        if tokens[at].word == "PASSWORD" and at + 1 < len(tokens) and tokens[at + 1].kind is Kind.STRING:
            secret = _stored(tokens[at + 1].value, name)
            at += 2
        elif tokens[at].word == "PASSWORD" and plan.statement.words(1, at + 1) == ("DISABLE",):
            at += 2
        elif tokens[at].word in OPTIONS:
            at += 1
        else:
            raise refuse(f"The Redshift stand-in lacks the user option {tokens[at].text}", "0A000")
    return secret


def _stored(password: str, name: str) -> str:
    if password.startswith("md5") and len(password) == 35:
        return password[3:]
    strong = (
        any(c.isupper() for c in password) and any(c.islower() for c in password) and any(map(str.isdigit, password))
    )
    if not 8 <= len(password) <= 64 or not strong:
        raise refuse(
            "password must contain at least 8 characters, one upper case letter, one lower case letter and one digit",
            "42601",
        )
    return md5_secret(name, password)


RULES = (
    Rule(
        name="users",
        mark="D",
        text="CREATE USER needs a password of 8 to 64 characters with upper case, lower case and a digit.",
        apply=users,
    ),
)
