-- Dead letters of a queue: those kept in pgpro_queue_data.dead, and those that its dead-letter queue holds.

-- The oldest ones first. msgid is that in the queue where the message died. dead_queue null: kept among the dead. Errors:
-- no such queue; no access.
create or replace function howdah_queue.dead_letters(i_queue name, i_max int)
returns table (msgid bigint, died timestamptz, attempts int, reason text, priority int, body jsonb, body_xml xml,
    properties jsonb, dead_queue name)
language plpgsql as $$
begin
    perform howdah_queue.queue_to(i_queue, 'delete');
    return query select * from howdah_queue.list_dead(current_user, i_queue, i_max);
end
$$;

create or replace function howdah_queue.list_dead(i_role name, i_queue name, i_max int)
returns table (msgid bigint, died timestamptz, attempts int, reason text, priority int, body jsonb, body_xml xml,
    properties jsonb, dead_queue name)
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    v_id int := howdah_queue.dead_letters_of(i_role, i_queue);
    v_dlq name;
begin
    return query
        select d.msgid, d.died, d.attempts, d.reason, d.priority, d.body, d.body_xml, d.properties, null::name
          from pgpro_queue_data.dead d where d.queue_id = v_id order by d.died, d.msgid limit i_max;
    for v_dlq in select queue_name from pgpro_queue_data.queues where queue_type = 'D' order by queue_name loop
        return query execute format($sql$
            select (s.history ->> 'msgid')::bigint, (s.history ->> 'died')::timestamptz, (s.history ->> 'attempts')::int,
                   s.history ->> 'reason', s.priority, s.body, s.body_xml, s.properties, %L::name
              from pgpro_queue_data.%I s where s.history ->> 'queue' = %L order by s.msgid limit %s
            $sql$, v_dlq, howdah_queue.table_name(v_dlq), i_queue, i_max);
    end loop;
end
$$;

-- A queue's id, for who may read it.
create or replace function howdah_queue.dead_letters_of(i_role name, i_queue name) returns int
language plpgsql as $$
begin
    perform howdah_queue.check_acting(i_role);
    if not has_table_privilege(i_role, format('pgpro_queue_data.%I', howdah_queue.table_name(i_queue)), 'delete') then
        raise exception 'permission denied for queue "%"', i_queue using errcode = 'insufficient_privilege';
    end if;
    return howdah_queue.queue_id(i_queue);
end
$$;

-- Puts dead letters back into their queue, with its retries and the old msgid: how many. i_msgids null: all. One that
-- somebody reads from the dead-letter queue at the moment stays there. Errors: no such queue; no access.
create or replace function howdah_queue.replay_dead(i_queue name, i_msgids bigint[] default null) returns int
language plpgsql as $$
begin
    perform howdah_queue.queue_to(i_queue, 'delete');
    return howdah_queue.take_dead(current_user, i_queue, i_msgids, true);
end
$$;

-- Deletes dead letters: how many. i_msgids null: all.
create or replace function howdah_queue.delete_dead(i_queue name, i_msgids bigint[] default null) returns int
language plpgsql as $$
begin
    perform howdah_queue.queue_to(i_queue, 'delete');
    return howdah_queue.take_dead(current_user, i_queue, i_msgids, false);
end
$$;

create or replace function howdah_queue.take_dead(i_role name, i_queue name, i_msgids bigint[], i_replay bool) returns int
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    v_id int := howdah_queue.dead_letters_of(i_role, i_queue);
    v_queue record;
    v_dlq name;
    v_message howdah_queue.message;
    v_count int := 0;
begin
    select * into v_queue from pgpro_queue_data.queues where queue_id = v_id;
    for v_message in
        delete from pgpro_queue_data.dead d
         where d.queue_id = v_id and (i_msgids is null or d.msgid = any (i_msgids))
        returning d.msgid, d.enqueue_time, d.priority, d.retries, d.retrydelay, d.attempts, d.body, d.body_xml,
                  d.properties, d.history
    loop
        perform howdah_queue.put_again(v_id, v_message) where i_replay;
        v_count := v_count + 1;
    end loop;
    for v_dlq in select queue_name from pgpro_queue_data.queues where queue_type = 'D' order by queue_name loop
        for v_message in execute format($sql$
            delete from pgpro_queue_data.%1$I s
             where s.ctid = any (array(
                select t.ctid from pgpro_queue_data.%1$I t
                 where t.history ->> 'queue' = %2$L and ($1 is null or (t.history ->> 'msgid')::bigint = any ($1))
                   and (t.xmax = '0' or howdah_queue.is_free(t.xmax, howdah_queue.near_xid()))
                   for update skip locked))
               and s.history ->> 'queue' = %2$L and ($1 is null or (s.history ->> 'msgid')::bigint = any ($1))
            returning (s.history ->> 'msgid')::bigint, s.enqueue_time, s.priority, s.retries, s.retrydelay, s.attempts,
                      s.body, s.body_xml, s.properties, s.history
            $sql$, howdah_queue.table_name(v_dlq), i_queue) using i_msgids
        loop
            perform howdah_queue.put_again(v_id, v_message) where i_replay;
            v_count := v_count + 1;
        end loop;
    end loop;
    return v_count;
end
$$;

create or replace function howdah_queue.put_again(i_queue_id int, i_message howdah_queue.message) returns void
language plpgsql as $$
begin
    select queue_retries, queue_retry_delay into i_message.retries, i_message.retrydelay
      from pgpro_queue_data.queues where queue_id = i_queue_id;
    i_message.attempts := 0;
    i_message.history := null;
    execute format('select pgpro_queue_data.put_%s($1)', i_queue_id) using i_message;
end
$$;
