-- Who may use a queue. The queue table's privileges say it: insert to send, delete to read. What else a queue consists of
-- follows them (share_access), and so does what is made later.

create or replace function howdah_queue.grant_queue(i_queue_id int, i_role name) returns void
language plpgsql as $$
declare
    v_table name := (select howdah_queue.table_name(queue_name) from pgpro_queue_data.queues where queue_id = i_queue_id);
begin
    execute format('grant select, insert, update, delete on pgpro_queue_data.%I to %s', v_table, howdah_queue.role_text(i_role));
    perform howdah_queue.share_access(i_queue_id);
end
$$;

create or replace function howdah_queue.role_text(i_role name) returns text
language sql immutable as $$
    select case i_role when 'public' then 'public' else quote_ident(i_role) end
$$;

-- Gives segments, sequence and functions of a queue the access of its table, and takes what it does not say.
create or replace function howdah_queue.share_access(i_queue_id int) returns void
language plpgsql as $$
declare
    v_queue record;
    v_segments text;
    v_role text;
    v_sends bool;
    v_reads bool;
    v_send text := format('pgpro_queue_data.send_%1$s(jsonb, xml, int, jsonb, int, int, timestamptz), '
        'pgpro_queue_data.send_many_%1$s(jsonb[], xml[], int[], jsonb[], int[], int[], timestamptz[])', i_queue_id);
    v_take text := format('pgpro_queue_data.take_%1$s(int, jsonb, jsonb, "char"), '
        'pgpro_queue_data.take_id_%1$s(bigint, "char")', i_queue_id);
begin
    select * into v_queue from pgpro_queue_data.queues where queue_id = i_queue_id;
    select string_agg(howdah_queue.segment_name(i_queue_id, nr), ', ') into v_segments
      from generate_series(0, v_queue.queue_segments - 1) nr;
    for v_role, v_sends, v_reads in
        select case a.grantee when 0 then 'public' else quote_ident(r.rolname) end,
               bool_or(a.privilege_type = 'INSERT' and a.present), bool_or(a.privilege_type = 'DELETE' and a.present)
          from (select (aclexplode(c.relacl)).*, true as present
                  from pg_class c
                 where c.oid = format('pgpro_queue_data.%I', howdah_queue.table_name(v_queue.queue_name))::regclass
                union all
                select (aclexplode(p.proacl)).*, false
                  from pg_proc p
                 where p.oid = format('pgpro_queue_data.take_%s(int, jsonb, jsonb, "char")', i_queue_id)::regprocedure
                union all
                select (aclexplode(p.proacl)).*, false
                  from pg_proc p
                 where p.oid = format('pgpro_queue_data.send_%s(jsonb, xml, int, jsonb, int, int, timestamptz)', i_queue_id)::regprocedure
               ) a
          left join pg_roles r on r.oid = a.grantee
         where a.grantee <> (select oid from pg_roles where rolname = current_user)
         group by 1
    loop
        -- COPY writes into a segment itself
        if v_sends then
            execute format('grant insert on %s to %s', v_segments, v_role);
            execute format('grant usage on sequence pgpro_queue_data.msgid_%s to %s', i_queue_id, v_role);
            execute format('grant execute on function %s to %s', v_send, v_role);
        else
            execute format('revoke insert on %s from %s', v_segments, v_role);
            execute format('revoke usage on sequence pgpro_queue_data.msgid_%s from %s', i_queue_id, v_role);
            execute format('revoke execute on function %s from %s', v_send, v_role);
        end if;
        execute format(case when v_reads then 'grant execute on function %s to %s'
                            else 'revoke execute on function %s from %s' end, v_take, v_role);
    end loop;
end
$$;

-- GRANT_QUEUE_ACCESS and REVOKE_QUEUE_ACCESS: the queue's owner gives, and takes, everything that using a queue needs.
-- Errors: not the owner; no such queue; no such role.
create or replace procedure pgpro_queue.grant_queue_access(queue_name name, role_name name)
language plpgsql as $$
begin
    perform howdah_queue.change_access(current_user, $1, $2, true);
end
$$;

create or replace procedure pgpro_queue.grant_queue_access(queue_name name, role_oid oid)
language plpgsql as $$
begin
    perform howdah_queue.change_access(current_user, $1, howdah_queue.role_named($2), true);
end
$$;

create or replace procedure pgpro_queue.revoke_queue_access(queue_name name, role_name name)
language plpgsql as $$
begin
    perform howdah_queue.change_access(current_user, $1, $2, false);
end
$$;

create or replace procedure pgpro_queue.revoke_queue_access(queue_name name, role_oid oid)
language plpgsql as $$
begin
    perform howdah_queue.change_access(current_user, $1, howdah_queue.role_named($2), false);
end
$$;

-- Nobody but the owner has access from now on. The owner's alone.
create or replace procedure pgpro_queue.reset_queue_access(queue_name name)
language plpgsql as $$
begin
    perform howdah_queue.reset_access(current_user, $1);
end
$$;

create or replace function howdah_queue.role_named(i_oid oid) returns name
language plpgsql stable as $$
declare
    v_role name := (select rolname from pg_roles where oid = i_oid);
begin
    if v_role is null then
        raise exception 'role with OID % does not exist', i_oid using errcode = 'undefined_object';
    end if;
    return v_role;
end
$$;

create or replace function howdah_queue.change_access(i_role name, i_queue name, i_to name, i_grant bool) returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    v_id int := howdah_queue.queue_id(i_queue);
begin
    perform howdah_queue.check_owner(v_id, i_role);
    if i_to is distinct from 'public' and not exists (select from pg_roles where rolname = i_to) then
        raise exception 'role "%" does not exist', coalesce(i_to::text, '(null)') using errcode = 'undefined_object';
    elsif i_grant then
        perform howdah_queue.grant_queue(v_id, i_to);
        return;
    elsif i_to = (select queue_owner::text from pgpro_queue_data.queues where queue_id = v_id) then
        raise exception 'queue "%" is owned by "%", whose access can''t be revoked', i_queue, i_to
            using errcode = 'invalid_grant_operation';
    end if;
    execute format('revoke all on pgpro_queue_data.%I from %s', howdah_queue.table_name(i_queue), howdah_queue.role_text(i_to));
    perform howdah_queue.share_access(v_id);
end
$$;

create or replace function howdah_queue.reset_access(i_role name, i_queue name) returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    v_id int := howdah_queue.queue_id(i_queue);
    v_other text;
begin
    perform howdah_queue.check_owner(v_id, i_role);
    for v_other in
        select distinct case a.grantee when 0 then 'public' else quote_ident(r.rolname) end
          from pg_class c
         cross join aclexplode(c.relacl) a
          left join pg_roles r on r.oid = a.grantee
          join pgpro_queue_data.queues q on q.queue_id = v_id
         where c.oid = format('pgpro_queue_data.%I', howdah_queue.table_name(i_queue))::regclass
           and a.grantee not in (c.relowner, q.queue_owner::oid)
    loop
        execute format('revoke all on pgpro_queue_data.%I from %s', howdah_queue.table_name(i_queue), v_other);
    end loop;
    perform howdah_queue.share_access(v_id);
end
$$;
