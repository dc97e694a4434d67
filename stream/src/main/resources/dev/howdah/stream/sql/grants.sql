-- Who may do what: all of it is here, and what is not here nobody may. Readers and writers are siblings, admins are
-- members of both. A role may the same with every queue. Run again, it takes back what it does not say.

do $$
begin
    -- roles are the whole server's: another database may have made them members
    if not pg_has_role('pgque_admin', 'pgque_reader', 'member') then
        grant pgque_reader to pgque_admin;
    end if;
    if not pg_has_role('pgque_admin', 'pgque_writer', 'member') then
        grant pgque_writer to pgque_admin;
    end if;
    if not pg_has_role('pgq_admin', 'pgq_reader', 'member') then
        grant pgq_reader to pgq_admin;
    end if;
    if not pg_has_role('pgq_admin', 'pgq_writer', 'member') then
        grant pgq_writer to pgq_admin;
    end if;
end
$$;

revoke all on schema pgque, pgq, howdah_stream
    from public, pgque_reader, pgque_writer, pgque_admin, pgq_reader, pgq_writer, pgq_admin;
revoke all on all tables in schema pgque, pgq, howdah_stream
    from public, pgque_reader, pgque_writer, pgque_admin, pgq_reader, pgq_writer, pgq_admin;
revoke all on all sequences in schema pgque, pgq, howdah_stream
    from public, pgque_reader, pgque_writer, pgque_admin, pgq_reader, pgq_writer, pgq_admin;
revoke all on all routines in schema pgque, pgq, howdah_stream
    from public, pgque_reader, pgque_writer, pgque_admin, pgq_reader, pgq_writer, pgq_admin;

-- The functions of the two languages. Under pgque and pgq: that language's roles; everyone; owner, and nobody else; ''
-- where the language does not have it.
do $grants$
declare
    v_function text;
    v_role text;
begin
    for v_function, v_role in
        select format('%s.%s', l.language, f.function),
               case r.word when 'owner' then null when 'everyone' then 'public' else l.language || '_' || r.word end
          from (values
            -- pgque         pgq          function
            -- queues
            ('admin',        'admin',     'create_queue(text)'),
            ('admin',        'admin',     'drop_queue(text)'),
            ('admin',        'admin',     'drop_queue(text, bool)'),
            ('admin',        'admin',     'set_queue_config(text, text, text)'),
            ('admin',        'admin',     'grant_perms(text)'),
            ('admin',        'admin',     'tune_storage(text)'),
            -- events go in
            ('writer admin', 'writer',    'insert_event(text, text, text)'),
            ('writer admin', 'writer',    'insert_event(text, text, text, text, text, text, text)'),
            ('admin',        'admin',     'insert_event_raw(text, bigint, timestamptz, int, int, text, text, text, text, text, text)'),
            ('owner',        '',          'insert_event_bulk(text, text, text[])'),
            ('admin',        'writer',    'current_event_table(text)'),
            ('writer',       '',          'send(text, text)'),
            ('writer',       '',          'send(text, jsonb)'),
            ('writer',       '',          'send(text, text, text)'),
            ('writer',       '',          'send(text, text, jsonb)'),
            ('writer',       '',          'send(text, text, text, text)'),
            ('writer',       '',          'send(text, text, jsonb, text)'),
            ('writer',       '',          'send_batch(text, text[])'),
            ('writer',       '',          'send_batch(text, jsonb[])'),
            ('writer',       '',          'send_batch(text, text, text[])'),
            ('writer',       '',          'send_batch(text, text, jsonb[])'),
            ('writer',       '',          'send_idem(text, text, text, text, interval, text)'),
            ('writer',       '',          'send_idem(text, text, jsonb, text, interval, text)'),
            ('admin',        'writer',    'jsontriga()'),
            ('admin',        'writer',    'logutriga()'),
            ('admin',        'writer',    'sqltriga()'),
            -- consumers, and their batches
            ('reader admin', 'reader',    'register_consumer(text, text)'),
            ('reader admin', 'reader',    'register_consumer_at(text, text, bigint)'),
            ('reader admin', 'reader',    'unregister_consumer(text, text)'),
            ('reader admin', 'reader',    'next_batch(text, text)'),
            ('reader',       '',          'next_batch(text, text, text, interval)'),
            ('reader admin', 'reader',    'next_batch_info(text, text)'),
            ('reader admin', 'reader',    'next_batch_custom(text, text, interval, int, interval)'),
            ('reader',       '',          'next_batch_custom(text, text, text, interval, int, interval, interval)'),
            ('reader admin', 'reader',    'get_batch_events(bigint)'),
            ('admin',        'reader',    'get_batch_cursor(bigint, text, int)'),
            ('admin',        'reader',    'get_batch_cursor(bigint, text, int, text)'),
            ('admin',        'reader',    'batch_event_sql(bigint)'),
            ('admin',        'reader',    'batch_event_tables(bigint)'),
            ('admin',        'reader',    'find_tick_helper(int, bigint, timestamptz, bigint, bigint, interval)'),
            ('reader admin', 'reader',    'finish_batch(bigint)'),
            -- messages
            ('reader',       '',          'subscribe(text, text)'),
            ('reader',       '',          'unsubscribe(text, text)'),
            ('reader',       '',          'receive(text, text, int)'),
            ('reader',       '',          'ack(bigint)'),
            ('reader',       '',          'nack(bigint, pgque.message, interval, text)'),
            -- cooperative consumers
            ('reader',       '',          'register_subconsumer(text, text, text, bool)'),
            ('reader',       '',          'unregister_subconsumer(text, text, text, int)'),
            ('reader',       '',          'subscribe_subconsumer(text, text, text, bool)'),
            ('reader',       '',          'unsubscribe_subconsumer(text, text, text, int)'),
            ('reader',       '',          'touch_subconsumer(text, text, text)'),
            ('reader',       '',          'receive_coop(text, text, text, int, interval)'),
            -- partition slots
            ('reader',       '',          'subscribe_slot(text, text, int, int)'),
            ('reader',       '',          'unsubscribe_slot(text, text, int)'),
            ('reader',       '',          'claim_slot(text, text, int, text, interval)'),
            ('reader',       '',          'release_slot(text, text, int, text)'),
            ('reader',       '',          'receive_partitioned(text, text, int, int, text, int)'),
            ('reader',       '',          'ack_partitioned(text, text, int, int, text)'),
            ('reader',       '',          'nack_partitioned(text, text, int, int, text, pgque.message, interval, text)'),
            -- retries, dead letters, failed events
            ('reader admin', 'reader',    'event_retry(bigint, bigint, int)'),
            ('reader admin', 'reader',    'event_retry(bigint, bigint, timestamptz)'),
            ('admin',        'admin',     'event_retry_raw(text, text, timestamptz, bigint, timestamptz, int, text, text, text, text, text, text)'),
            ('admin',        'reader',    'batch_retry(bigint, int)'),
            ('admin',        '',          'event_dead(bigint, bigint, text, timestamptz, xid8, int, text, text, text, text, text, text)'),
            ('reader',       '',          'dlq_inspect(text, int)'),
            ('admin',        '',          'dlq_purge(text, interval)'),
            ('writer',       '',          'dlq_replay(bigint)'),
            ('writer',       '',          'dlq_replay_all(text)'),
            ('',             'reader',    'event_failed(bigint, bigint, text)'),
            ('',             'reader',    'failed_event_list(text, text)'),
            ('',             'reader',    'failed_event_list(text, text, int, int)'),
            ('',             'reader',    'failed_event_count(text, text)'),
            ('',             'reader',    'failed_event_delete(text, text, bigint)'),
            ('',             'reader',    'failed_event_retry(text, text, bigint)'),
            -- what there is
            ('reader admin', 'everyone',  'get_queue_info()'),
            ('reader admin', 'everyone',  'get_queue_info(text)'),
            ('reader admin', 'everyone',  'get_consumer_info()'),
            ('reader admin', 'everyone',  'get_consumer_info(text)'),
            ('reader admin', 'everyone',  'get_consumer_info(text, text)'),
            ('reader admin', 'reader',    'get_batch_info(bigint)'),
            ('admin',        '',          'status()'),
            ('reader admin', 'everyone',  'version()'),
            -- ticks and maintenance
            ('admin',        'admin',     'ticker()'),
            ('admin',        'admin',     'ticker(text)'),
            ('admin',        'admin',     'ticker(text, bigint, timestamptz, bigint)'),
            ('admin',        '',          'ticker_loop()'),
            ('admin',        'reader',    'force_tick(text)'),
            ('admin',        '',          'force_next_tick(text)'),
            ('admin',        '',          'maint()'),
            ('admin',        'admin',     'maint_operations()'),
            ('admin',        'admin',     'maint_retry_events()'),
            ('admin',        'admin',     'maint_rotate_tables_step1(text)'),
            ('admin',        'admin',     'maint_rotate_tables_step2()'),
            ('admin',        'admin',     'maint_tables_to_vacuum()'),
            ('admin',        '',          'maint_idem()'),
            ('admin',        '',          'maint_idem(text)'),
            ('admin',        '',          'start()'),
            ('admin',        '',          'stop()'),
            ('admin',        '',          'start_timetable(int)'),
            ('admin',        '',          'stop_timetable()'),
            ('admin',        '',          'set_tick_period_ms(int)'),
            -- sequences, and the installation
            ('admin',        'everyone',  'quote_fqname(text)'),
            ('admin',        'everyone',  'seq_getval(text)'),
            ('admin',        'admin',     'seq_setval(text, bigint)'),
            ('admin',        'admin',     'upgrade_schema()'),
            ('owner',        '',          'uninstall()')
          ) f (pgque, pgq, function)
         cross join lateral (values ('pgque', f.pgque), ('pgq', f.pgq)) l (language, words)
         cross join lateral unnest(string_to_array(l.words, ' ')) r (word)
    loop
        if to_regprocedure(v_function) is null then
            raise exception 'grants.sql: there is no function %', v_function;
        elsif v_role is not null then
            execute format('grant execute on routine %s to %s', v_function, v_role);
        end if;
    end loop;
end
$grants$;

-- What those of them that run as their caller want of the engine.
grant usage on schema pgque, howdah_stream
    to pgque_reader, pgque_writer, pgque_admin, pgq_reader, pgq_writer, pgq_admin;
grant usage on schema pgq to public;

grant execute on function howdah_stream.batch_event_sql(bigint) to pgque_reader, pgq_reader;
grant execute on function howdah_stream.batch_event_tables(bigint) to pgque_admin, pgq_reader;
grant execute on function howdah_stream.find_tick_helper(int, bigint, timestamptz, bigint, bigint, interval)
    to pgque_admin, pgq_reader;
grant execute on function howdah_stream.get_batch_cursor(bigint, text, int, text) to pgque_admin, pgq_reader;
grant execute on function howdah_stream.slot(text, int) to pgque_reader, pgq_reader;
grant execute on function howdah_stream.current_event_table(text) to pgque_admin, pgq_writer;
grant execute on function howdah_stream.insert_event_raw(text, pgque.event_template) to pgque_admin, pgq_admin;
grant execute on function howdah_stream.tune_storage(text) to pgque_admin, pgq_admin;
grant execute on function howdah_stream.rotate(text) to pgque_admin, pgq_admin;
grant execute on function howdah_stream.tidy() to pgque_admin, pgq_admin;
grant execute on function howdah_stream.maint_operations(text) to pgque_admin, pgq_admin;
grant execute on function howdah_stream.tables_to_vacuum() to pgque_admin, pgq_admin;
grant execute on function howdah_stream.retry_round() to pgque_admin, pgq_admin;
grant execute on procedure howdah_stream.tick_for(interval) to pgque_admin;

-- The change capture triggers run as whoever writes the table: a writer, in one of the two languages.
grant execute on function
    howdah_stream.capture(text, oid, text, text, text, text, text[], anyelement, anyelement),
    howdah_stream.capture_statement(text, oid, text, text, text, text, text[]),
    howdah_stream.capture_arguments(text[], text),
    howdah_stream.capture_expression(text, text[], anyelement),
    howdah_stream.captured_table(oid),
    howdah_stream.insert_captured(text, text[]),
    howdah_stream.row_values(text, int),
    howdah_stream.row_values_16(text),
    howdah_stream.row_values_64(text),
    howdah_stream.row_values_256(text),
    howdah_stream.row_values_1600(text),
    howdah_stream.same_value(oid, text, text),
    howdah_stream.urlencode(text),
    howdah_stream.urlencoded(text[], text[], text[]),
    howdah_stream.json_object(text[], text[], text[], oid[], json),
    howdah_stream.json_event_type(text, text, text, text[]),
    howdah_stream.partial_sql(text, text[], text[], text[], text[], text[], text[], text[])
    to pgque_writer, pgq_writer;

-- Howdah's own client, which writes and reads (insert_N, read_N: pgque.grant_perms) without a detour, and its ticker.
grant execute on function howdah_stream.queue_id(text) to pgque_writer;
grant execute on function howdah_stream.current_event_table(text) to pgque_writer;
grant execute on function howdah_stream.join_workers(text, text, bool, int) to pgque_reader;
grant execute on function howdah_stream.deliver(
    int, text, interval, int, bigint, bigint, bigint[], interval[], text[], int, bigint, interval) to pgque_reader;
grant execute on function howdah_stream.settle(
    int, text, bigint, bigint, bigint[], interval[], text[]) to pgque_reader;
grant execute on function howdah_stream.renew_lease(int, text, interval, bigint) to pgque_reader;
grant execute on function howdah_stream.window_sql(howdah_stream.subscriber, bigint, text[]) to pgque_reader;
grant execute on function howdah_stream.table_window_sql(text, text[], text) to pgque_reader;
grant execute on function howdah_stream.slot_condition(howdah_stream.subscriber) to pgque_reader;
grant execute on function howdah_stream.event_table_name(int, int) to pgque_reader;
grant select on howdah_stream.subscriber, howdah_stream.event_table to pgque_reader;
grant execute on function howdah_stream.tick_round(text[], interval), howdah_stream.sleep() to pgque_admin;

-- Tables: readers read all there is in their language. A queue's own tables: pgque.grant_perms, now and when it is
-- made.
grant select on all tables in schema pgque to pgque_reader;
grant select on all tables in schema pgq to pgq_reader;

grant update (queue_external_ticker, queue_disable_insert) on pgq.queue to pgq_admin;

do $$
begin
    perform pgque.grant_perms(queue_name) from pgque.queue order by queue_id;
end
$$;
