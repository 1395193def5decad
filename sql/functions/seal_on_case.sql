-- A case that is restricted, or no longer, is sealed or opened at once.
create or replace function bihuan.seal_on_case()
returns trigger
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  perform bihuan.refresh_seal(new.city_id, new.case_id);
  if new.secrecy > 0 then
    -- The system of a unit has no clearance: what waited to be sent is not sent any more. Whoever is handing something on is
    -- waited for, so that its deliveries are there to be taken away.
    perform from bihuan.outbox o where o.city_id = new.city_id and o.case_id = new.case_id for no key update;
    delete from bihuan.deliveries d
     using bihuan.outbox o
     where o.city_id = new.city_id and o.case_id = new.case_id
       and d.city_id = o.city_id and d.outbox_id = o.outbox_id and d.delivered_at is null;
  end if;
  return null;
end
$$;

revoke all on function bihuan.seal_on_case() from public;

create or replace trigger seal_on_case_insert
  after insert on bihuan.cases
  for each row when (new.secrecy > 0) execute function bihuan.seal_on_case();

create or replace trigger seal_on_case_update
  after update on bihuan.cases
  for each row when (old.secrecy <> new.secrecy) execute function bihuan.seal_on_case();
