-- PgQ's tables, as its clients know them: transaction ids and snapshots in the types of their time. pgq.consumer is a table
-- (migrations/2_tables.sql); the others are views. pgq.queue can be updated: other tools switch inserts and tickers there.

create or replace view pgq.queue as
    select queue_id, queue_name, queue_ntables, queue_cur_table, queue_rotation_period, queue_switch_step1,
           queue_switch_step2, queue_switch_time, queue_external_ticker, queue_disable_insert, queue_ticker_paused,
           queue_ticker_max_count, queue_ticker_max_lag, queue_ticker_idle_period, null::int as queue_per_tx_limit,
           queue_data_pfx, queue_event_seq, queue_tick_seq, queue_extra_maint
      from pgque.queue;

create or replace view pgq.tick as
    select tick_queue, tick_id, tick_time, tick_snapshot::text::txid_snapshot as tick_snapshot, tick_event_seq
      from pgque.tick;

create or replace view pgq.subscription as
    select sub_id, sub_queue, sub_consumer, sub_last_tick, sub_active, sub_batch, sub_next_tick
      from pgque.subscription;

create or replace view pgq.event_template as
    select ev_id, ev_time, ev_txid::text::bigint as ev_txid, ev_owner, ev_retry, ev_type, ev_data,
           ev_extra1, ev_extra2, ev_extra3, ev_extra4
      from pgque.event_template;

create or replace view pgq.retry_queue as
    select ev_retry_after, ev_queue, ev_id, ev_time, ev_txid::text::bigint as ev_txid, ev_owner, ev_retry, ev_type,
           ev_data, ev_extra1, ev_extra2, ev_extra3, ev_extra4
      from pgque.retry_queue;
