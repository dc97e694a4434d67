create schema api;
create schema other;

create type api.point as (x int, y int);

create table api.elephants (
    id int primary key,
    name text,
    age int,
    tags text[],
    data jsonb,
    awake tstzrange,
    years int4range,
    story tsvector
);

insert into api.elephants values
    (1, 'Ada',  40, '{grey,wise}', '{"trunk": {"cm": 150}, "likes": ["figs", "mud"]}', null, '[1,10)',  to_tsvector('english', 'She walks slowly')),
    (2, 'Bao',  7,  '{grey}',      '{"trunk": {"cm": 80}}',                            null, '[10,20)', to_tsvector('english', 'He runs and plays')),
    (3, 'C,"d', 25, null,          null,                                               null, '[20,30)', to_tsvector('english', 'A quiet one'));

create function api.add(a int, b int default 10) returns int language sql immutable as 'select a + b';
create function api.nothing() returns text language sql immutable as 'select null::text';
create function api.hello() returns text language sql stable as $$ select 'hello "world"' $$;
create function api.truth() returns boolean language sql stable as 'select true';
create function api.document() returns jsonb language sql stable as $$ select '{"a": [1, 2]}'::jsonb $$;
create function api.numbers(n int) returns setof int language sql stable as 'select generate_series(1, n)';
create function api.names() returns setof text language sql stable as $$ select unnest(array['a', null, 'c']) $$;
create function api.origin() returns api.point language sql stable as 'select (0, 1)::api.point';
create function api.no_point() returns api.point language sql stable as 'select null::api.point';
create function api.points() returns setof api.point language sql stable as 'select (i, i * i)::api.point from generate_series(1, 3) i';
create function api.divided(a int, b int, out quotient int, out remainder int) language sql immutable as 'select a / b, a % b';
create function api.half(a int, out half int) language sql immutable as 'select a / 2';
create function api.twice(inout a int) language sql immutable as 'select a * 2';
create function api.elephants() returns setof api.elephants language sql stable as 'select * from api.elephants order by id';
create function api.herd(minimum int default 0) returns table (name text, age int) language sql stable as
    'select name, age from api.elephants where age >= minimum order by id';
create function api.anything() returns record language plpgsql stable as $$ begin return row(1, 'a'::text); end $$;
create function api.forget() returns void language sql as '';
create function api.born(id int, name text) returns setof api.elephants language sql as
    'insert into api.elephants (id, name) values (id, name) returning *';
create function api.gone(minimum int) returns setof int language sql as
    'delete from api.elephants where api.elephants.id >= minimum returning api.elephants.id';
create function api.fails(state text) returns int language plpgsql as $$
begin
    raise exception using errcode = state, message = 'wrong', detail = 'more', hint = 'do';
end $$;
create function api.sum(variadic numbers int[]) returns bigint language sql immutable as 'select sum(n) from unnest(numbers) n';
create function api.echo_array(numbers int[]) returns int[] language sql immutable as 'select numbers';
create function api.take_json(json) returns json language sql immutable as 'select $1';
create function api.take_text(text) returns text language sql immutable as $$ select $1 || '!' $$;
create function api.take_bytes(bytea) returns int language sql immutable as 'select octet_length($1)';
create function api.size(data bytea) returns int language sql immutable as 'select octet_length(data)';
create function api.either(a int) returns int language sql immutable as 'select a';
create function api.either(a text) returns text language sql immutable as 'select a';
create function api.one_of(a int) returns text language sql immutable as $$ select 'a' $$;
create function api.one_of(a int, b int) returns text language sql immutable as $$ select 'ab' $$;
create function api.setting(name text) returns text language sql stable as 'select current_setting(name, true)';
create function api.who() returns text language sql stable as 'select current_user::text';
create function api.sleep(s float) returns void language sql as 'select pg_sleep(s)';

create function api.choose(status text, headers text) returns text language plpgsql as $$
begin
    perform set_config('response.status', status, true), set_config('response.headers', headers, true);
    return 'chosen';
end $$;
create function api.raise(message text, detail text) returns int language plpgsql as $$
begin
    raise sqlstate 'PGRST' using message = message, detail = detail;
end $$;

comment on function api.add(int, int) is E'Adds two numbers\n\nThe second is 10 if it is missing.';

create function other.add(a int) returns text language sql immutable as $$ select 'other ' || a $$;
