-- A queue's own functions that read, and so remove, messages of its line, in the reader's transaction; written for the
-- same reason as those that send. Never more than the segments in use are touched, or even locked: whoever reads for an
-- hour keeps from being emptied only the segment that his message is in.
--
-- take_N(max, header filter, properties filter, kind: j for jsonb, x for xml, null for both): those that come first, lower
-- priority first, then in the order of msgid; several of them in no certain order. Messages that others read at the moment,
-- or have failed with, are passed over. Several segments: the one whose first message comes first is read up to where the
-- next one's begins, and so on.
--
-- The settings keep one plan for each statement, the one by the index: a segment is now empty, now long, and never analyzed
-- at the right time.

create or replace function howdah_queue.create_take_function(i_queue_id int) returns void
language plpgsql as $create$
declare
    v_segments int := (select queue_segments from pgpro_queue_data.queues where queue_id = i_queue_id);
    v_peeks text;
    v_takes text;
    v_drops text;
    v_quick_takes text;
    v_counts text;
    -- without filters and with: an expression that is not there need not be made ready for each statement
    v_free text := $sql$(s.xmax = '0' or howdah_queue.is_free(s.xmax, v_near))$sql$;
    v_loop text := $sql$
            loop
                v_best := null;
                v_end_priority := 2147483647;
                v_end_msgid := 9223372036854775807;
                {peeks}
                if not v_served then
                    select s.priority, s.msgid into v_priority, v_msgid
                      from pgpro_queue_data.waiting s
                     where s.queue_id = {id} and {due} and {readable}
                       and (s.priority, s.msgid) >= (v_floor_priority[{waiting}], v_floor_msgid[{waiting}])
                     order by s.priority, s.msgid
                     limit 1;
                    if found and (v_best is null or (v_priority, v_msgid) < (v_best_priority, v_best_msgid)) then
                        if v_best is not null then
                            v_end_priority := v_best_priority;
                            v_end_msgid := v_best_msgid;
                        end if;
                        v_best := {waiting};
                        v_best_priority := v_priority;
                        v_best_msgid := v_msgid;
                    elsif found and (v_priority, v_msgid) < (v_end_priority, v_end_msgid) then
                        v_end_priority := v_priority;
                        v_end_msgid := v_msgid;
                    end if;
                end if;
                exit when v_best is null;
                case v_best
                {takes}
                else
                    return query
                    delete from pgpro_queue_data.waiting t
                     where t.ctid = any (array(
                        select s.ctid
                          from pgpro_queue_data.waiting s
                         where s.queue_id = {id} and {due} and {readable}
                           and (s.priority, s.msgid) >= (v_best_priority, v_best_msgid)
                           and (s.priority, s.msgid) < (v_end_priority, v_end_msgid)
                         order by s.priority, s.msgid
                         limit v_left
                           for update skip locked))
                    returning {columns};
                end case;
                get diagnostics v_given = row_count;
                v_left := v_left - v_given;
                exit when v_left <= 0;
                v_floor_priority[v_best] := v_end_priority;
                v_floor_msgid[v_best] := v_end_msgid;
            end loop;$sql$;
begin
    select string_agg(howdah_queue.filled($sql$
            if v_lines & (1::bigint << {nr}) <> 0 then
                select s.priority, s.msgid into v_priority, v_msgid
                  from {segment} s
                 where {readable} and (s.priority, s.msgid) >= (v_floor_priority[{nr}], v_floor_msgid[{nr}])
                 order by s.priority, s.msgid
                 limit 1;
                if found then
                    if v_best is null or (v_priority, v_msgid) < (v_best_priority, v_best_msgid) then
                        if v_best is not null then
                            v_end_priority := v_best_priority;
                            v_end_msgid := v_best_msgid;
                        end if;
                        v_best := {nr};
                        v_best_priority := v_priority;
                        v_best_msgid := v_msgid;
                    elsif (v_priority, v_msgid) < (v_end_priority, v_end_msgid) then
                        v_end_priority := v_priority;
                        v_end_msgid := v_msgid;
                    end if;
                end if;
            end if;$sql$, 'nr', l.nr::text, 'segment', l.segment), '' order by l.nr),
           string_agg(howdah_queue.filled($sql$
            when {nr} then
                return query
                delete from {segment} t
                 where t.ctid = any (array(
                    select s.ctid
                      from {segment} s
                     where {readable} and (s.priority, s.msgid) >= (v_best_priority, v_best_msgid)
                       and (s.priority, s.msgid) < (v_end_priority, v_end_msgid)
                     order by s.priority, s.msgid
                     limit v_left
                       for update skip locked))
                returning {columns};$sql$, 'nr', l.nr::text, 'segment', l.segment), '' order by l.nr),
           string_agg(howdah_queue.filled($sql$
                    if pg_relation_size('{segment}'::regclass) = 0 then
                        v_lines := v_lines & ~(1::bigint << {nr});
                    end if;$sql$, 'nr', l.nr::text, 'segment', l.segment), '' order by l.nr),
           string_agg(howdah_queue.filled($sql$
                when 1::bigint << {nr} then
                    return query
                    delete from {segment} t
                     where t.ctid = any (array(
                        select s.ctid
                          from {segment} s
                         where s.xmax = '0' or howdah_queue.is_free(s.xmax, v_near)
                         order by s.priority, s.msgid
                         limit i_max
                           for update skip locked))
                    returning {columns};$sql$, 'nr', l.nr::text, 'segment', l.segment), '' order by l.nr),
           string_agg(howdah_queue.filled($sql$
            if v_lines & (1::bigint << {nr}) <> 0 then
                with front as (
                    select s.ctid as place, s.xmax as mark
                      from {segment} s
                     order by s.priority, s.msgid
                     limit i_max + 100
                ), failed as (
                    delete from {segment} s
                     where s.ctid = any (array(
                        select m.ctid
                          from {segment} m
                         where m.ctid = any (array(
                            select f.place from front f where f.mark <> '0' and howdah_queue.is_failed(f.mark, v_near)))
                           for update skip locked))
                    returning s.*
                )
                select count(howdah_queue.count_failure({id}, row({columns})::howdah_queue.message)) into v_failed
                  from failed t;
            end if;$sql$, 'nr', l.nr::text, 'segment', l.segment), '' order by l.nr)
      into v_peeks, v_takes, v_drops, v_quick_takes, v_counts
      from (select nr, howdah_queue.segment_name(i_queue_id, nr) as segment
              from generate_series(0, v_segments - 1) nr) l;

    v_loop := howdah_queue.filled(v_loop, 'peeks', v_peeks, 'takes', v_takes, 'due', howdah_queue.due_condition());
    execute howdah_queue.filled($sql$
        create or replace function pgpro_queue_data.take_{id}(i_max int, i_hfilter jsonb, i_pfilter jsonb, i_kind "char")
        returns setof howdah_queue.message
        language plpgsql security definer
        set search_path = pg_catalog, pg_temp
        set plan_cache_mode = force_generic_plan set enable_sort = off set enable_seqscan = off set jit = off as $$
        declare
            v_served bool := howdah_queue.is_served();
            v_state bigint := pg_sequence_last_value('pgpro_queue_data.line_{id}'::regclass);
            -- where no keeper opens a closed segment again that a late writer has written into, all are looked at
            v_lines bigint := case when v_served then v_state >> 8 else {all} end;
            v_left int := i_max;
            v_given int;
            v_failed int;
            v_floor_priority int[];
            v_floor_msgid bigint[];
            v_best int;
            v_best_priority int;
            v_best_msgid bigint;
            v_end_priority int;
            v_end_msgid bigint;
            v_priority int;
            v_msgid bigint;
            v_now timestamptz := clock_timestamp();
            v_near bigint := howdah_queue.near_xid();
        begin
            if current_setting('transaction_isolation') not in ('read committed', 'read uncommitted') then
                perform howdah_queue.refuse_isolation();
            elsif current_setting('max_prepared_transactions') <> '0' then
                perform howdah_queue.note_reading();
            end if;
            -- nearly always: one segment has messages, and nothing is to be chosen
            if v_served and i_kind is null and i_hfilter is null and i_pfilter is null then
                if v_lines & (v_lines - 1) <> 0 then
                    {drops}
                end if;
                if v_lines & (v_lines - 1) = 0 then
                    case v_lines
                    {quick_takes}
                    else null;
                    end case;
                    return;
                end if;
            end if;
            if not v_served then
                -- in a subtransaction: should this one be prepared and rolled back, its readings don't count, but what was
                -- marked before still does
                begin
                    {counts}
                    with failed as (
                        delete from pgpro_queue_data.waiting s
                         where s.ctid = any (array(
                            select m.ctid
                              from pgpro_queue_data.waiting m
                             where m.queue_id = {id} and m.due <= v_now
                               and m.xmax <> '0' and howdah_queue.is_failed(m.xmax, v_near)
                               for update skip locked))
                        returning s.*
                    )
                    select count(howdah_queue.count_failure({id}, row({columns})::howdah_queue.message)) into v_failed
                      from failed t;
                exception when assert_failure then
                    raise;
                end;
            end if;
            v_floor_priority := array_fill(-2147483648, array[{places}], array[0]);
            v_floor_msgid := array_fill(0::bigint, array[{places}], array[0]);
            if i_kind is null and i_hfilter is null and i_pfilter is null then
                {plain_loop}
            else
                {filtered_loop}
            end if;
        end
        $$ $sql$,
        'plain_loop', howdah_queue.filled(v_loop, 'readable', v_free),
        'filtered_loop', howdah_queue.filled(v_loop, 'readable', v_free || $sql$
                   and (i_kind is null or (i_kind = 'x') = (s.body is null))
                   and (i_pfilter is null or s.properties @> i_pfilter)
                   and (i_hfilter is null or howdah_queue.header(
                        s.msgid, s.enqueue_time, s.priority, s.retries, s.retrydelay, s.attempts) @> i_hfilter)$sql$),
        'counts', v_counts, 'drops', v_drops, 'quick_takes', v_quick_takes, 'columns', howdah_queue.message_columns(),
        'all', ((1::bigint << v_segments) - 1)::text, 'waiting', v_segments::text, 'places', (v_segments + 1)::text,
        'id', i_queue_id::text);
end
$create$;

create or replace function howdah_queue.message_columns() returns text
language sql immutable as $$
    select 't.msgid, t.enqueue_time, t.priority, t.retries, t.retrydelay, t.attempts, t.body, t.body_xml, t.properties, t.history'
$$;

-- Readers read what waits by themselves only where no server moves it into the line. What this very transaction has
-- counted as failed waits for its end: else its rollback would undo the count along with the second reading.
create or replace function howdah_queue.due_condition() returns text
language sql immutable as $$
    select $sql$s.due <= v_now
                           and (s.attempts = 0 or howdah_queue.mark_status(s.xmin, v_near) is distinct from 'in progress')$sql$
$$;
