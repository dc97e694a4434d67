-- Exchanges and bindings. An exchange hands each message that is published to the queues whose binding matches: fanout to
-- all; direct where the routing key is the binding's; beyond pgpro_queue: topic, whose binding keys are patterns of words
-- between dots (* one word, # any number of them), and headers, whose binding keys are JSON objects of the properties that
-- a message must have ("x-match": "any" for one of them). Access to an exchange is that to its function publish_N.

create or replace function pgpro_queue.create_exchange(e_name name, e_type text default 'fanout') returns void
language plpgsql as $$
begin
    perform howdah_queue.create_exchange(current_user, e_name, e_type);
end
$$;

create or replace function howdah_queue.create_exchange(i_role name, i_name name, i_type text) returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    v_id int;
begin
    perform howdah_queue.check_acting(i_role);
    perform howdah_queue.check_initialized();
    perform howdah_queue.check_name('exchange', i_name, 63);
    if coalesce(i_type, '') not in ('fanout', 'direct', 'topic', 'headers') then
        raise exception 'invalid exchange type "%": it is fanout, direct, topic or headers', coalesce(i_type, '(null)')
            using errcode = 'invalid_parameter_value';
    end if;
    insert into pgpro_queue_data.exchanges (exchange_name, exchange_type, exchange_owner)
    values (i_name, i_type, i_role::regrole)
    on conflict do nothing
    returning exchange_id into v_id;
    if v_id is null then
        raise exception 'exchange "%" already exists', i_name using errcode = 'duplicate_object';
    end if;
    execute format('create sequence pgpro_queue_data.unroutable_%s', v_id);
    perform howdah_queue.create_publish_function(v_id);
    execute format('grant execute on function %s to %I', howdah_queue.publish_function(v_id), i_role);
end
$$;

create or replace function howdah_queue.publish_function(i_exchange_id int) returns text
language sql immutable as $$
    select format('pgpro_queue_data.publish_%s(text, jsonb, xml, int, jsonb, int, int, timestamptz)', i_exchange_id)
$$;

create or replace function howdah_queue.exchange_id(i_exchange name) returns int
language plpgsql as $$
declare
    v_id int;
begin
    perform howdah_queue.check_initialized();
    select exchange_id into v_id from pgpro_queue_data.exchanges where exchange_name = i_exchange;
    if not found then
        raise exception 'exchange "%" does not exist', coalesce(i_exchange::text, '(null)') using errcode = 'undefined_object';
    end if;
    return v_id;
end
$$;

create or replace function howdah_queue.check_exchange_owner(i_exchange_id int, i_role name) returns void
language plpgsql as $$
declare
    v_exchange record;
begin
    perform howdah_queue.check_acting(i_role);
    select * into v_exchange from pgpro_queue_data.exchanges where exchange_id = i_exchange_id;
    if not pg_has_role(i_role, v_exchange.exchange_owner, 'usage') then
        raise exception 'must be owner of exchange "%"', v_exchange.exchange_name using errcode = 'insufficient_privilege';
    end if;
end
$$;

-- do_cascade: the bound queues go too. Errors: not the owner; queues are bound.
create or replace function pgpro_queue.drop_exchange(e_name name, do_cascade bool default false) returns void
language plpgsql as $$
begin
    perform howdah_queue.drop_exchange(current_user, e_name, do_cascade);
end
$$;

create or replace function howdah_queue.drop_exchange(i_role name, i_name name, i_cascade bool) returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    v_id int := howdah_queue.exchange_id(i_name);
    v_queue name;
    v_bound int := 0;
begin
    perform howdah_queue.check_exchange_owner(v_id, i_role);
    perform from pgpro_queue_data.exchanges where exchange_id = v_id for update;
    for v_queue in
        select distinct q.queue_name
          from pgpro_queue_data.bindings b
          join pgpro_queue_data.queues q using (queue_id)
         where b.exchange_id = v_id
         order by 1
    loop
        v_bound := v_bound + 1;
        if i_cascade then
            perform howdah_queue.drop_queue(i_role, v_queue);
        end if;
    end loop;
    if v_bound > 0 and not coalesce(i_cascade, false) then
        raise exception 'cannot drop exchange "%": % queue(s) are bound to it, among them "%"', i_name, v_bound, v_queue
            using errcode = 'dependent_objects_still_exist',
                  hint = 'Unbind them, or drop it with do_cascade => true, which drops the queues too.';
    end if;
    delete from pgpro_queue_data.exchanges where exchange_id = v_id;
    execute 'drop function ' || howdah_queue.publish_function(v_id);
    execute format('drop sequence pgpro_queue_data.unroutable_%s', v_id);
end
$$;

create or replace function pgpro_queue.bind_queue(q_name name, e_name name, e_key text default null) returns void
language plpgsql as $$
begin
    perform howdah_queue.bind_queue(current_user, q_name, e_name, e_key);
end
$$;

-- Errors: no access to one of the two; bound already with this key; a key that the exchange's type does not take.
create or replace function howdah_queue.bind_queue(i_role name, i_queue name, i_exchange name, i_key text) returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    v_queue int := howdah_queue.queue_id(i_queue);
    v_exchange int := howdah_queue.exchange_id(i_exchange);
    v_type text := (select exchange_type from pgpro_queue_data.exchanges where exchange_id = v_exchange);
begin
    perform howdah_queue.check_binding_access(i_role, i_queue, i_exchange);
    perform howdah_queue.check_binding_key(i_exchange, v_type, i_key);
    insert into pgpro_queue_data.bindings (exchange_id, queue_id, binding_key)
    values (v_exchange, v_queue, coalesce(i_key, ''))
    on conflict do nothing;
    if not found then
        raise exception 'queue "%" is already bound to exchange "%"%', i_queue, i_exchange, ' with key "' || i_key || '"'
            using errcode = 'duplicate_object';
    end if;
end
$$;

create or replace function howdah_queue.check_binding_access(i_role name, i_queue name, i_exchange name) returns void
language plpgsql as $$
begin
    perform howdah_queue.check_acting(i_role);
    if not has_table_privilege(i_role, format('pgpro_queue_data.%I', howdah_queue.table_name(i_queue)), 'insert') then
        raise exception 'permission denied for queue "%"', i_queue using errcode = 'insufficient_privilege';
    elsif not has_function_privilege(i_role, howdah_queue.publish_function(howdah_queue.exchange_id(i_exchange)), 'execute') then
        raise exception 'permission denied for exchange "%"', i_exchange using errcode = 'insufficient_privilege';
    end if;
end
$$;

create or replace function howdah_queue.check_binding_key(i_exchange name, i_type text, i_key text) returns void
language plpgsql as $$
begin
    if (i_type = 'fanout') <> (i_key is null) then
        raise exception '%', format(case when i_key is null then 'exchange "%1$s" is of type %2$s: a binding needs a key'
                else 'exchange "%1$s" is of type fanout: a binding has no key, got "%3$s"' end, i_exchange, i_type, i_key)
            using errcode = 'invalid_parameter_value';
    elsif i_type = 'headers' and coalesce(jsonb_typeof(howdah_queue.jsonb_or_null(i_key)), '') <> 'object' then
        raise exception 'exchange "%" is of type headers: a binding''s key is a JSON object of properties, got "%"',
            i_exchange, i_key using errcode = 'invalid_parameter_value',
            hint = 'For example {"type": "pdf", "size": "large"}, with "x-match": "any" if one of them is enough.';
    end if;
end
$$;

create or replace function howdah_queue.jsonb_or_null(i_text text) returns jsonb
language plpgsql immutable as $$
begin
    return i_text::jsonb;
exception when invalid_text_representation then
    return null;
end
$$;

-- e_key null: from all its bindings to this exchange. Errors: no access to one of the two; not bound.
create or replace function pgpro_queue.unbind_queue(q_name name, e_name name, e_key text default null) returns void
language plpgsql as $$
begin
    perform howdah_queue.unbind_queue(current_user, q_name, e_name, e_key);
end
$$;

create or replace function howdah_queue.unbind_queue(i_role name, i_queue name, i_exchange name, i_key text) returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    v_queue int := howdah_queue.queue_id(i_queue);
    v_exchange int := howdah_queue.exchange_id(i_exchange);
begin
    perform howdah_queue.check_binding_access(i_role, i_queue, i_exchange);
    delete from pgpro_queue_data.bindings
     where exchange_id = v_exchange and queue_id = v_queue and (i_key is null or binding_key = i_key);
    if not found then
        raise exception 'queue "%" is not bound to exchange "%"%', i_queue, i_exchange,
            coalesce(' with key "' || i_key || '"', '') using errcode = 'undefined_object';
    end if;
end
$$;

-- Who may publish. The exchange's owner's, and superusers'.
create or replace procedure pgpro_queue.grant_publish_access(exchange_name name, role_name name)
language plpgsql as $$
begin
    perform howdah_queue.change_publish_access(current_user, $1, $2, true);
end
$$;

create or replace procedure pgpro_queue.revoke_publish_access(exchange_name name, role_name name)
language plpgsql as $$
begin
    perform howdah_queue.change_publish_access(current_user, $1, $2, false);
end
$$;

create or replace function howdah_queue.change_publish_access(i_role name, i_exchange name, i_to name, i_grant bool)
returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    v_id int := howdah_queue.exchange_id(i_exchange);
begin
    perform howdah_queue.check_exchange_owner(v_id, i_role);
    if i_to is distinct from 'public' and not exists (select from pg_roles where rolname = i_to) then
        raise exception 'role "%" does not exist', coalesce(i_to::text, '(null)') using errcode = 'undefined_object';
    end if;
    execute format(case when i_grant then 'grant execute on function %s to %s' else 'revoke execute on function %s from %s' end,
        howdah_queue.publish_function(v_id), howdah_queue.role_text(i_to));
end
$$;

-- Beyond pgpro_queue: whether a message that no queue gets is refused, an error to its publisher; else it is counted only.
-- The exchange owner's alone.
create or replace procedure pgpro_queue.set_exchange_refusal(exchange_name name, refuse_unroutable bool)
language plpgsql as $$
begin
    perform howdah_queue.set_refusal(current_user, $1, $2);
end
$$;

create or replace function howdah_queue.set_refusal(i_role name, i_exchange name, i_refuse bool) returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    v_id int := howdah_queue.exchange_id(i_exchange);
begin
    perform howdah_queue.check_exchange_owner(v_id, i_role);
    update pgpro_queue_data.exchanges set exchange_refuses_unroutable = coalesce(i_refuse, false) where exchange_id = v_id;
end
$$;
