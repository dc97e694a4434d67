-- Refuses a database in which something else has the names of PGQueuer's tables, types or functions.
-- What PGQueuer itself made, in any of its versions from 0.4 on, passes and is adopted by the migrations.
do $$
declare
    problem text;
    has_additions boolean := false;
begin
    -- installed before, but not in the schema that this connection looks at
    if exists (select
                 from pg_catalog.pg_class c
                 join pg_catalog.pg_namespace n on n.oid = c.relnamespace
                where n.nspname = 'howdah' and c.relname = 'history')
    then
        execute $q$
            select format('the jobs of this database are not in schema %I; '
                          'connect with the search_path, and the prefix, that they were installed with', current_schema())
              from howdah.history
             where success
               and (description = 'job 2_tables' and to_regclass('pgqueuer') is null
                    or description = 'job functions'
                       and to_regprocedure('fn_pgqueuer_checked_headers(jsonb)') is null)
             limit 1$q$
           into problem;
        execute $q$select exists (select from howdah.history where success and description = 'job 5_additions')$q$
           into has_additions;
        if problem is not null then
            raise exception using errcode = '55000', message = problem;
        end if;
    end if;

    select format('type %I.%I is not PGQueuer''s; rename it, or install into another schema', n.nspname, t.typname)
      into problem
      from pg_catalog.pg_type t
      join pg_catalog.pg_namespace n on n.oid = t.typnamespace and n.nspname = current_schema()
      join (values ('pgqueuer_status', '{queued,picked}'::name[]),
                   ('pgqueuer_statistics_status', '{successful,exception}')) as e (typname, labels) using (typname)
     where not e.labels <@ array (select enumlabel from pg_catalog.pg_enum where enumtypid = t.oid)
     limit 1;
    if problem is not null then
        raise exception using errcode = '42P16', message = problem;
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
               ('pgqueuer_statistics', 'id', '{int4,int8}'),
               ('pgqueuer_statistics', 'created', '{timestamptz}'),
               ('pgqueuer_statistics', 'count', '{int8}'),
               ('pgqueuer_statistics', 'priority', '{int4}'),
               ('pgqueuer_statistics', 'status', '{pgqueuer_status,pgqueuer_statistics_status}'),
               ('pgqueuer_statistics', 'entrypoint', '{text}'),
               ('pgqueuer_schedules', 'id', '{int4,int8}'),
               ('pgqueuer_schedules', 'expression', '{text}'),
               ('pgqueuer_schedules', 'entrypoint', '{text}'),
               ('pgqueuer_schedules', 'next_run', '{timestamptz}')
           ) as e (tab, col, types)
      join pg_catalog.pg_class c on c.relname = e.tab
      join pg_catalog.pg_namespace n on n.oid = c.relnamespace and n.nspname = current_schema()
      left join pg_catalog.pg_attribute a on a.attrelid = c.oid and a.attname = e.col and not a.attisdropped
      left join pg_catalog.pg_type t
             on t.oid = a.atttypid and t.typnamespace in (n.oid, 'pg_catalog'::regnamespace)
     where c.relkind not in ('r', 'p') or t.typname is null or t.typname <> all (e.types)
     limit 1;
    if problem is not null then
        raise exception using errcode = '42P16', message = problem;
    end if;

    select format('%I.%I has a name that Howdah needs; rename it, or install into another schema', n.nspname, c.relname)
      into problem
      from pg_catalog.pg_class c
      join pg_catalog.pg_namespace n on n.oid = c.relnamespace and n.nspname = current_schema()
     where not has_additions
       and c.relname in ('pgqueuer_rates', 'pgqueuer_rates_claimed', 'pgqueuer_expires_at', 'pgqueuer_schedule_jobs')
     limit 1;
    if problem is not null then
        raise exception using errcode = '42P16', message = problem;
    end if;

    -- "create or replace" keeps a function's owner and grants, and fails if its shape is another
    select format('function %s is not the one that PGQueuer documents; rename it, or install into another schema',
                  p.oid::regprocedure)
      into problem
      from pg_catalog.pg_proc p
      join pg_catalog.pg_namespace n on n.oid = p.pronamespace and n.nspname = current_schema()
     where p.proname = 'fn_pgqueuer_enqueue'
       and (p.oid <> coalesce(to_regprocedure('fn_pgqueuer_enqueue(text,bytea,int,interval,text,jsonb)'), 0)
            or p.proargnames is distinct from '{entrypoint,payload,priority,execute_after,dedupe_key,headers}'
            or p.prorettype <> 'bigint'::regtype or p.proretset or p.prokind <> 'f' or p.pronargdefaults > 5)
        or p.proname = 'fn_pgqueuer_changed' and p.pronargs = 0
       and (p.prorettype <> 'trigger'::regtype or p.prokind <> 'f')
     limit 1;
    if problem is not null then
        raise exception using errcode = '42P16', message = problem;
    end if;

    select format('%s belongs to role %I; install as that role, or as a member of it',
                  found.thing, pg_get_userbyid(found.owner))
      into problem
      from (select format('table %I.%I', n.nspname, c.relname), c.relowner
              from pg_catalog.pg_class c
              join pg_catalog.pg_namespace n on n.oid = c.relnamespace and n.nspname = current_schema()
             where c.relname in ('pgqueuer', 'pgqueuer_log', 'pgqueuer_statistics', 'pgqueuer_schedules')
            union all
            select format('type %I.%I', n.nspname, t.typname), t.typowner
              from pg_catalog.pg_type t
              join pg_catalog.pg_namespace n on n.oid = t.typnamespace and n.nspname = current_schema()
             where t.typname in ('pgqueuer_status', 'pgqueuer_statistics_status')
            union all
            select format('function %s', p.oid::regprocedure), p.proowner
              from pg_catalog.pg_proc p
              join pg_catalog.pg_namespace n on n.oid = p.pronamespace and n.nspname = current_schema()
             where p.proname in ('fn_pgqueuer_enqueue', 'fn_pgqueuer_changed')
           ) as found (thing, owner)
     where not pg_has_role(found.owner, 'usage')
     limit 1;
    if problem is not null then
        raise exception using errcode = '42501', message = problem;
    end if;

    select format('view %s stands on %s.%I, whose type has to change; drop the view, and make it again afterwards',
                  r.ev_class::regclass, c.oid::regclass, a.attname)
      into problem
      from pg_catalog.pg_class c
      join pg_catalog.pg_namespace n on n.oid = c.relnamespace and n.nspname = current_schema()
      join pg_catalog.pg_attribute a on a.attrelid = c.oid
      join pg_catalog.pg_depend d on d.refclassid = 'pg_class'::regclass and d.refobjid = c.oid
                                 and d.refobjsubid = a.attnum and d.classid = 'pg_rewrite'::regclass
      join pg_catalog.pg_rewrite r on r.oid = d.objid and r.ev_class <> c.oid
     where (c.relname in ('pgqueuer', 'pgqueuer_statistics', 'pgqueuer_schedules')
            and a.attname = 'id' and a.atttypid = 'int4'::regtype)
        or (c.relname = 'pgqueuer_statistics' and a.atttypid = to_regtype('pgqueuer_statistics_status'))
     limit 1;
    if problem is not null then
        raise exception using errcode = '42P16', message = problem;
    end if;
end
$$;
