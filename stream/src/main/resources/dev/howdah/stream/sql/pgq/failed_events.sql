-- PgQ 2's failed events: a consumer sets an event aside, and it stays with the queue and that consumer until it is deleted or
-- retried. They are the dead letters of functions/dead_letters.sql: what one language sets aside the other one lists.

-- Sets an event of an open batch aside: 1; 0 if it is already. Errors: the batch is not open, or does not have it.
create or replace function pgq.event_failed(batch_id bigint, event_id bigint, reason text) returns int
language sql security definer set search_path = pg_catalog, pg_temp as $$
    select howdah_stream.fail_event(batch_id, event_id, reason)
$$;

-- A consumer's failed events in the order of their ids, cnt of them after the first "offset"; null: all, none. Errors: no
-- such queue.
create or replace function pgq.failed_event_list(
    queue_name text, consumer text, cnt int, "offset" int,
    out ev_id bigint, out ev_time timestamptz, out ev_txid bigint, out ev_retry int, out ev_type text, out ev_data text,
    out ev_extra1 text, out ev_extra2 text, out ev_extra3 text, out ev_extra4 text)
returns setof record
language sql security definer set search_path = pg_catalog, pg_temp as $$
    select f.ev_id, f.ev_time, f.ev_txid::text::bigint, f.ev_retry, f.ev_type, f.ev_data,
           f.ev_extra1, f.ev_extra2, f.ev_extra3, f.ev_extra4
      from howdah_stream.failed_events(queue_name, consumer) f
     order by f.ev_id limit cnt offset "offset"
$$;

create or replace function pgq.failed_event_list(
    queue_name text, consumer text,
    out ev_id bigint, out ev_time timestamptz, out ev_txid bigint, out ev_retry int, out ev_type text, out ev_data text,
    out ev_extra1 text, out ev_extra2 text, out ev_extra3 text, out ev_extra4 text)
returns setof record
language sql security definer set search_path = pg_catalog, pg_temp as $$
    select * from pgq.failed_event_list(queue_name, consumer, null, null)
$$;

create or replace function pgq.failed_event_count(queue_name text, consumer text) returns int
language sql security definer set search_path = pg_catalog, pg_temp as $$
    select count(*)::int from howdah_stream.failed_events(queue_name, consumer)
$$;

-- Removes a failed event: 1. Errors: there is none with this id.
create or replace function pgq.failed_event_delete(queue_name text, consumer text, event_id bigint) returns int
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
    delete from pgque.dead_letter where dl_id = howdah_stream.failed_event(queue_name, consumer, event_id);
    return 1;
end
$$;

-- Sends a failed event again, to the consumer that set it aside: the id that it comes back with. Errors: there is none with
-- this id; the consumer is not registered any more.
create or replace function pgq.failed_event_retry(queue_name text, consumer text, event_id bigint) returns bigint
language sql security definer set search_path = pg_catalog, pg_temp as $$
    select pgque.dlq_replay(howdah_stream.failed_event(queue_name, consumer, event_id))
$$;
