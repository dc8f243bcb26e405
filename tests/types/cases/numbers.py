"""Cases of integers, bits, years, exact and floating-point numbers."""

from __future__ import annotations

from tests.types.cases.case import AS_HEX, Case, decimal_text, double_bits, float_bits, integer

NUMBERS_OF_6_2 = (
    "9999.99", "-9999.99", "0", "0.01", "-0.01", "1", "-1", "0.1", "12.2", "99.99", "1000", "0.05", "-1234.56",
)  # fmt: skip
WIDE = (
    "12345678901234567890123456789012345678", "-99999999999999999999999999999999999999", "0", "1", "-1",
    "9007199254740993", "99999999999999999999999999999999999999", "18446744073709551616", "10", "100",
    "9223372036854775808", "-9223372036854775809",
)  # fmt: skip
SMALL = tuple(f"{sign}0.{digits}" for sign in ("", "-") for digits in (
    "00000000000000000000000000000000000001", "99999999999999999999999999999999999999", "1", "5", "01",
    "12345678901234567890",
))  # fmt: skip
HUGE = (
    "9" * 35 + "." + "9" * 30, "-" + "9" * 35 + "." + "9" * 30, "0", "0.000000000000000000000000000001", "1", "-1",
    "12.2", "9007199254740993", "0.1", "-0.1", "123456789.987654321", "100",
)  # fmt: skip
SINGLE = (
    "0", "-0e0", "1", "-1", "16777216", "16777217", "3.4028234663852886e38", "-3.4028234663852886e38",
    "1.401298464324817e-45", "1.1754943508222875e-38", "0.1", "1e10", "3.14159274", "123456.7",
)  # fmt: skip
DOUBLES = (
    "0", "-0e0", "1", "-1", "9007199254740993", "1.7976931348623157e308", "-1.7976931348623157e308",
    "2.2250738585072014e-308", "4.9406564584124654e-324", "0.1", "12.2", "1e22", "0.30000000000000004", "123456789.123",
)  # fmt: skip

YEARS = ("0", "'0000'", "1901", "1902", "1969", "1970", "1999", "2000", "2026", "2038", "2100", "2154", "2155")
POSITIVE = ("0", "9999999.999", "0.001", "1", "0.01", "0.1", "12.2", "10", "99.999", "1000", "1234567.891", "9999999")
MONEY = (
    "0", "0.1", "-99999.99", "12.2", "16777.21", "99999.99", "0.01", "-0.01", "1", "-1", "65536.5", "1234.56", "0.3",
)  # fmt: skip
INTEGERS = (
    integer("tinyint(1)", "TINYINT(1)", -128, 127),
    integer("tinyint", "TINYINT", -128, 127),
    integer("tinyint unsigned", "TINYINT UNSIGNED", 0, 255),
    integer("smallint", "SMALLINT", -(2**15), 2**15 - 1),
    integer("smallint unsigned", "SMALLINT UNSIGNED", 0, 2**16 - 1),
    integer("mediumint", "MEDIUMINT", -(2**23), 2**23 - 1),
    integer("mediumint unsigned", "MEDIUMINT UNSIGNED", 0, 2**24 - 1),
    integer("int", "INT", -(2**31), 2**31 - 1),
    integer("int unsigned", "INT UNSIGNED", 0, 2**32 - 1),
    Case(
        name="int zerofill",
        type="INT(8) UNSIGNED ZEROFILL",
        values=(*map(str, (0, 1, 7, 9, 10, 42, 255, 65536, 12345678, 123456789, 2147483648, 4294967295)),),
        to_text=str,
        sql="CAST({c}+0 AS CHAR)",
    ),
    integer("bigint", "BIGINT", -(2**63), 2**63 - 1),
    integer("bigint unsigned", "BIGINT UNSIGNED", 0, 2**64 - 1),
    integer("bigint unsigned as bigint", "BIGINT UNSIGNED", 0, 2**63 - 1, policies=(("bigint_unsigned", "bigint"),)),
    Case(name="year", type="YEAR", values=YEARS, to_text=lambda v: f"{v:04d}"),
    Case(
        name="tinyint(1) as boolean",
        type="TINYINT(1)",
        values=("0", "1"),
        to_text=lambda v: str(int(v)),
        policies=(("tinyint1", "boolean"),),
    ),
    Case(
        name="bit(1)", type="BIT(1)", values=("b'0'", "b'1'"), to_text=lambda v: str(int(v)), sql="CAST({c}+0 AS CHAR)"
    ),
    *(
        Case(
            name=f"bit({bits})",
            type=f"BIT({bits})",
            values=("0", "1", "2", "3", "7", "8", "127", str(2 ** (bits - 1)), str(2**bits - 1), "100", "42", "64"),
            to_text=lambda v: format(int(v), "X"),
            sql=AS_HEX,
        )
        for bits in (10, 63, 64)
    ),
)
EXACT = (
    Case(name="decimal(6,2)", type="DECIMAL(6,2)", values=NUMBERS_OF_6_2, to_text=decimal_text),
    Case(name="decimal(38,0)", type="DECIMAL(38,0)", values=WIDE, to_text=decimal_text),
    Case(
        name="decimal(38,30)",
        type="DECIMAL(38,30)",
        values=(
            *SMALL[:5],
            "0",
            "1.5",
            "-1",
            "12.2",
            *(f"{sign}99999999.{'9' * 30}" for sign in ("", "-")),
            "0." + "0" * 29 + "1",
        ),
        to_text=decimal_text,
    ),
    Case(name="decimal(65,30)", type="DECIMAL(65,30)", values=HUGE, to_text=str),
    Case(name="decimal(39,0)", type="DECIMAL(39,0)", values=(*WIDE, "9" * 39, "-" + "9" * 39), to_text=str),
    Case(name="decimal(38,38)", type="DECIMAL(38,38)", values=SMALL, to_text=decimal_text, servers=("mariadb",)),
    Case(name="decimal unsigned", type="DECIMAL(10,3) UNSIGNED", values=POSITIVE, to_text=decimal_text),
)
FLOATS = (
    Case(name="float", type="FLOAT", values=SINGLE, to_text=float_bits, sql="bits"),
    Case(
        name="float(7,2)",
        type="FLOAT(7,2)",
        values=MONEY,
        to_text=float_bits,
        sql="bits of double",
    ),
    Case(name="double", type="DOUBLE", values=DOUBLES, to_text=double_bits, sql="bits"),
    Case(
        name="double(12,3)",
        type="DOUBLE(12,3)",
        values=(*MONEY, "-999999999.999", "999999999.999", "123456.789", "0.001"),
        to_text=double_bits,
        sql="bits of double",
    ),
)
