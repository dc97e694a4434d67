-- What there is, and how far it has come. As in functions/info.sql. All of these but get_batch_info are for every role, and
-- so run with their owner's rights, get_queue_info too.

-- Which PgQ this is compatible with; its daemon compares the text.
create or replace function pgq.version() returns text
language sql immutable as $$
    select '3.5'
$$;

create or replace function pgq.get_queue_info(
    i_queue_name text,
    out queue_name text, out queue_ntables int, out queue_cur_table int, out queue_rotation_period interval,
    out queue_switch_time timestamptz, out queue_external_ticker bool, out queue_ticker_paused bool,
    out queue_ticker_max_count int, out queue_ticker_max_lag interval, out queue_ticker_idle_period interval,
    out ticker_lag interval, out ev_per_sec double precision, out ev_new bigint, out last_tick_id bigint)
returns setof record
language sql security definer set search_path = pg_catalog, pg_temp as $$
    select * from pgque.get_queue_info(i_queue_name)
$$;

create or replace function pgq.get_queue_info(
    out queue_name text, out queue_ntables int, out queue_cur_table int, out queue_rotation_period interval,
    out queue_switch_time timestamptz, out queue_external_ticker bool, out queue_ticker_paused bool,
    out queue_ticker_max_count int, out queue_ticker_max_lag interval, out queue_ticker_idle_period interval,
    out ticker_lag interval, out ev_per_sec double precision, out ev_new bigint, out last_tick_id bigint)
returns setof record
language sql security definer set search_path = pg_catalog, pg_temp as $$
    select * from pgque.get_queue_info()
$$;

create or replace function pgq.get_consumer_info(
    i_queue_name text, i_consumer_name text,
    out queue_name text, out consumer_name text, out lag interval, out last_seen interval, out last_tick bigint,
    out current_batch bigint, out next_tick bigint, out pending_events bigint)
returns setof record
language sql security definer set search_path = pg_catalog, pg_temp as $$
    select * from pgque.get_consumer_info(i_queue_name, i_consumer_name)
$$;

create or replace function pgq.get_consumer_info(
    i_queue_name text,
    out queue_name text, out consumer_name text, out lag interval, out last_seen interval, out last_tick bigint,
    out current_batch bigint, out next_tick bigint, out pending_events bigint)
returns setof record
language sql security definer set search_path = pg_catalog, pg_temp as $$
    select * from pgque.get_consumer_info(i_queue_name)
$$;

create or replace function pgq.get_consumer_info(
    out queue_name text, out consumer_name text, out lag interval, out last_seen interval, out last_tick bigint,
    out current_batch bigint, out next_tick bigint, out pending_events bigint)
returns setof record
language sql security definer set search_path = pg_catalog, pg_temp as $$
    select * from pgque.get_consumer_info()
$$;

-- Nulls for a batch that is not open.
create or replace function pgq.get_batch_info(
    x_batch_id bigint,
    out queue_name text, out consumer_name text, out batch_start timestamptz, out batch_end timestamptz,
    out prev_tick_id bigint, out tick_id bigint, out lag interval, out seq_start bigint, out seq_end bigint)
language sql security definer set search_path = pg_catalog, pg_temp as $$
    select * from pgque.get_batch_info(x_batch_id)
$$;
