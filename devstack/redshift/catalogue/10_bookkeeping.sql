-- The stand-in's own tables, which Redshift does not have.
CREATE SCHEMA standin;
GRANT USAGE ON SCHEMA standin TO PUBLIC;

CREATE FUNCTION standin.raise(code text, message text) RETURNS text LANGUAGE plpgsql IMMUTABLE AS $$
BEGIN
    RAISE EXCEPTION USING ERRCODE = code, MESSAGE = message;
END $$;

-- Password hashes of users; PostgreSQL itself trusts the proxy.
CREATE TABLE standin.users (
    usename name PRIMARY KEY,
    md5 text,
    superuser boolean NOT NULL DEFAULT false,
    createdb boolean NOT NULL DEFAULT false
);

-- Redshift's attributes of tables and columns that PostgreSQL lacks.
CREATE TABLE standin.table_attributes (
    table_oid oid PRIMARY KEY,
    diststyle text NOT NULL DEFAULT 'AUTO',
    sortstyle text NOT NULL DEFAULT ''
);
CREATE TABLE standin.column_attributes (
    table_oid oid,
    attnum smallint,
    encoding text NOT NULL DEFAULT '',
    distkey boolean NOT NULL DEFAULT false,
    sortkey integer NOT NULL DEFAULT 0,
    PRIMARY KEY (table_oid, attnum)
);
CREATE TABLE standin.keys (table_oid oid, kind text, columns text, name text);
GRANT SELECT ON standin.table_attributes, standin.column_attributes, standin.keys TO PUBLIC;

-- Names above PostgreSQL's 63 bytes, by their shortened names.
CREATE TABLE standin.long_names (short text PRIMARY KEY, name text NOT NULL);

CREATE SEQUENCE standin.query_ids START 1000 CACHE 1;
GRANT USAGE ON SEQUENCE standin.query_ids TO PUBLIC;

-- Written on the proxy's own connection, so that a rollback does not remove the rows.
CREATE TABLE standin.loads (
    query_id bigint PRIMARY KEY,
    user_name text,
    transaction_id bigint,
    session_id integer,
    status text,
    table_name text,
    table_oid oid,
    start_time timestamp,
    end_time timestamp,
    data_source text,
    loaded_rows bigint,
    loaded_bytes bigint,
    source_file_count integer,
    source_file_bytes bigint,
    error_count integer
);
CREATE TABLE standin.load_errors (
    query_id bigint,
    user_name text,
    session_id integer,
    table_oid oid,
    start_time timestamp,
    file_name text,
    column_name text,
    column_type text,
    column_length text,
    position integer,
    error_code integer,
    error_message text,
    hidden boolean NOT NULL -- only in svl_s3log
);
CREATE TABLE standin.queries (
    query_id bigint,
    user_name text,
    query_label text,
    session_id integer,
    status text,
    start_time timestamp,
    query_text text
);

-- PostgreSQL 8's default name of a key.
CREATE FUNCTION standin.key_name(id oid, kind text, columns text) RETURNS text LANGUAGE sql STABLE AS $$
    SELECT relname || CASE kind WHEN 'PRIMARY KEY' THEN '_pkey' WHEN 'UNIQUE' THEN '_' || split_part(columns, ',', 1) || '_key'
        ELSE '_' || split_part(columns, ',', 1) || '_fkey' END FROM pg_class WHERE oid = id $$;

-- The proxy creates the arguments after the table from the text of CREATE TABLE.
CREATE FUNCTION standin.record_table(relation text, style text, sort_style text, keys jsonb, columns jsonb)
RETURNS void LANGUAGE plpgsql SECURITY DEFINER AS $$
DECLARE
    id oid := to_regclass(relation);
    each jsonb;
BEGIN
    IF id IS NULL THEN
        RETURN;
    END IF;
    INSERT INTO standin.table_attributes VALUES (id, style, sort_style)
        ON CONFLICT (table_oid) DO UPDATE SET diststyle = excluded.diststyle, sortstyle = excluded.sortstyle;
    DELETE FROM standin.keys WHERE table_oid = id;
    FOR each IN SELECT jsonb_array_elements(keys) LOOP
        INSERT INTO standin.keys VALUES (id, each ->> 'kind', each ->> 'columns',
            coalesce(each ->> 'name', standin.key_name(id, each ->> 'kind', each ->> 'columns')));
    END LOOP;
    FOR each IN SELECT jsonb_array_elements(columns) LOOP
        INSERT INTO standin.column_attributes
            SELECT id, attnum, coalesce(each ->> 'encoding', ''), coalesce((each ->> 'distkey')::boolean, false),
                   coalesce((each ->> 'sortkey')::integer, 0)
            FROM pg_attribute WHERE attrelid = id AND attname = each ->> 'name'
            ON CONFLICT (table_oid, attnum) DO UPDATE
                SET encoding = excluded.encoding, distkey = excluded.distkey, sortkey = excluded.sortkey;
    END LOOP;
END $$;

-- Change a table's layout: {"encodings": {column: encoding}, "diststyle": s, "distkey": column, "sortkey": [columns]}.
CREATE FUNCTION standin.store_layout(id oid, change jsonb) RETURNS void LANGUAGE plpgsql SECURITY DEFINER AS $$
BEGIN
    INSERT INTO standin.column_attributes SELECT id, attnum FROM pg_attribute
        WHERE attrelid = id AND attnum > 0 AND NOT attisdropped ON CONFLICT DO NOTHING;
    INSERT INTO standin.table_attributes VALUES (id) ON CONFLICT DO NOTHING;
    UPDATE standin.column_attributes x SET
        encoding = coalesce(change -> 'encodings' ->> a.attname::text, x.encoding),
        distkey = CASE WHEN change ? 'distkey' THEN coalesce(change ->> 'distkey' = a.attname, false) ELSE x.distkey END,
        sortkey = CASE WHEN change ? 'sortkey' THEN coalesce((SELECT ordinality FROM
            jsonb_array_elements_text(change -> 'sortkey') WITH ORDINALITY AS k (name, ordinality)
            WHERE k.name = a.attname), 0) ELSE x.sortkey END
        FROM pg_attribute a WHERE x.table_oid = id AND a.attrelid = id AND a.attnum = x.attnum;
    UPDATE standin.table_attributes SET diststyle = coalesce(change ->> 'diststyle', diststyle),
        sortstyle = CASE WHEN change ? 'sortkey' THEN '' ELSE sortstyle END WHERE table_oid = id;
END $$;
-- Run statements without effect, so that PostgreSQL reports missing privileges and missing columns.
CREATE FUNCTION standin.touch(relation text, columns text[]) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    named text;
BEGIN
    EXECUTE format('ALTER TABLE %s RESET (fillfactor)', relation::regclass);
    FOREACH named IN ARRAY columns LOOP
        EXECUTE format('ALTER TABLE %s ALTER COLUMN %I SET STATISTICS -1', relation::regclass, named);
    END LOOP;
END $$;
CREATE FUNCTION standin.alter_layout(relation text, change jsonb) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    PERFORM standin.touch(relation, ARRAY(SELECT jsonb_object_keys(coalesce(change -> 'encodings', '{}'))
        UNION SELECT change ->> 'distkey' WHERE change ->> 'distkey' IS NOT NULL
        UNION SELECT jsonb_array_elements_text(coalesce(change -> 'sortkey', '[]'))));
    PERFORM standin.store_layout(relation::regclass, change);
END $$;

-- Whether these columns contain a declared key of the table.
CREATE FUNCTION standin.holds_key(relation text, given text) RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT EXISTS (SELECT FROM standin.keys WHERE table_oid = to_regclass(relation) AND kind IN ('PRIMARY KEY', 'UNIQUE')
        AND string_to_array(columns, ',') <@ string_to_array(given, ',')) $$;
CREATE FUNCTION standin.store_key(id oid, kind text, columns text, name text) RETURNS void LANGUAGE sql SECURITY DEFINER AS
    $$ INSERT INTO standin.keys SELECT id, kind, columns, coalesce(name, standin.key_name(id, kind, columns)) $$;
CREATE FUNCTION standin.forget_key(id oid, given text) RETURNS bigint LANGUAGE sql SECURITY DEFINER AS $$
    WITH gone AS (DELETE FROM standin.keys WHERE table_oid = id AND name = given RETURNING 1) SELECT count(*) FROM gone $$;
CREATE FUNCTION standin.add_key(relation text, kind text, columns text, name text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    PERFORM standin.touch(relation, string_to_array(columns, ','));
    PERFORM standin.store_key(relation::regclass, kind, columns, name);
END $$;
CREATE FUNCTION standin.drop_key(relation text, name text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    PERFORM standin.touch(relation, '{}');
    IF standin.forget_key(relation::regclass, name) = 0 THEN
        RAISE EXCEPTION USING ERRCODE = '42704', MESSAGE = format('constraint "%s" does not exist', name);
    END IF;
END $$;

-- CREATE TABLE (LIKE parent) copies the distribution and sort keys.
CREATE FUNCTION standin.record_like(relation text, parent text) RETURNS void LANGUAGE plpgsql SECURITY DEFINER AS $$
BEGIN
    INSERT INTO standin.table_attributes
        SELECT to_regclass(relation), diststyle, sortstyle FROM standin.table_attributes
        WHERE table_oid = to_regclass(parent) ON CONFLICT DO NOTHING;
    INSERT INTO standin.column_attributes
        SELECT to_regclass(relation), attnum, encoding, distkey, sortkey FROM standin.column_attributes
        WHERE table_oid = to_regclass(parent) ON CONFLICT DO NOTHING;
END $$;

CREATE FUNCTION standin.check_superuser() RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    IF NOT (SELECT rolsuper FROM pg_roles WHERE rolname = session_user) THEN
        RAISE EXCEPTION USING ERRCODE = '42501', MESSAGE = 'permission denied to create user';
    END IF;
END $$;

CREATE FUNCTION standin.set_user(name text, secret text, create_it boolean) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    IF NOT (SELECT rolsuper FROM pg_roles WHERE rolname = session_user) AND (create_it OR name <> session_user) THEN
        RAISE EXCEPTION USING ERRCODE = '42501', MESSAGE = 'permission denied to create user';
    END IF;
    PERFORM standin.write_user(name, secret, create_it);
END $$;

CREATE FUNCTION standin.write_user(name text, secret text, create_it boolean) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER AS $$
BEGIN
    IF create_it THEN
        IF EXISTS (SELECT FROM pg_roles WHERE rolname = name) THEN
            RAISE EXCEPTION USING ERRCODE = '42710', MESSAGE = format('user "%s" already exists', name);
        END IF;
        EXECUTE format('CREATE ROLE %I LOGIN', name);
    END IF;
    INSERT INTO standin.users (usename, md5) VALUES (name, secret)
        ON CONFLICT (usename) DO UPDATE SET md5 = excluded.md5;
END $$;

CREATE FUNCTION standin.drop_user(name text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    PERFORM standin.check_superuser();
    -- A session that was just closed may still be dropping its temporary objects.
    FOR i IN 1 .. 40 LOOP
        EXIT WHEN NOT EXISTS (SELECT FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
            WHERE c.relowner = to_regrole(quote_ident(name)) AND n.nspname LIKE 'pg!_temp!_%' ESCAPE '!');
        PERFORM pg_sleep(0.05);
    END LOOP;
    EXECUTE format('DROP ROLE %I', name);
    DELETE FROM standin.users WHERE usename = name;
END $$;

-- ALTER TABLE t ALTER COLUMN c TYPE VARCHAR(n) or VARBYTE(n).
CREATE FUNCTION standin.widen(relation text, column_name text, kind text, size integer) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    attribute record;
    longest integer;
BEGIN
    SELECT a.atttypid, a.atthasdef INTO attribute FROM pg_attribute a
        WHERE a.attrelid = relation::regclass AND a.attname = column_name AND NOT a.attisdropped;
    IF NOT FOUND THEN
        RAISE EXCEPTION USING ERRCODE = '42703',
            MESSAGE = format('column "%s" of relation "%s" does not exist', column_name, relation::regclass);
    ELSIF attribute.atttypid <> kind::regtype THEN
        RAISE EXCEPTION USING ERRCODE = '0A000',
            MESSAGE = format('cannot alter type of column "%s": only the size of a VARCHAR or VARBYTE may change', column_name);
    ELSIF attribute.atthasdef THEN
        RAISE EXCEPTION USING ERRCODE = '0A000',
            MESSAGE = format('cannot alter type of column "%s": it has a default expression', column_name);
    END IF;
    IF EXISTS (SELECT FROM standin.keys k WHERE k.table_oid = relation::regclass
        AND column_name = ANY (string_to_array(k.columns, ','))) THEN
        RAISE EXCEPTION USING ERRCODE = '0A000',
            MESSAGE = format('cannot alter type of column "%s": it is part of a key', column_name);
    ELSIF EXISTS (SELECT FROM standin.column_attributes x JOIN pg_attribute a
        ON a.attrelid = x.table_oid AND a.attnum = x.attnum WHERE x.table_oid = relation::regclass
        AND a.attname = column_name AND x.encoding IN ('bytedict', 'runlength', 'text255', 'text32k')) THEN
        RAISE EXCEPTION USING ERRCODE = '0A000',
            MESSAGE = format('cannot alter type of column "%s": its encoding forbids it', column_name);
    END IF;
    EXECUTE format('SELECT max(octet_length(%I)) FROM %s', column_name, relation::regclass) INTO longest;
    IF longest > size THEN
        RAISE EXCEPTION USING ERRCODE = '0A000',
            MESSAGE = format('cannot alter column "%s" to size %s: its longest value has %s bytes', column_name, size, longest);
    END IF;
    EXECUTE format('ALTER TABLE %s ALTER COLUMN %I TYPE %s(%s)', relation::regclass, column_name, kind, size);
END $$;

-- ALTER TABLE t APPEND FROM s moves the rows.
CREATE FUNCTION standin.append(target text, source text) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    shape text := 'SELECT array_agg((attname, atttypid, atttypmod)::text ORDER BY attnum)::text FROM pg_attribute
        WHERE attrelid = $1 AND attnum > 0 AND NOT attisdropped';
    ours text;
    theirs text;
BEGIN
    EXECUTE shape INTO ours USING target::regclass;
    EXECUTE shape INTO theirs USING source::regclass;
    IF ours <> theirs THEN
        RAISE EXCEPTION USING ERRCODE = '0A000', MESSAGE = 'Source and target tables must have the same columns';
    END IF;
    EXECUTE format('INSERT INTO %s SELECT * FROM %s', target::regclass, source::regclass);
    EXECUTE format('DELETE FROM %s', source::regclass);
END $$;
