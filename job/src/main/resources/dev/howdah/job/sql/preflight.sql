-- Refuses a database in which something else has the names of PGQueuer's tables, type or function.
-- What PGQueuer itself made, in any of its versions from 0.4 on, passes and is adopted by the migrations.
do $$
declare
    problem text;
begin
    -- installed before, but not in the schema that this connection looks at
    if to_regclass('howdah.history') is not null and to_regclass('pgqueuer') is null then
        execute $q$
            select format('the jobs of this database are not in schema %I; '
                          'connect with the search_path that they were installed with', current_schema())
              from howdah.history
             where description = 'job 2_tables' and success
             limit 1$q$
           into problem;
        if problem is not null then
            raise exception using errcode = '55000', message = problem;
        end if;
    end if;

    -- each relation that is there must be a table with the columns that every version of PGQueuer gave it
    select format('%I.%I is not a table of PGQueuer (%s); rename it, or install into another schema',
                  n.nspname, c.relname,
                  case when c.relkind not in ('r', 'p') then 'it is no table'
                       else format('it has no column %I of type %s', e.col, array_to_string(e.types, ' or '))
                  end)
      into problem
      from (values
               ('pgqueuer', 'id', '{int4,int8}'::name[]),
               ('pgqueuer', 'priority', '{int4}'),
               ('pgqueuer', 'created', '{timestamptz}'),
               ('pgqueuer', 'updated', '{timestamptz}'),
               ('pgqueuer', 'status', '{pgqueuer_status}'),
               ('pgqueuer', 'entrypoint', '{text}'),
               ('pgqueuer', 'payload', '{bytea}'),
               ('pgqueuer_log', 'job_id', '{int8}'),
               ('pgqueuer_log', 'status', '{pgqueuer_status}'),
               ('pgqueuer_log', 'priority', '{int4}'),
               ('pgqueuer_log', 'entrypoint', '{text}'),
               ('pgqueuer_statistics', 'created', '{timestamptz}'),
               ('pgqueuer_statistics', 'count', '{int8}'),
               ('pgqueuer_statistics', 'priority', '{int4}'),
               ('pgqueuer_statistics', 'status', '{pgqueuer_status,pgqueuer_statistics_status}'),
               ('pgqueuer_statistics', 'entrypoint', '{text}'),
               ('pgqueuer_schedules', 'expression', '{text}'),
               ('pgqueuer_schedules', 'entrypoint', '{text}'),
               ('pgqueuer_schedules', 'next_run', '{timestamptz}')
           ) as e (tab, col, types)
      join pg_catalog.pg_class c on c.relname = e.tab
      join pg_catalog.pg_namespace n on n.oid = c.relnamespace and n.nspname = current_schema()
      left join pg_catalog.pg_attribute a on a.attrelid = c.oid and a.attname = e.col and not a.attisdropped
      left join pg_catalog.pg_type t on t.oid = a.atttypid
     where c.relkind not in ('r', 'p') or t.typname is null or t.typname <> all (e.types)
     limit 1;
    if problem is not null then
        raise exception using errcode = '42P16', message = problem;
    end if;

    select format('type %I.pgqueuer_status is not PGQueuer''s; rename it, or install into another schema',
                  n.nspname)
      into problem
      from pg_catalog.pg_type t
      join pg_catalog.pg_namespace n on n.oid = t.typnamespace and n.nspname = current_schema()
     where t.typname = 'pgqueuer_status'
       and (select count(*)
              from pg_catalog.pg_enum e
             where e.enumtypid = t.oid and e.enumlabel in ('queued', 'picked')) < 2;
    if problem is not null then
        raise exception using errcode = '42P16', message = problem;
    end if;

    select format('function %s is not the one that PGQueuer documents; rename it, or install into another schema',
                  p.oid::regprocedure)
      into problem
      from pg_catalog.pg_proc p
      join pg_catalog.pg_namespace n on n.oid = p.pronamespace and n.nspname = current_schema()
     where (p.proname = 'fn_pgqueuer_enqueue'
            and (p.oid <> coalesce(to_regprocedure('fn_pgqueuer_enqueue(text,bytea,int,interval,text,jsonb)'), 0)
                 or p.prorettype <> 'bigint'::regtype
                 or p.proargnames <> '{entrypoint,payload,priority,execute_after,dedupe_key,headers}'))
        or (p.proname = 'fn_pgqueuer_changed' and p.prorettype <> 'trigger'::regtype)
     limit 1;
    if problem is not null then
        raise exception using errcode = '42P16', message = problem;
    end if;

    select format('table %I.%I belongs to role %I; install as that role, or as a member of it',
                  n.nspname, c.relname, pg_get_userbyid(c.relowner))
      into problem
      from pg_catalog.pg_class c
      join pg_catalog.pg_namespace n on n.oid = c.relnamespace and n.nspname = current_schema()
     where c.relname in ('pgqueuer', 'pgqueuer_log', 'pgqueuer_statistics', 'pgqueuer_schedules')
       and not pg_has_role(c.relowner, 'usage')
     limit 1;
    if problem is not null then
        raise exception using errcode = '42501', message = problem;
    end if;
end
$$;
