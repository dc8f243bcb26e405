"""Transactions: one isolation level, writers that wait for each other, and statements not allowed in a block."""

from __future__ import annotations

from devstack.redshift.rules.plan import Plan, Rule, Situation, refuse
from devstack.redshift.sql.identifier import stored_name
from devstack.redshift.sql.statement import qualified_name, quote

BEGINS = ("BEGIN", "START")


def snapshot_isolation(plan: Plan, _: Situation) -> None:
    statement = plan.statement
    if statement.tokens[0].word in BEGINS:
        words = {token.word for token in statement.tokens}
        read_only = " READ ONLY" if {"READ", "ONLY"} <= words and "WRITE" not in words else ""
        plan.sql = f"BEGIN ISOLATION LEVEL REPEATABLE READ{read_only}"


def writers_wait(plan: Plan, _situation: Situation) -> None:
    """Lock the table before the statement is parsed, since parsing would take the snapshot."""
    tokens = plan.statement.tokens
    at = {"DELETE": 2 if plan.statement.words(2)[1:] == ("FROM",) else 1, "UPDATE": 1, "MERGE": 2}.get(tokens[0].word)
    if at is None:
        return
    name, _ = qualified_name(tokens, at)
    if name:
        plan.writes = quote(*map(stored_name, name))
        plan.before.append(f"LOCK TABLE {plan.writes} IN SHARE ROW EXCLUSIVE MODE")


def truncate_commits(plan: Plan, _: Situation) -> None:
    if plan.statement.starts("TRUNCATE"):
        if "," in (token.word for token in plan.statement.tokens):
            raise refuse('syntax error at or near ","', "42601")
        plan.commits = True
        plan.tag = "TRUNCATE TABLE"


def vacuum_is_accepted(plan: Plan, _: Situation) -> None:
    """Accept VACUUM FULL, SORT ONLY, DELETE ONLY, REINDEX t [TO n PERCENT] [BOOST] without doing anything."""
    if plan.statement.starts("VACUUM"):
        plan.sql, plan.tag = "DO 'BEGIN END'", "VACUUM"
    elif plan.statement.starts("ANALYZE"):
        plan.sql, plan.tag = "DO 'BEGIN END'", "ANALYZE"


def not_in_a_block(plan: Plan, situation: Situation) -> None:
    what = _alone(plan)
    if what and situation.in_block:
        raise refuse(f"{what} cannot run inside a transaction block", "25001")
    if what and situation.several:
        raise refuse(f"{what} cannot run inside a multiple commands statement", "25001")


def _alone(plan: Plan) -> str:
    words = [token.word for token in plan.statement.tokens]
    if words[0] == "VACUUM":
        return "VACUUM"
    if words[:2] == ["ALTER", "TABLE"]:
        if "APPEND" in words:
            return "ALTER TABLE APPEND"
        if "ALTER" in words[2:] and "TYPE" in words:
            return "ALTER TABLE ALTER COLUMN"
    if words[:2] in (["CREATE", "DATABASE"], ["DROP", "DATABASE"]):
        return " ".join(words[:2])
    return ""


RULES = (
    Rule(
        name="snapshot-isolation",
        mark="D",
        text="Every transaction has one snapshot, taken by its first query; the requested isolation level is ignored.",
        apply=snapshot_isolation,
    ),
    Rule(
        name="writers-wait",
        mark="D",
        text="DELETE, UPDATE and MERGE on one table wait for each other until the end of the transaction.",
        apply=writers_wait,
    ),
    Rule(
        name="truncate-commits",
        mark="D",
        text="TRUNCATE commits its transaction.",
        apply=truncate_commits,
    ),
    Rule(
        name="not-in-a-block",
        mark="D",
        text="VACUUM, ALTER TABLE APPEND and ALTER COLUMN TYPE are refused inside a transaction block.",
        apply=not_in_a_block,
    ),
    Rule(name="vacuum", mark="D", text="VACUUM and ANALYZE are accepted in all their forms.", apply=vacuum_is_accepted),
)
