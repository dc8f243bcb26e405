-- A second check after the rules of the proxy: the columns of every created table have Redshift's types.
CREATE FUNCTION standin.check_columns() RETURNS event_trigger LANGUAGE plpgsql AS $$
DECLARE
    col record;
BEGIN
    FOR col IN
        SELECT c.oid::regclass AS relation, a.attname, a.atttypid, a.atttypmod, format_type(a.atttypid, a.atttypmod) AS type
        FROM pg_event_trigger_ddl_commands() d
        JOIN pg_class c ON c.oid = d.objid AND d.classid = 'pg_class'::regclass AND c.relkind = 'r'
        JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
        WHERE d.schema_name <> 'standin'
    LOOP
        IF col.atttypid = 'text'::regtype OR (col.atttypid = 'varchar'::regtype AND col.atttypmod < 0) THEN
            -- the text of an expression in CREATE TABLE AS has a length in Redshift
            EXECUTE format('ALTER TABLE %s ALTER COLUMN %I TYPE varchar(65535)', col.relation, col.attname);
        ELSIF col.atttypid NOT IN ('smallint'::regtype, 'integer'::regtype, 'bigint'::regtype, 'numeric'::regtype,
            'real'::regtype, 'double precision'::regtype, 'boolean'::regtype, 'bpchar'::regtype, 'varchar'::regtype,
            'date'::regtype, 'timestamp'::regtype, 'timestamptz'::regtype, 'time'::regtype, 'timetz'::regtype,
            'super'::regtype, 'varbyte'::regtype, 'name'::regtype, 'oid'::regtype, '"char"'::regtype) THEN
            RAISE EXCEPTION USING ERRCODE = '0A000',
                MESSAGE = format('Column "%s.%s" has unsupported type "%s".', col.relation, col.attname, col.type);
        END IF;
    END LOOP;
END $$;
CREATE EVENT TRIGGER standin_check_columns ON ddl_command_end
    WHEN TAG IN ('CREATE TABLE', 'CREATE TABLE AS', 'SELECT INTO', 'ALTER TABLE')
    EXECUTE FUNCTION standin.check_columns();
