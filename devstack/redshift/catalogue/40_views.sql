-- Redshift's system views, as far as loaders and drivers query them.
CREATE FUNCTION standin.type_name(oid, integer) RETURNS text LANGUAGE sql STABLE AS $$
    SELECT CASE
        WHEN $1 = 'varbyte'::regtype THEN 'binary varying' || CASE WHEN $2 >= 0 THEN '(' || $2 || ')' ELSE '' END
        WHEN $1 = 25 THEN 'character varying(65535)'
        ELSE format_type($1, $2) END $$;
CREATE FUNCTION standin.is_superuser() RETURNS boolean LANGUAGE sql STABLE AS
    $$ SELECT rolsuper FROM pg_roles WHERE rolname = session_user $$;
CREATE FUNCTION standin.user_id(text) RETURNS integer LANGUAGE sql STABLE AS
    $$ SELECT oid::integer FROM pg_roles WHERE rolname = $1 $$;

CREATE VIEW standin.user_tables AS
    SELECT c.oid, n.nspname, c.relname, c.relkind, c.relpersistence, c.relowner, c.reltuples
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE c.relkind IN ('r', 'v') AND n.nspname NOT IN ('standin', 'pg_catalog', 'information_schema', 'pg_toast');

CREATE VIEW pg_catalog.svv_columns AS
    SELECT current_database()::varchar(128) AS table_catalog, t.nspname::varchar(128) AS table_schema,
        t.relname::varchar(128) AS table_name, a.attname::varchar(128) AS column_name,
        a.attnum::integer AS ordinal_position,
        pg_get_expr(d.adbin, d.adrelid)::varchar(4000) AS column_default,
        CASE WHEN a.attnotnull THEN 'NO' ELSE 'YES' END::varchar(3) AS is_nullable,
        regexp_replace(standin.type_name(a.atttypid, a.atttypmod), E'\\(.*\\)', '')::varchar(128) AS data_type,
        CASE WHEN a.atttypid = 25 THEN 65535
             WHEN a.atttypid IN (1042, 1043) AND a.atttypmod > 4 THEN a.atttypmod - 4
             WHEN a.atttypid = 'varbyte'::regtype AND a.atttypmod >= 0 THEN a.atttypmod END::integer
            AS character_maximum_length,
        CASE WHEN a.atttypid = 1700 AND a.atttypmod > 4 THEN (a.atttypmod - 4) >> 16 WHEN a.atttypid = 21 THEN 16
             WHEN a.atttypid = 23 THEN 32 WHEN a.atttypid = 20 THEN 64 END::integer AS numeric_precision,
        CASE WHEN a.atttypid = 1700 AND a.atttypmod > 4 THEN (a.atttypmod - 4) & 65535
             WHEN a.atttypid IN (20, 21, 23) THEN 0 END::integer AS numeric_scale,
        NULL::integer AS datetime_precision, NULL::varchar(128) AS interval_type, NULL::varchar(128) AS interval_precision,
        NULL::varchar(256) AS character_set_catalog, NULL::varchar(256) AS character_set_schema,
        NULL::varchar(256) AS character_set_name, NULL::varchar(256) AS collation_catalog,
        NULL::varchar(256) AS collation_schema, NULL::varchar(256) AS collation_name,
        NULL::varchar(256) AS domain_name, NULL::varchar(256) AS remarks
    FROM standin.user_tables t
    JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum > 0 AND NOT a.attisdropped
    LEFT JOIN pg_attrdef d ON d.adrelid = t.oid AND d.adnum = a.attnum
    WHERE has_table_privilege(t.oid, 'SELECT');

CREATE VIEW pg_catalog.svv_redshift_columns AS
    SELECT s.table_catalog AS database_name, s.table_schema AS schema_name, s.table_name, s.column_name,
        s.ordinal_position, s.data_type, s.column_default, s.is_nullable,
        coalesce(nullif(x.encoding, ''), 'none')::varchar(128) AS encoding, coalesce(x.distkey, false) AS distkey,
        coalesce(x.sortkey, 0) AS sortkey, NULL::varchar(128) AS column_acl, s.remarks
    FROM pg_catalog.svv_columns s
    JOIN standin.user_tables t ON t.nspname = s.table_schema AND t.relname = s.table_name
    LEFT JOIN standin.column_attributes x ON x.table_oid = t.oid AND x.attnum = s.ordinal_position;
CREATE VIEW pg_catalog.svv_all_columns AS
    SELECT table_catalog AS database_name, table_schema AS schema_name, table_name, column_name, ordinal_position,
        column_default, is_nullable, data_type, character_maximum_length, numeric_precision, numeric_scale, remarks
    FROM pg_catalog.svv_columns;

CREATE VIEW pg_catalog.svv_tables AS
    SELECT current_database()::varchar(128) AS table_catalog, nspname::varchar(128) AS table_schema,
        relname::varchar(128) AS table_name,
        CASE WHEN relkind = 'v' THEN 'VIEW' WHEN relpersistence = 't' THEN 'LOCAL TEMPORARY' ELSE 'BASE TABLE' END::varchar(128)
            AS table_type,
        NULL::varchar(256) AS remarks
    FROM standin.user_tables WHERE has_table_privilege(oid, 'SELECT');

CREATE VIEW pg_catalog.pg_table_def AS
    SELECT t.nspname AS schemaname, t.relname AS tablename, a.attname AS "column",
        standin.type_name(a.atttypid, a.atttypmod) AS type,
        coalesce(nullif(x.encoding, ''), 'none') AS encoding,
        coalesce(x.distkey, false) AS distkey, coalesce(x.sortkey, 0) AS sortkey, a.attnotnull AS "notnull"
    FROM standin.user_tables t
    JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum > 0 AND NOT a.attisdropped
    LEFT JOIN standin.column_attributes x ON x.table_oid = t.oid AND x.attnum = a.attnum
    WHERE t.relkind = 'r' AND (t.nspname::text = ANY (current_schemas(false)::text[]) OR t.relpersistence = 't');

-- Counts the rows that the querying transaction sees.
CREATE FUNCTION standin.count_rows(oid) RETURNS numeric LANGUAGE plpgsql STABLE SECURITY DEFINER AS $$
DECLARE
    rows numeric;
BEGIN
    EXECUTE format('SELECT count(*) FROM %s', $1::regclass) INTO rows;
    RETURN rows;
END $$;
CREATE VIEW pg_catalog.svv_table_info AS
    SELECT current_database()::text AS database, t.nspname::text AS schema, t.oid AS table_id, t.relname::text AS "table",
        'Y'::text AS encoded, coalesce(a.diststyle, 'AUTO(ALL)')::text AS diststyle,
        (SELECT attname::text FROM standin.column_attributes x JOIN pg_attribute p
            ON p.attrelid = x.table_oid AND p.attnum = x.attnum WHERE x.table_oid = t.oid AND x.sortkey = 1) AS sortkey1,
        NULL::integer AS max_varchar, NULL::text AS sortkey1_enc, 0::integer AS sortkey_num,
        (pg_relation_size(t.oid) / 1048576)::bigint AS size, 0::numeric AS pct_used, 0::numeric AS empty,
        0::numeric AS unsorted, 0::numeric AS stats_off, standin.count_rows(t.oid) AS tbl_rows,
        0::numeric AS skew_sortkey1, 0::numeric AS skew_rows, standin.count_rows(t.oid) AS estimated_visible_rows,
        NULL::text AS risk_event, NULL::numeric AS vacuum_sort_benefit, NULL::timestamp AS create_time
    FROM standin.user_tables t LEFT JOIN standin.table_attributes a ON a.table_oid = t.oid
    WHERE t.relkind = 'r' AND t.relpersistence = 'p' AND standin.count_rows(t.oid) > 0;

CREATE VIEW pg_catalog.sys_load_history AS
    SELECT standin.user_id(user_name) AS user_id, query_id, transaction_id, session_id,
        current_database()::text AS database_name, status, table_name, start_time, end_time,
        (extract(epoch FROM end_time - start_time) * 1000000)::bigint AS duration, data_source, 'PARQUET'::text AS file_format,
        loaded_rows, loaded_bytes, source_file_count, source_file_bytes, source_file_count AS file_count_scanned,
        source_file_bytes AS file_bytes_scanned, error_count, NULL::bigint AS copy_job_id
    FROM standin.loads WHERE user_name = session_user OR standin.is_superuser();

CREATE VIEW pg_catalog.sys_load_error_detail AS
    SELECT standin.user_id(user_name) AS user_id, query_id, NULL::bigint AS transaction_id, session_id,
        current_database()::text AS database_name, table_oid::integer AS table_id, start_time, file_name,
        0::bigint AS line_number, column_name, column_type, column_length, position, error_code, error_message
    FROM standin.load_errors WHERE NOT hidden AND (user_name = session_user OR standin.is_superuser());

CREATE VIEW pg_catalog.sys_query_history AS
    SELECT standin.user_id(user_name) AS user_id, query_id, query_label, session_id,
        current_database()::text AS database_name, status, start_time, query_text
    FROM standin.queries WHERE user_name = session_user OR standin.is_superuser();

CREATE VIEW pg_catalog.sys_session_history AS
    SELECT usesysid::text AS user_id, pid AS session_id, datname::text AS database_name, 'active'::text AS status,
        0 AS session_timeout, backend_start AT TIME ZONE 'UTC' AS start_time, NULL::timestamp AS end_time
    FROM pg_stat_activity WHERE backend_type = 'client backend' AND application_name <> 'standin'
        AND (usename = session_user OR standin.is_superuser());
-- Redshift's view has the columns of PostgreSQL 8.0, without application_name.
CREATE VIEW standin.pg_stat_activity AS
    SELECT datid, datname, pid AS procpid, usesysid, usename, query AS current_query, query_start
    FROM pg_catalog.pg_stat_activity WHERE backend_type = 'client backend' AND application_name <> 'standin'
        AND (usename = session_user OR standin.is_superuser());

CREATE VIEW pg_catalog.stl_load_errors AS
    SELECT standin.user_id(user_name) AS userid, 0 AS slice, table_oid::integer AS tbl, start_time AS starttime,
        session_id AS session, query_id AS query, file_name AS filename, 0::bigint AS line_number, column_name AS colname,
        column_type AS type, column_length AS col_length, position, NULL::text AS raw_line, NULL::text AS raw_field_value,
        error_code AS err_code, left(error_message, 100) AS err_reason
    FROM standin.load_errors WHERE NOT hidden;
CREATE VIEW pg_catalog.svl_s3log AS
    SELECT session_id AS pid, query_id AS query, 0 AS segment, 0 AS step, 0 AS node, 0 AS slice, start_time AS eventtime,
        error_message AS message
    FROM standin.load_errors;
CREATE VIEW pg_catalog.stl_error AS
    SELECT standin.user_id(user_name) AS userid, 'worker_thread'::text AS process, start_time AS recordtime,
        session_id AS pid, error_code AS errcode, ''::text AS file, 0 AS linenum, error_message AS context,
        'Spectrum Scan Error'::text AS error
    FROM standin.load_errors;
CREATE VIEW pg_catalog.stv_sessions AS
    SELECT backend_start AT TIME ZONE 'UTC' AS starttime, pid AS process, usename AS user_name, datname AS db_name,
        0 AS timeout_sec
    FROM pg_stat_activity WHERE backend_type = 'client backend' AND application_name <> 'standin'
        AND (usename = session_user OR standin.is_superuser());
CREATE VIEW pg_catalog.stl_connection_log AS
    SELECT 'authenticated'::text AS event, backend_start AT TIME ZONE 'UTC' AS recordtime, pid, usename AS username,
        datname AS dbname, application_name
    FROM pg_stat_activity WHERE backend_type = 'client backend' AND application_name <> 'standin';
CREATE VIEW pg_catalog.sys_connection_log AS
    SELECT event, recordtime AS record_time, pid AS session_id, username AS user_name, dbname AS database_name,
        application_name
    FROM pg_catalog.stl_connection_log;
CREATE VIEW pg_catalog.stv_slices AS SELECT 0 AS node, generate_series(0, 1) AS slice;

CREATE VIEW pg_catalog.pg_class_info AS
    SELECT c.oid AS reloid, c.relname, c.relnamespace, c.relowner, NULL::timestamp AS relcreationtime,
        CASE WHEN a.diststyle LIKE 'KEY%' THEN 1 WHEN a.diststyle = 'EVEN' THEN 0 WHEN a.diststyle = 'ALL' THEN 8
             ELSE 10 END AS releffectivediststyle
    FROM pg_class c LEFT JOIN standin.table_attributes a ON a.table_oid = c.oid
    WHERE c.relkind = 'r' AND (pg_get_userbyid(c.relowner) = session_user OR standin.is_superuser());
CREATE VIEW pg_catalog.svv_relation_privileges AS
    SELECT t.nspname::text AS namespace_name, t.relname::text AS relation_name, x.privilege_type,
        x.grantee::integer AS identity_id, coalesce(r.rolname::text, 'public') AS identity_name,
        CASE WHEN x.grantee = 0 THEN 'public' ELSE 'user' END AS identity_type, x.is_grantable AS admin_option
    FROM standin.user_tables t JOIN pg_class c ON c.oid = t.oid CROSS JOIN aclexplode(c.relacl) AS x
    LEFT JOIN pg_roles r ON r.oid = x.grantee
    WHERE x.privilege_type IN ('INSERT', 'SELECT', 'UPDATE', 'DELETE', 'REFERENCES')
        AND (standin.is_superuser() OR pg_get_userbyid(c.relowner) = session_user OR r.rolname = session_user);

CREATE VIEW pg_catalog.svv_user_grants AS
    SELECT u.oid::integer AS user_id, u.rolname::text AS user_name, r.oid::integer AS role_id,
        r.rolname::text AS role_name, m.admin_option
    FROM pg_auth_members m JOIN pg_roles u ON u.oid = m.member JOIN pg_roles r ON r.oid = m.roleid
    WHERE standin.is_superuser() OR u.rolname = session_user;

-- Privileges that a user holds directly, by ownership or as PUBLIC; those of roles are not seen.
CREATE FUNCTION standin.holds(grantee text, owner oid, acl aclitem[], privilege text) RETURNS boolean
LANGUAGE sql STABLE AS $$
    SELECT u.rolsuper OR u.oid = owner OR EXISTS (SELECT FROM aclexplode(acl) AS x WHERE x.grantee IN (0, u.oid)
        AND x.privilege_type = CASE upper(privilege) WHEN 'TEMP' THEN 'TEMPORARY' ELSE upper(privilege) END)
    FROM pg_roles u WHERE u.rolname = grantee $$;
CREATE FUNCTION standin.has_table_privilege(grantee text, relation text, privilege text) RETURNS boolean
LANGUAGE sql STABLE AS $$ SELECT standin.holds(grantee, relowner, coalesce(relacl, acldefault('r', relowner)), privilege)
    FROM pg_class WHERE oid = relation::regclass $$;
CREATE FUNCTION standin.has_schema_privilege(grantee text, name text, privilege text) RETURNS boolean
LANGUAGE sql STABLE AS $$ SELECT standin.holds(grantee, nspowner, coalesce(nspacl, acldefault('n', nspowner)), privilege)
    FROM pg_namespace WHERE nspname = name $$;
CREATE FUNCTION standin.has_database_privilege(grantee text, name text, privilege text) RETURNS boolean
LANGUAGE sql STABLE AS $$ SELECT standin.holds(grantee, datdba, coalesce(datacl, acldefault('d', datdba)), privilege)
    FROM pg_database WHERE datname = name $$;

GRANT SELECT ON pg_catalog.svv_user_grants, standin.user_tables, pg_catalog.pg_class_info, pg_catalog.svv_relation_privileges, standin.pg_stat_activity, pg_catalog.sys_session_history TO PUBLIC;
GRANT SELECT ON pg_catalog.svv_columns, pg_catalog.svv_redshift_columns, pg_catalog.svv_all_columns, pg_catalog.svv_tables,
    pg_catalog.pg_table_def, pg_catalog.sys_load_history, pg_catalog.sys_load_error_detail, pg_catalog.sys_query_history,
    pg_catalog.stv_sessions TO PUBLIC;
-- svv_table_info and the stl_, stv_ and svl_ views are for superusers.

-- What DROP TABLE detaches. The rows name the table by OID, so they do not follow a table of the same name.
CREATE TABLE standin.attachments (table_oid oid NOT NULL, kind text NOT NULL, name text NOT NULL);
CREATE VIEW standin.attached AS
    SELECT a.kind, a.name, n.nspname::text AS schema_name, c.relname::text AS table_name
    FROM standin.attachments a JOIN pg_class c ON c.oid = a.table_oid JOIN pg_namespace n ON n.oid = c.relnamespace;
CREATE VIEW pg_catalog.svv_rls_relation AS
    SELECT schema_name AS relschema, table_name AS relname, true AS is_rls_on FROM standin.attached WHERE kind = 'rls';
CREATE VIEW pg_catalog.svv_attached_masking_policy AS
    SELECT name AS policy_name, schema_name, table_name FROM standin.attached WHERE kind = 'masking';
CREATE VIEW pg_catalog.svv_column_privileges AS
    SELECT schema_name AS namespace_name, table_name AS relation_name, name AS column_name
    FROM standin.attached WHERE kind = 'column';
CREATE VIEW pg_catalog.svv_datashare_objects AS
    SELECT 'OUTBOUND'::text AS share_type, name AS share_name, schema_name || '.' || table_name AS object_name
    FROM standin.attached WHERE kind = 'datashare';
GRANT SELECT ON pg_catalog.svv_rls_relation, pg_catalog.svv_attached_masking_policy,
    pg_catalog.svv_column_privileges, pg_catalog.svv_datashare_objects TO PUBLIC;
