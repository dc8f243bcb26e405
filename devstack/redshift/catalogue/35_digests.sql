-- Digests and their conversion to numbers, fast enough for checksums of whole tables: sha2 is not STRICT, so that the
-- planner can inline it; strtol recognises the digits of a digest without a regular expression.
CREATE FUNCTION pg_catalog.sha2(varchar, integer) RETURNS varchar LANGUAGE sql IMMUTABLE AS $$
    SELECT encode(CASE $2 WHEN 0 THEN sha256(convert_to($1, 'UTF8')) WHEN 224 THEN sha224(convert_to($1, 'UTF8'))
        WHEN 256 THEN sha256(convert_to($1, 'UTF8')) WHEN 384 THEN sha384(convert_to($1, 'UTF8'))
        WHEN 512 THEN sha512(convert_to($1, 'UTF8')) END, 'hex')::varchar $$;

ALTER FUNCTION pg_catalog.strtol(varchar, integer) SET SCHEMA standin;
CREATE FUNCTION pg_catalog.strtol(varchar, integer) RETURNS bigint LANGUAGE plpgsql IMMUTABLE AS $$
BEGIN
    IF $2 = 16 AND length($1) BETWEEN 1 AND 15 AND ltrim($1, '0123456789abcdef') = '' THEN
        RETURN ('0x' || $1)::bigint;
    END IF;
    RETURN standin.strtol($1, $2);
END $$;
GRANT EXECUTE ON FUNCTION standin.strtol(varchar, integer) TO PUBLIC;
