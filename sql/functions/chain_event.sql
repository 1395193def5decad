-- Chains an event to the one before it in its case. An event that does not follow the last is refused, so the chain
-- has no holes; the caller's hashes are overwritten.
create or replace function bihuan.chain_event()
returns trigger
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  if new.seq = 1 then
    new.prev_hash := decode(repeat('00', 32), 'hex');
  else
    select e.hash into new.prev_hash
      from bihuan.events e
     where e.city_id = new.city_id and e.case_id = new.case_id and e.seq = new.seq - 1;
    if not found then
      raise exception 'event % does not follow the last of its case', new.seq using errcode = 'LP004';
    end if;
  end if;
  new.recorded_at := clock_timestamp();
  new.hash := bihuan.event_hash(new);
  return new;
end
$$;

revoke all on function bihuan.chain_event() from public;

create or replace trigger chain_event
  before insert on bihuan.events
  for each row execute function bihuan.chain_event();
