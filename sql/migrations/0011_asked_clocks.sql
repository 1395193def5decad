-- Whoever set a time looks for what was asked on top of it; hardly any clock has been asked for at a time.
create index clocks_asked_idx on bihuan.clocks (city_id, due_at, clock_id) where stopped_at is null and asked is not null;

-- What is to be done at once is never late: no rung is left to climb, and none was broken.
update bihuan.clocks
   set next_rung = null, next_at = null, breached_at = null, claimed_until = null, attempts = 0, retry_at = null,
       aside_at = null
 where "limit" = 'NOW' and stopped_at is null and (next_rung is not null or breached_at is not null);

-- A pause ends with its clock.
update bihuan.clock_pauses p
   set resumed_at = k.stopped_at
  from bihuan.clocks k
 where k.city_id = p.city_id and k.clock_id = p.clock_id and p.resumed_at is null and k.stopped_at is not null;
update bihuan.clocks set paused_at = null where stopped_at is not null and paused_at is not null;
