-- For workers that handle messages and go on in the same transaction: a message that was read there, and that its handler
-- could not handle, without a rollback.

-- Counts a failed reading, as a rollback would: the message comes again after i_delay seconds (null: its own retry delay),
-- or becomes a dead letter if it is out of retries. i_message: as it was read in this transaction. Errors: no access.
create or replace function howdah_queue.retry(
    i_queue name, i_message howdah_queue.message, i_delay double precision, i_reason text) returns void
language plpgsql as $$
begin
    perform howdah_queue.queue_to(i_queue, 'delete');
    perform howdah_queue.settle(current_user, i_queue, i_message, i_delay, i_reason, false);
end
$$;

-- A dead letter at once, whatever retries are left.
create or replace function howdah_queue.give_up(i_queue name, i_message howdah_queue.message, i_reason text) returns void
language plpgsql as $$
begin
    perform howdah_queue.queue_to(i_queue, 'delete');
    perform howdah_queue.settle(current_user, i_queue, i_message, null, i_reason, true);
end
$$;

create or replace function howdah_queue.settle(
    i_role name, i_queue name, i_message howdah_queue.message, i_delay double precision, i_reason text, i_give_up bool)
returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    v_id int := howdah_queue.dead_letters_of(i_role, i_queue);
begin
    if i_give_up then
        i_message.attempts := i_message.attempts + 1;
        perform howdah_queue.bury(v_id, i_message, i_reason);
    else
        perform howdah_queue.count_failure(v_id, i_message, i_delay, i_reason);
    end if;
end
$$;

-- All of a batch that are not done, in one call. What becomes of each: r a retry, after its delay; d a dead letter; b back
-- into the line as it was, uncounted: nobody has begun it.
create or replace function howdah_queue.settle_all(
    i_queue name, i_messages howdah_queue.message[], i_outcomes "char"[], i_delays double precision[], i_reasons text[])
returns void
language plpgsql as $$
begin
    perform howdah_queue.queue_to(i_queue, 'delete');
    perform howdah_queue.settle_each(current_user, i_queue, i_messages, i_outcomes, i_delays, i_reasons);
end
$$;

create or replace function howdah_queue.settle_each(
    i_role name, i_queue name, i_messages howdah_queue.message[], i_outcomes "char"[], i_delays double precision[],
    i_reasons text[]) returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    v_id int := howdah_queue.dead_letters_of(i_role, i_queue);
    v_message howdah_queue.message;
begin
    for i in 1..cardinality(i_messages) loop
        v_message := i_messages[i];
        case i_outcomes[i]
            when 'r' then
                perform howdah_queue.count_failure(v_id, v_message, i_delays[i], i_reasons[i]);
            when 'd' then
                v_message.attempts := v_message.attempts + 1;
                perform howdah_queue.bury(v_id, v_message, i_reasons[i]);
            when 'b' then
                execute 'select pgpro_queue_data.put_' || v_id || '($1)' using v_message;
        end case;
    end loop;
end
$$;
