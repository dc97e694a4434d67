-- Publishing: in the publisher's transaction, in one call however many queues get the message. Who has access to the
-- exchange needs none to the queues.

create or replace procedure pgpro_queue.publish_message(
    e_name name, e_routing_key text, q_msg_body jsonb, q_msg_priority int default 0,
    q_msg_properties jsonb default '{}'::jsonb, q_msg_retries int default null, q_msg_retrydelay int default null,
    q_msg_enable_time timestamptz default null)
language plpgsql as $$
begin
    execute 'select pgpro_queue_data.publish_' || howdah_queue.exchange_to_publish(e_name) || '($1, $2, null, $3, $4, $5, $6, $7)'
      using e_routing_key, q_msg_body, q_msg_priority, q_msg_properties, q_msg_retries, q_msg_retrydelay, q_msg_enable_time;
end
$$;

create or replace procedure pgpro_queue.publish_message_xml(
    e_name name, e_routing_key text, q_msg_body xml, q_msg_priority int default 0,
    q_msg_properties jsonb default '{}'::jsonb, q_msg_retries int default null, q_msg_retrydelay int default null,
    q_msg_enable_time timestamptz default null)
language plpgsql as $$
begin
    execute 'select pgpro_queue_data.publish_' || howdah_queue.exchange_to_publish(e_name) || '($1, null, $2, $3, $4, $5, $6, $7)'
      using e_routing_key, q_msg_body, q_msg_priority, q_msg_properties, q_msg_retries, q_msg_retrydelay, q_msg_enable_time;
end
$$;

create or replace function howdah_queue.exchange_to_publish(i_exchange name) returns int
language plpgsql as $$
declare
    v_id int := howdah_queue.exchange_id(i_exchange);
begin
    if not has_function_privilege(howdah_queue.publish_function(v_id), 'execute') then
        raise exception 'permission denied for exchange "%"', i_exchange using errcode = 'insufficient_privilege',
            hint = format('Its owner may: call pgpro_queue.grant_publish_access(%L, %L)', i_exchange, current_user);
    end if;
    return v_id;
end
$$;

-- publish_N(…): how many queues got the message.
create or replace function howdah_queue.create_publish_function(i_exchange_id int) returns void
language plpgsql as $create$
begin
    execute howdah_queue.filled($sql$
        create or replace function pgpro_queue_data.publish_{id}(
            i_key text, i_body jsonb, i_body_xml xml, i_priority int, i_properties jsonb, i_retries int,
            i_retrydelay int, i_enable_time timestamptz) returns int
        language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
        begin
            return howdah_queue.publish({id}, i_key, i_body, i_body_xml, i_priority, i_properties, i_retries,
                i_retrydelay, i_enable_time);
        end
        $$ $sql$, 'id', i_exchange_id::text);
    execute format('revoke all on function %s from public', howdah_queue.publish_function(i_exchange_id));
end
$create$;

create or replace function howdah_queue.publish(
    i_exchange_id int, i_key text, i_body jsonb, i_body_xml xml, i_priority int, i_properties jsonb, i_retries int,
    i_retrydelay int, i_enable_time timestamptz) returns int
language plpgsql as $$
declare
    v_exchange record;
    v_queue int;
    v_count int := 0;
begin
    perform howdah_queue.check_message(i_body, i_body_xml, i_priority, i_properties, i_retries, i_retrydelay);
    select * into v_exchange from pgpro_queue_data.exchanges where exchange_id = i_exchange_id;
    for v_queue in
        select distinct b.queue_id
          from pgpro_queue_data.bindings b
         where b.exchange_id = i_exchange_id
           and case v_exchange.exchange_type
                   when 'fanout' then true
                   when 'direct' then b.binding_key = i_key
                   when 'topic' then howdah_queue.topic_matches(b.binding_key, i_key)
                   else howdah_queue.headers_match(b.binding_key::jsonb, i_properties)
               end
         order by b.queue_id
    loop
        execute 'select pgpro_queue_data.send_' || v_queue || '($1, $2, $3, $4, $5, $6, $7)'
          using i_body, i_body_xml, i_priority, i_properties, i_retries, i_retrydelay, i_enable_time;
        v_count := v_count + 1;
    end loop;
    if v_count = 0 then
        -- counted even if the publisher rolls back: a sequence needs no row version for it
        perform nextval(('pgpro_queue_data.unroutable_' || i_exchange_id)::regclass);
        if v_exchange.exchange_refuses_unroutable then
            raise exception 'no queue is bound to exchange "%" for routing key "%"', v_exchange.exchange_name,
                coalesce(i_key, '(null)') using errcode = 'no_data_found';
        end if;
    end if;
    return v_count;
end
$$;

-- Whether a routing key matches a topic's pattern: words between dots, * for one word, # for any number of them.
create or replace function howdah_queue.topic_matches(i_pattern text, i_key text) returns bool
language sql immutable as $$
    select coalesce(('.' || i_key) ~ (
        select '^' || string_agg(case w.word
                   when '*' then '\.[^.]+'
                   when '#' then '(\.[^.]*)*'
                   else '\.' || regexp_replace(w.word, '(\W)', '\\\1', 'g')
               end, '' order by w.place) || '$'
          from unnest(string_to_array(i_pattern, '.')) with ordinality w (word, place)), false)
$$;

-- Whether properties have what a headers binding asks for: all of it, or with "x-match": "any" one of it.
create or replace function howdah_queue.headers_match(i_wanted jsonb, i_properties jsonb) returns bool
language sql immutable as $$
    select case i_wanted ->> 'x-match'
        when 'any' then exists (
            select from jsonb_each(i_wanted - 'x-match') w where i_properties @> jsonb_build_object(w.key, w.value))
        else i_properties @> (i_wanted - 'x-match')
    end
$$;
