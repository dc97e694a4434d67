-- Messages go in, in the caller's transaction: a message is there if and only if that commits.

create or replace procedure pgpro_queue.insert_message(
    q_name name, q_msg_body jsonb, q_msg_priority int default 0, q_msg_properties jsonb default '{}'::jsonb,
    q_msg_retries int default null, q_msg_retrydelay int default null, q_msg_enable_time timestamptz default null)
language plpgsql as $$
begin
    perform pgpro_queue_data.send(howdah_queue.queue_to(q_name, 'insert'), q_msg_body, null, q_msg_priority,
        q_msg_properties, q_msg_retries, q_msg_retrydelay, q_msg_enable_time);
end
$$;

create or replace procedure pgpro_queue.insert_message_xml(
    q_name name, q_msg_body xml, q_msg_priority int default 0, q_msg_properties jsonb default '{}'::jsonb,
    q_msg_retries int default null, q_msg_retrydelay int default null, q_msg_enable_time timestamptz default null)
language plpgsql as $$
begin
    perform pgpro_queue_data.send(howdah_queue.queue_to(q_name, 'insert'), null, q_msg_body, q_msg_priority,
        q_msg_properties, q_msg_retries, q_msg_retrydelay, q_msg_enable_time);
end
$$;

-- For COPY of many messages: the segment to write into, good for this transaction, and what to write as retries and
-- retrydelay where nothing else is wanted. Its other columns have defaults; one of body and body_xml is not null. Until the
-- transaction ends the keeper does not close the segment, so that readers find the messages as soon as it commits.
create or replace function howdah_queue.copy_target(
    i_queue name, out segment text, out retries int, out retrydelay int)
language plpgsql as $$
begin
    select c.segment, c.retries, c.retrydelay into segment, retries, retrydelay
      from howdah_queue.copy_segment(howdah_queue.queue_to(i_queue, 'insert')) c;
end
$$;

create or replace function howdah_queue.copy_segment(
    i_queue_id int, out segment text, out retries int, out retrydelay int)
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    v_nr int;
begin
    perform howdah_queue.announce(i_queue_id);
    loop
        v_nr := howdah_queue.line_state(i_queue_id) & 255;
        perform pg_advisory_xact_lock_shared(1752131960, 32 * i_queue_id + v_nr);
        exit when v_nr = howdah_queue.line_state(i_queue_id) & 255;
    end loop;
    segment := howdah_queue.segment_name(i_queue_id, v_nr);
    select queue_retries, queue_retry_delay into retries, retrydelay
      from pgpro_queue_data.queues
     where queue_id = i_queue_id;
end
$$;
