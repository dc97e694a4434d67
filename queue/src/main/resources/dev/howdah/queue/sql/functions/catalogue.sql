-- Who asks, for what, and whether he may. The API's functions run with their caller's rights, so they alone know who that
-- is, and hand it on; what changes the catalogue or makes tables runs with the installation's.

-- That the session may act as i_role, which its functions say it does: no more can be had by calling the engine's
-- functions by hand than by SET ROLE.
create or replace function howdah_queue.check_acting(i_role name) returns void
language plpgsql as $$
begin
    if not pg_has_role(session_user, i_role, 'member') then
        raise exception 'permission denied to act as role %', i_role using errcode = 'insufficient_privilege';
    end if;
end
$$;

create or replace function howdah_queue.check_initialized() returns void
language plpgsql as $$
begin
    if to_regclass('pgpro_queue_data.queues') is null then
        raise exception 'queues are not initialized in this database' using errcode = 'object_not_in_prerequisite_state',
            hint = 'Run: select pgpro_queue.queue_initialize()';
    end if;
end
$$;

create or replace function howdah_queue.no_such_queue(i_queue name) returns void
language plpgsql as $$
begin
    raise exception 'queue "%" does not exist', coalesce(i_queue::text, '(null)') using errcode = 'undefined_object',
        hint = 'Create it: call pgpro_queue.create_queue(…); names are case-sensitive.';
end
$$;

-- A queue's id. Errors: not initialized; no such queue.
create or replace function howdah_queue.queue_id(i_queue name) returns int
language plpgsql as $$
declare
    v_id int;
begin
    begin
        select queue_id into v_id from pgpro_queue_data.queues where queue_name = i_queue;
    exception when undefined_table then
        perform howdah_queue.check_initialized();
    end;
    if v_id is null then
        perform howdah_queue.no_such_queue(i_queue);
    end if;
    return v_id;
end
$$;

-- The same for who sends, or reads. Errors: also no access.
create or replace function howdah_queue.queue_to(i_queue name, i_privilege text) returns int
language plpgsql as $$
declare
    v_id int := howdah_queue.queue_id(i_queue);
begin
    if not has_table_privilege(format('pgpro_queue_data.%I', 'queue_' || i_queue), i_privilege) then
        raise exception 'permission denied for queue "%"', i_queue using errcode = 'insufficient_privilege',
            hint = format('Its owner may: call pgpro_queue.grant_queue_access(%L, %L)', i_queue, current_user);
    end if;
    return v_id;
end
$$;

-- For what a queue's owner alone may do, members of that role and superusers included.
create or replace function howdah_queue.check_owner(i_queue_id int, i_role name) returns void
language plpgsql as $$
declare
    v_queue record;
begin
    perform howdah_queue.check_acting(i_role);
    select * into v_queue from pgpro_queue_data.queues where queue_id = i_queue_id;
    if not pg_has_role(i_role, v_queue.queue_owner, 'usage') then
        raise exception 'must be owner of queue "%"', v_queue.queue_name using errcode = 'insufficient_privilege';
    end if;
end
$$;

create or replace function howdah_queue.check_name(i_kind text, i_name name, i_longest int) returns void
language plpgsql as $$
begin
    if i_name is null or i_name !~ '^\w+$' then
        raise exception 'invalid % name "%": it has letters, digits and underscores only', i_kind,
            coalesce(i_name::text, '(null)') using errcode = 'invalid_name';
    elsif length(i_name::text) > i_longest or octet_length(i_name::text) > i_longest + 3 then
        raise exception 'invalid % name "%": it has more than % symbols', i_kind, i_name, i_longest
            using errcode = 'name_too_long';
    end if;
end
$$;
