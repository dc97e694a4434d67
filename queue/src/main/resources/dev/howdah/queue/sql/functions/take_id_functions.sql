-- A queue's own function that reads one certain message.

-- take_id_N(msgid): that message, if it can be read now, on the same terms.
create or replace function howdah_queue.create_take_id_function(i_queue_id int) returns void
language plpgsql as $create$
declare
    v_segments int := (select queue_segments from pgpro_queue_data.queues where queue_id = i_queue_id);
    v_looks text;
begin
    -- the index is by priority first, so each priority in use is asked for
    select string_agg(howdah_queue.filled($sql$
            v_priority := null;
            while v_lines & (1::bigint << {nr}) <> 0 loop
                select s.priority into v_priority
                  from {segment} s
                 where s.priority >= coalesce(v_priority::bigint + 1, -2147483648)
                 order by s.priority
                 limit 1;
                exit when not found;
                return query
                delete from {segment} t
                 where t.ctid = any (array(
                    select s.ctid
                      from {segment} s
                     where s.priority = v_priority and s.msgid = i_msgid
                       and (i_kind is null or (i_kind = 'x') = (s.body is null))
                       and (s.xmax = '0' or howdah_queue.is_free(s.xmax, v_near))
                       for update skip locked))
                returning {columns};
                if found then
                    return;
                end if;
            end loop;$sql$, 'nr', nr::text, 'segment', howdah_queue.segment_name(i_queue_id, nr)), '' order by nr)
      into v_looks
      from generate_series(0, v_segments - 1) nr;
    execute howdah_queue.filled($sql$
        create or replace function pgpro_queue_data.take_id_{id}(i_msgid bigint, i_kind "char")
        returns setof howdah_queue.message
        language plpgsql security definer
        set search_path = pg_catalog, pg_temp
        set plan_cache_mode = force_generic_plan set enable_sort = off set enable_seqscan = off set jit = off as $$
        declare
            v_served bool := howdah_queue.is_served();
            v_lines bigint := case when v_served then pg_sequence_last_value('pgpro_queue_data.line_{id}'::regclass) >> 8 else {all} end;
            v_priority int;
            v_now timestamptz := clock_timestamp();
            v_near bigint := howdah_queue.near_xid();
        begin
            if current_setting('transaction_isolation') not in ('read committed', 'read uncommitted') then
                perform howdah_queue.refuse_isolation();
            elsif current_setting('max_prepared_transactions') <> '0' then
                perform howdah_queue.note_reading();
            end if;
            {looks}
            if not v_served then
                return query
                delete from pgpro_queue_data.waiting t
                 where t.ctid = any (array(
                    select s.ctid
                      from pgpro_queue_data.waiting s
                     where s.queue_id = {id} and s.msgid = i_msgid and {due}
                       and (i_kind is null or (i_kind = 'x') = (s.body is null))
                       and (s.xmax = '0' or howdah_queue.is_free(s.xmax, v_near))
                       for update skip locked))
                returning {columns};
            end if;
        end
        $$ $sql$,
        'looks', v_looks, 'all', ((1::bigint << v_segments) - 1)::text, 'columns', howdah_queue.message_columns(), 'due', howdah_queue.due_condition(),
        'id', i_queue_id::text);
    execute format('revoke all on function pgpro_queue_data.take_%1$s(int, jsonb, jsonb, "char"), '
        'pgpro_queue_data.take_id_%1$s(bigint, "char") from public', i_queue_id);
end
$create$;
