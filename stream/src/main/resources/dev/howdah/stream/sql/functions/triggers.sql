-- jsontriga, logutriga, sqltriga: triggers that write a table's changes as events, in the transaction that makes them. The
-- arguments are in functions/capture_arguments.sql. For each row; for each statement on truncate alone. They run with the rights of
-- whoever writes the table, so nobody gains another's rights by what a trigger's expressions say.
--                 ev_type                                                 ev_data                   ev_extra1
--     jsontriga   {"op":"INSERT","table":["public","t"],"pkey":["id"]}    {"id":1,"name":"x"}       public.t
--     logutriga   I:id                                                    id=1&name=x               public.t
--     sqltriga    I                                                       (id,name) values ('1','x')  public.t

create or replace function pgque.jsontriga() returns trigger
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

create or replace function pgque.logutriga() returns trigger
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

create or replace function pgque.sqltriga() returns trigger
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
