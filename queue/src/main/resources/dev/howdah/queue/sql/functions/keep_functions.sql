-- A queue's own functions that the keeper calls, written as those of readers and writers are.
--
-- keep_N(turn): counts failed readings in its segments: at the front of those in use, and in 500 pages more, the next ones
-- in each turn, so that a round never takes long and each page has its turn; null for everywhere. Closes a segment that is
-- read up, unless it is the current one; opens again one in which a late writer left a message; makes another one current
-- when this one has grown, everything before it is read up, and it has no backlog to speak of.
-- move_N(): moves what is due, and not read by anybody, into the line; 1,000 at the most.

-- An older installation's keeper, which took a bool.
do $$
declare
    v_routine text;
begin
    for v_routine in
        select p.oid::regprocedure::text
          from pg_proc p
          join pg_namespace n on n.oid = p.pronamespace
         where (n.nspname = 'howdah_queue' and p.proname in ('keep', 'keep_queue')
                or n.nspname = 'pgpro_queue_data' and p.proname ~ '^keep_\d+$')
           and 'bool'::regtype = any (p.proargtypes)
    loop
        execute 'drop routine ' || v_routine;
    end loop;
end
$$;

create or replace function howdah_queue.create_keep_functions(i_queue_id int) returns void
language plpgsql as $create$
declare
    v_segments int := (select queue_segments from pgpro_queue_data.queues where queue_id = i_queue_id);
    v_looks text;
    v_turns text;
begin
    select string_agg(howdah_queue.filled($sql$
            v_bit := 1::bigint << (8 + {nr});
            if pg_relation_size('{segment}'::regclass) > 0 then
                v_open := v_state & v_bit <> 0;
                v_windows := pg_relation_size('{segment}'::regclass) / current_setting('block_size')::int / 500 + 1;
                v_window := case when i_turn is null then 0 else i_turn % v_windows end;
                v_failed := array(
                    select s.ctid
                      from only {segment} s
                     where s.ctid >= format('(%s,0)', v_window * 500)::tid
                       and s.ctid < format('(%s,0)', case when i_turn is null then 4294967295 else v_window * 500 + 500 end)::tid
                       and s.xmax <> '0' and howdah_queue.is_failed(s.xmax, v_near)
                     limit 1000);
                if v_windows > 1 and i_turn is not null then
                    v_failed := v_failed || array(
                        select f.place
                          from (select s.ctid as place, s.xmax as mark
                                  from only {segment} s
                                 order by s.priority, s.msgid
                                 limit 2000) f
                         where f.mark <> '0' and howdah_queue.is_failed(f.mark, v_near)
                         limit 1000);
                end if;
                if cardinality(v_failed) > 0 then
                    with failed as (
                        delete from only {segment} s
                         where s.ctid = any (array(
                            select m.ctid from only {segment} m where m.ctid = any (v_failed) for update skip locked))
                        returning s.*
                    )
                    select count(howdah_queue.count_failure({id}, row({columns})::howdah_queue.message)) into v_count
                      from failed t;
                    v_kept.moved := v_kept.moved + v_count;
                end if;
                if v_state & 255 <> {nr} then
                    v_free := exists (
                        select from only {segment} s where s.xmax = '0' or howdah_queue.is_free(s.xmax, v_near));
                    -- not while a COPY is on its way into it
                    if v_open <> v_free and (v_free or pg_try_advisory_xact_lock(1752131960, 32 * {id} + {nr})) then
                        v_state := v_state # v_bit;
                        perform setval('pgpro_queue_data.line_{id}', v_state);
                    end if;
                    if not v_free and not exists (select from only {segment}) then
                        v_kept.empty := v_kept.empty || {nr};
                    end if;
                end if;
            elsif v_state & 255 <> {nr} then
                v_next := coalesce(v_next, {nr});
            end if;$sql$, 'nr', nr::text, 'segment', howdah_queue.segment_name(i_queue_id, nr)), '' order by nr),
           string_agg(howdah_queue.filled($sql$
                when {nr} then
                    pg_relation_size('{segment}'::regclass) >= 524288
                    and ((select count(*) < 2000 from (select from only {segment} limit 2000) f)
                         or pg_stat_get_dead_tuples('{segment}'::regclass) >= pg_stat_get_live_tuples('{segment}'::regclass))
                    and pg_try_advisory_xact_lock(1752131960, 32 * {id} + {nr})$sql$,
                'nr', nr::text, 'segment', howdah_queue.segment_name(i_queue_id, nr)), '' order by nr)
      into v_looks, v_turns
      from generate_series(0, v_segments - 1) nr;

    execute howdah_queue.filled($sql$
        create or replace function pgpro_queue_data.keep_{id}(i_turn bigint) returns howdah_queue.kept
        language plpgsql set plan_cache_mode = force_generic_plan set enable_sort = off set enable_seqscan = off set jit = off as $$
        declare
            v_kept howdah_queue.kept := row(0, '{}', false);
            v_state bigint := pg_sequence_last_value('pgpro_queue_data.line_{id}'::regclass);
            v_near bigint := howdah_queue.near_xid();
            v_bit bigint;
            v_open bool;
            v_free bool;
            v_windows bigint;
            v_window bigint;
            v_failed tid[];
            v_count int;
            v_next int;
        begin
            {looks}
            -- what was read while no server ran
            with failed as (
                delete from pgpro_queue_data.waiting s
                 where s.ctid = any (array(
                    select m.ctid
                      from pgpro_queue_data.waiting m
                     where m.queue_id = {id} and m.due <= clock_timestamp()
                       and m.xmax <> '0' and howdah_queue.is_failed(m.xmax, v_near)
                     limit 1000
                       for update skip locked))
                returning s.*
            )
            select count(howdah_queue.count_failure({id}, row({columns})::howdah_queue.message)) into v_count
              from failed t;
            v_kept.moved := v_kept.moved + v_count;
            -- 64 pages are some 1,500 messages of 200 bytes. A line with a backlog is left alone until as many rows are dead
            -- as live, and one that a COPY is on its way into until that ends: two segments are slower to read than one, and
            -- dead rows stay as long as the backlog does
            if v_state >> 8 = 1::bigint << (v_state & 255)::int
                    and (case v_state & 255 {turns} end) then
                if v_next is null then
                    v_kept.wants_segment := {count} < 32;
                else
                    perform setval('pgpro_queue_data.line_{id}',
                        (v_state & -256) | (1::bigint << (8 + v_next)) | v_next);
                end if;
            end if;
            return v_kept;
        end
        $$ $sql$, 'looks', v_looks, 'turns', v_turns, 'columns', howdah_queue.message_columns(),
        'count', v_segments::text, 'id', i_queue_id::text);

    execute howdah_queue.filled($sql$
        create or replace function pgpro_queue_data.move_{id}() returns int
        language plpgsql set plan_cache_mode = force_generic_plan set enable_sort = off set enable_seqscan = off set jit = off as $$
        declare
            v_near bigint := howdah_queue.near_xid();
            v_count int;
        begin
            {insert}
            get diagnostics v_count = row_count;
            return v_count;
        end
        $$ $sql$,
        'insert', howdah_queue.for_current_segment(i_queue_id, howdah_queue.filled($sql$
            with due as (
                delete from pgpro_queue_data.waiting w
                 where w.ctid = any (array(
                    select s.ctid
                      from pgpro_queue_data.waiting s
                     where s.queue_id = {id} and s.due <= clock_timestamp()
                       and (s.xmax = '0' or howdah_queue.is_free(s.xmax, v_near))
                     order by s.due
                     limit 1000
                       for update skip locked))
                returning w.*
            )
            insert into %s select {columns} from due t;$sql$, 'columns', howdah_queue.message_columns())),
        'id', i_queue_id::text);
    execute format('revoke all on function pgpro_queue_data.keep_%1$s(bigint), pgpro_queue_data.move_%1$s() from public', i_queue_id);
end
$create$;
