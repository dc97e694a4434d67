-- The functions that are written for each queue: static SQL, so that each session plans it once; planned for each event it
-- would cost as much as the insert. Their names hold the queue's id. They are written anew when what they say has changed:
-- that holds for every transaction that begins afterwards; one that is under way may go on with the ones before.

-- insert_N(type, data, extra1 .. extra4) and insert_many_N(the same, as arrays): into the table that is the current one when
-- they are written, and nothing to look up. A session that still has the ones before does no harm (event_tables.sql).
create or replace function howdah_stream.create_insert_functions(i_queue_id int) returns void
language plpgsql as $create$
declare
    v_queue pgque.queue;
    v_begin text;
    v_insert text;
begin
    select * into v_queue from pgque.queue where queue_id = i_queue_id;
    v_insert := format('insert into %s (ev_id, ev_type, ev_data, ev_extra1, ev_extra2, ev_extra3, ev_extra4)',
        howdah_stream.event_table_name(i_queue_id, v_queue.queue_cur_table));
    v_begin := format($sql$
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    v_id bigint;
    v_ids bigint[];
begin%1$s
    if not pg_try_advisory_xact_lock_shared(1752131956, %2$s)
            and not pg_try_advisory_xact_lock_shared(1752131956, 64) then -- announce()
        perform pg_notify('howdah_stream', %3$L);
    end if;$sql$,
        case when v_queue.queue_disable_insert then $sql$
    if current_setting('session_replication_role') <> 'replica' then
        raise exception 'Insert into queue disallowed';
    end if;$sql$ else '' end,
        i_queue_id % 64, v_queue.queue_name);
    execute format($sql$
create or replace function howdah_stream.insert_%1$s(
    i_type text, i_data text, i_extra1 text, i_extra2 text, i_extra3 text, i_extra4 text) returns bigint%2$s
    v_id := nextval('pgque.event_%1$s_id_seq');
    %3$s
    values (v_id, i_type, i_data, i_extra1, i_extra2, i_extra3, i_extra4);
    return v_id;
end
$$ $sql$, i_queue_id, v_begin, v_insert);
    execute format($sql$
create or replace function howdah_stream.insert_many_%1$s(
    i_types text[], i_datas text[], i_extra1s text[], i_extra2s text[], i_extra3s text[], i_extra4s text[])
returns bigint[]%2$s
    v_ids := array(select nextval('pgque.event_%1$s_id_seq') from generate_series(1, cardinality(i_datas)));
    %3$s
    select * from unnest(v_ids, i_types, i_datas, i_extra1s, i_extra2s, i_extra3s, i_extra4s);
    return v_ids;
end
$$ $sql$, i_queue_id, v_begin, v_insert);
end
$create$;

create or replace function howdah_stream.rewrite_insert_functions() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
    perform howdah_stream.create_insert_functions(new.queue_id);
    return null;
end
$$;

-- Whoever updates the row holds it, so no two sessions write them at once.
create or replace trigger rewrite_insert_functions
after update of queue_cur_table, queue_disable_insert on pgque.queue for each row
when (old.queue_cur_table <> new.queue_cur_table or old.queue_disable_insert <> new.queue_disable_insert)
execute function howdah_stream.rewrite_insert_functions();

create or replace function howdah_stream.xid_plus(i_xid xid8, i_distance int) returns xid8
language sql immutable as $$
    select (i_xid::text::bigint + i_distance)::text::xid8
$$;

-- Writes a queue's own function has_news_N(snapshot): whether there is an event that the snapshot does not see. A few looks
-- into the index of each table, however many events it has: between the transactions that are under way, whose events
-- would have to be looked at one by one to find that they are not visible yet, and at those that were under way then.
-- Sorted and limited, so that no plan reads the table.
create or replace function howdah_stream.create_news_function(i_queue_id int) returns void
language plpgsql as $create$
declare
    v_look text := (
        select string_agg(format(
            'exists (select from %s where ev_txid > v_after and ev_txid < v_before order by ev_txid limit 1)',
            howdah_stream.event_table_name(i_queue_id, nr)), E'\n                or ')
          from generate_series(0, 2) nr);
begin
    execute format($sql$
create or replace function howdah_stream.has_news_%s(i_snapshot pg_snapshot) returns bool
language plpgsql as $$
declare
    v_now pg_snapshot := pg_current_snapshot();
    v_after xid8 := howdah_stream.xid_plus(pg_snapshot_xmax(i_snapshot), -1);
    v_before xid8;
    v_late xid8;
begin
    for v_before in select pg_snapshot_xip(v_now) union all select pg_snapshot_xmax(v_now) loop
        if v_before > v_after then
            if
                %2$s then
                return true;
            end if;
            v_after := v_before;
        end if;
    end loop;
    for v_late in select pg_snapshot_xip(i_snapshot) loop
        v_after := howdah_stream.xid_plus(v_late, -1);
        v_before := howdah_stream.xid_plus(v_late, 1);
        if pg_visible_in_snapshot(v_late, v_now) and (
                %2$s) then
            return true;
        end if;
    end loop;
    return false;
end
$$ $sql$, i_queue_id, v_look);
    execute format('revoke all on function howdah_stream.has_news_%s(pg_snapshot) from public', i_queue_id);
end
$create$;

-- Writes a queue's own function read_N(tables, …): a window's events that are in these of its tables, for Java's workers.
-- The other arguments are table_window_sql's, and a partition slot, or nulls. Not in order.
create or replace function howdah_stream.create_read_function(i_queue_id int) returns void
language plpgsql as $create$
begin
    execute format($sql$
create or replace function howdah_stream.read_%s(
    i_tables int[], i_lower xid8, i_upper xid8, i_snapshot pg_snapshot, i_late xid8[], i_owner int, i_slot int, i_slots int)
returns setof pgque.event_template
language plpgsql rows 10 set enable_seqscan to off set plan_cache_mode to force_generic_plan as $$
begin%s
end
$$ $sql$, i_queue_id, (
        select string_agg(format($sql$
    if %s = any (i_tables) then
        return query%s;
    end if;$sql$, nr, howdah_stream.table_window_sql(
                  howdah_stream.event_table_name(i_queue_id, nr),
                  '{i_lower,i_upper,i_snapshot,i_late,i_owner}',
                  ' and (i_slots is null or howdah_stream.slot(t.ev_extra1, i_slots) = i_slot)')), '' order by nr)
          from generate_series(0, 2) nr));
end
$create$;

-- Queues of an older installation get this one's functions.
do $$
begin
    perform howdah_stream.create_insert_functions(queue_id), howdah_stream.create_news_function(queue_id),
            howdah_stream.create_read_function(queue_id)
       from (select queue_id from pgque.queue order by queue_id for no key update) q;
end
$$;
