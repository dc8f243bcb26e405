-- Redshift ignores trailing blanks when it compares texts of any type; PostgreSQL does so for CHAR only. Give TEXT,
-- whose functions VARCHAR and literals use, the functions of CHAR for operators, order and hashes, so that joins,
-- DISTINCT, GROUP BY and windows agree with `=`. Needs allow_system_table_mods.
DO $make$
DECLARE
    name text;
BEGIN
    FOREACH name IN ARRAY ARRAY['eq', 'ne', 'lt', 'le', 'gt', 'ge'] LOOP
        EXECUTE format('CREATE FUNCTION standin.text_%s(text, text) RETURNS boolean LANGUAGE internal IMMUTABLE STRICT
            PARALLEL SAFE AS %L', name, 'bpchar' || name);
        UPDATE pg_operator SET oprcode = ('standin.text_' || name)::regproc
            WHERE oprleft = 'text'::regtype AND oprright = 'text'::regtype
            AND oprcode = (CASE WHEN name IN ('eq', 'ne') THEN 'text' || name ELSE 'text_' || name END)::regproc;
    END LOOP;
END $make$;
CREATE FUNCTION standin.text_cmp(text, text) RETURNS integer LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE
    AS 'bpcharcmp';
CREATE FUNCTION standin.text_sort(internal) RETURNS void LANGUAGE internal IMMUTABLE STRICT AS 'bpchar_sortsupport';
CREATE FUNCTION standin.text_hash(text) RETURNS integer LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE AS 'hashbpchar';
CREATE FUNCTION standin.text_hash(text, bigint) RETURNS bigint LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE
    AS 'hashbpcharextended';
UPDATE pg_amproc SET amproc = made.ours
    FROM (VALUES
        ('bttextcmp'::regproc, 'standin.text_cmp'::regproc),
        ('bttextsortsupport'::regproc, 'standin.text_sort'::regproc),
        ('hashtext'::regproc, 'standin.text_hash(text)'::regprocedure),
        ('hashtextextended'::regproc, 'standin.text_hash(text, bigint)'::regprocedure)
    ) AS made (theirs, ours)
    WHERE amproc = made.theirs AND amproclefttype = 'text'::regtype AND amprocrighttype = 'text'::regtype
    AND amprocfamily IN (SELECT opcfamily FROM pg_opclass WHERE opcname = 'text_ops');
