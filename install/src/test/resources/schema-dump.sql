-- All that the catalogue knows about a database's own schemas, a line each: databases with the same lines are
-- alike. Roles are not in it, being the server's; the order of a table's columns is a line of its own.
with ours as (
    select oid, nspname, nspowner, nspacl
      from pg_namespace
     where nspname !~ '^pg_' and nspname <> 'information_schema'
), rel as (
    select c.*, format('%I.%I', n.nspname, c.relname) as name
      from pg_class c
      join ours n on n.oid = c.relnamespace
), acl (class, oid, text) as (
    select a.class, a.oid,
           (select string_agg(format('%s=%s%s by %s', coalesce(nullif(e.grantee, 0)::regrole::text, 'public'),
                                     e.privilege_type, case when e.is_grantable then '*' end, e.grantor::regrole),
                              ', ' order by e.grantee::regrole::text, e.privilege_type)
              from aclexplode(a.acl) as e)
      from (select 'schema', oid, coalesce(nspacl, acldefault('n', nspowner)) from ours
            union all
            select 'relation', oid,
                   coalesce(relacl, acldefault(case when relkind = 'S' then 's' else 'r' end::"char", relowner))
              from rel
            union all
            select 'function', p.oid, coalesce(proacl, acldefault('f', proowner))
              from pg_proc p join ours n on n.oid = p.pronamespace
            union all
            select 'type', t.oid, coalesce(typacl, acldefault('T', typowner))
              from pg_type t join ours n on n.oid = t.typnamespace
           ) as a (class, oid, acl)
)
select line from (
    select format('schema %I owner %s acl %s', nspname, nspowner::regrole, acl.text)
      from ours join acl on acl.class = 'schema' and acl.oid = ours.oid
    union all
    select format('relation %s kind %s persistence %s owner %s options %s acl %s',
                  name, relkind, relpersistence, relowner::regrole, reloptions, acl.text)
      from rel join acl on acl.class = 'relation' and acl.oid = rel.oid
     where relkind not in ('i', 'I')
    union all
    select format('column %s.%I %s%s default %s identity <%s> generated <%s> collation %s acl %s',
                  rel.name, a.attname, format_type(a.atttypid, a.atttypmod),
                  case when a.attnotnull then ' not null' end,
                  pg_get_expr(d.adbin, d.adrelid), a.attidentity, a.attgenerated, a.attcollation::regcollation,
                  a.attacl)
      from rel
      join pg_attribute a on a.attrelid = rel.oid and a.attnum > 0 and not a.attisdropped
      left join pg_attrdef d on d.adrelid = a.attrelid and d.adnum = a.attnum
     where rel.relkind not in ('i', 'I', 'S')
    union all
    select format('order of %s: %s', rel.name, string_agg(a.attname, ', ' order by a.attnum))
      from rel
      join pg_attribute a on a.attrelid = rel.oid and a.attnum > 0 and not a.attisdropped
     where rel.relkind not in ('i', 'I', 'S')
     group by rel.name
    union all
    select format('index %s%s', pg_get_indexdef(i.indexrelid), case when not i.indisvalid then ' INVALID' end)
      from pg_index i join rel on rel.oid = i.indrelid
    union all
    select format('constraint %I on %s %s', k.conname, rel.name, pg_get_constraintdef(k.oid))
      from pg_constraint k join rel on rel.oid = k.conrelid
    union all
    select format('trigger enabled %s %s', t.tgenabled, pg_get_triggerdef(t.oid))
      from pg_trigger t join rel on rel.oid = t.tgrelid
     where not t.tgisinternal
    union all
    select format('view %s %s', rel.name, pg_get_viewdef(rel.oid)) from rel where rel.relkind in ('v', 'm')
    union all
    select format('sequence %s %s start %s increment %s min %s max %s cache %s cycle %s owned by %s.%I',
                  rel.name, format_type(s.seqtypid, null), s.seqstart, s.seqincrement, s.seqmin, s.seqmax, s.seqcache,
                  s.seqcycle, d.refobjid::regclass, coalesce(a.attname, ''))
      from pg_sequence s
      join rel on rel.oid = s.seqrelid
      left join pg_depend d on d.objid = rel.oid and d.classid = 'pg_class'::regclass
                           and d.refclassid = 'pg_class'::regclass and d.deptype in ('a', 'i')
      left join pg_attribute a on a.attrelid = d.refobjid and a.attnum = d.refobjsubid
    union all
    select format('function %s owner %s config %s acl %s %s',
                  p.oid::regprocedure, p.proowner::regrole, p.proconfig, acl.text,
                  case when p.prokind <> 'a' then pg_get_functiondef(p.oid) end)
      from pg_proc p
      join acl on acl.class = 'function' and acl.oid = p.oid
    union all
    select format('type %I.%I %s owner %s labels %s acl %s', n.nspname, t.typname, t.typtype, t.typowner::regrole,
                  (select string_agg(enumlabel, ', ' order by enumsortorder) from pg_enum where enumtypid = t.oid),
                  acl.text)
      from pg_type t
      join ours n on n.oid = t.typnamespace
      join acl on acl.class = 'type' and acl.oid = t.oid
     where t.typelem = 0 and (t.typrelid = 0 or exists (select from rel where rel.oid = t.typrelid and relkind = 'c'))
    union all
    select format('cast from %s to %s context %s method %s', castsource::regtype, casttarget::regtype, castcontext,
                  castmethod)
      from pg_cast
     where oid >= 16384
    union all
    select format('default privileges %s %s %s %s', defaclrole::regrole, defaclnamespace::regnamespace, defaclobjtype,
                  defaclacl)
      from pg_default_acl
    union all
    select format('comment on %s: %s', pg_describe_object(classoid, objoid, objsubid), description)
      from pg_description
     where objoid >= 16384
) as dump (line)
order by line collate "C"
