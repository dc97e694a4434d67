-- Ticks, positions and retries are appended to, and most of their rows are soon of no use. What is of use is taken out, the
-- table truncated, and that put back: no row is ever swept, and a held snapshot does not keep the others. It takes a few
-- milliseconds and happens when the table has grown a lot; if the lock can't be had at once, it happens later, and is
-- waited for a moment when the table has grown to four times that.

-- Compacts what has grown, with 0 whatever there is: how many tables.
create or replace function howdah_stream.compact(i_grown_bytes bigint default 8 * 1024 * 1024) returns int
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
    perform howdah_stream.want_own_snapshot('compaction');
    return howdah_stream.compact_positions(i_grown_bytes)
        + howdah_stream.compact_ticks(i_grown_bytes)
        + howdah_stream.compact_retries(i_grown_bytes);
end
$$;

-- Whether compact() would look at a table.
create or replace function howdah_stream.grown(i_grown_bytes bigint default 8 * 1024 * 1024) returns bool
language sql stable as $$
    select greatest(pg_relation_size('howdah_stream.position'), pg_relation_size('pgque.tick'),
                    pg_relation_size('pgque.retry_queue')) >= i_grown_bytes
$$;

-- Keeps each subscriber's last row.
create or replace function howdah_stream.compact_positions(i_grown_bytes bigint) returns int
language plpgsql as $$
declare
    v_kept howdah_stream.position[];
    v_size bigint := pg_relation_size('howdah_stream.position');
begin
    if v_size < i_grown_bytes
            or not howdah_stream.lock_table('howdah_stream.position', 'access exclusive', v_size / 4 > i_grown_bytes) then
        return 0;
    end if;
    v_kept := array(
        select p from howdah_stream.subscriber cross join lateral howdah_stream.position(sub_no) p
         where p.pos_sub is not null);
    truncate howdah_stream.position;
    insert into howdah_stream.position select * from unnest(v_kept);
    return 1;
end
$$;

-- Keeps the ticks of what is still stored: where subscribers are, the last ones, and of the others one for each
-- ticker_max_count events or minute. A window may grow by that, a batch has its limit all the same. Most of the choice is
-- made before the lock; with the lock only what came or was referred to since. Left alone if most are to be kept.
create or replace function howdah_stream.compact_ticks(i_grown_bytes bigint) returns int
language plpgsql as $$
declare
    v_kept pgque.tick[];
    v_size bigint := pg_relation_size('pgque.tick');
begin
    if v_size < i_grown_bytes then
        return 0;
    end if;
    v_kept := array(
        select t
          from pgque.queue q
          join pgque.tick t on t.tick_queue = q.queue_id
         where t.tick_id > (select max(et_floor) from howdah_stream.event_table where et_queue = q.queue_id)
           and (t.tick_queue, t.tick_id) in (
               select g.tick_queue, min(g.tick_id)
                 from pgque.tick g
                 join pgque.queue on queue_id = g.tick_queue
                group by g.tick_queue, g.tick_event_seq / queue_ticker_max_count, date_trunc('minute', g.tick_time)));
    if i_grown_bytes > 0 and cardinality(v_kept) > (select count(*) from pgque.tick) / 2
            or not howdah_stream.lock_table('pgque.tick', 'access exclusive', v_size / 4 > i_grown_bytes) then
        return 0;
    end if;
    v_kept := v_kept || array(
        select row(t.*)::pgque.tick
          from pgque.queue q
         cross join lateral (
               select * from pgque.tick where tick_queue = q.queue_id order by tick_id desc limit 10) t)
        || array(
        select t
          from howdah_stream.subscriber s
         cross join lateral howdah_stream.position(s.sub_no) p
          join pgque.tick t on t.tick_queue = s.sub_queue and t.tick_id = any (array[p.pos_last_tick, p.pos_next_tick]));
    truncate pgque.tick;
    insert into pgque.tick select * from unnest(v_kept) on conflict do nothing;
    return 1;
end
$$;

-- Keeps what waits, if that is little beside what is gone, and not more than goes through memory.
create or replace function howdah_stream.compact_retries(i_grown_bytes bigint) returns int
language plpgsql as $$
declare
    v_kept pgque.retry_queue[];
    v_size bigint := pg_relation_size('pgque.retry_queue');
begin
    if v_size < i_grown_bytes
            or (select sum(octet_length(r::text)) from pgque.retry_queue r) > least(v_size / 4, 64 * 1024 * 1024)
            or not howdah_stream.lock_table('pgque.retry_queue', 'access exclusive', v_size / 4 > i_grown_bytes) then
        return 0;
    end if;
    v_kept := array(select r from pgque.retry_queue r);
    truncate pgque.retry_queue;
    insert into pgque.retry_queue select * from unnest(v_kept);
    return 1;
end
$$;
