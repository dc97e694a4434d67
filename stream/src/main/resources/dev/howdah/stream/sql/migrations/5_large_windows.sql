-- What says how a window that is too large for one batch is divided.
alter type howdah_stream.batch_window
    add attribute last_tick bigint,
    -- the last id that was drawn; ids_drawn is how many there may be in the window, up to this one
    add attribute drawn bigint,
    add attribute batch_max int,
    -- whether a worker reads all of it at once, and takes its batches from that
    add attribute ahead bool,
    add attribute lower_snapshot pg_snapshot;
