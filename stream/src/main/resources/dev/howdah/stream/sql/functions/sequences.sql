-- Sequences by name, as replication tools move them from one database to another. They run with the caller's rights on
-- the sequence; its name is not known before, so the SQL is built.

-- A name for use in SQL: what is before the first dot is the schema, public if there is none. Null for null.
create or replace function pgque.quote_fqname(i_name text) returns text
language sql immutable strict as $$
    select case strpos(i_name, '.')
        when 0 then 'public.' || quote_ident(i_name)
        else quote_ident(split_part(i_name, '.', 1)) || '.' || quote_ident(substr(i_name, strpos(i_name, '.') + 1))
    end
$$;

-- A sequence's last value; its first one if it was never used. Errors: no such sequence.
create or replace function pgque.seq_getval(i_seq_name text) returns bigint
language plpgsql strict as $$
declare
    v_last bigint;
begin
    execute 'select last_value from ' || pgque.quote_fqname(i_seq_name) into v_last;
    return v_last;
end
$$;

-- Moves a sequence on, never back: its last value then. Errors: no such sequence.
create or replace function pgque.seq_setval(i_seq_name text, i_new_value bigint) returns bigint
language plpgsql strict as $$
declare
    v_last bigint := pgque.seq_getval(i_seq_name);
begin
    if i_new_value > v_last then
        return setval(pgque.quote_fqname(i_seq_name)::regclass, i_new_value);
    end if;
    return v_last;
end
$$;
