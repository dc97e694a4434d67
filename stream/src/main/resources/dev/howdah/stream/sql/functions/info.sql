-- What there is, and how far it has come.

create or replace function pgque.get_queue_info(
    i_queue_name text,
    out queue_name text, out queue_ntables int, out queue_cur_table int, out queue_rotation_period interval,
    out queue_switch_time timestamptz, out queue_external_ticker bool, out queue_ticker_paused bool,
    out queue_ticker_max_count int, out queue_ticker_max_lag interval, out queue_ticker_idle_period interval,
    out ticker_lag interval, out ev_per_sec double precision, out ev_new bigint, out last_tick_id bigint)
returns setof record
language sql security definer set search_path = pg_catalog, pg_temp as $$
    select q.queue_name, q.queue_ntables, q.queue_cur_table, q.queue_rotation_period, q.queue_switch_time,
           q.queue_external_ticker, q.queue_ticker_paused, q.queue_ticker_max_count, q.queue_ticker_max_lag,
           q.queue_ticker_idle_period, clock_timestamp() - t.tick_time,
           -- over the last half minute or so of ticks
           (t.tick_event_seq - b.tick_event_seq) / nullif(extract(epoch from t.tick_time - b.tick_time), 0)::float8,
           coalesce(pg_sequence_last_value(q.queue_event_seq::regclass), 0) - t.tick_event_seq, t.tick_id
      from pgque.queue q
     cross join lateral howdah_stream.last_tick(q.queue_id) t
      left join lateral (
           select tick_event_seq, tick_time
             from (select * from pgque.tick where tick_queue = q.queue_id order by tick_id desc limit 10000) recent
            where tick_time <= t.tick_time - interval '20 seconds'
            order by tick_id desc limit 1) b on true
     where i_queue_name is null or q.queue_name = i_queue_name
     order by q.queue_name
$$;

create or replace function pgque.get_queue_info(
    out queue_name text, out queue_ntables int, out queue_cur_table int, out queue_rotation_period interval,
    out queue_switch_time timestamptz, out queue_external_ticker bool, out queue_ticker_paused bool,
    out queue_ticker_max_count int, out queue_ticker_max_lag interval, out queue_ticker_idle_period interval,
    out ticker_lag interval, out ev_per_sec double precision, out ev_new bigint, out last_tick_id bigint)
returns setof record
language sql security definer set search_path = pg_catalog, pg_temp as $$
    select * from pgque.get_queue_info(null)
$$;

-- Null for all queues, null for all consumers.
create or replace function pgque.get_consumer_info(
    i_queue_name text, i_consumer_name text,
    out queue_name text, out consumer_name text, out lag interval, out last_seen interval, out last_tick bigint,
    out current_batch bigint, out next_tick bigint, out pending_events bigint)
returns setof record
language sql security definer set search_path = pg_catalog, pg_temp as $$
    select q.queue_name, c.co_name, clock_timestamp() - t.tick_time, clock_timestamp() - s.sub_active, s.sub_last_tick,
           s.sub_batch, s.sub_next_tick, (howdah_stream.last_tick(q.queue_id)).tick_event_seq - t.tick_event_seq
      from pgque.queue q
      join pgque.subscription s on s.sub_queue = q.queue_id
      join pgq.consumer c on c.co_id = s.sub_consumer
      left join pgque.tick t on t.tick_queue = q.queue_id and t.tick_id = s.sub_last_tick
     where (i_queue_name is null or q.queue_name = i_queue_name)
       and (i_consumer_name is null or c.co_name = i_consumer_name)
     order by q.queue_name, c.co_name
$$;

create or replace function pgque.get_consumer_info(
    i_queue_name text,
    out queue_name text, out consumer_name text, out lag interval, out last_seen interval, out last_tick bigint,
    out current_batch bigint, out next_tick bigint, out pending_events bigint)
returns setof record
language sql security definer set search_path = pg_catalog, pg_temp as $$
    select * from pgque.get_consumer_info(i_queue_name, null)
$$;

create or replace function pgque.get_consumer_info(
    out queue_name text, out consumer_name text, out lag interval, out last_seen interval, out last_tick bigint,
    out current_batch bigint, out next_tick bigint, out pending_events bigint)
returns setof record
language sql security definer set search_path = pg_catalog, pg_temp as $$
    select * from pgque.get_consumer_info(null, null)
$$;
