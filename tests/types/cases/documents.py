"""Cases of JSON and geometry."""

from __future__ import annotations

from tests.types.cases.case import AS_UTF8, WITH_SRID, Case, hex_text, texts, utf8_hex

DOCUMENTS = (
    "{}", "[]", '"text"', "null", "true", "1", "-1.5", '{"a": {"b": [1, 2, {"c": null}]}}', '{"emoji": "😀"}',
    '{"quote": "a\\"b"}', '{"empty": ""}', "[9007199254740993, 18446744073709551615]", '{"k": "null"}',
)  # fmt: skip
SHAPES = (
    "POINT(0 0)", "POINT(1.5 -2.25)", "POINT(-180 90)", "LINESTRING(0 0,1 1,2 0)",
    "POLYGON((0 0,4 0,4 4,0 4,0 0))", "POLYGON((0 0,9 0,9 9,0 9,0 0),(1 1,2 1,2 2,1 2,1 1))",
    "MULTILINESTRING((0 0,1 1),(2 2,3 3))", "POINT(0.1 0.2)", "POINT(1e-10 12345678.9)",
    "MULTIPOLYGON(((0 0,1 0,1 1,0 0)))", "GEOMETRYCOLLECTION(POINT(1 2),LINESTRING(0 0,1 1))", "POINT(100 -100)",
)  # fmt: skip
ON_THE_GLOBE = (  # latitude first, as in MySQL
    "POINT(48.1 11.5)", "LINESTRING(0 0,10 170)", "POINT(0 0)", "POINT(90 0)", "POINT(-90 0)", "POINT(0 180)",
    "POINT(0 -179.999999)", "POINT(-33.8688 151.2093)", "POINT(1e-10 -1e-10)", "MULTIPOINT(1 2,3 4)",
    "POLYGON((0 0,0 10,10 10,10 0,0 0))", "GEOMETRYCOLLECTION(POINT(1 2),LINESTRING(3 4,5 6))",
)  # fmt: skip
PLACES = (
    "0 0", "1 2", "-1 -2", "1.5 -2.25", "0.1 0.2", "-180 90", "180 -90", "1e-10 12345678.9", "100 -100", "1e15 7",
    "0.3333333333333333 0.6666666666666666", "-0.000001 123456789012",
)  # fmt: skip
KINDS = {
    "POINT": "{p}",
    "LINESTRING": "{p},1 1",
    "POLYGON": "({p},50 0,50 50,{p})",
    "MULTIPOINT": "{p},3 4",
    "MULTILINESTRING": "({p},1 1),(2 2,3 3)",
    "MULTIPOLYGON": "(({p},50 0,50 50,{p})),((0 0,1 0,1 1,0 0))",
    "GEOMETRYCOLLECTION": "POINT({p}),LINESTRING(0 0,{p})",
}
DOCUMENT = (
    Case(name="json", type="JSON", values=texts(*DOCUMENTS), to_text=utf8_hex, sql=AS_UTF8),
    Case(
        name="json as varchar",
        type="JSON",
        values=texts(*DOCUMENTS),
        to_text=utf8_hex,
        sql=AS_UTF8,
        policies=(("json", "varchar"),),
    ),
    Case(
        name="geometry",
        type="GEOMETRY",
        values=tuple(f"ST_GeomFromText('{s}')" for s in SHAPES),
        to_text=str,
        sql="ST_AsText({c})",
    ),
    Case(
        name="geometry with an SRID",
        type="GEOMETRY",
        values=tuple(f"ST_GeomFromText('{s}', 3857)" for s in SHAPES),
        to_text=str,
        sql=WITH_SRID,
    ),
    Case(
        name="geometry on the globe",
        type="GEOMETRY",
        values=tuple(f"ST_GeomFromText('{s}', 4326)" for s in ON_THE_GLOBE),
        to_text=str,
        sql="CONCAT('SRID=4326;', ST_AsText({c}, 'axis-order=long-lat'))",
        servers=("mysql",),
    ),
    Case(
        name="geometry on the globe as wkb",
        type="GEOMETRY",
        values=tuple(f"ST_GeomFromText('{s}', 4326)" for s in ON_THE_GLOBE),
        to_text=hex_text,
        # extended WKB: order byte, type with the flag for an SRID, the SRID, then the rest of plain WKB
        sql="CONCAT(LEFT(HEX(ST_AsBinary({c})), 8), '20', 'E6100000', "
        "SUBSTR(HEX(ST_AsBinary({c}, 'axis-order=long-lat')), 11))",
        servers=("mysql",),
        policies=(("geometry", "wkb"),),
    ),
    Case(
        name="geometry as wkb",
        type="GEOMETRY",
        values=tuple(f"ST_GeomFromText('{s}')" for s in SHAPES),
        to_text=hex_text,
        sql="HEX(ST_AsBinary({c}))",
        policies=(("geometry", "wkb"),),
    ),
    *(
        Case(
            name=kind.lower(),
            type=kind,
            values=tuple(f"ST_GeomFromText('{kind}({inside.format(p=p)})')" for p in PLACES),
            to_text=str,
            sql="ST_AsText({c})",
        )
        for kind, inside in KINDS.items()
    ),
)
