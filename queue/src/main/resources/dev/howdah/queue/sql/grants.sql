-- Who may do what: all of it is here but for what a queue's or an exchange's owner grants. Everybody may make queues and
-- exchanges, and list what there is; a queue or an exchange is its owner's, and whose he gives access.

revoke all on schema pgpro_queue, howdah_queue from public;
revoke all on all routines in schema pgpro_queue, howdah_queue from public;
revoke all on all tables in schema howdah_queue from public;
revoke all on all sequences in schema howdah_queue from public;

grant usage on schema pgpro_queue, howdah_queue to public;
grant execute on all routines in schema pgpro_queue to public;
-- the installation's owner's alone
revoke execute on function pgpro_queue.queue_initialize(), pgpro_queue.queue_deinitialize() from public;
revoke execute on procedure pgpro_queue.register_callback(text, text) from public;

-- What the API's functions call with their caller's rights. Those that change something check who he is.
do $grants$
declare
    v_function text;
begin
    foreach v_function in array array[
        -- questions
        'check_acting(name)', 'check_initialized()', 'no_such_queue(name)', 'queue_id(name)', 'queue_to(name, text)',
        'table_name(name)', 'role_named(oid)', 'exchange_id(name)', 'exchange_to_publish(name)', 'publish_function(int)',
        'callback_problem(text, name)', 'copy_target(name)', 'copy_segment(int)',
        'queue_counts(name)', 'peek(name, int)', 'list_messages(name, name, int)', 'dead_letters(name, int)',
        'list_dead(name, name, int)',
        -- queues
        'create_queue(name, name, char, name, int, int)', 'alter_queue(name, name, char, name, int, int)',
        'set_backoff(name, name, numeric, int)', 'drop_queue(name, name)',
        'change_access(name, name, name, bool)', 'reset_access(name, name)',
        -- exchanges
        'create_exchange(name, name, text)', 'drop_exchange(name, name, bool)', 'bind_queue(name, name, name, text)',
        'unbind_queue(name, name, name, text)', 'change_publish_access(name, name, name, bool)',
        'set_refusal(name, name, bool)',
        -- callbacks
        'remove_callback(name, int, name, text, text)',
        -- workers
        'retry(name, howdah_queue.message, double precision, text)', 'give_up(name, howdah_queue.message, text)',
        'settle(name, name, howdah_queue.message, double precision, text, bool)',
        'settle_all(name, howdah_queue.message[], "char"[], double precision[], text[])',
        'settle_each(name, name, howdah_queue.message[], "char"[], double precision[], text[])',
        'replay_dead(name, bigint[])', 'delete_dead(name, bigint[])', 'take_dead(name, name, bigint[], bool)']
    loop
        execute format('grant execute on function howdah_queue.%s to public', v_function);
    end loop;
end
$grants$;

-- What is stored: run when it is made, and again whenever any of this has changed.
create or replace function howdah_queue.grant_data() returns void
language plpgsql as $$
begin
    revoke all on schema pgpro_queue_data from public;
    grant usage on schema pgpro_queue_data to public;
    revoke all on pgpro_queue_data.queues, pgpro_queue_data.waiting, pgpro_queue_data.dead, pgpro_queue_data.exchanges,
        pgpro_queue_data.bindings, pgpro_queue_data.callbacks from public;
    grant select on pgpro_queue_data.queues, pgpro_queue_data.exchanges, pgpro_queue_data.bindings,
        pgpro_queue_data.queue_list, pgpro_queue_data.exchange_list, pgpro_queue_data.binding_list to public;
end
$$;

revoke all on function howdah_queue.grant_data() from public;

-- An installation comes initialized.
do $$
begin
    if to_regnamespace('pgpro_queue_data') is null then
        perform pgpro_queue.queue_initialize();
    else
        perform howdah_queue.upgrade_data();
    end if;
end
$$;
