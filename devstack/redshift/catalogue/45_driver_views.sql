-- Views that drivers query when a client lists schemas, tables and columns.
CREATE VIEW pg_catalog.svv_external_schemas AS
    SELECT NULL::integer AS esoid, NULL::smallint AS eskind, NULL::varchar(128) AS schemaname, NULL::integer AS esowner,
        NULL::varchar(128) AS databasename, NULL::varchar(512) AS esoptions
    WHERE false;
CREATE VIEW pg_catalog.svv_external_tables AS
    SELECT NULL::varchar(128) AS redshift_database_name, NULL::varchar(128) AS schemaname, NULL::varchar(128) AS tablename,
        NULL::varchar(128) AS tabletype, NULL::varchar(128) AS location, NULL::varchar(4000) AS parameters
    WHERE false;
CREATE VIEW pg_catalog.svv_external_columns AS
    SELECT NULL::varchar(128) AS redshift_database_name, NULL::varchar(128) AS schemaname, NULL::varchar(128) AS tablename,
        NULL::varchar(128) AS columnname, NULL::varchar(128) AS external_type, NULL::integer AS columnnum,
        NULL::integer AS part_key, NULL::varchar(8) AS is_nullable
    WHERE false;
CREATE VIEW pg_catalog.svv_redshift_databases AS
    SELECT datname::varchar(128) AS database_name, datdba::integer AS database_owner, 'local'::varchar(32) AS database_type,
        NULL::varchar AS database_acl, ''::varchar(128) AS database_options,
        'Snapshot Isolation'::varchar(128) AS database_isolation_level
    FROM pg_database WHERE datname = current_database();
CREATE VIEW pg_catalog.svv_redshift_schemas AS
    SELECT current_database()::varchar(128) AS database_name, nspname::varchar(128) AS schema_name,
        nspowner::integer AS schema_owner, 'local'::varchar(16) AS schema_type, NULL::varchar(128) AS schema_acl,
        NULL::varchar(128) AS schema_option
    FROM pg_namespace WHERE nspname NOT IN ('standin', 'pg_toast') AND nspname NOT LIKE 'pg!_temp!_%' ESCAPE '!'
        AND nspname NOT LIKE 'pg!_toast!_%' ESCAPE '!';
CREATE VIEW pg_catalog.svv_all_schemas AS
    SELECT database_name, schema_name, schema_owner, schema_type, schema_acl, NULL::varchar(128) AS source_database,
        schema_option
    FROM pg_catalog.svv_redshift_schemas;
CREATE VIEW pg_catalog.svv_redshift_tables AS
    SELECT table_catalog AS database_name, table_schema AS schema_name, table_name,
        CASE table_type WHEN 'BASE TABLE' THEN 'TABLE' ELSE table_type END AS table_type, NULL::varchar(128) AS table_acl,
        remarks
    FROM pg_catalog.svv_tables;
CREATE VIEW pg_catalog.svv_all_tables AS SELECT * FROM pg_catalog.svv_redshift_tables;
CREATE VIEW pg_catalog.pg_proc_info AS
    SELECT oid AS prooid, proname, pronamespace, proowner, prolang, prokind, proretset, prorettype, proargtypes, proargnames
    FROM pg_proc WHERE pronamespace <> to_regnamespace('standin');
GRANT SELECT ON pg_catalog.pg_proc_info, pg_catalog.svv_external_schemas, pg_catalog.svv_external_tables, pg_catalog.svv_external_columns,
    pg_catalog.svv_redshift_databases, pg_catalog.svv_redshift_schemas, pg_catalog.svv_all_schemas,
    pg_catalog.svv_redshift_tables, pg_catalog.svv_all_tables TO PUBLIC;

-- Drivers name the columns: lbv(view_schema name, view_name name, col_name name, col_type varchar, col_num int).
CREATE FUNCTION pg_catalog.pg_get_late_binding_view_cols() RETURNS SETOF record LANGUAGE sql STABLE AS $$
    SELECT DISTINCT n.nspname, c.relname, a.attname, standin.type_name(a.atttypid, a.atttypmod)::varchar, a.attnum::integer
    FROM pg_depend d JOIN pg_proc p ON d.refclassid = 'pg_proc'::regclass AND d.refobjid = p.oid
    JOIN pg_rewrite r ON d.classid = 'pg_rewrite'::regclass AND d.objid = r.oid
    JOIN pg_class c ON c.oid = r.ev_class JOIN pg_namespace n ON n.oid = c.relnamespace
    JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0
    WHERE p.pronamespace = to_regnamespace('standin') AND p.proname LIKE 'late_view_%' $$;
