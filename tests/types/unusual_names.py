"""Unusual names that MySQL allows, and SQL injection attempts."""

from __future__ import annotations

# Each attempt closes another kind of quotation. A table ``secret`` at the source and at the target shows a success.
INJECTIONS = (
    "'; DROP TABLE secret; --", '"; DROP TABLE secret; --', "`; DROP TABLE secret; --", "); DROP TABLE secret; --",
    "\\'; DROP TABLE secret; --", '\\"; DROP TABLE secret; #', "\\`; DROP TABLE secret; --",
    "''; DROP TABLE secret; --", '""; DROP TABLE secret; --', "``; DROP TABLE secret; --", "*/ DROP TABLE secret; /*",
    "/*!50000 ; DROP TABLE secret */", "$$; DELETE FROM secret; $$", "$1; DELETE FROM secret",
    "%s'; DELETE FROM secret; --%(x)s", "{t}{name}{0}{{", ":p ?",
    "' OR '1'='1", "1 OR 1=1", "1; DELETE FROM secret", "' UNION SELECT 1 -- x", "\u2019; DROP TABLE secret; --",
    "\u00bf'; DROP TABLE secret; --", "x\n'; DROP TABLE secret; --", "x' ;\tDROP TABLE secret; #",
)  # fmt: skip
COLUMNS = (
    "select", "order", "user", "table", "timestamp", "default", "tag", "aes128", "two words", "  leading", 'say "hi"',
    "back`tick", "it's", "dot.ted", "semi;colon", "dash--dash", "sl/*a*/sh", "back\\slash", "per%cent", "%s", "{name}",
    "$dollar", "@at", "1st", "42", "ünïcödé", "名前", "İstanbul", "MixedCase", "a" * 63, "é" * 31, "_seq", "new\nline",
    "null", *INJECTIONS,
)  # fmt: skip
