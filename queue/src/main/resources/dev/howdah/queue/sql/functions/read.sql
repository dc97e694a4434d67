-- Messages are read, and gone, if and only if the reader's transaction commits. None of these waits: null means that there
-- is nothing to read now. Lower priority first, then the order of sending. Filters are contained (jsonb's @>): hfilter in
-- {"msgid", "enqueue_time", "priority", "retries", "retrydelay", "attempts"}, pfilter in the message's properties.
-- Errors: no such queue; no access; another isolation level than READ COMMITTED.

create or replace function pgpro_queue.read_message(
    q_name name, q_msg_hfilter jsonb default null, q_msg_pfilter jsonb default null) returns jsonb
language plpgsql as $$
begin
    return (pgpro_queue_data.take_one(howdah_queue.queue_to(q_name, 'delete'), q_msg_hfilter, q_msg_pfilter, 'j')).body;
end
$$;

create or replace function pgpro_queue.read_message_xml(
    q_name name, q_msg_hfilter jsonb default null, q_msg_pfilter jsonb default null) returns xml
language plpgsql as $$
begin
    return (pgpro_queue_data.take_one(howdah_queue.queue_to(q_name, 'delete'), q_msg_hfilter, q_msg_pfilter, 'x')).body_xml;
end
$$;

create or replace function pgpro_queue.read_message_any(
    q_name name, q_msg_hfilter jsonb default null, q_msg_pfilter jsonb default null, out q_jsonb jsonb, out q_xml xml)
language plpgsql as $$
begin
    select t.body, t.body_xml into q_jsonb, q_xml
      from pgpro_queue_data.take_one(howdah_queue.queue_to(q_name, 'delete'), q_msg_hfilter, q_msg_pfilter, null) t;
end
$$;

-- One certain message, if it can be read now: not while another transaction reads it, nor before it is due.
create or replace function pgpro_queue.read_message_by_id(q_name name, msgid bigint) returns jsonb
language plpgsql as $$
declare
    v_body jsonb;
begin
    execute 'select body from pgpro_queue_data.take_id_' || howdah_queue.queue_to(q_name, 'delete') || '($1, ''j'')'
       into v_body using msgid;
    return v_body;
end
$$;

create or replace function pgpro_queue.read_message_by_id_xml(q_name name, msgid bigint) returns xml
language plpgsql as $$
declare
    v_body xml;
begin
    execute 'select body_xml from pgpro_queue_data.take_id_' || howdah_queue.queue_to(q_name, 'delete') || '($1, ''x'')'
       into v_body using msgid;
    return v_body;
end
$$;

create or replace function pgpro_queue.read_message_by_id_any(q_name name, msgid bigint, out body jsonb, out body_xml xml)
language plpgsql as $$
begin
    execute 'select body, body_xml from pgpro_queue_data.take_id_' || howdah_queue.queue_to(q_name, 'delete') || '($1, null)'
       into body, body_xml using msgid;
end
$$;
