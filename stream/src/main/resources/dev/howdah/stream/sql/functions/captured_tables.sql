-- What a table with a change capture trigger looks like.

do $$
begin
    if to_regtype('howdah_stream.captured_table') is null then
        create type howdah_stream.captured_table as (version bigint, names text[], types oid[], pkey text[], generated int[]);
    end if;
end
$$;

-- A table's columns in order, its primary key's names, the places of its generated columns. Asked once a transaction and
-- kept in a setting of it: while it writes the table, nobody else can alter it. That it does so itself is seen in its
-- own counts of rows written to the catalogs.
create or replace function howdah_stream.captured_table(i_table oid) returns howdah_stream.captured_table
language plpgsql as $$
declare
    c_columns constant oid := 'pg_catalog.pg_attribute'::regclass;
    c_indexes constant oid := 'pg_catalog.pg_index'::regclass;
    v_setting text := 'howdah_stream.table_' || i_table;
    v_table howdah_stream.captured_table := nullif(current_setting(v_setting, true), '')::howdah_stream.captured_table;
    v_version bigint :=
        pg_stat_get_xact_tuples_inserted(c_columns) + pg_stat_get_xact_tuples_updated(c_columns)
        + pg_stat_get_xact_tuples_deleted(c_columns) + pg_stat_get_xact_tuples_inserted(c_indexes)
        + pg_stat_get_xact_tuples_updated(c_indexes) + pg_stat_get_xact_tuples_deleted(c_indexes);
begin
    if v_table.version = v_version and current_setting('track_counts')::bool then
        return v_table;
    end if;
    v_table.version := v_version;
    select coalesce(array_agg(attname), '{}'), coalesce(array_agg(atttypid), '{}'), array_agg(nr) filter (where attgenerated <> '')
      into v_table.names, v_table.types, v_table.generated
      from (select attname::text, atttypid, attgenerated, (row_number() over (order by attnum))::int as nr
              from pg_catalog.pg_attribute
             where attrelid = i_table and attnum > 0 and not attisdropped
             order by attnum) c;
    v_table.pkey := array(
        select attname from pg_catalog.pg_index, unnest(indkey) with ordinality k (nr, place)
          join pg_catalog.pg_attribute on attrelid = i_table and attnum = nr
         where indrelid = i_table and indisprimary
         order by place);
    perform set_config(v_setting, v_table::text, true);
    return v_table;
end
$$;
