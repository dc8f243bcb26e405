-- A late-binding view reads from a function that runs the query's text: there is no dependency, and names are resolved
-- at each read. The columns are those of the query when the view was created; Redshift would follow changes of them.
CREATE FUNCTION standin.late_view(relation text, columns text, query text, replace_it boolean) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER AS $$
DECLARE
    shape text;
    reader text := 'late_view_' || nextval('standin.query_ids');
BEGIN
    BEGIN
        EXECUTE 'CREATE TEMP VIEW standin_probe AS ' || query;
    EXCEPTION WHEN undefined_table OR invalid_schema_name THEN
        RAISE EXCEPTION USING ERRCODE = '0A000',
            MESSAGE = 'The Redshift stand-in lacks late-binding views of missing tables: ' || SQLERRM;
    END;
    SELECT string_agg(format('%I %s', attname, atttypid::regtype), ', ' ORDER BY attnum) INTO shape
        FROM pg_attribute WHERE attrelid = 'pg_temp.standin_probe'::regclass AND attnum > 0;
    DROP VIEW pg_temp.standin_probe;
    EXECUTE format('CREATE FUNCTION standin.%I() RETURNS TABLE (%s) LANGUAGE plpgsql STABLE AS %L',
        reader, shape, format('BEGIN RETURN QUERY EXECUTE %L; END', query));
    EXECUTE format('CREATE %s VIEW %s %s AS SELECT * FROM standin.%I()', CASE WHEN replace_it THEN 'OR REPLACE' END,
        relation, nullif('(' || columns || ')', '()'), reader);
    EXECUTE format('ALTER VIEW %s OWNER TO %I', relation, session_user);
END $$;
