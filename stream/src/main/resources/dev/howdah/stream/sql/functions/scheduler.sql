-- Who ticks and maintains. The server does, at once and by itself ("howdah serve", "howdah up"). Where there is none,
-- pg_cron or pg_timetable can call the same from inside the database, every tick_period_ms.

-- A scheduler's work, for so long: each second brings back the retries that are due and sees to idle queues; each
-- tick_period_ms ticks wherever there is news. Commits each tick; so it can't be called inside a transaction.
create or replace procedure howdah_stream.tick_for(i_time interval)
language plpgsql as $$
declare
    v_period interval := (select tick_period_ms from pgque.config) * interval '1 millisecond';
    v_next timestamptz := clock_timestamp();
    v_end timestamptz := v_next + i_time;
    v_second timestamptz := v_next;
begin
    loop
        if v_next >= v_second then
            perform pgque.maint_retry_events();
            commit;
            perform pgque.ticker();
            commit;
            v_second := v_second + interval '1 second';
        end if;
        perform howdah_stream.tick_round('{}');
        commit;
        v_next := v_next + v_period;
        exit when v_next >= v_end;
        perform pg_sleep(extract(epoch from v_next - clock_timestamp()));
    end loop;
end
$$;

create or replace procedure pgque.ticker_loop()
language plpgsql as $$
begin
    call howdah_stream.tick_for('1 second');
end
$$;

-- How often ticker_loop ticks, from its next call on: the period. Errors: not a divisor of 1000.
create or replace function pgque.set_tick_period_ms(p_period_ms int) returns int
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
    if p_period_ms is null or p_period_ms < 1 or 1000 % p_period_ms <> 0 then
        raise exception 'set_tick_period_ms: the period must divide 1000 milliseconds evenly, got %',
                coalesce(p_period_ms::text, 'null')
            using errcode = 'invalid_parameter_value', hint = 'For example 10, 50, 100, 500 or 1000.';
    end if;
    update pgque.config set tick_period_ms = p_period_ms;
    return p_period_ms;
end
$$;

-- Has pg_cron tick and maintain. Its jobs run as the owner of the streams. Before version 1.5 it knows no seconds: then a
-- job lasts a minute, and the next one begins when it ends. Errors: there is no pg_cron here.
create or replace function pgque.start() returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    v_has_seconds bool := (
        select string_to_array(substring(extversion from '^[0-9]+[.][0-9]+'), '.')::int[] >= '{1,5}'
          from pg_extension where extname = 'pg_cron');
begin
    if v_has_seconds is null then
        raise exception 'start: there is no pg_cron in this database; "howdah serve" or "howdah up" does the ticking'
            using errcode = 'feature_not_supported', hint = 'With one of them running there is nothing to start.';
    end if;
    perform pgque.stop();
    perform pgque.stop_timetable();
    update pgque.config
       set scheduler = 'pg_cron',
           ticker_job_id = case when v_has_seconds
               then cron.schedule('pgque_ticker', '1 second', 'call pgque.ticker_loop()')
               else cron.schedule('pgque_ticker', '* * * * *', $c$call howdah_stream.tick_for('1 minute')$c$) end,
           maint_job_id = cron.schedule(
               'pgque_maint', case when v_has_seconds then '10 seconds' else '* * * * *' end, 'select pgque.maint()');
end
$$;

-- Takes the jobs out of pg_cron; nothing happens if they are not there.
create or replace function pgque.stop() returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    v_config pgque.config := (select c from pgque.config c where scheduler = 'pg_cron');
begin
    if exists (select from pg_extension where extname = 'pg_cron') then
        perform cron.unschedule(jobid) from cron.job where jobid in (v_config.ticker_job_id, v_config.maint_job_id);
    end if;
    update pgque.config set scheduler = null, ticker_job_id = null, maint_job_id = null where scheduler = 'pg_cron';
end
$$;

-- Has pg_timetable tick and maintain; it must connect as a member of pgque_admin. Errors: there is no pg_timetable
-- here; not a divisor of 1000.
create or replace function pgque.start_timetable(i_ticks_per_second int default 10) returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    v_ticker bigint;
    v_maint bigint;
begin
    if not howdah_stream.has_timetable() then
        raise exception 'start_timetable: there is no pg_timetable in this database; '
                '"howdah serve" or "howdah up" does the ticking'
            using errcode = 'feature_not_supported', hint = 'With one of them running there is nothing to start.';
    elsif i_ticks_per_second is null or i_ticks_per_second < 1 or 1000 % i_ticks_per_second <> 0 then
        raise exception 'start_timetable: the ticks per second must divide 1000 evenly, got %',
                coalesce(i_ticks_per_second::text, 'null')
            using errcode = 'invalid_parameter_value', hint = 'For example 1, 2, 10, 20 or 100.';
    end if;
    perform pgque.stop();
    perform pgque.stop_timetable();
    perform pgque.set_tick_period_ms(1000 / i_ticks_per_second);
    v_ticker := timetable.add_job(
        'pgque_ticker', '@every 1 second', 'call pgque.ticker_loop()', job_max_instances => 1);
    v_maint := timetable.add_job(
        'pgque_maint', '@every 10 seconds', 'select pgque.maint()', job_max_instances => 1);
    -- outside the transaction of its chain, as it commits
    update timetable.task set autonomous = true where chain_id = v_ticker;
    update pgque.config set scheduler = 'pg_timetable', ticker_job_id = v_ticker, maint_job_id = v_maint;
end
$$;

-- Takes the jobs out of pg_timetable; nothing happens if they are not there.
create or replace function pgque.stop_timetable() returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    v_config pgque.config := (select c from pgque.config c where scheduler = 'pg_timetable');
begin
    if howdah_stream.has_timetable() then
        delete from timetable.chain where chain_id in (v_config.ticker_job_id, v_config.maint_job_id);
    end if;
    update pgque.config set scheduler = null, ticker_job_id = null, maint_job_id = null
     where scheduler = 'pg_timetable';
end
$$;

-- Whether pg_timetable is here, and its functions may be called with the owner's rights: they belong to somebody who
-- has these anyway, not to whoever made a schema of that name.
create or replace function howdah_stream.has_timetable() returns bool
language sql stable as $$
    select exists (
           select from pg_proc p
             join pg_namespace n on n.oid = p.pronamespace
            where n.nspname = 'timetable' and p.proname = 'add_job' and pg_has_role(n.nspowner, current_user, 'member'))
$$;
