-- The tables that clients of PgQ and PgQue know, where the engine keeps things otherwise.

create or replace view pgque.consumer as
    select co_id, co_name from pgq.consumer;

create or replace view pgque.subscription as
    select s.sub_id, s.sub_queue, s.sub_consumer, p.pos_last_tick as sub_last_tick, p.pos_active as sub_active,
           p.pos_batch as sub_batch, case when p.pos_batch is not null then p.pos_next_tick end as sub_next_tick,
           s.sub_role
      from howdah_stream.subscriber s
      left join lateral (
           select * from howdah_stream.position where pos_sub = s.sub_no order by pos_version desc limit 1) p on true;

create or replace view pgque.partition_slot_status as
    select q.queue_name, split_part(c.co_name, '#', 1) as consumer, s.sub_slot as slot, s.sub_slots as n,
           p.pos_lease_owner as lease_owner, p.pos_lease_until as lease_until, p.pos_epoch as epoch,
           p.pos_last_tick as last_tick, l.tick_event_seq - t.tick_event_seq as pending_events
      from howdah_stream.subscriber s
      join pgque.queue q on q.queue_id = s.sub_queue
      join pgq.consumer c on c.co_id = s.sub_consumer
     cross join lateral (
           select * from howdah_stream.position where pos_sub = s.sub_no order by pos_version desc limit 1) p
     cross join lateral (
           select tick_event_seq from pgque.tick where tick_queue = s.sub_queue order by tick_id desc limit 1) l
      join pgque.tick t on t.tick_queue = s.sub_queue and t.tick_id = p.pos_last_tick
     where s.sub_slots is not null;
