-- How a captured row is written: urlencoded, as JSON or as partial SQL, each to the letter as PgQ's consumers parse it.
-- All of these work on two arrays, the columns' names and their values as text; a null value is SQL's null.

-- Row types of nothing but texts. PostgreSQL writes any row as one text, with each type's own output, and reads that text
-- into a row of texts: this is how a row's values become an array without SQL that is planned for each row.
do $$
declare
    width int;
begin
    foreach width in array array[16, 64, 256, 1600] loop
        if to_regtype('howdah_stream.texts_' || width) is null then
            execute format('create type howdah_stream.texts_%s as (%s)', width,
                (select string_agg('c' || i || ' text', ', ' order by i) from generate_series(1, width) i));
        end if;
        execute format($sql$
            create or replace function howdah_stream.row_values_%1$s(i_row text) returns text[]
            language plpgsql immutable as $f$
            declare
                r howdah_stream.texts_%1$s;
            begin
                r := i_row::howdah_stream.texts_%1$s;
                return array[%2$s];
            end
            $f$ $sql$, width, (select string_agg('r.c' || i, ', ' order by i) from generate_series(1, width) i));
    end loop;
end
$$;

-- The values of a row of i_count columns that is written as text.
create or replace function howdah_stream.row_values(i_row text, i_count int) returns text[]
language plpgsql immutable as $$
declare
    v_width int := case when i_count <= 16 then 16 when i_count <= 64 then 64 when i_count <= 256 then 256 else 1600 end;
    v_padded text := rtrim(i_row, ')') || repeat(',', v_width - greatest(i_count, 1)) || ')';
begin
    if i_count = 0 then
        return '{}';
    end if;
    -- a row's last value may end with brackets of its own, but then it is quoted
    return (case v_width
        when 16 then howdah_stream.row_values_16(v_padded)
        when 64 then howdah_stream.row_values_64(v_padded)
        when 256 then howdah_stream.row_values_256(v_padded)
        else howdah_stream.row_values_1600(v_padded) end)[1 : i_count];
end
$$;

-- A text with all but letters, digits and -._ as %xx, lower case, and spaces as +.
create or replace function howdah_stream.urlencode(i_text text) returns text
language plpgsql immutable as $$
declare
    v_text text;
    v_char text;
begin
    if i_text !~ '[^-._0-9A-Za-z]' then
        return i_text;
    end if;
    -- what most texts are made of, in one expression; then the rest, character by character
    v_text := replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(
        i_text, '%', '%25'), '+', '%2b'), ' ', '+'), '"', '%22'), ',', '%2c'), ':', '%3a'), '/', '%2f'), '{', '%7b'),
        '}', '%7d'), '[', '%5b'), ']', '%5d'), '''', '%27'), '=', '%3d'), '&', '%26');
    if v_text ~ '[^-._0-9A-Za-z%+]' then
        for v_char in select distinct m[1] from regexp_matches(v_text, '[^-._0-9A-Za-z%+]', 'g') m loop
            v_text := replace(v_text, v_char,
                regexp_replace(encode(convert_to(v_char, getdatabaseencoding()), 'hex'), '..', '%\&', 'g'));
        end loop;
    end if;
    return v_text;
end
$$;

-- name=value&name=value; a null has no =.
create or replace function howdah_stream.urlencoded(i_names text[], i_values text[], i_left_out text[]) returns text
language sql immutable as $$
    select coalesce(string_agg(howdah_stream.urlencode(name) || coalesce('=' || howdah_stream.urlencode(value), ''), '&'), '')
      from unnest(i_names, i_values) c (name, value)
     where name <> all (i_left_out)
$$;

-- A JSON object. Whole numbers and booleans are JSON's, dates and times of day ISO's, all else is a string of the value's
-- text. i_row: the same row by to_json, for its dates.
create or replace function howdah_stream.json_object(
    i_names text[], i_values text[], i_left_out text[], i_types oid[], i_row json) returns text
language sql stable as $$
    select '{' || coalesce(string_agg(to_json(name)::text || ':' || case
            when value is null then 'null'
            when type in ('int4'::regtype, 'int8'::regtype, 'int2'::regtype) then value
            when type = 'bool'::regtype then case value when 't' then 'true' else 'false' end
            when type in ('timestamptz'::regtype, 'timestamp'::regtype, 'date'::regtype) then (i_row -> name)::text
            else to_json(value)::text end, ','), '') || '}'
      from unnest(i_names, i_values, i_types) c (name, value, type)
     where name <> all (i_left_out)
$$;

-- Whether two values of one type are equal although their texts differ, as 1.0 and 1.00 are. Types that have no default
-- equality are compared by their texts.
create or replace function howdah_stream.same_value(i_type oid, i_a text, i_b text) returns bool
language plpgsql stable as $$
declare
    v_base oid;
    v_class oid;
    v_operator text;
    v_same bool;
begin
    if i_a is null or i_b is null or i_type in ('text'::regtype, 'varchar'::regtype, 'int4'::regtype, 'int8'::regtype,
            'int2'::regtype, 'bool'::regtype, 'uuid'::regtype, 'timestamptz'::regtype, 'timestamp'::regtype,
            'date'::regtype, 'json'::regtype, 'bytea'::regtype) then
        return i_a is not distinct from i_b;
    elsif i_a = i_b then
        return true;
    elsif i_type = 'numeric'::regtype then
        return i_a::numeric = i_b::numeric;
    elsif i_type = 'jsonb'::regtype then
        return i_a::jsonb = i_b::jsonb;
    end if;
    -- a domain's equality is its base type's; arrays are compared by their texts
    select case base.typtype when 'r' then 'anyrange'::regtype when 'm' then 'anymultirange'::regtype
                when 'c' then 'record'::regtype else base.oid end, base.oid
      into v_class, v_base
      from pg_catalog.pg_type t
      join pg_catalog.pg_type base on base.oid = case t.typtype when 'd' then t.typbasetype else t.oid end
     where t.oid = i_type;
    select format('operator(%I.%s)', n.nspname, o.oprname) into v_operator
      from pg_catalog.pg_opclass c
      join pg_catalog.pg_amop a on a.amopfamily = c.opcfamily and a.amoplefttype = c.opcintype
       and a.amoprighttype = c.opcintype and a.amopstrategy = 3
      join pg_catalog.pg_operator o on o.oid = a.amopopr
      join pg_catalog.pg_namespace n on n.oid = o.oprnamespace
     where c.opcintype = v_class and c.opcdefault and c.opcmethod = 403; -- btree
    if not found then
        return false;
    end if;
    execute format('select %L::%s %s %L::%2$s', i_a, format_type(v_base, null), v_operator, i_b) into v_same;
    return v_same;
end
$$;

-- A JSON event's type.
create or replace function howdah_stream.json_event_type(i_op text, i_schema text, i_name text, i_pkey text[]) returns text
language sql immutable as $$
    select format('{"op":"%s","table":[%s,%s],"pkey":%s}', i_op, to_json(i_schema), to_json(i_name), to_json(i_pkey))
$$;

-- What follows insert into T, update T set, delete from T where. An update that changes nothing writes its key again.
-- Errors: a key's column is null.
create or replace function howdah_stream.partial_sql(
    i_op text, i_names text[], i_values text[], i_left_out text[], i_magic text[], i_pkey text[], i_old text[],
    i_changed text[])
returns text
language plpgsql stable as $$
declare
    v_keys text[];
    v_where text;
begin
    if i_op = 'INSERT' then
        return (
            select format('(%s) values (%s)', string_agg(quote_ident(name), ','),
                string_agg(coalesce(quote_literal(value), 'null'), ','))
              from unnest(i_names, i_values) c (name, value)
             where name <> all (i_left_out));
    end if;
    v_keys := array(
        select quote_ident(name) || '=' || quote_literal(value)
          from unnest(i_names, coalesce(i_old, i_values)) c (name, value)
         where name = any (i_pkey) and name <> all (i_magic));
    if array_position(v_keys, null) is not null then
        raise exception 'logtriga: Unexpected NULL key value';
    end if;
    v_where := array_to_string(v_keys, ' and ');
    if i_op = 'DELETE' then
        return v_where;
    end if;
    return coalesce((
        select string_agg(quote_ident(name) || '=' || coalesce(quote_literal(value), 'NULL'), ',')
          from unnest(i_names, i_values) c (name, value)
         where name = any (i_changed) and name <> all (i_left_out)), v_keys[1]) || ' where ' || v_where;
end
$$;
