-- Names of tables and sequences, and sequences' values, as replication carries them. With the caller's rights.

-- A name with or without its schema, public if without, quoted where it must be.
create or replace function pgq.quote_fqname(i_name text) returns text
language sql immutable strict as $$
    select case when position('.' in i_name) > 0
                then format('%I.%I', split_part(i_name, '.', 1), substr(i_name, position('.' in i_name) + 1))
                else format('public.%I', i_name) end
$$;

-- A sequence's last value, which it keeps. Errors: no such sequence.
create or replace function pgq.seq_getval(i_seq_name text) returns bigint
language plpgsql strict as $$
declare
    v_value bigint;
begin
    execute 'select last_value from ' || pgq.quote_fqname(i_seq_name) into v_value;
    return v_value;
end
$$;

-- Sets a sequence, never back: its value then. Errors: no such sequence.
create or replace function pgq.seq_setval(i_seq_name text, i_new_value bigint) returns bigint
language sql strict as $$
    select case when pgq.seq_getval(i_seq_name) < i_new_value
                then setval(pgq.quote_fqname(i_seq_name)::regclass, i_new_value)
                else pgq.seq_getval(i_seq_name) end
$$;
