"""Countries, merchants and customers."""

from __future__ import annotations

from demo.dataset.noise import (
    YEAR,
    between,
    binary,
    fraction,
    literal,
    moment,
    noise,
    one_of,
    sometimes,
    through_the_year,
)
from demo.dataset.schema import Column, Kind, Sizes, Table

COUNTRIES = {
    "AT": ("Österreich", "EUR"),
    "BE": ("België / Belgique", "EUR"),
    "BR": ("Brasil", "BRL"),
    "CH": ("Schweiz / Suisse", "CHF"),
    "CZ": ("Česko", "CZK"),
    "DE": ("Deutschland", "EUR"),
    "DK": ("Danmark", "DKK"),
    "ES": ("España", "EUR"),
    "FI": ("Suomi", "EUR"),
    "FR": ("France", "EUR"),
    "GB": ("United Kingdom", "GBP"),
    "GR": ("Ελλάδα", "EUR"),
    "IE": ("Éire", "EUR"),
    "IN": ("भारत", "INR"),
    "IS": ("Ísland", "ISK"),
    "IT": ("Italia", "EUR"),
    "JP": ("日本", "JPY"),
    "MX": ("México", "MXN"),
    "NL": ("Nederland", "EUR"),
    "NO": ("Norge", "NOK"),
    "PL": ("Polska", "PLN"),
    "PT": ("Portugal", "EUR"),
    "SE": ("Sverige", "SEK"),
    "TR": ("Türkiye", "TRY"),
    "US": ("United States", "USD"),
}
EURO_ZONE = ("AT", "BE", "DE", "ES", "FI", "FR", "GR", "IE", "IT", "NL", "PT")
FIRST_NAMES = ("Anna", "Zoë", "Ömer", "李", "Søren", "Nadia", "João", "Fatima", "Łukasz", "Ἑλένη", "O'Neil", "😀 Max")
LAST_NAMES = ("Müller", "Nguyễn", "García", "Smith", "Иванова", "田中", "van den Berg", "D'Angelo", 'Mc"Quote', "null")


def countries() -> Table:
    """A small table without a cursor: every run replaces it."""
    names = [name for name, _ in COUNTRIES.values()]
    currencies = [currency for _, currency in COUNTRIES.values()]
    columns = (
        Column(name="code", kind=Kind.TEXT, ddl="CHAR(2) CHARACTER SET ascii NOT NULL", value=_nth(*COUNTRIES)),
        Column(name="name", kind=Kind.TEXT, ddl="VARCHAR(80) NOT NULL", value=_nth(*names)),
        Column(name="currency", kind=Kind.TEXT, ddl="CHAR(3) CHARACTER SET ascii NOT NULL", value=_nth(*currencies)),
        Column(name="vat_rate", kind=Kind.DECIMAL, ddl="DECIMAL(5,2)", value="NULLIF(n MOD 28, 0) * 0.50 + 10"),
        Column(name="sepa", kind=Kind.INTEGER, ddl="TINYINT(1) NOT NULL", value="n MOD 5 <> 3"),
    )
    return Table(name="countries", columns=columns, key=("code",), cursor=None, rows=len(COUNTRIES))


def merchants(sizes: Sizes) -> Table:
    """Merchants: many column types."""
    name = (
        f"CONCAT({one_of('brand', 'Café ', 'Bäckerei ', 'Книги ', 'ラーメン ', 'Shop ', '🌶 Spice ')}, 'No. ', n,"
        f" {one_of('form', '', ' Ltd', ' GmbH', ' & Söhne', ' 🚀')})"
    )
    settings = f"""CONCAT('{{"fast": ', ELT(1 + n MOD 2, 'true', 'false'), ', "limits": {{"day": ',
        {between("limit", 100, 90_000)}, '}}, "webhook": ', ELT(1 + n MOD 3, 'null', '""', '"https"'), '}}')"""
    columns = (
        Column(name="id", kind=Kind.INTEGER, ddl="INT UNSIGNED NOT NULL AUTO_INCREMENT", value="n"),
        Column(name="name", kind=Kind.TEXT, ddl="VARCHAR(120) NOT NULL", value=name),
        Column(
            name="country",
            kind=Kind.TEXT,
            ddl="CHAR(2) CHARACTER SET ascii NOT NULL",
            value=one_of("merchant country", *COUNTRIES),
        ),
        Column(
            name="state",
            kind=Kind.TEXT,
            ddl="ENUM('new','active','paused','closed') NOT NULL",
            value=one_of("merchant state", "active", "active", "active", "paused", "new", "closed"),
        ),
        Column(
            name="features",
            kind=Kind.TEXT,
            ddl="SET('refunds','payouts','3ds','wallets') NOT NULL",
            value=f"{noise('features')} MOD 16",
        ),
        Column(name="founded", kind=Kind.INTEGER, ddl="YEAR", value=sometimes("f", 10, "NULL", "1960 + n MOD 66")),
        Column(
            name="onboarded_on",
            kind=Kind.DATE,
            ddl="DATE NOT NULL",
            value=f"CAST('2015-02-28' AS DATE) + INTERVAL {between('onboarded', 0, 3_600)} DAY",
        ),
        Column(
            name="closes_at",
            kind=Kind.TIME,
            ddl="TIME",
            value=sometimes("closes", 20, "NULL", f"SEC_TO_TIME({between('closing', 61_200, 93_600)} DIV 900 * 900)"),
        ),
        Column(name="fee_rate", kind=Kind.FLOATING, ddl="DOUBLE NOT NULL", value=fraction("fee rate", 4_096, 10)),
        Column(name="risk", kind=Kind.FLOATING, ddl="FLOAT", value=sometimes("r", 30, "NULL", fraction("risk", 63, 6))),
        Column(name="api_key_hash", kind=Kind.BYTES, ddl="VARBINARY(32) NOT NULL", value=binary("api key", 16)),
        Column(name="settings", kind=Kind.JSON, ddl="JSON NOT NULL", value=settings),
        Column(
            name="updated_at",
            kind=Kind.MOMENT,
            ddl="TIMESTAMP(6) NOT NULL DEFAULT CURRENT_TIMESTAMP(6) ON UPDATE CURRENT_TIMESTAMP(6)",
            value=moment(through_the_year("merchant", sizes.merchants), between("merchant micros", 0, 999_999)),
        ),
    )
    return Table(name="merchants", columns=columns, key=("id",), cursor="updated_at", rows=sizes.merchants)


def customers(sizes: Sizes) -> Table:
    """Customers: text in many scripts, and NULL, '' and 'null' in one column."""
    email = (
        f"CASE {noise('email')} MOD 20 WHEN 0 THEN NULL WHEN 1 THEN '' WHEN 2 THEN 'null'"
        f" ELSE CONCAT('c', n, {one_of('domain', '@example.com', '@例え.jp', '@shop.example')}) END"
    )
    family = literal("👩‍👩‍👧 back\\slash")
    note = (
        f"CASE {noise('note')} MOD 10 WHEN 0 THEN '' WHEN 1 THEN CONCAT('line one', CHAR(10), 'line two', CHAR(9), n)"
        f" WHEN 2 THEN REPEAT({literal('très long · ')}, 1 + n MOD 40) WHEN 3 THEN {family} ELSE NULL END"
    )
    profile = f"""CASE WHEN n MOD 4 = 0 THEN NULL ELSE CONCAT('{{"tags": ["a", "b"], "tier": "',
        {one_of("tier", "gold", "silver", "ünlimited 💎")}, '", "visits": ', {between("visits", 0, 9_999)}, '}}') END"""
    columns = (
        Column(name="id", kind=Kind.INTEGER, ddl="BIGINT UNSIGNED NOT NULL AUTO_INCREMENT", value="n"),
        Column(
            name="full_name",
            kind=Kind.TEXT,
            ddl="VARCHAR(120) NOT NULL",
            value=f"CONCAT({one_of('first', *FIRST_NAMES)}, ' ', {one_of('last', *LAST_NAMES)})",
        ),
        Column(name="email", kind=Kind.TEXT, ddl="VARCHAR(190)", value=email),
        Column(name="note", kind=Kind.TEXT, ddl="TEXT", value=note),
        Column(
            name="birthday",
            kind=Kind.DATE,
            ddl="DATE",
            value=sometimes("b", 40, "NULL", "CAST('1940-02-29' AS DATE) + INTERVAL n MOD 25000 DAY"),
        ),
        Column(
            name="country",
            kind=Kind.TEXT,
            ddl="CHAR(2) CHARACTER SET ascii",
            value=sometimes("no country", 3, "NULL", one_of("country", "DE", "DE", "DE", *COUNTRIES)),
        ),
        Column(
            name="newsletter", kind=Kind.INTEGER, ddl="TINYINT(1)", value="ELT(1 + n MOD 7, 0, 1, 1, NULL, 0, 1, 5)"
        ),
        Column(name="profile", kind=Kind.JSON, ddl="JSON", value=profile),
        Column(
            name="created_at",
            kind=Kind.MOMENT,
            ddl="DATETIME NOT NULL",
            value=moment(f"n * {YEAR // 2} DIV {sizes.customers}"),
        ),
        Column(
            name="updated_at",
            kind=Kind.MOMENT,
            ddl="DATETIME(6) NOT NULL DEFAULT CURRENT_TIMESTAMP(6) ON UPDATE CURRENT_TIMESTAMP(6)",
            value=moment(through_the_year("customer", sizes.customers), between("customer micros", 0, 999_999)),
        ),
    )
    return Table(name="customers", columns=columns, key=("id",), cursor="updated_at", rows=sizes.customers)


def _nth(*values: str) -> str:
    return f"ELT(n, {', '.join(map(literal, values))})"
