-- Redshift's functions that PostgreSQL lacks or defines differently.
CREATE FUNCTION pg_catalog.getdate() RETURNS timestamp LANGUAGE sql STABLE AS
    $$ SELECT date_trunc('second', statement_timestamp() AT TIME ZONE 'UTC') $$;
CREATE FUNCTION pg_catalog.sysdate() RETURNS timestamp LANGUAGE sql STABLE AS
    $$ SELECT transaction_timestamp() AT TIME ZONE 'UTC' $$;

CREATE FUNCTION pg_catalog.strtol(varchar, integer) RETURNS bigint LANGUAGE plpgsql IMMUTABLE STRICT AS $$
DECLARE
    digits text := lower(btrim($1));
    sign integer := 1;
    total numeric := 0;
    digit integer;
BEGIN
    IF $2 NOT BETWEEN 2 AND 36 THEN
        RAISE EXCEPTION USING ERRCODE = '22023', MESSAGE = 'The base must be between 2 and 36';
    END IF;
    IF left(digits, 1) = '-' THEN
        sign := -1;
        digits := substr(digits, 2);
    END IF;
    IF $2 = 16 AND left(digits, 2) = '0x' THEN
        digits := substr(digits, 3);
    END IF;
    FOR i IN 1 .. length(digits) LOOP
        digit := strpos('0123456789abcdefghijklmnopqrstuvwxyz', substr(digits, i, 1)) - 1;
        IF digit NOT BETWEEN 0 AND $2 - 1 THEN
            RAISE EXCEPTION USING ERRCODE = '22P02',
                MESSAGE = format('The input %s is not valid to be converted to base %s', $1, $2);
        END IF;
        total := total * $2 + digit;
    END LOOP;
    RETURN sign * total;
END $$;

-- Drop blanks between tokens and keep order, duplicates and digits. Escape strings, because a session may treat
-- backslashes as Redshift does.
CREATE FUNCTION standin.compact(text) RETURNS text LANGUAGE sql IMMUTABLE STRICT AS
    $$ SELECT regexp_replace($1, E'("(?:[^"\\\\]|\\\\.)*")|\\s+', E'\\1', 'g') $$;
CREATE FUNCTION pg_catalog.json_parse(varchar) RETURNS super LANGUAGE plpgsql STABLE STRICT AS $$
BEGIN
    IF $1::text IS JSON WITHOUT UNIQUE KEYS AND NOT $1::text IS JSON WITH UNIQUE KEYS THEN
        IF lower(current_setting('standin.json_parse_dedup_attributes', true)) IN ('on', 'true') THEN
            RETURN $1::jsonb::text::json::super;
        END IF;
        RAISE EXCEPTION USING ERRCODE = 'XX000', MESSAGE = 'Duplicate attribute name in a JSON object';
    END IF;
    RETURN standin.compact($1::json::text)::json::super;
EXCEPTION WHEN invalid_text_representation OR untranslatable_character THEN
    IF lower(current_setting('standin.parse_super_null_on_error', true)) IN ('on', 'true') THEN
        RETURN NULL;
    END IF;
    RAISE EXCEPTION USING ERRCODE = 'XX000', MESSAGE = 'Invalid JSON', DETAIL = SQLERRM;
END $$;
CREATE FUNCTION pg_catalog.json_parse(varbyte) RETURNS super LANGUAGE sql STABLE STRICT AS
    $$ SELECT pg_catalog.json_parse(convert_from($1::bytea, 'UTF8')::varchar) $$;
CREATE FUNCTION pg_catalog.json_serialize(super) RETURNS varchar LANGUAGE sql IMMUTABLE STRICT AS
    $$ SELECT standin.compact($1::json::text)::varchar $$;
CREATE FUNCTION pg_catalog.json_typeof(super) RETURNS varchar LANGUAGE sql IMMUTABLE STRICT AS
    $$ SELECT pg_catalog.json_typeof($1::json)::varchar $$;
CREATE FUNCTION pg_catalog.json_size(super) RETURNS bigint LANGUAGE sql IMMUTABLE STRICT AS
    $$ SELECT octet_length($1::json::text)::bigint $$;
CREATE FUNCTION pg_catalog.is_valid_json(varchar) RETURNS boolean LANGUAGE sql IMMUTABLE STRICT AS
    $$ SELECT $1::text IS JSON $$;

CREATE FUNCTION pg_catalog.to_hex(varbyte) RETURNS varchar LANGUAGE sql IMMUTABLE STRICT AS
    $$ SELECT encode($1::bytea, 'hex')::varchar $$;
CREATE FUNCTION pg_catalog.from_hex(varchar) RETURNS varbyte LANGUAGE sql IMMUTABLE STRICT AS
    $$ SELECT decode($1, 'hex')::varbyte $$;
CREATE FUNCTION pg_catalog.from_varbyte(varbyte, varchar) RETURNS varchar LANGUAGE sql IMMUTABLE STRICT AS $$
    SELECT CASE lower($2) WHEN 'hex' THEN encode($1::bytea, 'hex') WHEN 'base64' THEN encode($1::bytea, 'base64')
           ELSE convert_from($1::bytea, 'UTF8') END::varchar $$;
CREATE FUNCTION pg_catalog.to_varbyte(varchar, varchar) RETURNS varbyte LANGUAGE sql IMMUTABLE STRICT AS $$
    SELECT CASE lower($2) WHEN 'hex' THEN decode($1, 'hex') WHEN 'base64' THEN decode($1, 'base64')
           ELSE convert_to($1, 'UTF8') END::varbyte $$;
CREATE FUNCTION pg_catalog.md5(varbyte) RETURNS varchar LANGUAGE sql IMMUTABLE STRICT AS
    $$ SELECT pg_catalog.md5($1::bytea)::varchar $$;
CREATE FUNCTION pg_catalog.len(text) RETURNS integer LANGUAGE sql IMMUTABLE STRICT AS
    $$ SELECT length($1) $$;
CREATE FUNCTION pg_catalog.nvl(anycompatible, anycompatible) RETURNS anycompatible LANGUAGE sql IMMUTABLE AS
    $$ SELECT coalesce($1, $2) $$;
CREATE FUNCTION pg_catalog.isnull(anyelement, anyelement) RETURNS anyelement LANGUAGE sql IMMUTABLE AS
    $$ SELECT coalesce($1, $2) $$;
CREATE FUNCTION pg_catalog.nvl2(anyelement, anycompatible, anycompatible) RETURNS anycompatible LANGUAGE sql IMMUTABLE AS
    $$ SELECT CASE WHEN $1 IS NULL THEN $3 ELSE $2 END $$;
CREATE FUNCTION pg_catalog.charindex(text, text) RETURNS integer LANGUAGE sql IMMUTABLE STRICT AS
    $$ SELECT strpos($2, $1) $$;
CREATE FUNCTION pg_catalog.trunc(timestamp) RETURNS date LANGUAGE sql IMMUTABLE STRICT AS $$ SELECT $1::date $$;
-- Replace every occurrence; PostgreSQL's function stops at the first.
CREATE FUNCTION standin.regexp_replace(text, text, text DEFAULT '') RETURNS text LANGUAGE sql IMMUTABLE STRICT
    AS $$ SELECT pg_catalog.regexp_replace($1, $2, $3, 'g') $$;

-- Stored per session in temporary sequences, which a rollback does not affect.
CREATE FUNCTION pg_catalog.pg_last_copy_count() RETURNS bigint LANGUAGE plpgsql AS
    $$ BEGIN RETURN (SELECT last_value FROM pg_temp.standin_copy_count); END $$;
CREATE FUNCTION pg_catalog.pg_last_copy_id() RETURNS bigint LANGUAGE plpgsql AS $$
    BEGIN RETURN (SELECT CASE last_value WHEN 0 THEN -1 ELSE last_value END FROM pg_temp.standin_copy_id); END $$;
CREATE FUNCTION pg_catalog.pg_last_query_id() RETURNS bigint LANGUAGE sql AS
    $$ SELECT last_value FROM standin.query_ids $$;
GRANT SELECT ON SEQUENCE standin.query_ids TO PUBLIC;

CREATE OR REPLACE FUNCTION pg_catalog.standin_version() RETURNS text LANGUAGE sql IMMUTABLE AS $$
    SELECT 'PostgreSQL 8.0.2 on i686-pc-linux-gnu, compiled by GCC gcc (GCC) 3.4.2 20041017 (Red Hat 3.4.2-6.fc3), '
        || 'Redshift 1.0.stand-in' $$;

-- Return after the session is closed, so that the next query does not see it.
CREATE FUNCTION standin.terminate(integer) RETURNS boolean LANGUAGE sql AS
    $$ SELECT pg_catalog.pg_terminate_backend($1, 5000) $$;
