-- A unit has one information officer (舆情信息员) at a time (R37).
create or replace function bihuan.guard_information_officer()
returns trigger
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  perform pg_advisory_xact_lock(hashtextextended('information officer ' || new.unit_id, new.city_id));
  if exists (
    select from bihuan.liaisons l
     where l.city_id = new.city_id and l.unit_id = new.unit_id and l.kind = 'information_officer'
       and l.liaison_id <> new.liaison_id
       and l.valid_from < coalesce(new.valid_until, 'infinity') and coalesce(l.valid_until, 'infinity') > new.valid_from
  ) then
    raise exception 'a unit has one information officer at a time' using errcode = 'LP007';
  end if;
  return new;
end
$$;

revoke all on function bihuan.guard_information_officer() from public;

create or replace trigger guard_information_officer
  before insert or update of valid_until on bihuan.liaisons
  for each row when (new.kind = 'information_officer') execute function bihuan.guard_information_officer();
