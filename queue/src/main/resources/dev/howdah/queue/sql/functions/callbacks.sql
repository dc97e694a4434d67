-- Callbacks: procedures that the server calls with each message of a queue, in the transaction that reads it. They are
-- called as the role that registered them; as a procedure can take up the server's own role again, registering is for
-- those whom the installation's owner trusts with it: nobody else may until he says grant execute on procedure
-- pgpro_queue.register_callback(text, text).

create or replace procedure pgpro_queue.register_callback(q_name text, callback text)
language plpgsql as $$
begin
    perform howdah_queue.register_callback(current_user, q_name, callback);
end
$$;

-- Errors: no access to the queue; it has a callback; the procedure does not exist, is none, does not take one jsonb or
-- xml, or is not the role's to execute.
create or replace function howdah_queue.register_callback(i_role name, i_queue name, i_callback text) returns void
language plpgsql as $$
declare
    v_id int := howdah_queue.queue_to(i_queue, 'delete');
    v_problem text := howdah_queue.callback_problem(i_callback, i_role);
begin
    if v_problem is not null then
        raise exception 'cannot register callback "%": %', coalesce(i_callback, '(null)'), v_problem
            using errcode = 'undefined_object',
                  hint = 'It is a procedure''s signature, for example my_schema.my_callback(jsonb).';
    end if;
    perform howdah_queue.add_callback(i_role, v_id, i_queue,
        (select format('%I.%I(%s)', n.nspname, p.proname, oidvectortypes(p.proargtypes))
           from pg_proc p join pg_namespace n on n.oid = p.pronamespace
          where p.oid = to_regprocedure(i_callback)));
end
$$;

-- Why a procedure can't be called back; null if it can.
create or replace function howdah_queue.callback_problem(i_callback text, i_role name) returns text
language plpgsql stable as $$
declare
    v_oid oid;
    v_proc pg_proc;
begin
    begin
        v_oid := to_regprocedure(i_callback);
    exception when others then
        return 'it is no procedure''s signature';
    end;
    select * into v_proc from pg_proc where oid = v_oid;
    return case
        when v_proc.oid is null then 'there is no such procedure'
        when v_proc.prokind <> 'p' then 'it is a function, not a procedure'
        when v_proc.pronargs <> 1 or v_proc.proargtypes[0] not in ('jsonb'::regtype, 'xml'::regtype)
            then 'it takes other parameters than one jsonb or one xml'
        when not has_function_privilege(i_role, v_oid, 'execute') then format('role "%s" may not execute it', i_role)
    end;
end
$$;

create or replace function howdah_queue.add_callback(i_role name, i_queue_id int, i_queue name, i_callback text)
returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
    perform howdah_queue.check_acting(i_role);
    insert into pgpro_queue_data.callbacks (queue_id, callback, callback_role)
    values (i_queue_id, i_callback, i_role::regrole)
    on conflict do nothing;
    if not found then
        raise exception 'queue "%" already has a callback', i_queue using errcode = 'duplicate_object',
            hint = 'Only one can be registered: call pgpro_queue.unregister_callback(…) first.';
    end if;
    perform pg_notify('howdah_queue', i_queue_id::text);
end
$$;

create or replace procedure pgpro_queue.unregister_callback(q_name text, callback text)
language plpgsql as $$
begin
    perform howdah_queue.remove_callback(current_user, howdah_queue.queue_to(q_name, 'delete'), q_name, callback,
        (select format('%I.%I(%s)', n.nspname, p.proname, oidvectortypes(p.proargtypes))
           from pg_proc p join pg_namespace n on n.oid = p.pronamespace
          where p.oid = to_regprocedure(callback)));
end
$$;

-- Errors: no access to the queue; that is not its callback. A procedure that is dropped is named as it was registered.
create or replace function howdah_queue.remove_callback(
    i_role name, i_queue_id int, i_queue name, i_callback text, i_resolved text) returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
    perform howdah_queue.check_acting(i_role);
    if not has_table_privilege(i_role, format('pgpro_queue_data.%I', howdah_queue.table_name(i_queue)), 'delete') then
        raise exception 'permission denied for queue "%"', i_queue using errcode = 'insufficient_privilege';
    end if;
    delete from pgpro_queue_data.callbacks
     where queue_id = i_queue_id
       and (callback = i_resolved or replace(callback, ' ', '') = replace(i_callback, ' ', '')
            or split_part(callback, '.', 2) = lower(replace(i_callback, ' ', '')));
    if not found then
        raise exception 'queue "%" has no callback "%"', i_queue, i_callback using errcode = 'undefined_object';
    end if;
end
$$;

-- What the server's workers call: every callback that is well. Notices which are not, and says so in callback_problem.
create or replace function howdah_queue.check_callbacks() returns table (queue_id int, queue_name name, callback text, problem text)
language plpgsql as $$
begin
    if to_regclass('pgpro_queue_data.callbacks') is null then
        return;
    end if;
    update pgpro_queue_data.callbacks c
       set callback_problem = howdah_queue.callback_problem(c.callback, c.callback_role::text::name)
     where callback_problem is distinct from howdah_queue.callback_problem(c.callback, c.callback_role::text::name);
    return query
        select c.queue_id, q.queue_name, c.callback, c.callback_problem
          from pgpro_queue_data.callbacks c
          join pgpro_queue_data.queues q using (queue_id)
         order by 1;
end
$$;

-- Reads one message of a queue and calls its callback with it, as the role that registered that: whether there was one;
-- null if there is no callback that can be called.
-- In the caller's transaction; what the callback raises is that transaction's error, and so a failed reading.
create or replace function howdah_queue.call_back(i_queue_id int) returns bool
language plpgsql as $$
declare
    v_callback record;
    v_message howdah_queue.message;
    v_xml bool;
    v_call text;
begin
    select * into v_callback from pgpro_queue_data.callbacks where queue_id = i_queue_id;
    if not found or howdah_queue.callback_problem(v_callback.callback, v_callback.callback_role::text::name) is not null then
        return null;
    end if;
    v_xml := v_callback.callback like '%xml)';
    execute format('select (t).* from pgpro_queue_data.take_%s(1, null, null, %L) t', i_queue_id, case when v_xml then 'x' else 'j' end)
       into v_message;
    if v_message.msgid is null then
        return false;
    end if;
    perform set_config('role', v_callback.callback_role::text, true);
    v_call := format('call %s($1)', left(v_callback.callback, -length(substring(v_callback.callback from '\([^(]*\)$'))));
    if v_xml then
        execute v_call using v_message.body_xml;
    else
        execute v_call using v_message.body;
    end if;
    perform set_config('role', 'none', true);
    return true;
end
$$;
