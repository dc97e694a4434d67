-- A batch is bounded: a window with more events than that is read in parts.

drop function if exists howdah_stream.batch_end(howdah_stream.subscriber, bigint, bigint, bigint, int);
drop function if exists howdah_stream.has_own(howdah_stream.subscriber, bigint, bigint);
drop function if exists howdah_stream.ask_window(howdah_stream.subscriber, bigint, bigint, text, bigint, int);

-- Where a batch must end for it to have at most i_max events: with which id, null if the window has no more after i_done.
-- Each event has an id of its own but for retries; where there are any, the events are counted. Else the batch has the next
-- i_max ids: from where the window's ids may begin, or, if there would be none, from its first event on.
create or replace function howdah_stream.batch_end(
    i_sub howdah_stream.subscriber, i_window howdah_stream.batch_window, i_done bigint, i_max int) returns bigint
language plpgsql as $$
declare
    v_start bigint := greatest(i_done, i_window.drawn - i_window.ids_drawn);
begin
    if i_window.drawn - v_start <= i_max then
        return null;
    elsif howdah_stream.has_own(i_sub, i_window) then
        return howdah_stream.ask_window(i_sub, i_window, $sql$
            select max(ev_id) filter (where nr <= $7)
              from (select ev_id, row_number() over (order by ev_id) as nr
                      from (%s) w where $6 is null or ev_id > $6 order by ev_id limit $7 + 1) e
            having count(*) > $7$sql$, i_done, i_max);
    elsif not howdah_stream.has_part(i_sub, i_window, v_start, v_start + i_max) then
        v_start := howdah_stream.ask_window(i_sub, i_window,
            'select min(ev_id) - 1 from (%s) w where ev_id > $6', v_start);
    end if;
    return case when i_window.drawn - v_start > i_max then v_start + i_max end;
end
$$;

-- Whether the window has an event with an id after the one and up to the other.
create or replace function howdah_stream.has_part(
    i_sub howdah_stream.subscriber, i_window howdah_stream.batch_window, i_after bigint, i_end bigint) returns bool
language plpgsql set enable_seqscan to off set max_parallel_workers_per_gather to 0 as $$
declare
    v_found bool;
begin
    perform howdah_stream.index_ids(i_sub.sub_queue, i_window.last_tick);
    execute format('select exists (%s)',
                   howdah_stream.part_sql(i_sub, i_window.last_tick, array['$1', '$2', '$3', '$4', '$5']))
       into v_found
      using i_after, i_end, i_window.snapshot, i_window.lower_snapshot, i_sub.sub_id;
    return v_found;
end
$$;

-- Whether there are retries or replays for the subscriber in the window: asks the index on those alone.
create or replace function howdah_stream.has_own(
    i_sub howdah_stream.subscriber, i_window howdah_stream.batch_window) returns bool
language plpgsql set enable_seqscan to off set max_parallel_workers_per_gather to 0 as $$
declare
    v_question text;
    v_answer bool;
begin
    select string_agg(format('exists (select from %s where ev_owner = $1 and ev_txid >= $2 and ev_txid < $3)',
               howdah_stream.event_table_name(et_queue, et_nr)), ' or ')
      into v_question
      from howdah_stream.event_table
     where et_queue = i_sub.sub_queue and (et_sealed_tick is null or et_sealed_tick >= i_window.last_tick);
    execute 'select ' || v_question
       into v_answer
      using i_sub.sub_id, pg_snapshot_xmin(i_window.lower_snapshot), i_window.upper;
    return v_answer;
end
$$;

-- Asks a question about a window: SQL with a %s for it, and for the arguments $6 and $7.
create or replace function howdah_stream.ask_window(
    i_sub howdah_stream.subscriber, i_window howdah_stream.batch_window, i_question text,
    i_done bigint default null, i_max int default null) returns bigint
language plpgsql as $$
declare
    v_answer bigint;
begin
    execute format(i_question, howdah_stream.window_sql(i_sub, i_window.last_tick, array['$1', '$2', '$3', '$4', '$5']))
       into v_answer
      using i_window.lower, i_window.upper, i_window.snapshot, i_window.late, i_sub.sub_id, i_done, i_max;
    return v_answer;
end
$$;
