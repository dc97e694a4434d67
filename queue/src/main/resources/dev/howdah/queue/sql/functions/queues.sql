-- Queues: made, changed, dropped. Names are case-sensitive.

create or replace procedure pgpro_queue.create_queue(
    queue_name name, queue_type char default 'N'::char, queue_dlq name default null, queue_retries int default 10,
    queue_retry_delay int default 30)
language plpgsql as $$
begin
    perform howdah_queue.create_queue(current_user, $1, $2, $3, $4, $5);
end
$$;

-- Makes a queue, owned by i_role. Errors: there is one; a name that is not allowed; a type other than N and D; a
-- dead-letter queue that is none, or not this role's to use; negative numbers.
create or replace function howdah_queue.create_queue(
    i_role name, i_name name, i_type char, i_dlq name, i_retries int, i_retry_delay int) returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    v_id int;
begin
    perform howdah_queue.check_acting(i_role);
    perform howdah_queue.check_initialized();
    perform howdah_queue.check_name('queue', i_name, 54);
    perform howdah_queue.check_queue_values(coalesce(i_type, 'N'), i_retries, i_retry_delay);
    if i_type = 'D' and i_dlq is not null then
        raise exception 'a dead-letter queue has none itself' using errcode = 'object_not_in_prerequisite_state';
    end if;
    insert into pgpro_queue_data.queues (queue_name, queue_type, queue_owner, queue_dlq, queue_retries, queue_retry_delay)
    values (i_name, coalesce(i_type, 'N'), i_role::regrole, howdah_queue.dead_letter_queue(i_role, i_name, i_dlq),
            coalesce(i_retries, 10), coalesce(i_retry_delay, 30))
    on conflict do nothing
    returning queue_id into v_id;
    if v_id is null then
        raise exception 'queue "%" already exists', i_name using errcode = 'duplicate_object';
    end if;
    perform howdah_queue.create_line(v_id);
    perform howdah_queue.grant_queue(v_id, i_role);
    perform howdah_queue.create_dispatch();
end
$$;

create or replace function howdah_queue.check_queue_values(i_type char, i_retries int, i_retry_delay int) returns void
language plpgsql as $$
begin
    if i_type not in ('N', 'D') then
        raise exception 'invalid queue type "%": N is a normal queue, D a dead-letter queue', i_type
            using errcode = 'invalid_parameter_value';
    elsif i_retries < 0 then
        raise exception 'a queue''s retries can''t be negative, got %', i_retries using errcode = 'invalid_parameter_value';
    elsif i_retry_delay < 0 then
        raise exception 'a queue''s retry delay can''t be negative, got %', i_retry_delay
            using errcode = 'invalid_parameter_value';
    end if;
end
$$;

-- The id of the queue that takes the dead letters of another one. Null for none.
create or replace function howdah_queue.dead_letter_queue(i_role name, i_name name, i_dlq name) returns int
language plpgsql as $$
declare
    v_dlq record;
begin
    if i_dlq is null then
        return null;
    end if;
    select * into v_dlq from pgpro_queue_data.queues where queue_id = howdah_queue.queue_id(i_dlq) for share;
    if v_dlq.queue_type <> 'D' or i_dlq = i_name then
        raise exception 'queue "%" is no dead-letter queue: its type is %, not D', i_dlq, v_dlq.queue_type
            using errcode = 'wrong_object_type';
    elsif not has_table_privilege(i_role, format('pgpro_queue_data.%I', howdah_queue.table_name(i_dlq)), 'insert') then
        raise exception 'permission denied for queue "%"', i_dlq using errcode = 'insufficient_privilege';
    end if;
    return v_dlq.queue_id;
end
$$;

create or replace procedure pgpro_queue.alter_queue(
    queue_name name, new_type char default null, new_dlq name default null, new_retries int default null,
    new_retrydelay int default null)
language plpgsql as $$
begin
    perform howdah_queue.alter_queue(current_user, $1, $2, $3, $4, $5);
end
$$;

-- Changes what is not null, for messages sent from now on. Errors: not the owner; as at creation; a type D while it has
-- a dead-letter queue, or N while it is one of others.
create or replace function howdah_queue.alter_queue(
    i_role name, i_name name, i_type char, i_dlq name, i_retries int, i_retrydelay int) returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    v_id int := howdah_queue.queue_id(i_name);
    v_queue record;
begin
    perform howdah_queue.check_owner(v_id, i_role);
    perform howdah_queue.check_queue_values(coalesce(i_type, 'N'), i_retries, i_retrydelay);
    select * into v_queue from pgpro_queue_data.queues where queue_id = v_id for update;
    v_queue.queue_type := coalesce(i_type, v_queue.queue_type);
    v_queue.queue_dlq := coalesce(howdah_queue.dead_letter_queue(i_role, i_name, i_dlq), v_queue.queue_dlq);
    if v_queue.queue_type = 'D' and v_queue.queue_dlq is not null then
        raise exception 'queue "%" can''t be a dead-letter queue: it has one itself', i_name
            using errcode = 'object_not_in_prerequisite_state';
    elsif v_queue.queue_type = 'N' and exists (select from pgpro_queue_data.queues where queue_dlq = v_id) then
        raise exception 'queue "%" must stay a dead-letter queue: it is that of other queues', i_name
            using errcode = 'object_not_in_prerequisite_state';
    end if;
    update pgpro_queue_data.queues
       set queue_type = v_queue.queue_type,
           queue_dlq = v_queue.queue_dlq,
           queue_retries = coalesce(i_retries, queue_retries),
           queue_retry_delay = coalesce(i_retrydelay, queue_retry_delay)
     where queue_id = v_id;
    perform howdah_queue.create_send_functions(v_id); -- the defaults are in them
end
$$;

-- Beyond pgpro_queue: each further failed reading makes the retry delay factor times as long, up to max_delay seconds.
-- For all messages of the queue, from their next failure on. A factor of 1 is the fixed delay. The owner's alone.
create or replace procedure pgpro_queue.set_queue_backoff(queue_name name, factor numeric, max_delay int default 86400)
language plpgsql as $$
begin
    perform howdah_queue.set_backoff(current_user, $1, $2, $3);
end
$$;

create or replace function howdah_queue.set_backoff(i_role name, i_name name, i_factor numeric, i_max int) returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    v_id int := howdah_queue.queue_id(i_name);
begin
    perform howdah_queue.check_owner(v_id, i_role);
    if coalesce(i_factor not between 1 and 1000, true) or coalesce(i_max < 0, true) then
        raise exception 'a backoff needs a factor from 1 to 1000 and a longest delay of 0 or more seconds, got % and %',
            i_factor, i_max using errcode = 'invalid_parameter_value';
    end if;
    update pgpro_queue_data.queues set queue_backoff = i_factor, queue_backoff_max = i_max where queue_id = v_id;
end
$$;

create or replace procedure pgpro_queue.drop_queue(queue_name name)
language plpgsql as $$
begin
    perform howdah_queue.drop_queue(current_user, $1);
end
$$;

-- Drops a queue with its messages, bindings and callback. Errors: no access; it is the dead-letter queue of others.
create or replace function howdah_queue.drop_queue(i_role name, i_name name) returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    v_id int := howdah_queue.queue_id(i_name);
    v_other name;
begin
    perform howdah_queue.check_acting(i_role);
    if not has_table_privilege(i_role, format('pgpro_queue_data.%I', howdah_queue.table_name(i_name)), 'delete') then
        raise exception 'permission denied for queue "%"', i_name using errcode = 'insufficient_privilege';
    end if;
    perform from pgpro_queue_data.queues where queue_id = v_id for update;
    if not found then
        perform howdah_queue.no_such_queue(i_name); -- dropped meanwhile
    end if;
    select queue_name into v_other from pgpro_queue_data.queues where queue_dlq = v_id order by queue_name limit 1;
    if found then
        raise exception 'cannot drop queue "%": it is the dead-letter queue of "%"', i_name, v_other
            using errcode = 'dependent_objects_still_exist';
    end if;
    perform howdah_queue.drop_line(v_id);
    delete from pgpro_queue_data.waiting where queue_id = v_id;
    delete from pgpro_queue_data.dead where queue_id = v_id;
    delete from pgpro_queue_data.queues where queue_id = v_id;
    perform howdah_queue.create_dispatch();
end
$$;

-- The OID of the queue table; all messages that can be read now can be selected from it. Errors: no such queue.
create or replace function pgpro_queue.get_queue_table(queue_name name) returns oid
language plpgsql stable as $$
begin
    perform howdah_queue.queue_id($1);
    return format('pgpro_queue_data.%I', howdah_queue.table_name($1))::regclass::oid;
end
$$;
