-- What a unit was to do for one above it goes back to that one when the unit leaves the case: it could not be found any more.
-- In the docket DocketStep.takeBackTasks says so; here it is done past the policies, since whoever returns its own part sees
-- the task no longer once it is another's.
create or replace function bihuan.task_goes_back()
returns trigger
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  update bihuan.tasks t
     set owner_unit = t.unit_id
   where t.city_id = new.city_id and t.case_id = new.case_id and t.state = 'open'
     and t.owner_unit = new.to_unit and t.unit_id <> t.owner_unit and t.assignment_id <> new.assignment_id
     and not exists (
       select from bihuan.assignments a
        where a.city_id = t.city_id and a.case_id = t.case_id and a.to_unit = t.owner_unit
          and a.state not in ('recalled', 'returned'))
     and not exists (
       select from bihuan.cases c
        where c.city_id = t.city_id and c.case_id = t.case_id and c.owner_unit = t.owner_unit);
  return null;
end
$$;

revoke all on function bihuan.task_goes_back() from public;

create or replace trigger task_goes_back
  after update of state on bihuan.assignments
  for each row when (
    old.state not in ('recalled', 'returned') and new.state in ('recalled', 'returned')
  ) execute function bihuan.task_goes_back();
