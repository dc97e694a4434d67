-- Change data capture: what the triggers jsontriga, logutriga and sqltriga do (functions/triggers.sql, pgq/triggers.sql).
-- A trigger's arguments: the queue, then in any order
--     SKIP                the statement itself does nothing (before and instead of)
--     backup              an update's old row goes into ev_extra2
--     ignore=a,b          columns that are neither written nor looked at
--     pkey=a,b            instead of the primary key's columns
--     ev_type=EXPR, ev_data=, ev_extra1= .. ev_extra4=    the field's value, an SQL expression over the row's columns
--     when=EXPR           no event if false
-- A column _pgq_ev_type, _pgq_ev_data, _pgq_ev_extra1 .. 4 is the field's value and no part of the data.
-- All but insert_captured runs with the rights of whoever writes the table, the expressions too.

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

-- A trigger's arguments, as they are asked for each row.
create or replace function howdah_stream.capture_arguments(
    i_args text[], i_when text, out queue text, out skip bool, out backup bool, out ignored text[], out pkey text,
    out expressions text[], out condition text)
language plpgsql immutable as $$
declare
    c_fields constant text[] := '{ev_type,ev_data,ev_extra1,ev_extra2,ev_extra3,ev_extra4}';
    v_name text;
    v_value text;
    v_field int;
begin
    queue := i_args[0];
    skip := false;
    backup := false;
    ignored := '{}';
    if queue is null then
        raise exception 'pgq trigger must have destination queue as argument';
    end if;
    for i in 1 .. cardinality(i_args) - 1 loop
        v_name := split_part(i_args[i], '=', 1);
        v_value := nullif(substr(i_args[i], length(v_name) + 1), '');
        v_value := substr(v_value, 2);
        if i_args[i] = 'SKIP' then
            skip := true;
        elsif i_args[i] = 'backup' then
            backup := true;
        elsif v_name = 'ignore' and v_value is not null then
            ignored := regexp_split_to_array(trim(v_value), ' *, *');
        elsif v_name = 'pkey' and v_value is not null then
            pkey := v_value;
        elsif v_name = 'when' and v_value is not null then
            condition := coalesce(condition, v_value); -- the first one counts, of lists the last one
        elsif v_name = any (c_fields) and v_value is not null then
            v_field := array_position(c_fields, v_name);
            expressions[v_field] := coalesce(expressions[v_field], v_value);
        else
            raise exception 'bad param to pgq trigger'
                using detail = format('It is %L.', i_args[i]),
                      hint = 'SKIP, backup, ignore=, pkey=, when=, ev_type=, ev_data= and ev_extra1= to ev_extra4= are known.';
        end if;
    end loop;
    if skip and i_when = 'AFTER' then
        raise exception 'SKIP does not work in AFTER trigger.';
    end if;
end
$$;

-- A field's or a condition's expression over a row's columns: its value as text, and its type. Read only, as this function
-- is stable: it may look, not write. A name in mixed case is found with and without quotes.
create or replace function howdah_stream.capture_expression(
    i_expression text, i_names text[], i_row anyelement, out value text, out type regtype)
language plpgsql stable as $$
declare
    v_columns text := (
        select string_agg(format('($1).%I', name), ', ')
            || coalesce(', ' || string_agg(format('($1).%I as %I', name, lower(name)), ', ')
                filter (where lower(name) <> all (i_names)), '')
          from unnest(i_names) name);
    v_values text[];
    v_count int;
begin
    if i_expression ~ '^\s*$' then
        return;
    end if;
    execute format(e'select count(*), array_agg(case when e.v is not null then format(''%%s'', e.v) end), min(pg_typeof(e.v)::oid)'
        ' from (select %s) r, lateral (select %s\n) e (v)', v_columns, i_expression)
       into v_count, v_values, type using i_row;
    if v_count <> 1 then
        raise exception 'Expect 1 row from override query, got %', v_count;
    end if;
    value := v_values[1];
end
$$;

-- The event of one changed row, in the format urlencoded, json or sql. True: the statement goes on with the row. False:
-- the trigger's arguments say SKIP.
create or replace function howdah_stream.capture(
    i_format text, i_table oid, i_schema text, i_name text, i_op text, i_when text, i_args text[],
    i_old anyelement, i_new anyelement) returns bool
language plpgsql as $$
declare
    c_fields constant text[] := '{ev_type,ev_data,ev_extra1,ev_extra2,ev_extra3,ev_extra4}';
    v_arg record;
    v_table howdah_stream.captured_table;
    v_names text[];
    v_pkey text[];
    v_magic text[];
    v_old text[];
    v_row text[];
    v_changed text[];
    v_event text[] := array_fill(null::text, array[6]);
    v_expression record;
    v_field int;
begin
    if current_setting('session_replication_role') = 'local' then
        return true;
    end if;
    v_arg := howdah_stream.capture_arguments(i_args, i_when);
    v_table := howdah_stream.captured_table(i_table);
    v_names := v_table.names;
    v_pkey := case when v_arg.pkey is not null then regexp_split_to_array(trim(v_arg.pkey), ' *, *')
        else v_table.pkey end;
    if i_op <> 'INSERT' and cardinality(v_pkey) = 0 then
        raise exception 'Update/Delete on table without pkey';
    end if;
    v_row := howdah_stream.row_values((case i_op when 'DELETE' then i_old else i_new end)::text, cardinality(v_names));
    v_magic := array(select name from unnest(v_names) name where name like '\_pgq\_ev\_%');
    if i_op = 'UPDATE' then
        v_old := howdah_stream.row_values(i_old::text, cardinality(v_names));
        if i_when = 'BEFORE' then -- a generated column has no new value yet
            for i in 1 .. coalesce(cardinality(v_table.generated), 0) loop
                v_row[v_table.generated[i]] := v_old[v_table.generated[i]];
            end loop;
        end if;
        v_changed := case when v_old = v_row then '{}' else array(
            select name from unnest(v_names, v_table.types, v_old, v_row) c (name, type, old, new)
             where old is distinct from new and not howdah_stream.same_value(type, old, new)) end;
        if v_changed && v_pkey then
            raise exception 'primary key update not allowed';
        -- of what has changed, all is ignored
        elsif v_changed <> '{}' and v_changed <@ (v_arg.ignored || case i_format when 'sql' then v_magic end) then
            return not v_arg.skip;
        end if;
    end if;
    if v_arg.condition is not null then
        v_expression := howdah_stream.capture_expression(
            v_arg.condition, v_names, case i_op when 'DELETE' then i_old else i_new end);
        if v_expression.type <> 'bool'::regtype then
            raise exception 'when= query result must be boolean, got=%', v_expression.type::oid;
        elsif v_expression.value is null then
            raise exception 'when= should not be NULL';
        elsif v_expression.value = 'f' then
            return not v_arg.skip;
        end if;
    end if;
    v_event[1] := case i_format
        when 'json' then howdah_stream.json_event_type(
            i_op, i_schema, i_name, coalesce(regexp_split_to_array(v_arg.pkey, ','), v_pkey))
        when 'sql' then left(i_op, 1)
        else left(i_op, 1) || ':' || coalesce(v_arg.pkey, array_to_string(v_pkey, ',')) end;
    v_event[2] := case i_format
        when 'json' then howdah_stream.json_object(v_names, v_row, v_arg.ignored || v_magic, v_table.types,
            to_json(case i_op when 'DELETE' then i_old else i_new end))
        when 'sql' then howdah_stream.partial_sql(
            i_op, v_names, v_row, v_arg.ignored || v_magic, v_magic, v_pkey, v_old, v_changed)
        else howdah_stream.urlencoded(v_names, v_row, v_arg.ignored || v_magic) end;
    v_event[3] := i_schema || '.' || i_name;
    if v_arg.backup and i_op = 'UPDATE' then
        v_event[4] := case i_format
            when 'json' then howdah_stream.json_object(v_names, v_old, v_arg.ignored || v_magic, v_table.types, to_json(i_old))
            else howdah_stream.urlencoded(v_names, v_old, v_arg.ignored || v_magic) end;
    end if;
    for i in 1 .. cardinality(v_magic) loop
        v_field := array_position(c_fields, substr(v_magic[i], 6));
        if v_field is null then
            raise exception 'Unknown magic column: %', v_magic[i];
        end if;
        v_event[v_field] := v_row[array_position(v_names, v_magic[i])];
    end loop;
    if v_arg.expressions is not null then
        for i in 1 .. 6 loop
            if v_arg.expressions[i] is not null then
                v_expression := howdah_stream.capture_expression(
                    v_arg.expressions[i], v_names, case i_op when 'DELETE' then i_old else i_new end);
                v_event[i] := v_expression.value;
            end if;
        end loop;
    end if;
    perform howdah_stream.insert_captured(v_arg.queue, v_event);
    return not v_arg.skip;
end
$$;

-- The event of a statement's trigger: a truncation's.
create or replace function howdah_stream.capture_statement(
    i_format text, i_table oid, i_schema text, i_name text, i_op text, i_when text, i_args text[]) returns void
language plpgsql as $$
declare
    v_arg record;
begin
    if i_op <> 'TRUNCATE' then
        raise exception 'pgq Ins/Upd/Del trigger must be fired FOR EACH ROW';
    end if;
    if current_setting('session_replication_role') = 'local' then
        return;
    end if;
    v_arg := howdah_stream.capture_arguments(i_args, i_when);
    if v_arg.backup then
        raise exception 'Backup does not make sense for truncate trigger';
    elsif v_arg.expressions is not null or v_arg.condition is not null then
        raise exception 'Custom expressions do not make sense for truncater trigger';
    end if;
    perform howdah_stream.insert_captured(v_arg.queue, array[
        case i_format when 'json' then howdah_stream.json_event_type(i_op, i_schema, i_name,
            case when v_arg.pkey is not null then regexp_split_to_array(v_arg.pkey, ',')
                else (howdah_stream.captured_table(i_table)).pkey end)
            else 'R' end,
        case i_format when 'json' then '{}' else '' end,
        i_schema || '.' || i_name, null, null, null]);
end
$$;

-- Writes a captured event: type, data, extra1 .. extra4. Whoever writes a captured table needs the right to call this, as
-- to call insert_event.
create or replace function howdah_stream.insert_captured(i_queue text, i_event text[]) returns bigint
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    v_queue int;
    v_id bigint;
begin
    select queue_id into v_queue from pgque.queue where queue_name = i_queue;
    if not found then
        raise exception 'No such queue' using detail = format('It is %L.', i_queue);
    end if;
    execute 'select howdah_stream.insert_' || v_queue || '($1[1], $1[2], $1[3], $1[4], $1[5], $1[6])' into v_id using i_event;
    return v_id;
end
$$;
