-- What is read between two ticks, as windows.sql says it.
create type howdah_stream.batch_window as (
    next_tick bigint,
    -- whether a batch is sure to have room for all of it
    fits bool,
    lower xid8,
    upper xid8,
    snapshot pg_snapshot,
    late xid8[],
    ids_drawn bigint,
    tables int[]
);
