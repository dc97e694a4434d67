-- The change capture triggers in the older language: the same as pgque's (functions/triggers.sql).

create or replace function pgq.jsontriga() returns trigger
language plpgsql as $$
begin
    if tg_level = 'STATEMENT' then
        perform howdah_stream.capture_statement(
            'json', tg_relid, tg_table_schema, tg_table_name, tg_op, tg_when, tg_argv);
        return null;
    elsif not howdah_stream.capture(
            'json', tg_relid, tg_table_schema, tg_table_name, tg_op, tg_when, tg_argv, old, new) then
        return null;
    end if;
    return case tg_op when 'DELETE' then old else new end;
end
$$;

create or replace function pgq.logutriga() returns trigger
language plpgsql as $$
begin
    if tg_level = 'STATEMENT' then
        perform howdah_stream.capture_statement(
            'urlencoded', tg_relid, tg_table_schema, tg_table_name, tg_op, tg_when, tg_argv);
        return null;
    elsif not howdah_stream.capture(
            'urlencoded', tg_relid, tg_table_schema, tg_table_name, tg_op, tg_when, tg_argv, old, new) then
        return null;
    end if;
    return case tg_op when 'DELETE' then old else new end;
end
$$;

create or replace function pgq.sqltriga() returns trigger
language plpgsql as $$
begin
    if tg_level = 'STATEMENT' then
        perform howdah_stream.capture_statement(
            'sql', tg_relid, tg_table_schema, tg_table_name, tg_op, tg_when, tg_argv);
        return null;
    elsif not howdah_stream.capture(
            'sql', tg_relid, tg_table_schema, tg_table_name, tg_op, tg_when, tg_argv, old, new) then
        return null;
    end if;
    return case tg_op when 'DELETE' then old else new end;
end
$$;
