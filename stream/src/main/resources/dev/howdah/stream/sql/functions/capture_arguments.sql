-- What a change capture trigger is told.
-- A trigger's arguments: the queue, then in any order
--     SKIP                the statement itself does nothing (before and instead of)
--     backup              an update's old row goes into ev_extra2
--     ignore=a,b          columns that are neither written nor looked at
--     pkey=a,b            instead of the primary key's columns
--     ev_type=EXPR, ev_data=, ev_extra1= .. ev_extra4=    the field's value, an SQL expression over the row's columns
--     when=EXPR           no event if false
-- A column _pgq_ev_type, _pgq_ev_data, _pgq_ev_extra1 .. 4 is the field's value and no part of the data.

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
