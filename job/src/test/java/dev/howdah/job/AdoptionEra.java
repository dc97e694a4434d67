package dev.howdah.job;

/** What PGQueuer's own installation looked like over time, by the release that a database was made or upgraded with. */
enum AdoptionEra {
    V0_4(4),
    V0_18(18),
    V0_19_UPGRADED(19),
    V0_20(20),
    V0_26_UPGRADED(26),
    V1_0(100),
    V1_1(110),
    V1_3(111),
    V1_4(140),
    V2_0(200);

    private final int level;

    AdoptionEra(int level) {
        this.level = level;
    }

    boolean since(AdoptionEra other) {
        return level >= other.level;
    }

    boolean hasSlots() {
        return since(V1_4);
    }

    boolean hasOwnStatisticsStatus() {
        return !since(V0_19_UPGRADED);
    }

    boolean hasWaitingTime() {
        return !since(V0_20);
    }

    boolean hasUnloggedLog() {
        return since(V0_19_UPGRADED) && !since(V1_0);
    }

    /** Makes the tables, in the database's current schema. */
    void create(AdoptionBase database) {
        String id = since(V1_3) ? "bigserial" : "serial";
        database.run(since(V0_20) ? enumOf(V0_20) : "create type pgqueuer_status as enum ('queued', 'picked')");
        if (this == V0_19_UPGRADED) {
            database.run("alter type pgqueuer_status add value 'successful'");
            database.run("alter type pgqueuer_status add value 'exception'");
            database.run("alter type pgqueuer_status add value 'canceled'");
        }
        if (hasOwnStatisticsStatus()) {
            database.run("create type pgqueuer_statistics_status as enum ('exception', 'successful', 'canceled')");
        }
        database.run(queue(id));
        database.run(statistics(id));
        if (since(V0_18)) {
            database.run(SCHEDULES.replace("serial", id));
        }
        if (since(V0_19_UPGRADED)) {
            database.run(log());
        }
        if (since(V1_3)) {
            database.run(ENQUEUE);
        }
        database.run(CHANGED);
    }

    private String enumOf(AdoptionEra oneEnum) {
        return "create type pgqueuer_status as enum ('queued', 'picked', 'successful', 'exception',"
                + " 'canceled', 'deleted'"
                + (since(V1_0) && since(oneEnum) ? ", 'failed')" : ")");
    }

    private String queue(String id) {
        return "create table pgqueuer (id " + id + " primary key, priority int not null"
                + (since(V0_18) ? ", queue_manager_id uuid" : "")
                + ", created timestamptz not null default now(), updated timestamptz not null default now()"
                + (since(V0_18)
                        ? ", heartbeat timestamptz not null default now()"
                                + ", execute_after timestamptz not null default now()"
                        : "")
                + ", status pgqueuer_status not null, entrypoint text not null"
                + (since(V0_20) ? ", dedupe_key text" : "")
                + ", payload bytea"
                + (since(V0_20) ? ", headers jsonb" : "")
                + (since(V1_0) ? ", attempts int not null default 0" : "")
                + (hasSlots() ? ", slot bigint" : "")
                + ");"
                + """
                create index pgqueuer_priority_id_id1_idx on pgqueuer (priority asc, id desc) include (id)
                    where status = 'queued';
                create index pgqueuer_updated_id_id1_idx on pgqueuer (updated asc, id desc) include (id)
                    where status = 'picked';
                """
                + (since(V0_18)
                        ? "create index pgqueuer_queue_manager_id_idx on pgqueuer (queue_manager_id)"
                                + " where queue_manager_id is not null;"
                        : "")
                + (since(V0_20)
                        ? "create unique index pgqueuer_unique_dedupe_key on pgqueuer (dedupe_key)"
                                + " where status in ('queued', 'picked') and dedupe_key is not null;"
                        : "")
                + (this == V0_26_UPGRADED
                        ? "create index pgqueuer_heartbeat_id_id1_idx on pgqueuer (heartbeat asc, id desc) include (id)"
                                + " where status = 'picked';"
                        : "")
                + (since(V1_1) ? """
                        create index pgqueuer_ep_prio_id_idx on pgqueuer (entrypoint, priority desc, id)
                            where status = 'queued';
                        create index pgqueuer_ep_ea_idx on pgqueuer (entrypoint, execute_after) where status = 'queued';
                        """ : "")
                + (hasSlots()
                        ? "create unique index pgqueuer_picked_slot_idx on pgqueuer (entrypoint, slot)"
                                + " where status = 'picked' and slot is not null;"
                        : "")
                + (since(V2_0)
                        ? "create index pgqueuer_picked_heartbeat_idx on pgqueuer (heartbeat) where status = 'picked';"
                        : "");
    }

    private String statistics(String id) {
        return "create table pgqueuer_statistics (id " + id + " primary key"
                + ", created timestamptz not null default date_trunc('sec', now() at time zone 'UTC')"
                + ", count bigint not null, priority int not null"
                + (hasWaitingTime() ? ", time_in_queue interval not null" : "")
                + ", status " + (hasOwnStatisticsStatus() ? "pgqueuer_statistics_status" : "pgqueuer_status")
                + " not null"
                + ", entrypoint text not null);"
                + "create unique index pgqueuer_statistics_unique_count on pgqueuer_statistics (" + conflictTarget()
                + ");"
                + (since(V2_0) ? "create index pgqueuer_statistics_created on pgqueuer_statistics (created);" : "");
    }

    private String conflictTarget() {
        return "priority, date_trunc('sec', created at time zone 'UTC'), "
                + (hasWaitingTime() ? "date_trunc('sec', time_in_queue), " : "") + "status, entrypoint";
    }

    private static final String SCHEDULES = """
            create table pgqueuer_schedules (
                id serial primary key,
                expression text not null,
                entrypoint text not null,
                heartbeat timestamptz not null default now(),
                created timestamptz not null default now(),
                updated timestamptz not null default now(),
                next_run timestamptz not null default now(),
                last_run timestamptz,
                status pgqueuer_status default 'queued',
                unique (expression, entrypoint)
            )""";

    private String log() {
        return (hasUnloggedLog() ? "create unlogged table" : "create table")
                + " pgqueuer_log (id bigint generated always as identity primary key,"
                + " created timestamptz not null default now(), job_id bigint not null,"
                + " status pgqueuer_status not null,"
                + " priority int not null, entrypoint text not null"
                + (since(V0_20) ? ", traceback jsonb, aggregated boolean default false);" : ");")
                + "create index pgqueuer_log_created on pgqueuer_log (created);"
                + "create index pgqueuer_log_status on pgqueuer_log (status);"
                + (!since(V0_20)
                        ? ""
                        : since(V1_1)
                                ? "create index pgqueuer_log_not_aggregated on pgqueuer_log"
                                        + " (entrypoint, priority, status, created) where not aggregated;"
                                : "create index pgqueuer_log_not_aggregated on pgqueuer_log ((1))"
                                        + " where not aggregated;");
    }

    private static final String ENQUEUE = """
            create function fn_pgqueuer_enqueue(entrypoint text, payload bytea default null, priority int default 0,
                execute_after interval default '0'::interval, dedupe_key text default null, headers jsonb default null)
                returns bigint
                language plpgsql
            as $$ begin return null; end $$""";

    private static final String CHANGED = """
            create function fn_pgqueuer_changed() returns trigger
                language plpgsql
            as $$
            begin
                perform pg_notify('ch_pgqueuer', json_build_object('channel', 'ch_pgqueuer', 'operation', lower(tg_op),
                    'sent_at', now(), 'table', tg_table_name)::text);
                return null;
            end
            $$;
            create trigger tg_pgqueuer_changed after insert or update or delete or truncate on pgqueuer
                for each statement execute function fn_pgqueuer_changed()""";

    /** Rows of every kind. To be worked are those whose payload is "work". */
    void fill(AdoptionBase database) {
        database.run("""
                insert into pgqueuer (priority, status, entrypoint, payload)
                select n, 'queued', 'adopted', 'work' from generate_series(1, 5) n;
                insert into pgqueuer (priority, status, entrypoint, payload, updated)
                values (0, 'picked', 'adopted', 'work', now() - interval '1 hour'), (0, 'picked', 'other', 'no', now());
                """);
        database.run("""
                insert into pgqueuer_statistics (created, count, priority, status, entrypoint%s)
                select date_trunc('sec', now()) - interval '1 day' * day, 10 * day, 1, status::%s, 'adopted'%s
                  from generate_series(1, 3) day, unnest('{successful,exception}'::text[]) status%s""".formatted(
                        hasWaitingTime() ? ", time_in_queue" : "",
                        hasOwnStatisticsStatus() ? "pgqueuer_statistics_status" : "pgqueuer_status",
                        hasWaitingTime() ? ", interval '1 s' * wait" : "",
                        hasWaitingTime() ? ", generate_series(1, 4) wait" : ""));
        if (since(V0_18)) {
            database.run("""
                    update pgqueuer set queue_manager_id = gen_random_uuid(), heartbeat = updated
                     where status = 'picked';
                    insert into pgqueuer (priority, status, entrypoint, payload, execute_after)
                    values (0, 'queued', 'adopted', 'no', now() + interval '1 hour');
                    insert into pgqueuer_schedules (expression, entrypoint, last_run)
                    values ('* * * * *', 'tick', now()), ('0 * * * *', 'tick', null)""");
        }
        if (since(V0_19_UPGRADED)) {
            database.run("""
                    insert into pgqueuer_log (job_id, status, priority, entrypoint)
                    select n, status, 0, 'adopted'
                      from generate_series(1, 50) n, unnest(enum_range(null::pgqueuer_status)) status;
                    insert into pgqueuer (priority, status, entrypoint, payload)
                    select 0, status, 'adopted', 'no'
                      from unnest(enum_range('successful'::pgqueuer_status, null)) status""");
        }
        if (since(V0_20)) {
            database.run("""
                    insert into pgqueuer (priority, status, entrypoint, payload, headers, dedupe_key)
                    values (0, 'queued', 'adopted', 'work', '[1, 2]', 'a'), (0, 'queued', 'adopted', 'work', '7', 'b'),
                           (0, 'queued', 'adopted', 'work', '{"a": 1}', null)""");
        }
        if (hasSlots()) {
            database.run("update pgqueuer set slot = 1 where status = 'picked'");
        }
    }

    /**
     * The statements of a worker of those days on one job of its own, each needing the one before.
     *
     * @param waited the seconds that the job has waited, as far as statistics of those days knew of it
     */
    void work(AdoptionBase database, int waited) {
        database.run("insert into pgqueuer (priority, entrypoint, payload, status"
                + (since(V0_18) ? ", execute_after" : "") + (since(V0_20) ? ", dedupe_key, headers" : "")
                + ") values (3, 'old', 'x', 'queued'" + (since(V0_18) ? ", now()" : "")
                + (since(V0_20) ? ", 'old', null" : "") + ")");
        String set = (since(V0_18) ? ", heartbeat = now(), queue_manager_id = gen_random_uuid()" : "")
                + (hasSlots() ? ", slot = 1" : "");
        database.one("""
                with next as (
                    select id from pgqueuer where status = 'queued' and entrypoint = 'old' for update skip locked
                ), picked as (
                    update pgqueuer set status = 'picked', updated = now()%s
                     where id in (select id from next)
                    returning *
                )
                select id from picked""".formatted(set));
        String gone = "with gone as (delete from pgqueuer where entrypoint = 'old' and status = 'picked'"
                + " returning id, priority, entrypoint, interval '1 s' * " + waited + " as waited) ";
        if (hasOwnStatisticsStatus()) {
            database.run(gone + upsert("'successful'::pgqueuer_statistics_status", "now()", "gone"));
            return;
        }
        database.run(gone + "insert into pgqueuer_log (job_id, status, priority, entrypoint"
                + (since(V0_20) ? ", traceback" : "") + ") select id, 'successful', priority, entrypoint"
                + (since(V0_20) ? ", null" : "") + " from gone");
        if (since(V0_20)) {
            database.run("with counted as (update pgqueuer_log set aggregated = true"
                    + " where not aggregated and entrypoint = 'old'"
                    + " returning *) " + upsert("status", "created", "counted"));
        } else {
            database.run("with counted as (select *, interval '1 s' * " + waited
                    + " as waited from pgqueuer_log where entrypoint = 'old') "
                    + upsert("status", "created", "counted"));
        }
    }

    private String upsert(String status, String created, String from) {
        String waited = hasWaitingTime() ? ", date_trunc('sec', waited)" : "";
        return "insert into pgqueuer_statistics (priority, entrypoint, status, created, count"
                + (hasWaitingTime() ? ", time_in_queue)" : ")")
                + " select priority, entrypoint, " + status + ", date_trunc('sec', " + created + "), count(*)" + waited
                + " from " + from + " group by priority, entrypoint, " + (status.equals("status") ? "status, " : "")
                + "date_trunc('sec', " + created + ")" + waited
                + " on conflict (" + conflictTarget() + ")"
                + " do update set count = pgqueuer_statistics.count + excluded.count";
    }
}
