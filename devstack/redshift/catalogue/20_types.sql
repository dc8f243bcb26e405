-- SUPER and VARBYTE, and lengths in bytes. Needs allow_system_table_mods.
CREATE TYPE pg_catalog.super;
CREATE FUNCTION pg_catalog.super_in(cstring) RETURNS super IMMUTABLE STRICT LANGUAGE internal AS 'json_in';
CREATE FUNCTION pg_catalog.super_out(super) RETURNS cstring IMMUTABLE STRICT LANGUAGE internal AS 'json_out';
CREATE FUNCTION pg_catalog.super_recv(internal) RETURNS super IMMUTABLE STRICT LANGUAGE internal AS 'json_recv';
CREATE FUNCTION pg_catalog.super_send(super) RETURNS bytea IMMUTABLE STRICT LANGUAGE internal AS 'json_send';
CREATE TYPE pg_catalog.super (INPUT = super_in, OUTPUT = super_out, RECEIVE = super_recv, SEND = super_send, LIKE = json);
CREATE CAST (super AS json) WITHOUT FUNCTION;
CREATE CAST (json AS super) WITHOUT FUNCTION;

-- A scalar becomes a SUPER scalar: text becomes a JSON string and is not parsed.
CREATE FUNCTION standin.super_of(anyelement) RETURNS super LANGUAGE sql IMMUTABLE STRICT AS
    $$ SELECT to_json($1)::super $$;
CREATE FUNCTION standin.super_of_text(varchar) RETURNS super LANGUAGE sql IMMUTABLE STRICT AS
    $$ SELECT to_json($1)::super $$;
CREATE FUNCTION standin.super_of_text(text) RETURNS super LANGUAGE sql IMMUTABLE STRICT AS
    $$ SELECT to_json($1)::super $$;
CREATE FUNCTION standin.super_of_number(bigint) RETURNS super LANGUAGE sql IMMUTABLE STRICT AS
    $$ SELECT to_json($1)::super $$;
CREATE FUNCTION standin.super_of_number(integer) RETURNS super LANGUAGE sql IMMUTABLE STRICT AS
    $$ SELECT to_json($1)::super $$;
CREATE FUNCTION standin.super_of_number(numeric) RETURNS super LANGUAGE sql IMMUTABLE STRICT AS
    $$ SELECT to_json($1)::super $$;
CREATE FUNCTION standin.super_of_boolean(boolean) RETURNS super LANGUAGE sql IMMUTABLE STRICT AS
    $$ SELECT to_json($1)::super $$;
CREATE CAST (varchar AS super) WITH FUNCTION standin.super_of_text(varchar) AS ASSIGNMENT;
CREATE CAST (text AS super) WITH FUNCTION standin.super_of_text(text) AS ASSIGNMENT;
CREATE CAST (bigint AS super) WITH FUNCTION standin.super_of_number(bigint) AS ASSIGNMENT;
CREATE CAST (integer AS super) WITH FUNCTION standin.super_of_number(integer) AS ASSIGNMENT;
CREATE CAST (numeric AS super) WITH FUNCTION standin.super_of_number(numeric) AS ASSIGNMENT;
CREATE CAST (boolean AS super) WITH FUNCTION standin.super_of_boolean(boolean) AS ASSIGNMENT;

-- A SUPER string casts to its content, a SUPER number to its digits, anything else to NULL.
CREATE FUNCTION standin.text_of_super(super) RETURNS varchar LANGUAGE sql IMMUTABLE STRICT AS $$
    SELECT CASE json_typeof($1::json) WHEN 'object' THEN NULL WHEN 'array' THEN NULL WHEN 'null' THEN NULL
           ELSE (json_build_array($1::json) ->> 0)::varchar END $$;
CREATE CAST (super AS varchar) WITH FUNCTION standin.text_of_super(super);

CREATE TYPE pg_catalog.varbyte;
CREATE FUNCTION pg_catalog.varbyte_in(cstring) RETURNS varbyte IMMUTABLE STRICT LANGUAGE internal AS 'byteain';
CREATE FUNCTION pg_catalog.varbyte_out(varbyte) RETURNS cstring IMMUTABLE STRICT LANGUAGE internal AS 'byteaout';
CREATE FUNCTION pg_catalog.varbyte_recv(internal) RETURNS varbyte IMMUTABLE STRICT LANGUAGE internal AS 'bytearecv';
CREATE FUNCTION pg_catalog.varbyte_send(varbyte) RETURNS bytea IMMUTABLE STRICT LANGUAGE internal AS 'byteasend';
CREATE FUNCTION pg_catalog.varbyte_typmod_in(cstring[]) RETURNS integer IMMUTABLE STRICT
    LANGUAGE internal AS 'varbittypmodin';
CREATE FUNCTION pg_catalog.varbyte_typmod_out(integer) RETURNS cstring IMMUTABLE STRICT
    LANGUAGE internal AS 'varbittypmodout';
CREATE TYPE pg_catalog.varbyte (
    INPUT = varbyte_in, OUTPUT = varbyte_out, RECEIVE = varbyte_recv, SEND = varbyte_send,
    TYPMOD_IN = varbyte_typmod_in, TYPMOD_OUT = varbyte_typmod_out, LIKE = bytea
);
CREATE CAST (varbyte AS bytea) WITHOUT FUNCTION AS IMPLICIT;
CREATE CAST (bytea AS varbyte) WITHOUT FUNCTION AS ASSIGNMENT;
CREATE FUNCTION standin.varbyte_of_text(varchar) RETURNS varbyte LANGUAGE sql IMMUTABLE STRICT AS
    $$ SELECT convert_to($1, 'UTF8')::varbyte $$;
CREATE CAST (varchar AS varbyte) WITH FUNCTION standin.varbyte_of_text(varchar);
CREATE FUNCTION standin.text_of_varbyte(varbyte) RETURNS varchar LANGUAGE sql IMMUTABLE STRICT AS
    $$ SELECT convert_from($1::bytea, 'UTF8')::varchar $$;
CREATE CAST (varbyte AS varchar) WITH FUNCTION standin.text_of_varbyte(varbyte);

-- Not STRICT, so that the planner can inline them.
CREATE FUNCTION standin.cut(text, integer) RETURNS text LANGUAGE sql IMMUTABLE AS $$
    SELECT convert_from(substring(convert_to($1, 'UTF8') FOR
        (SELECT max(n) FROM generate_series(greatest($2 - 3, 0), $2) AS n
         WHERE n = 0 OR n >= octet_length($1) OR get_byte(convert_to($1, 'UTF8'), n) & 192 <> 128)), 'UTF8') $$;
CREATE FUNCTION standin.fit_varchar(varchar, integer, boolean) RETURNS varchar LANGUAGE sql IMMUTABLE AS $$
    SELECT CASE
        WHEN $1 IS NULL OR $2 < 4 OR octet_length($1) <= $2 - 4 THEN $1
        -- excess trailing blanks are truncated
        WHEN $3 OR octet_length(rtrim($1, ' ')) <= $2 - 4 THEN standin.cut($1, $2 - 4)::varchar
        ELSE standin.raise('22001', 'value too long for type character varying(' || ($2 - 4) || ')')::varchar
    END $$;
CREATE FUNCTION standin.fit_char(bpchar, integer, boolean) RETURNS bpchar LANGUAGE sql IMMUTABLE AS $$
    SELECT CASE
        WHEN $1 IS NULL OR $2 < 4 THEN $1
        WHEN octet_length(rtrim($1::text, ' ')) <> char_length($1) THEN standin.raise('22021',
            'Multibyte character not supported for CHAR (Hint: Try using VARCHAR). Invalid char: '
            || encode(convert_to(substring($1::text FROM E'[^\\x01-\\x7f]'), 'UTF8'), 'hex'))::bpchar
        WHEN octet_length($1) <= $2 - 4 OR $3 OR octet_length(rtrim($1::text)) <= $2 - 4
            THEN rpad($1::text, $2 - 4)::bpchar
        ELSE standin.raise('22001', 'value too long for type character(' || ($2 - 4) || ')')::bpchar
    END $$;
-- The type modifier of VARBYTE is its length; PostgreSQL's modifier for VARCHAR is limited to 10 MB.
CREATE FUNCTION standin.fit_varbyte(varbyte, integer, boolean) RETURNS varbyte LANGUAGE sql IMMUTABLE AS $$
    SELECT CASE
        WHEN $1 IS NULL OR $2 < 0 OR octet_length($1::bytea) <= $2 THEN $1
        WHEN $3 THEN substring($1::bytea FOR $2)::varbyte
        ELSE standin.raise('22001', 'Value too long for type binary varying(' || $2 || ')')::bytea::varbyte
    END $$;
CREATE CAST (varbyte AS varbyte) WITH FUNCTION standin.fit_varbyte(varbyte, integer, boolean) AS IMPLICIT;
-- PostgreSQL finds the function that applies a declared length in pg_cast: replace it with ours.
UPDATE pg_cast SET castfunc = 'standin.fit_varchar'::regproc WHERE castsource = 1043 AND casttarget = 1043;
UPDATE pg_cast SET castfunc = 'standin.fit_char'::regproc WHERE castsource = 1042 AND casttarget = 1042;
