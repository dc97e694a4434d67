-- pgpro_queue: the API, as pgpro_queue's clients know it. howdah_queue: the engine, nobody's API. What is stored is in
-- pgpro_queue_data, which queue_initialize() makes and queue_deinitialize() removes.

create schema pgpro_queue;
create schema howdah_queue;

comment on schema pgpro_queue is 'Howdah queues, as pgpro_queue''s clients know them';
comment on schema howdah_queue is 'Howdah queues: the engine';

-- what a reading gives; a queue's tables have the same columns
create type howdah_queue.message as (
    msgid bigint,
    -- when it was sent: the sending transaction's time
    enqueue_time timestamptz,
    priority int,
    -- how often it may still be read again after a failed reading, and the seconds in between
    retries int,
    retrydelay int,
    -- how many readings of it have failed
    attempts int,
    body jsonb,
    body_xml xml,
    properties jsonb,
    -- where it was before it became a dead letter, and why it died there; null for all others
    history jsonb
);

-- what one round of the keeper did with a queue's line: how many messages it moved; which segments nobody reads any more
-- and are to be emptied; whether there should be one more
create type howdah_queue.kept as (
    moved int,
    empty int[],
    wants_segment bool
);

-- Sequences for what a rollback must not undo: the keeper's transactions, and those that were prepared (readings.sql).
create sequence howdah_queue.keeper_xid;
create sequence howdah_queue.keeper_xid_before;
create sequence howdah_queue.prepared_nr;

do $$
begin
    for nr in 0..31 loop
        execute format('create sequence howdah_queue.prepared_%s', nr);
    end loop;
end
$$;

-- one row for each reading, while it lasts, where transactions can be prepared
create table howdah_queue.reading (
    last bool not null default false
);
