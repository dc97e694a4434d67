-- Change data capture: what the triggers jsontriga, logutriga and sqltriga do (functions/triggers.sql, pgq/triggers.sql).
-- All but insert_captured runs with the rights of whoever writes the table, the expressions too.

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
