-- How things stand, for a person.

-- One line for each component; status is ok, or says what is not.
create or replace function pgque.status() returns table (component text, status text, detail text)
language sql security definer set search_path = pg_catalog, pg_temp as $$
    select 'installation', 'ok', format('Howdah streams, PgQue %s, PostgreSQL %s', pgque.version(),
               current_setting('server_version'))
    union all
    select 'scheduler', coalesce(scheduler, 'none'),
           case when scheduler is null then '"howdah serve" or "howdah up" does the ticking'
                else format('jobs %s and %s, a tick every %s ms where there is news', ticker_job_id, maint_job_id,
                            tick_period_ms) end
      from pgque.config
    union all
    -- a tick that is due and does not come
    select 'ticker', case when count(late.queue_name) = 0 then 'ok' else 'late' end,
           coalesce('nobody ticks: ' || string_agg(late.queue_name, ', ' order by late.queue_name),
               'no tick is overdue')
      from (select queue_name from pgque.get_queue_info()
             where not queue_external_ticker and not queue_ticker_paused and ev_new > 0
               and ticker_lag > queue_ticker_max_lag + interval '10 seconds') late
    union all
    select 'queues', 'ok', format('%s, of which %s take no events, %s have no ticker', count(*),
               count(*) filter (where queue_disable_insert), count(*) filter (where queue_ticker_paused))
      from pgque.queue
    union all
    select 'rotation', 'ok', format('%s queues have a step to take', count(*)) from howdah_stream.queues_to_rotate()
    union all
    select 'consumers', 'ok', format('%s, the slowest one %s behind', count(*),
               coalesce(date_trunc('milliseconds', max(lag))::text, 'nothing'))
      from pgque.get_consumer_info()
    union all
    select 'retries', 'ok', format('%s wait, of which %s are due', count(*),
               count(*) filter (where ev_retry_after <= clock_timestamp()))
      from pgque.retry_queue
    union all
    select 'dead letters', case when count(*) = 0 then 'ok' else 'waiting' end, count(*)::text
      from pgque.dead_letter
$$;
