-- A lead belongs to a case as to what is in earnest: a drill has leads of its own, and they are nobody else's. No foreign
-- key, which would need an index of cases beside the primary key, for a thing that never changes.
create or replace function bihuan.guard_lead_of_drill()
returns trigger
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  if exists (
    select from bihuan.cases c
     where c.city_id = new.city_id and c.case_id = new.case_id and c.is_drill <> new.is_drill
  ) then
    raise exception 'a lead and its case are of a drill both, or neither' using errcode = 'LP005';
  end if;
  return new;
end
$$;

revoke all on function bihuan.guard_lead_of_drill() from public;

create or replace trigger guard_lead_of_drill
  before insert or update of case_id on bihuan.leads
  for each row when (new.case_id is not null) execute function bihuan.guard_lead_of_drill();
