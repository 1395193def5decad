-- An assignment that is returned or recalled shuts its unit out at the commit and not before, so that the command
-- which returns it can still write, as that unit, what follows from it.
create or replace function bihuan.visibility_on_assignment_change()
returns trigger
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  perform bihuan.refresh_visibility(new.city_id, array[new.case_id]);
  return null;
end
$$;

revoke all on function bihuan.visibility_on_assignment_change() from public;

-- A constraint trigger cannot be replaced, only made anew.
drop trigger if exists visibility_on_assignment_change on bihuan.assignments;
create constraint trigger visibility_on_assignment_change
  after update on bihuan.assignments
  deferrable initially deferred
  for each row when (
    (old.from_unit, old.to_unit, old.reviewer_unit, old.role, old.state in ('recalled', 'returned'))
    is distinct from
    (new.from_unit, new.to_unit, new.reviewer_unit, new.role, new.state in ('recalled', 'returned'))
    -- hand_over makes visibility anew once for all its cases; a setting alone would be anybody's to make.
    and not (current_user = 'bihuan_owner' and coalesce(current_setting('bihuan.bulk', true), '') = 'on')
  ) execute function bihuan.visibility_on_assignment_change();
