-- Digests and the numbers made of them, fast enough for checksums over whole tables. Not STRICT, so that the planner
-- can inline them.
CREATE FUNCTION pg_catalog.sha2(varchar, integer) RETURNS varchar LANGUAGE sql IMMUTABLE AS $$
    SELECT encode(CASE $2 WHEN 0 THEN sha256(convert_to($1, 'UTF8')) WHEN 224 THEN sha224(convert_to($1, 'UTF8'))
        WHEN 256 THEN sha256(convert_to($1, 'UTF8')) WHEN 384 THEN sha384(convert_to($1, 'UTF8'))
        WHEN 512 THEN sha512(convert_to($1, 'UTF8')) END, 'hex')::varchar $$;

ALTER FUNCTION pg_catalog.strtol(varchar, integer) SET SCHEMA standin;
CREATE FUNCTION pg_catalog.strtol(varchar, integer) RETURNS bigint LANGUAGE sql IMMUTABLE AS $$
    SELECT CASE WHEN $2 = 16 AND $1 ~ '^[0-9a-f]{1,15}$' THEN ('x' || lpad($1, 16, '0'))::bit(64)::bigint
                ELSE standin.strtol($1, $2) END $$;
GRANT EXECUTE ON FUNCTION standin.strtol(varchar, integer) TO PUBLIC;
