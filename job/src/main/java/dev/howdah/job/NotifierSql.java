package dev.howdah.job;

/** The statements of {@link JobNotifier}; what its locks mean to senders stands where they are told of changes. */
final class NotifierSql {

    private NotifierSql() {}

    /**
     * Whether sessions of this database stand in line before the lock of all notifications, which is the whole server's; two
     * meet there now and then without harm.
     */
    static final String IS_CONTENDED = """
            select count(*) > 1
              from pg_locks
              join pg_stat_activity using (pid)
             where locktype = 'object' and database = 0 and classid = 'pg_database'::regclass and objid = 0
               and not granted
               and datname = current_database()""";

    /** In a transaction that is kept; false at the moment at which a sender looks. */
    static final String WAKE = "select pg_try_advisory_xact_lock(1752131961, hashtext('ch_pgqueuer'))";

    /**
     * Tells of jobs that came, and says whether a sender is at work that leaves the telling to the notifier. The lock comes
     * first: who shared it before that and does no longer has committed, and what was committed is told by this commit. It is
     * not waited for until it is on disk: nobody's job is in it.
     */
    static final String TELL = """
            with asked as materialized (
                select set_config('synchronous_commit', 'off', true),
                       case when pg_try_advisory_lock(1752131962, hashtext('ch_pgqueuer'))
                            then not pg_advisory_unlock(1752131962, hashtext('ch_pgqueuer'))
                            else true end as is_sending
            )
            select is_sending,
                   pg_notify('ch_pgqueuer', json_build_object(
                       'channel', 'ch_pgqueuer',
                       'operation', 'insert',
                       'sent_at', now(),
                       'table', (select relname from pg_class where oid = 'pgqueuer'::regclass),
                       'type', 'table_changed_event')::text)
              from asked""";

    /** Waits for those who leave the telling to the notifier, a second at most; who comes meanwhile notifies. */
    static final String AWAIT_SENDERS = """
            select set_config('lock_timeout', '1s', true), pg_advisory_xact_lock(1752131962, hashtext('ch_pgqueuer'))""";
}
